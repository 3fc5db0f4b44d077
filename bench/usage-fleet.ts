/**
 * The history of use of a fleet of any size for the benchmarks, always the same. Its instances are those of `inventoryOf`. They
 * share a few hundred patterns, because making values would take longer than writing them.
 */
import {
  DAILY,
  daysOf,
  HOURLY,
  type Instance,
  keptValue,
  periodStart,
  USAGE_METRICS,
  type UsageMetric,
  type UsageSeries,
} from '../src/model.ts';
import type { UsageReading, UsageStore } from '../src/store/usage-store.ts';
import { DAY, HOUR } from '../src/units.ts';
import { inventoryOf } from './inventory.ts';

/** The provider of these histories. */
export const FLEET_PROVIDER = 'bench';

/** A history to write. */
export interface FleetHistory {
  readonly instances: number;
  /** Whole days. */
  readonly days: number;
  /** The end of the last hour, milliseconds since 1970 UTC. */
  readonly until: number;
  /** True: a collection each day, as a scheduler makes them. False: one for everything. */
  readonly isNightly?: boolean;
}

/** Patterns of each size. */
const PATTERNS = 32;
/** Writes at the same time, so that they wait for the disk together. */
const PARALLEL = 16;
/** Readings of one `put`. */
const BATCH = 50;

/** Writes the history into an empty store. @returns the instances. */
export async function writeUsageFleet(
  store: UsageStore,
  { instances: count, days, until, isNightly = false }: FleetHistory,
): Promise<readonly Instance[]> {
  const { instances } = inventoryOf(count);
  const from = until - days * DAY;
  // A collection reads the day before again.
  const ends = isNightly ? Array.from({ length: days }, (_, n) => from + (n + 1) * DAY) : [until];
  const made = new Map<string, readonly UsageSeries[]>();
  const readingOf = (nth: number, end: number): UsageReading => {
    const { id, size } = instances[nth]!;
    const start = isNightly ? Math.max(from, end - 2 * DAY) : from;
    const pattern = (nth * 7) % PATTERNS;
    const key = `${pattern} ${size.memoryPerShard} ${size.shards} ${start}`;
    let series = made.get(key);
    if (series === undefined) {
      const total = size.memoryPerShard * size.shards;
      series = USAGE_METRICS.flatMap(({ name }) =>
        seriesOf(name, pattern, { total, from: start, until: end }),
      );
      made.set(key, series);
    }
    return { instance: id, series: series.map((one) => ({ ...one, instance: id })), size, at: end };
  };
  for (const end of ends) {
    made.clear();
    let next = 0;
    const write = async (): Promise<void> => {
      while (next < count) {
        const first = next;
        next = Math.min(count, next + BATCH);
        const batch = Array.from({ length: next - first }, (_, n) => first + n);
        await store.put(
          FLEET_PROVIDER,
          batch.map((nth) => readingOf(nth, end)),
        );
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, write));
  }
  return instances;
}

/** Hours of one metric, and the days that they cover. */
function seriesOf(
  metric: UsageMetric,
  pattern: number,
  { total, from, until }: { readonly total: number; readonly from: number; readonly until: number },
): UsageSeries[] {
  const start = periodStart(HOURLY, from);
  const values = Array.from({ length: (until - start) / HOUR }, (_, n) =>
    valueAt(metric, pattern, { total, at: start + n * HOUR }),
  );
  const hours: UsageSeries = { instance: '', metric, period: HOURLY, from: start, values };
  const days = daysOf(hours);
  return days === null ? [hours] : [hours, { ...days, period: DAILY }];
}

/** The peak of one hour: a level of the pattern, a season, a trend and noise. About one in 200 is a gap. */
function valueAt(
  metric: UsageMetric,
  pattern: number,
  { total, at }: { readonly total: number; readonly at: number },
): number | null {
  const hour = at / HOUR;
  const rank = USAGE_METRICS.findIndex(({ name }) => name === metric);
  if (noise(pattern, rank, hour + 0.5) < 0.005) return null;
  const daily = Math.sin((hour / 24) * 2 * Math.PI);
  const weekly = Math.sin((hour / 168) * 2 * Math.PI);
  const trend = (pattern % 4) * ((hour % 4_000) / 4_000) * 20;
  const spread = noise(pattern, rank, hour);
  // 15 to 77 percent, and up to 20 more by the trend.
  const share = Math.min(99, 15 + (pattern % 8) * 8 + 4 * daily + 2 * weekly + trend + 3 * spread);
  const load = 12 + pattern + 8 * daily + 6 * spread;
  const own: Readonly<Record<UsageMetric, number>> = {
    memory: (total * share) / 100,
    memoryShare: share,
    fullestShard: share * (1 + (pattern % 5) / 50),
    cpu: load,
    fullestNodeCpu: load * 1.2,
    connections: Math.round(load * 90),
    connectionsShare: load * 0.9,
    inShare: load / 2,
    outShare: load / 1.5,
    inThrottled: 0,
    outThrottled: 0,
    evicted: share > 96 ? Math.round(100 * spread) : 0,
    keys: Math.round(total * share),
    commands: Math.round(load * 400),
    latency: 1 + spread * 10,
  };
  return keptValue(Math.round(own[metric] * 100) / 100);
}

/** From 0 to below 1, always the same for the same numbers. */
function noise(pattern: number, rank: number, hour: number): number {
  const wave = Math.sin(pattern * 12.9898 + rank * 78.233 + hour * 37.719) * 43_758.5453;
  return wave - Math.floor(wave);
}
