/**
 * Simulated instances with their history and with the truth: what their data really needs, also in the future. Histories come
 * from the simulator's own curves and metrics, without HTTP; `accuracy.test.ts` compares them with what is read over its API.
 */
import {
  type EditionName,
  HOURLY,
  type Instance,
  type InstanceUsage,
  keptValue,
  type ObservedSize,
  type Size,
  type UsageMetric,
  usageMetric,
} from '../../../src/model.ts';
import type { SoldFor } from '../../../src/rules/is-sold.ts';
import { readInstances } from '../../../src/simulator/fleet/read-fleet.ts';
import { createCatalogue, type SimCatalogue } from '../../../src/simulator/world/catalogue.ts';
import { createWorld } from '../../../src/simulator/world/create-world.ts';
import { createRegions } from '../../../src/simulator/world/geography.ts';
import { chanceAt, seededRandom } from '../../../src/simulator/world/random.ts';
import { needAt } from '../../../src/simulator/world/usage/curve.ts';
import { createSampler } from '../../../src/simulator/world/usage/memory.ts';
import { METRICS, type Metric } from '../../../src/simulator/world/usage/metrics.ts';
import { PATTERNS, type Pattern } from '../../../src/simulator/world/usage/patterns.ts';
import { CELL, CELLS_IN_AN_HOUR, profileOf } from '../../../src/simulator/world/usage/profile.ts';
import { type SimInstance, spread, sum, type World } from '../../../src/simulator/world/world.ts';
import { DAY, HOUR } from '../../../src/units.ts';
import { DEMAND_METRICS } from '../../../src/usage/demand.ts';

/** The first moment at which advice is given: 2026-11-24, a Tuesday, 08:00 in UTC+8. */
export const START = Date.UTC(2026, 10, 24);
/** Days of history before it, and days in which advice is taken. */
export const PAST = 28;
export const FUTURE = 60;

/** What a fleet is drawn from. */
export interface Drawing {
  readonly seed: number;
  /** Instances of each pattern. */
  readonly each: number;
  readonly patterns?: readonly Pattern[];
  /** The part of the hours without a point. */
  readonly gaps?: number;
  /** The greatest age at the start, days; left out: older than the history. */
  readonly youngerThan?: number;
}

/** An instance, and what is needed to continue it. */
export interface Simulated {
  readonly pattern: Pattern;
  readonly world: World;
  readonly simulated: SimInstance;
  readonly instance: Instance;
  readonly sold: SoldFor;
}

const EDITIONS: readonly (readonly [EditionName, boolean])[] = [
  ['redis-4.0-standard', false],
  ['redis-5.0-standard', false],
  ['redis-6.2-standard', false],
  ['valkey-8.0-standard', false],
  ['redis-4.0-cluster', true],
  ['redis-5.0-cluster', true],
  ['redis-7.0-cluster', true],
  ['valkey-8.0-cluster', true],
];
const SHARDS = [1, 3, 5, 8, 12, 16];
/** GB of a shard at the start. Standard instances have room to grow, because nothing else would help them. */
const STANDARD = [1, 2, 4, 8, 12, 16];
const CLUSTER = [1, 2, 4, 8, 12, 16, 20, 24, 32, 40];

const regions = createRegions([]);
const catalogue = createCatalogue(regions);

/** Draws a fleet. The same drawing always gives the same fleet. */
export function drawFleet({ seed, each, patterns = PATTERNS, gaps = 0, youngerThan }: Drawing): Simulated[] {
  const random = seededRandom(seed ^ 0x616363);
  const between = (least: number, most: number) => least + (most - least) * random.next();
  const specs = patterns.flatMap((pattern, at) =>
    Array.from({ length: each }, (_, nth) => {
      const [edition, isCluster] = random.pick(EDITIONS);
      const shards = isCluster ? random.pick(SHARDS) : 1;
      const memoryPerShard = 1024 * random.pick(isCluster ? CLUSTER : STANDARD);
      const share = pattern === 'cache' ? between(0.94, 0.98) : between(0.1, 0.88);
      const fullest = share * memoryPerShard;
      const skew = shards === 1 ? 1 : between(1, pattern === 'cache' ? 1.03 : 1.3);
      return {
        id: `crs-${String(seed).padStart(4, '0')}p${at}n${String(nth).padStart(4, '0')}`,
        ...{ edition, shards, memoryPerShard, replicas: random.whole(1, 2) },
        ...{ usedTotal: (fullest * shards) / skew, usedFullestShard: fullest, usage: { pattern, gaps } },
        ...(youngerThan === undefined ? {} : { daysOld: Math.ceil(between(0, youngerThan)) }),
      };
    }),
  );
  const none = [0, 0] as const;
  const world = createWorld(
    {
      ...{ seed, identities: [], faults: [], balance: 0, limit: null, limitCounting: 'calendar' },
      ...{ fleet: readInstances(specs), startLag: none, duration: none, lockTail: none, regions, catalogue },
    },
    START,
  );
  return specs.map(({ id, edition }) => {
    const simulated = world.instances.get(id)!;
    const instance = instanceOf(simulated, edition);
    const { pattern } = profileOf(world, simulated);
    return { pattern, world, simulated, instance, sold: soldBy(catalogue, instance, simulated) };
  });
}

function sizeOf({ memoryPerShard, shards, replicas }: SimInstance): Size {
  return { memoryPerShard, shards, replicas };
}

