/**
 * Signature counters. An authenticator counts its signatures, so a counter that does not grow shows a copy of the key. Synced
 * passkeys do not count: they always say 0, and for them this check says nothing.
 *
 * Order means the time of issue in the signed text, because no other time is under the signature. Example, one credential:
 *
 *     issued   counter   counts
 *     10:00    7         yes
 *     10:05    9         yes
 *     10:09    9         no: 9 is not greater than 9
 *     10:20    8         no: 8 is not greater than 9
 */
import type { ApprovalFile, CounterFault } from '../../model.ts';
import { counterOf } from './assertion.ts';

/** An approval by a passkey whose assertion is good. */
type Asserted = Pick<ApprovalFile, 'key' | 'issuedAt' | 'signature' | 'passkey'>;

/**
 * @param known approvals with good assertions, of any plan and wave; each counts as a signature of its authenticator.
 * @returns why the counter of this approval has not grown since an earlier one; null: it has, or it does not count.
 */
export function counterFault(approval: Asserted, known: readonly Asserted[]): CounterFault | null {
  if (approval.passkey === undefined) return null;
  const own = counterOf(approval.passkey) ?? 0;
  for (const one of known) {
    if (one.key !== approval.key || one.signature === approval.signature || one.passkey === undefined)
      continue;
    const other = counterOf(one.passkey) ?? 0;
    if (own === 0 && other === 0) continue;
    if (other >= own && isEarlier(one, other, approval, own))
      return { counter: own, earlier: other, issuedAt: one.issuedAt };
  }
  return null;
}

/** By time; then by counter, so that two texts of one moment are in the order of their signatures; then by signature. */
function isEarlier(one: Asserted, counter: number, than: Asserted, its: number): boolean {
  if (one.issuedAt !== than.issuedAt) return one.issuedAt < than.issuedAt;
  if (counter !== its) return counter < its;
  return one.signature < than.signature;
}
