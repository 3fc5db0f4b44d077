/**
 * Prices in the simulator, in cents (CNY). The figures are invented. Their meaning follows docs/provider.md P73 and P76:
 *
 *   postpaid   the new price per hour
 *   prepaid    the difference for the remaining term, due now; negative for a smaller size
 */
import { DAY, GIGABYTE } from '../../units.ts';
import type { SimInstance, SimSize } from './world.ts';

/** MB of all copies together. Price and stock depend on it. */
export function footprint({ memoryPerShard, shards, replicas }: SimSize): number {
  return memoryPerShard * shards * (1 + replicas);
}

const CENTS_PER_GB_HOUR = 11.25;
const CENTS_PER_GB_MONTH = 5250;
const DAYS_PER_MONTH = 30;

/** The quote for a resize in cents, with fractions. */
export function quote(instance: SimInstance, to: SimSize, now: number): number {
  if (instance.billing === 0) return round((footprint(to) / GIGABYTE) * CENTS_PER_GB_HOUR);
  // In days, rounded up: a quote is stable until the next day starts.
  const months = Math.ceil(Math.max(0, (instance.deadline ?? now) - now) / DAY) / DAYS_PER_MONTH;
  return round(((footprint(to) - footprint(instance)) / GIGABYTE) * CENTS_PER_GB_MONTH * months);
}

function round(cents: number): number {
  return Math.round(cents * 1e4) / 1e4;
}
