/** Collects what decides about approvals: those that are offered for a plan, and those of other plans by the same passkeys. */
import type { Offered } from '../approval/judge-approvals.ts';
import { counterOf } from '../approval/passkey/assertion.ts';
import { readApproval } from '../approval/signed-files.ts';
import type { RunSignatures } from './ports.ts';

/**
 * The approvals that are offered for a plan. If a passkey with a signature counter made one of them, the approvals of other plans
 * by that passkey follow: they say how far its counter had come.
 * @param keys fingerprints of more keys to search for.
 */
export async function offeredApprovals(
  signatures: Pick<RunSignatures, 'offered' | 'offeredElsewhere'>,
  keys: readonly string[] = [],
): Promise<Offered[]> {
  const own = await signatures.offered('approvals');
  const counting = new Set([...keys, ...own.flatMap(({ text }) => countingKey(text))]);
  if (counting.size === 0 || signatures.offeredElsewhere === undefined) return [...own];
  const others = await signatures.offeredElsewhere([...counting]);
  return [...own, ...others.map((one) => ({ ...one, isOfOtherPlan: true as const }))];
}

/** The key of an approval, if it is a passkey that counts its signatures. Nobody has verified it. */
function countingKey(text: string): string[] {
  const approval = readApproval(text);
  if ('reason' in approval || approval.passkey === undefined) return [];
  return (counterOf(approval.passkey) ?? 0) > 0 ? [approval.key] : [];
}

/** Whether a text names one of these keys as an approval does. @param keys fingerprints. */
export function namesKey(text: string, keys: readonly string[]): boolean {
  return keys.some((key) => text.includes(`"key":"${key}"`));
}
