/**
 * Decides which of the offered approvals count, who is missing, and why the others do not count. Pure: other files read
 * the approvals.
 */
import { CLOCK_SKEW, iso } from '../clock.ts';
import { message } from '../messages/messages.ts';
import type { ApprovalFile, Approvals, Message, SavedPlan } from '../model.ts';
import { DAY } from '../units.ts';
import { type PublicKey, readPublicKey } from './keys.ts';
import { looksLike } from './names.ts';
import { isSignedBy, readApproval } from './signed-files.ts';

/** A file that may be an approval. */
export interface Offered {
  /** Its path, for messages. */
  readonly file: string;
  readonly text: string;
  /** Who stored it, as the database knows; absent for files. */
  readonly login?: string;
}

/** The decision on the offered approvals. */
export interface Judgement {
  /** Whether enough distinct approvers have approved. */
  readonly enough: boolean;
  /** One for each approver, in the order of the offered files. */
  readonly counted: readonly { readonly approval: ApprovalFile; readonly text: string }[];
  readonly rejected: readonly { readonly file: string; readonly reason: Message }[];
  /** The names of approvers who may approve and have not. */
  readonly missing: readonly string[];
}

/** Milliseconds for which an approval may count at most. A policy may set less. */
export const MOST_VALIDITY: number = 7 * DAY;

/** Whether the name is an author of the plan, or looks like one, and so may not approve it. */
export function isAuthor({ authors }: Pick<Approvals, 'authors'>, name: string): boolean {
  return authors.some((author) => looksLike(author, name));
}

/** The sealed approvers with their keys, without those whose key Refit cannot read. */
export function approversOf(approvals: Approvals): { readonly name: string; readonly key: PublicKey }[] {
  return approvals.approvers.flatMap(({ name, key: line }) => {
    const key = readPublicKey(line);
    return 'fault' in key ? [] : [{ name, key }];
  });
}

/**
 * @param wave the index of the wave that needs approval; null for the plan.
 * @param now milliseconds since 1970 UTC. An approval that expires before does not count.
 * @param limit milliseconds from issue to expiry that an approval may have at most.
 */
export function judgeApprovals(
  saved: SavedPlan,
  wave: number | null,
  offered: readonly Offered[],
  now: number,
  limit: number = MOST_VALIDITY,
): Judgement {
  const approvals = saved.approvals ?? { need: 0, authors: [], approvers: [] };
  const approvers = approversOf(approvals);
  const counted: { approval: ApprovalFile; text: string }[] = [];
  const rejected: { file: string; reason: Message }[] = [];
  const seen = new Set<string>();
  for (const { file, text } of offered) {
    // The same file in two folders counts once.
    if (text !== '' && seen.has(text)) continue;
    seen.add(text);
    const approval = readApproval(text);
    if ('reason' in approval) {
      rejected.push({ file, reason: approval.reason });
      continue;
    }
    // Approvals of the plan are in the same folder as those of its waves.
    if (wave !== null && approval.wave === null) continue;
    const { by, key } = approval;
    const isSecond = counted.some(({ approval: one }) => one.by === by || one.key === key);
    const reason =
      rejectionReason(saved, wave, approval, approvers, { now, limit }) ??
      (isSecond ? message('approval.second-by-same', { by }) : null);
    if (reason === null) counted.push({ approval, text });
    else rejected.push({ file, reason });
  }
  const missing = approvers
    .map(({ name }) => name)
    .filter((name) => !isAuthor(approvals, name) && !counted.some(({ approval }) => approval.by === name));
  return { enough: counted.length >= approvals.need, counted, rejected, missing };
}

/** Why one approval does not count; null when it counts. */
export function rejectionReason(
  saved: SavedPlan,
  wave: number | null,
  approval: ApprovalFile,
  approvers: ReturnType<typeof approversOf>,
  { now, limit = MOST_VALIDITY }: { readonly now: number; readonly limit?: number },
): Message | null {
  const { by, key } = approval;
  const approver = approvers.find((one) => one.key.fingerprint === key);
  if (!approver) return message('approval.unknown-signer', { key });
  if (!isSignedBy(approval, approver.key)) return message('approval.forged', { name: approver.name });
  if (approval.digest !== saved.digest)
    return message('approval.other-plan', { digest: approval.digest, planDigest: saved.digest });
  const name = wave === null ? null : saved.waves[wave]!.name;
  if (approval.wave !== name) return message('approval.other-wave', { found: approval.wave, wave: name });
  if (by !== approver.name) return message('approval.other-name', { by, name: approver.name });
  if (isAuthor(saved.approvals!, by)) return message('approval.by-author', { by });
  const { issuedAt, expiresAt } = approval;
  if (!(Date.parse(issuedAt) <= now + CLOCK_SKEW))
    return message('approval.from-future', { issuedAt, now: iso(now) });
  const valid = Date.parse(expiresAt) - Date.parse(issuedAt);
  if (!(valid <= limit)) return message('approval.too-long', { valid, limit });
  if (!(Date.parse(expiresAt) > now)) return message('approval.expired', { expiresAt, now: iso(now) });
  return null;
}

/** Lines for a person: who is missing, then why each rejected file does not count. */
export function missingApprovals(
  saved: SavedPlan,
  wave: number | null,
  judgement: Judgement,
): readonly Message[] {
  const { counted, rejected, missing } = judgement;
  const summary = message('approval.missing', {
    wave: wave === null ? null : saved.waves[wave]!.name,
    digest: saved.digest,
    need: saved.approvals?.need ?? 0,
    have: counted.map(({ approval }) => approval.by),
    missing,
  });
  return [summary, ...rejected.map((one) => message('approval.does-not-count', one))];
}
