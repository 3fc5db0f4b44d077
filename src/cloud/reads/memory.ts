/** Reads of the memory in use and of other metrics. */

import { iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import type { UsedMemory } from '../../model.ts';
import { isKeyRefusal, readRefusedError } from '../calls/refusals.ts';
import type { CloudReader } from '../cloud.ts';
import { LARGE_CALLS } from '../monitor-limits.ts';
import { sanitizeLine } from '../sanitize-line.ts';
import { type Action, READS } from '../wire/actions.ts';
import type { Fields } from '../wire/fields.ts';
import { encodeInstance, isCluster } from '../wire/instances.ts';
import { decodeMemory, decodeMetric, decodeShards, encodeMemory, encodeMetric } from '../wire/memory.ts';
import { inBatches, type ReadSource, readFields } from './source.ts';

export function memoryReads(source: ReadSource) {
  return {
    async describeMemoryInUse(scope, instances, onRefused) {
      // A refused value stays unknown. That is safe: the plan has a finding for each instance that needs it.
      const ifAnswered = async (action: Action, fields: Fields): Promise<Fields> => {
        const answer = await source.ask(action, scope, fields);
        if (answer.kind === 'ok') return answer.fields;
        if (isKeyRefusal(answer.code)) throw readRefusedError(action, scope, answer);
        onRefused?.(
          message('read.memory-refused', {
            action: action.name,
            region: scope.region,
            profile: scope.profile,
            code: sanitizeLine(answer.code),
            answer: sanitizeLine(answer.message),
          }),
        );
        return {};
      };
      const ids = instances.map(({ id }) => id);
      const monitored = await inBatches(ids, LARGE_CALLS.instances, async (batch) => {
        const now = source.clock.now();
        return decodeMemory(await ifAnswered(READS.memory, encodeMemory(batch, now)), now);
      });
      const totals = new Map(monitored);
      const used = await Promise.all(
        instances.map(async (instance) => {
          const total = totals.get(instance.id) ?? null;
          if (!isCluster(instance)) return total && { ...total, fullestShard: total.total };
          const shards = await ifAnswered(READS.shards, encodeInstance(instance.id));
          return withShards(total, decodeShards(shards), iso(source.clock.now()));
        }),
      );
      return new Map(ids.flatMap((id, n) => (used[n] ? [[id, used[n]]] : [])));
    },

    async describeMetric(scope, instances, metric, over) {
      const found = await inBatches(instances, LARGE_CALLS.instances, async (batch) => {
        const request = encodeMetric(batch, metric, over, source.clock.now());
        return decodeMetric(await readFields(source, READS.memory, scope, request));
      });
      return new Map(found);
    },
  } satisfies Partial<CloudReader>;
}

/**
 * Adds the fullest shard to the total of the monitor product. The unit of shards, bytes, is an inference. If the shards
 * add up to less than half of the total, it is wrong, and the fullest shard stays unknown.
 */
function withShards(total: UsedMemory | null, shards: readonly number[], readAt: string): UsedMemory | null {
  if (shards.length === 0) return total;
  const sum = Math.ceil(shards.reduce((a, b) => a + b, 0));
  const fullestShard = Math.max(...shards);
  const action = 'DescribeInstanceShards';
  if (total === null) return { total: sum, fullestShard, source: action, readAt };
  if (sum < total.total / 2) return total;
  // The monitor product may not have the present hour yet.
  return {
    total: Math.max(total.total, sum),
    fullestShard,
    source: `${total.source}, and ${action}`,
    readAt,
  };
}