function instanceOf(simulated: SimInstance, edition: EditionName): Instance {
  const { id, name, type, zone } = simulated;
  return {
    ...{ id, name, region: 'ap-guangzhou', zone: zone.code, profile: 'default', type, edition },
    ...{ status: 'running', size: sizeOf(simulated), billing: 'postpaid', tags: {}, nodes: [] },
    ...{ deadline: null, used: null, task: null, unpaidOrder: null },
  };
}

function soldBy(all: SimCatalogue, { zone, edition }: Instance, { type, billing }: SimInstance): SoldFor {
  const sold = all.sold(zone, type, billing)!;
  const sorted = (values: ReadonlySet<number>) => [...values].sort((a, b) => a - b);
  const offer = {
    ...{ region: 'ap-guangzhou', zone, edition: edition as EditionName, billing: 'postpaid' as const },
    ...{ memoryPerShard: sorted(sold.sizes), shards: sorted(sold.shards), replicas: sorted(sold.replicas) },
    ...{ soldOut: sold.soldOut, zoneSoldOut: false },
  };
  return () => offer;
}

/** What the monitor product calls them. */
export const NAMES: Readonly<Record<(typeof DEMAND_METRICS)[number], string>> = {
  memory: 'MemUsed',
  memoryShare: 'MemUtil',
  fullestShard: 'MemMaxUtil',
  fullestNodeCpu: 'CpuMaxUtil',
  connections: 'Connections',
  connectionsShare: 'ConnectionsUtil',
  inShare: 'InBandwidthUtil',
  outShare: 'OutBandwidthUtil',
  inThrottled: 'InFlowLimit',
  outThrottled: 'OutFlowLimit',
  evicted: 'Evicted',
  keys: 'Keys',
};
const MEASURED: readonly { readonly name: UsageMetric; readonly metric: Metric; readonly counts: boolean }[] =
  DEMAND_METRICS.map((name) => ({
    name,
    metric: METRICS.get('QCE/REDIS_MEM')!.get(NAMES[name])!,
    counts: usageMetric(name).counts === true,
  }));

/** A history that goes on. */
export interface GrowingHistory {
  /** Adds the hours up to a time at the present size. */
  addUntil(until: number): void;
  /** Notes that a size was read. */
  observe(at: number): void;
  /** Everything until now, as it was collected; the same object is only valid until the next hours. */
  usage(): InstanceUsage;
}

/** Begins the history of an instance. @param from milliseconds since 1970 UTC, a whole hour. */
export function startHistory({ world, simulated }: Simulated, from: number): GrowingHistory {
  const sampler = createSampler(world, simulated);
  const { salt, gaps } = profileOf(world, simulated);
  const values = MEASURED.map((): (number | null)[] => []);
  let sizes: readonly ObservedSize[] = [];
  let end = from;
  const addHour = (): void => {
    const cell = end / CELL;
    const isGap = gaps > 0 && chanceAt(salt ^ 0x676170, Math.floor(cell / CELLS_IN_AN_HOUR)) < gaps;
    const cells = Array.from({ length: isGap ? 0 : CELLS_IN_AN_HOUR }, (_, n) => cell + n)
      .filter((one) => (one + 1) * CELL > simulated.createdAt)
      .map((one) => sampler(one, one * CELL));
    for (const [at, { metric, counts }] of MEASURED.entries()) {
      let value = counts ? 0 : Number.NEGATIVE_INFINITY;
      for (const sample of cells) {
        const own = metric.measure(sample);
        value = counts ? value + own : Math.max(value, own);
      }
      values[at]!.push(cells.length === 0 ? null : keptValue(Math.round(value * 1000) / 1000));
    }
    end += HOUR;
  };
  return {
    addUntil(until) {
      while (end < until) addHour();
    },
    observe(at) {
      const size = sizeOf(simulated);
      const last = sizes.at(-1);
      const isSame =
        last !== undefined &&
        last.size.memoryPerShard === size.memoryPerShard &&
        last.size.shards === size.shards &&
        last.size.replicas === size.replicas;
      sizes = isSame
        ? [...sizes.slice(0, -1), { ...last, until: at }]
        : [...sizes, { size, from: at, until: at }];
    },
    usage: () => ({
      instance: simulated.id,
      sizes,
      series: MEASURED.map(({ name: metric }, at) => ({
        ...{ instance: simulated.id, metric, period: HOURLY, from, values: values[at]! },
      })),
    }),
  };
}

/** Changes the size, as an order does. */
export function resize(simulated: SimInstance, to: Size): void {
  const { used, shards } = simulated;
  if (to.shards !== shards) {
    const ratio = (Math.max(...used) * shards) / sum(used);
    simulated.used = spread(sum(used), to.shards, (ratio * sum(used)) / to.shards);
  }
  Object.assign(simulated, to);
}

/** MB that the fullest shard needs at most in each hour, whatever the instance has, at the shards of the start. */
export function truthOf({ world, simulated }: Simulated, from: number, until: number): Float64Array {
  const profile = profileOf(world, simulated);
  const fullest = Math.max(...simulated.used);
  return Float64Array.from({ length: (until - from) / HOUR }, (_, hour) => {
    const first = (from + hour * HOUR) / CELL;
    let most = 0;
    for (let cell = first; cell < first + CELLS_IN_AN_HOUR; cell++)
      most = Math.max(most, needAt(profile, cell));
    return most * fullest;
  });
}

export const SPAN = { from: START - PAST * DAY, until: START + FUTURE * DAY };
