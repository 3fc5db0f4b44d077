/**
 * Reads `pastSizes` of an instance in a fleet file: the sizes that it had before the present one, the oldest first.
 *
 *   untilDaysAgo    days before the start of the simulator until which it had this size
 *   memoryPerShard  MB of one shard; default: the present one
 *   shards          default: the present ones
 *   replicas        default: the present ones
 */
import { RefitError } from '../../errors.ts';
import { GIGABYTE } from '../../units.ts';
import type { FleetInstance, FormerSize } from '../world/fleet-instance.ts';
import { readMembers } from './read-members.ts';

const MEMBERS: ReadonlySet<string> = new Set(['untilDaysAgo', 'memoryPerShard', 'shards', 'replicas']);
const EXAMPLE = '[{"untilDaysAgo": 20, "memoryPerShard": 2048}]';
const MOST = 20;

/** @throws RefitError `usage` that names the instance and the wrong member */
export function readPastSizes(
  written: unknown,
  id: string,
  present: Pick<FleetInstance, 'memoryPerShard' | 'shards' | 'replicas'>,
  isCluster: boolean,
): readonly FormerSize[] {
  if (!Array.isArray(written) || written.length > MOST)
    throw new RefitError(
      'usage',
      `pastSizes of ${id} is no array of at most ${MOST} sizes`,
      `for example ${EXAMPLE}`,
    );
  let before = Number.POSITIVE_INFINITY;
  return written.map((one, index): FormerSize => {
    const of = `past size ${index + 1} of ${id}`;
    const { number, fail } = readMembers(one, { known: MEMBERS, of, example: EXAMPLE });
    const untilDaysAgo = number('untilDaysAgo', Number.NaN, [0, 3650], 'fraction');
    if (untilDaysAgo >= before)
      fail(`untilDaysAgo is ${untilDaysAgo}`, `write the oldest size first: less than ${before}`);
    before = untilDaysAgo;
    return {
      untilDaysAgo,
      memoryPerShard: number('memoryPerShard', present.memoryPerShard, [1, 1024 * GIGABYTE]),
      shards: number('shards', present.shards, [1, isCluster ? 1024 : 1]),
      replicas: number('replicas', present.replicas, [0, 15]),
    };
  });
}
