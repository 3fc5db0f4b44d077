/**
 * Decides who planned a saved plan: which offered signatures are good, and which of them belong to a trusted person. Pure:
 * other files read the signatures and the list.
 */
import { message } from '../messages/messages.ts';
import type { Approver, Message, PlannedBy, PlanSignature } from '../model.ts';
import type { Offered } from './judge-approvals.ts';
import { readPublicKey } from './keys.ts';
import { looksLike } from './names.ts';
import { readPlanSignature } from './signed-files.ts';

/** A good signature over the digest of a saved plan, and its file. */
export interface SignedPlanner extends PlannedBy {
  readonly signature: PlanSignature;
  readonly file: string;
}

/** The signatures of a saved plan: who planned it, and why the other files do not count. */
export interface Planners {
  readonly planned: readonly SignedPlanner[];
  readonly rejected: readonly { readonly file: string; readonly reason: Message }[];
}

/**
 * @param digest the digest of the saved plan. @param trusted people whose signatures count, with their keys.
 * @returns each key once. `planned` with `verified` are the names that may be shown as facts.
 */
export function judgePlanners(
  digest: string,
  offered: readonly Offered[],
  trusted: readonly Approver[],
): Planners {
  const planned: SignedPlanner[] = [];
  const rejected: { file: string; reason: Message }[] = [];
  for (const { file, text } of offered) {
    const one = judge(digest, file, text, trusted);
    if ('reason' in one) rejected.push({ file, reason: one.reason });
    else if (!planned.some(({ fingerprint }) => fingerprint === one.fingerprint)) planned.push(one);
  }
  return { planned, rejected };
}

function judge(
  digest: string,
  file: string,
  text: string,
  trusted: readonly Approver[],
): SignedPlanner | { readonly reason: Message } {
  const signature = readPlanSignature(text);
  if ('reason' in signature) return signature;
  if (signature.digest !== digest)
    return { reason: message('approval.signs-other-plan', { digest: signature.digest, planDigest: digest }) };
  const { by, key: line, signedAt } = signature;
  const key = readPublicKey(line);
  if ('fault' in key) return { reason: message('approval.bad-signing-key', { fault: key.fault }) };
  const known = trusted.find((one) => one.key === line);
  if (known !== undefined && known.name !== by)
    return { reason: message('approval.other-name', { by, name: known.name }) };
  if (known === undefined && trusted.some(({ name }) => looksLike(name, by)))
    return { reason: message('approval.not-their-key', { by, key: key.fingerprint }) };
  return { name: by, verified: known !== undefined, fingerprint: key.fingerprint, signedAt, signature, file };
}

/** The names of the trusted people who signed this plan. */
export function verifiedPlanners(
  digest: string,
  offered: readonly Offered[],
  trusted: readonly Approver[],
): string[] {
  return judgePlanners(digest, offered, trusted).planned.flatMap(({ name, verified }) =>
    verified ? [name] : [],
  );
}
