/** What the provider names by a number. Source: facts §1.3, §3, read 2026-11. */
import { type Billing, EDITIONS } from '../../model.ts';
import { whole } from './fields.ts';

/** The type of a node that is a replica; 0 is the master. */
export const REPLICA = 1;

/** The edition of a type code; null for one that is newer than this program. */
export function editionOf(type: unknown): (typeof EDITIONS)[number] | null {
  const code = whole(type);
  return EDITIONS.find((one) => one.type === code) ?? null;
}

/** The pay mode; null where it is in doubt. */
export function billingOf(mode: unknown): Billing | null {
  const code = whole(mode);
  return code === 0 ? 'postpaid' : code === 1 ? 'prepaid' : null;
}
