/** Parts of a demand, and the same demand at another size. A replay of history cuts one demand for each day. */
import type { Size } from '../model.ts';
import { HOUR } from '../units.ts';
import type { Demand } from './demand.ts';

/** What a size allows in total: MB/s and connections. Null: not known. */
export type LimitsOf = (size: Size) => { readonly bandwidth: number; readonly connections: number } | null;

/** The arrays of a demand. */
type Hours = Pick<Demand, 'memory' | 'cpu' | 'connections' | 'bandwidth' | 'evicted' | 'throttled' | 'skew'>;

/**
 * The hours of a span, as they were known at its end. The values are shared with the whole demand.
 * @param span milliseconds since 1970 UTC, whole hours. What is before the demand is left out.
 */
export function cutDemand(demand: Demand, span: { readonly from: number; readonly until: number }): Demand {
  const first = Math.max(0, (span.from - demand.from) / HOUR);
  const end = Math.max(first, (Math.min(span.until, demand.until) - demand.from) / HOUR);
  const { memory, cpu, connections, bandwidth, evicted, throttled, skew, changes, since } = demand;
  const until = demand.from + end * HOUR;
  return {
    from: demand.from + first * HOUR,
    until,
    memory: memory.subarray(first, end),
    cpu: cpu.subarray(first, end),
    connections: connections.subarray(first, end),
    bandwidth: bandwidth.subarray(first, end),
    evicted: evicted.subarray(first, end),
    throttled: throttled.subarray(first, end),
    skew: skew.subarray(first, end),
    changes: changes.filter(({ by }) => by >= span.from && by <= until),
    since: since === null || since >= until ? null : since,
  };
}

/**
 * The demand of an instance as if it always had another size. Memory and CPU of a shard follow the number of shards;
 * connections and bandwidth follow what the sizes allow, or the number of shards if that is not known.
 *
 *     2,000 MB in the fullest of 4 shards  ->  1,000 MB in the fullest of 8 shards
 *
 * Evictions and slowed traffic belong to the size at which they happened, and stay as they are.
 */
export function rescaleDemand<Part extends Hours>(
  demand: Part,
  from: Size,
  to: Size,
  limitsOf: LimitsOf | null = null,
): Part {
  const shards = from.shards / to.shards;
  const [was, is] = [limitsOf?.(from) ?? null, limitsOf?.(to) ?? null];
  const ratio = (limit: 'bandwidth' | 'connections') =>
    was === null || is === null ? shards : was[limit] / is[limit];
  return {
    ...demand,
    memory: times(demand.memory, shards),
    cpu: times(demand.cpu, shards),
    connections: times(demand.connections, ratio('connections')),
    bandwidth: times(demand.bandwidth, ratio('bandwidth')),
  };
}

function times(values: Float64Array, factor: number): Float64Array {
  return factor === 1 ? values : values.map((value) => value * factor);
}
