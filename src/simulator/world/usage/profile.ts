/** The numbers behind the use of one instance. They follow from its id, the seed and the options of the fleet alone. */
import { BEIJING_OFFSET } from '../beijing-time.ts';
import { bandwidthOf, clientLimitOf } from '../limits-of-size.ts';
import { type Random, seededRandom, seedOf } from '../random.ts';
import { type SimInstance, sum, type World } from '../world.ts';
import { PATTERNS, type Pattern, type UsageOptions } from './patterns.ts';
import { loadParts } from './replica-reads.ts';

/** Every curve has one value for each cell of five minutes. Cells count from 1970 UTC. Milliseconds. */
export const CELL = 300_000;
export const CELLS_IN_AN_HOUR = 12;
export const CELLS_IN_A_DAY = 288;

export interface Profile {
  readonly pattern: Pattern;
  /** False: from the world's start on, the memory stays as it is. True: its curve goes on. */
  readonly continues: boolean;
  readonly evicts: boolean;
  /** The cell of the world's start, and its time in ms since 1970 UTC. */
  readonly startCell: number;
  readonly startedAt: number;
  /** Seed of noise and events. */
  readonly salt: number;
  /** Part of the start's memory that each day adds. */
  readonly growth: number;
  readonly swing: number;
  /** The greatest part of the day's rise that a weekend has. */
  readonly weekend: number;
  /** The cell of the day, in Beijing, with the most use. */
  readonly peakCell: number;
  /** Two weekdays of deploys, 1 is Monday, and the cell of the day in which they begin. */
  readonly deployDays: readonly [number, number];
  readonly deployCell: number;
  /** The cell of the clean-up, and how many times the present memory there was before. */
  readonly cleanupCell: number;
  readonly cleanupRatio: number;
  /** The part of a shard that is full: 1, and less for a cache, which keeps some memory free. */
  readonly fillLimit: number;
  /** At the daily peak, for the size at the start. Percent of the average node, and the fullest node's ratio to it. */
  readonly cpu: number;
  readonly cpuSkew: number;
  readonly shards: number;
  readonly replicas: number;
  readonly readsFromReplicas: boolean;
  readonly connections: number;
  /** MB/s in and out. */
  readonly inTraffic: number;
  readonly outTraffic: number;
  /** Commands in a second, and the part of them that reads. */
  readonly commands: number;
  readonly readShare: number;
  /** Milliseconds without load. */
  readonly latency: number;
  readonly gaps: number;
}

const profiles = new WeakMap<SimInstance, Profile>();

/** Returns the profile of an instance. The same world and instance always give the same one. */
export function profileOf(world: World, instance: SimInstance): Profile {
  let profile = profiles.get(instance);
  if (!profile) {
    profile = drawProfile(world, instance);
    profiles.set(instance, profile);
  }
  return profile;
}

/** From this part of its memory on, an instance may be a full cache. */
export const FULL_CACHE = 0.9;

function drawProfile({ options, startedAt }: World, instance: SimInstance): Profile {
  const salt = seedOf(instance.id, options.seed ^ 0x75736167);
  const random = seededRandom(salt);
  const between = (least: number, greatest: number): number => least + (greatest - least) * random.next();
  const { usage = {}, readsFromReplicas } = instance;
  const size = instance.past.find(({ until }) => until > startedAt) ?? instance;
  const { memoryPerShard, shards, replicas, used } = size;
  const share = sum(used) / (memoryPerShard * shards);
  const pattern = drawPattern(random, usage, share);
  const startCell = Math.floor(startedAt / CELL);
  const growing = pattern === 'growth' || pattern === 'growing-season';
  const cpu = usage.cpu ?? between(6, 50);
  const outShare = (usage.bandwidth ?? between(3, 40)) / 100;
  const limit = bandwidthOf(size, readsFromReplicas);
  const weekday = random.whole(1, 2);
  const profile: Profile = {
    pattern,
    continues: instance.usage !== undefined,
    evicts: usage.evicts ?? pattern === 'cache',
    startCell,
    startedAt,
    salt,
    growth: (growing ? (usage.growth ?? between(0.3, 2)) : 0) / 100,
    swing: usage.swing ?? between(0.15, 0.4),
    weekend: between(0.5, 0.9),
    peakCell: random.whole(10 * CELLS_IN_AN_HOUR, 22 * CELLS_IN_AN_HOUR),
    deployDays: [weekday, weekday + 2],
    deployCell: random.whole(10 * CELLS_IN_AN_HOUR, 17 * CELLS_IN_AN_HOUR),
    cleanupCell: startCell - random.whole(10, 60) * CELLS_IN_A_DAY,
    cleanupRatio: Math.max(1.2, Math.min(between(1.5, 3.5), 0.95 / Math.max(share, 0.01))),
    fillLimit: pattern === 'cache' ? Math.max(...used) / memoryPerShard : 1,
    cpu,
    cpuSkew: between(1.05, 1.5),
    ...{ shards, replicas, readsFromReplicas },
    connections: ((usage.connections ?? between(2, 45)) / 100) * clientLimitOf(size),
    inTraffic: outShare * limit * between(0.2, 0.7),
    outTraffic: outShare * limit,
    commands: (cpu / 100) * shards * between(40_000, 90_000),
    readShare: between(0.6, 0.95),
    latency: between(0.3, 1.2),
    gaps: usage.gaps ?? 0,
  };
  if (usage.cpu !== undefined) return profile;
  // The busiest node has an ordinary load, too.
  const { average, busiest } = loadParts(profile, replicas);
  return { ...profile, cpu: (cpu * average) / busiest };
}

function drawPattern(random: Random, { pattern, evicts }: UsageOptions, share: number): Pattern {
  // A cache is drawn for full instances only, because evictions elsewhere are not believable.
  const isCache = share >= FULL_CACHE && evicts !== false;
  const drawn = random.pick(PATTERNS.filter((one) => one !== 'cache' || isCache));
  return pattern ?? drawn;
}

/** The day of a cell in Beijing, counted from 1970. */
export function dayOf(cell: number): number {
  return Math.floor((cell + OFFSET_CELLS) / CELLS_IN_A_DAY);
}

/** The number of a cell in its day in Beijing, from 0. */
export function cellOfDay(cell: number): number {
  return cell + OFFSET_CELLS - dayOf(cell) * CELLS_IN_A_DAY;
}

/** 0 is Sunday. 1970 began on a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

const OFFSET_CELLS = BEIJING_OFFSET / CELL;
