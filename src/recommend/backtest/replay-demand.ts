/** Cuts the demand of a whole history to what was known at a time, as if the instance had another size. */
import type { ObservedChange, Size } from '../../model.ts';
import { HOUR } from '../../units.ts';
import type { Demand } from '../../usage/demand.ts';

/** An instance in a replay. */
export interface Replayed {
  /** Its demand over the whole span, made for `made`. */
  readonly demand: Demand;
  readonly made: Size;
}

/**
 * What was known at a time. Memory and CPU of a shard follow the number of shards, and connections and bandwidth the limits of
 * the shards. Recorded evictions count where the size is the recorded one; at another size, it evicts what it has no room for.
 * @param size the size in the replay. @param changes those of the replay. @param until milliseconds since 1970 UTC.
 */
export function knownAt(
  { demand, made }: Replayed,
  size: Size,
  changes: readonly ObservedChange[],
  span: { readonly from: number; readonly until: number },
): Demand {
  const first = Math.max(0, (span.from - demand.from) / HOUR);
  const end = Math.min(demand.memory.length, (span.until - demand.from) / HOUR);
  const cut = (values: Float64Array) => values.subarray(first, end);
  const isRecorded = size.memoryPerShard === made.memoryPerShard && size.shards === made.shards;
  const ratio = made.shards / size.shards;
  const scaled = (values: Float64Array) =>
    ratio === 1 ? cut(values) : cut(values).map((value) => value * ratio);
  const memory = scaled(demand.memory);
  const none = () => new Float64Array(memory.length).fill(Number.NaN);
  return {
    from: demand.from + first * HOUR,
    until: demand.from + end * HOUR,
    memory,
    cpu: scaled(demand.cpu),
    connections: scaled(demand.connections),
    bandwidth: scaled(demand.bandwidth),
    evicted: isRecorded
      ? cut(demand.evicted)
      : memory.map((need) => (need > size.memoryPerShard ? 1 : need >= 0 ? 0 : need)),
    throttled: isRecorded ? cut(demand.throttled) : none(),
    skew: cut(demand.skew),
    changes: changes.filter(({ by }) => by >= span.from),
    since: demand.since,
  };
}
