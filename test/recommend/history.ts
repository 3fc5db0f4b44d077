/** Histories of use in which everything unremarkable is filled in. */
import {
  HOURLY,
  type InstanceUsage,
  type ObservedSize,
  type Size,
  type UsageMetric,
  type UsageSeries,
} from '../../src/model.ts';
import { DAY, HOUR } from '../../src/units.ts';
import { NOW, size as sizeOf } from '../plan/fixtures/small-fleet.ts';

/** A value by the hours before the present: 0 is the last hour that ended. Null is a gap. */
export type Curve = number | ((hoursAgo: number) => number | null);

export interface History {
  readonly days?: number;
  /** Hours from its end to the present. */
  readonly until?: number;
  /** The size that shares are of; by default the present one all the time. */
  readonly size?: Size | ((hoursAgo: number) => Size);
  readonly sizes?: readonly ObservedSize[];
  /** MB of the whole instance. */
  readonly memory?: Curve;
  /** Of the fullest shard to the average one. */
  readonly skew?: number;
  readonly cpu?: Curve;
  /** Percent of the limit, which is 10,000 for each shard. */
  readonly connections?: Curve;
  readonly bandwidth?: Curve;
  readonly evicted?: Curve;
  readonly throttled?: Curve;
  readonly keys?: Curve;
}

/** The history of an instance up to `NOW`. */
export function historyOf(is: History = {}): InstanceUsage {
  const hours = Math.round((is.days ?? 28) * 24);
  const { size = sizeOf(4096, 3), memory = 6000, skew = 1 } = is;
  const at = (curve: Curve, ago: number) => (typeof curve === 'number' ? curve : curve(ago));
  const series = (metric: UsageMetric, value: (ago: number) => number | null): UsageSeries => ({
    instance: 'crs-00000001',
    metric,
    period: HOURLY,
    from: NOW - hours * HOUR,
    values: Array.from({ length: hours - (is.until ?? 0) }, (_, hour) => value(hours - 1 - hour)),
  });
  const sizeAt = (ago: number) => (typeof size === 'function' ? size(ago) : size);
  const share = (ago: number) => {
    const used = at(memory, ago);
    return used === null ? null : (100 * used) / (sizeAt(ago).memoryPerShard * sizeAt(ago).shards);
  };
  const of = (curve: Curve | undefined, usual: number) => (ago: number) => at(curve ?? usual, ago);
  const connections = of(is.connections, 20);
  return {
    instance: 'crs-00000001',
    sizes: is.sizes ?? [{ size: sizeAt(0), from: NOW - 2 * DAY, until: NOW - HOUR }],
    series: [
      series('memory', (ago) => at(memory, ago)),
      series('memoryShare', share),
      series('fullestShard', (ago) => (share(ago) === null ? null : share(ago)! * skew)),
      series('fullestNodeCpu', of(is.cpu, 20)),
      series('connections', (ago) =>
        connections(ago) === null ? null : connections(ago)! * 100 * sizeAt(ago).shards,
      ),
      series('connectionsShare', connections),
      series('inShare', () => 5),
      series('outShare', of(is.bandwidth, 10)),
      series('inThrottled', () => 0),
      series('outThrottled', of(is.throttled, 0)),
      series('evicted', of(is.evicted, 0)),
      series('keys', of(is.keys, 1000)),
    ],
  };
}

/** A straight line. @param now at the last hour. @param perDay the change a day. */
export const line =
  (now: number, perDay: number): Curve =>
  (ago) =>
    Math.max(0, now - (perDay * ago) / 24);
