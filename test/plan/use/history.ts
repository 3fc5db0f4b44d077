/** Histories of use with plain curves, and the figures of a fleet that they give. */
import {
  type FleetUse,
  HOURLY,
  type Instance,
  type InstanceUsage,
  periodStart,
  type UsageMetric,
  type UseQuestion,
} from '../../../src/model.ts';
import { figuresOf } from '../../../src/usage/figures.ts';
import { NOW } from '../fixtures/small-fleet.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A value for each hour, 0 is the newest one that has ended; null is a gap, a number is the same for all. */
type Curve = number | ((ago: number) => number | null);
export type Curves = Partial<Record<UsageMetric, Curve>>;

/** The history of an instance at its present size. @param hours how many, up to now. */
export function historyOf({ id, size }: Instance, curves: Curves, hours = 20 * 24): InstanceUsage {
  const until = periodStart(HOURLY, NOW);
  const from = until - hours * HOUR;
  const series = Object.entries(curves).map(([metric, curve]) => ({
    ...({ instance: id, metric: metric as UsageMetric, period: HOURLY, from } as const),
    values: Array.from({ length: hours }, (_, n) =>
      typeof curve === 'number' ? curve : curve(hours - 1 - n),
    ),
  }));
  return { instance: id, series, sizes: [{ size, from, until }] };
}

/** Memory of the fullest shard as a share of its size, percent. */
export function filled({ size }: Instance, share: Curve): Curves {
  const at = (ago: number) => (typeof share === 'number' ? share : share(ago));
  const memory = (ago: number) => {
    const value = at(ago);
    return value === null ? null : (value / 100) * size.memoryPerShard * size.shards;
  };
  return { memory, memoryShare: at, fullestShard: at, keys: 1_000, evicted: 0 };
}

export function useOf(
  histories: readonly (readonly [Instance, InstanceUsage | null])[],
  questions: readonly UseQuestion[],
): FleetUse {
  return new Map(
    histories.map(([one, usage]) => [one.id, figuresOf(usage, one.size, questions, NOW)] as const),
  );
}
