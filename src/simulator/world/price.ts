/**
 * What a size costs in the small world, in cents (CNY). The figures are invented; their meaning follows docs/provider.md P73 and P76: postpaid is the new price an hour, prepaid the difference for
 * the remaining term, to be paid now and negative where the size shrinks.
 */
import { DAY, GIGABYTE } from '../../units.ts';
import type { SimInstance, SimSize } from './world.ts';

/** MB of all copies together: what is paid for and what stock is drawn on. */
export function footprint({ memoryPerShard, shards, replicas }: SimSize): number {
  return memoryPerShard * shards * (1 + replicas);
}

const CENTS_PER_GB_HOUR = 11.25;
const CENTS_PER_GB_MONTH = 5250;
const DAYS_A_MONTH = 30;

/** The quote for changing an instance to another size, in cents, with fractions. */
export function quote(instance: SimInstance, to: SimSize, now: number): number {
  if (instance.billing === 0) return round((footprint(to) / GIGABYTE) * CENTS_PER_GB_HOUR);
  // In whole days, one that has begun counted: a quote holds until the next one begins.
  const months = Math.ceil(Math.max(0, (instance.deadline ?? now) - now) / DAY) / DAYS_A_MONTH;
  return round(((footprint(to) - footprint(instance)) / GIGABYTE) * CENTS_PER_GB_MONTH * months);
}

function round(cents: number): number {
  return Math.round(cents * 1e4) / 1e4;
}
