/** Memory in use at a time. Orders change the size of an instance and never its data. */
import { type SimInstance, sum, type World } from '../world.ts';
import { loadAt, needAt } from './curve.ts';
import { CELL, type Profile, profileOf } from './profile.ts';

/** What the metrics of an instance are made from, for one cell of five minutes. */
export interface Sample {
  readonly profile: Profile;
  readonly cell: number;
  /** The size at that time. MB, count. */
  readonly memoryPerShard: number;
  readonly shards: number;
  readonly replicas: number;
  /** MB in use: all shards, and the fullest one. */
  readonly total: number;
  readonly fullest: number;
  /** MB that the data needs and the shards do not have. */
  readonly over: number;
  /** About 1 at the peak of an ordinary day. */
  readonly load: number;
}

export type Sampler = ReturnType<typeof createSampler>;

/** Creates a function that samples an instance: (cell, time of the size in ms since 1970 UTC) to a sample. */
export function createSampler(world: World, instance: SimInstance) {
  const profile = profileOf(world, instance);
  let known: { used: readonly number[]; total: number; fullest: number } | undefined;
  return (cell: number, at: number): Sample => {
    const { used, memoryPerShard, shards, replicas } =
      instance.past.length === 0 ? instance : (instance.past.find(({ until }) => at < until) ?? instance);
    if (known?.used !== used) known = { used, total: sum(used), fullest: Math.max(...used) };
    const need = needAt(profile, cell);
    const ratio = heldOf(profile, need);
    const room = { memoryPerShard, limit: profile.fillLimit * memoryPerShard };
    const fullest = fitted(known.fullest, ratio, room);
    // All shards except the fullest one hold the same (`spread`).
    const others = shards === 1 ? 0 : (known.total - known.fullest) / (shards - 1);
    return {
      profile,
      cell,
      memoryPerShard,
      shards,
      replicas,
      total:
        ratio === 1 && fullest === known.fullest
          ? known.total
          : fullest + (shards - 1) * fitted(others, ratio, room),
      fullest,
      over: excess(known.fullest, need, room) + (shards - 1) * excess(others, need, room),
      load: loadAt(profile, cell),
    };
  };
}

/** The ratio to the start of the memory in use, before the limit of the size. A cache without `usage` never changes. */
function heldOf({ continues, pattern }: Profile, need: number): number {
  return pattern === 'cache' && !continues ? 1 : need;
}

/** What a shard has, MB: all of it, and the part from which on new data finds no room. */
interface Room {
  readonly memoryPerShard: number;
  readonly limit: number;
}

/**
 * MB in use of a shard that holds `shard` MB at the start, where its data needs `ratio` times as much. A size before the
 * start may have had less memory than the data needs.
 */
function fitted(shard: number, ratio: number, { limit, memoryPerShard }: Room): number {
  if (ratio <= 1) return Math.min(shard * ratio, memoryPerShard);
  return Math.min(shard * ratio, Math.max(Math.min(shard, memoryPerShard), limit));
}

function excess(shard: number, need: number, { limit, memoryPerShard }: Room): number {
  return Math.max(0, shard * need - (need <= 1 ? memoryPerShard : limit));
}

/** MB in use of each shard at `now`, ms since 1970 UTC. */
export function usedAt(world: World, instance: SimInstance, now: number): readonly number[] {
  const profile = profileOf(world, instance);
  const ratio = heldOf(profile, needAt(profile, Math.floor(now / CELL)));
  if (ratio === 1) return instance.used;
  const { memoryPerShard } = instance;
  const limit = profile.fillLimit * memoryPerShard;
  return instance.used.map((shard) => fitted(shard, ratio, { limit, memoryPerShard }));
}

/**
 * MB that the data of each shard needs at `at`, whatever the instance has: the truth that advice can be compared with. A
 * cache needs more than it holds. The number of shards is the present one.
 */
export function neededAt(world: World, instance: SimInstance, at: number): readonly number[] {
  const ratio = needAt(profileOf(world, instance), Math.floor(at / CELL));
  return instance.used.map((shard) => shard * ratio);
}
