/**
 * Memory in use at any moment. Since the world began it is what the instance has now (orders change its size, never its
 * data); before that it swung by the day below that, so that averages and least values differ from the greatest.
 * Invented, but for one thing: at the present it is what DescribeInstanceShards says and what a reduction is judged by.
 */
import { DAY, HOUR } from '../../units.ts';
import { type SimInstance, sum, type World } from './world.ts';

/** MB over all shards and in the fullest one, and the size they lie in. */
export interface MemoryInUse {
  readonly total: number;
  readonly fullest: number;
  readonly memoryPerShard: number;
  readonly shards: number;
}

/** What a period is told by; each is a factor of the memory in use. */
export interface Swing {
  readonly average: number;
  readonly greatest: number;
  readonly least: number;
}

/** The instance as it was at `at`, ms since 1970 UTC. */
export function memoryAt(instance: SimInstance, at: number): MemoryInUse {
  const { memoryPerShard, shards, used } = instance.past.find(({ until }) => at < until) ?? instance;
  return { total: sum(used), fullest: Math.max(...used), memoryPerShard, shards };
}

/** How much of it was in use around `at`: 1 from the world's start on. */
export function swingAt({ startedAt }: World, { id }: SimInstance, at: number): Swing {
  const away = Math.min(1, Math.max(0, (startedAt - at) / HOUR));
  if (away === 0) return { average: 1, greatest: 1, least: 1 };
  const phase = [...id].reduce((mixed, letter) => (mixed * 31 + letter.charCodeAt(0)) % 86_400, 7) * 1000;
  const wave = 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + phase)) / DAY);
  const average = 1 - away * (0.05 + 0.2 * wave);
  return { average, greatest: Math.min(1, average + 0.02 * away), least: average - 0.03 * away };
}
