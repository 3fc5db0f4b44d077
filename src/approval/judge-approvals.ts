/**
 * Decides which of the offered approvals count, who is missing, and why the others do not count. Pure: other files read
 * the approvals.
 */
import { CLOCK_SKEW, iso } from '../clock.ts';
import { message } from '../messages/messages.ts';
import type { ApprovalFile, Approvals, Message, SavedPlan } from '../model.ts';
import { DAY } from '../units.ts';
import { type ApproverKey, readApproverKey, signatureFault } from './approver-key.ts';
import { namesOf } from './check-approvers.ts';
import { looksLike } from './names.ts';
import { counterOf } from './passkey/assertion.ts';
import { counterFault } from './passkey/counters.ts';
import { readApproval, signedText } from './signed-files.ts';

/** A file that may be an approval. */
export interface Offered {
  /** Its path, for messages. */
  readonly file: string;
  readonly text: string;
  /** True for an approval of another plan. It only says how far the signature counter of a passkey had come. */
  readonly isOfOtherPlan?: true;
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

/** What approvals are about: a plan, without its steps. */
export type ApprovedPlan = Pick<SavedPlan, 'digest' | 'approvals' | 'waves'>;

/** People with their keys. */
export type Approvers = readonly { readonly name: string; readonly key: ApproverKey }[];

/** The sealed approvers with their keys, without those whose key Refit cannot read. */
export function approversOf(approvals: Approvals): Approvers {
  return approvals.approvers.flatMap(({ name, key: line }) => {
    const key = readApproverKey(line);
    return 'fault' in key ? [] : [{ name, key }];
  });
}

/**
 * @param wave the index of the wave that needs approval; null for the plan.
 * @param now milliseconds since 1970 UTC. An approval that expires before does not count.
 * @param limit milliseconds from issue to expiry that an approval may have at most.
 */
export function judgeApprovals(
  saved: ApprovedPlan,
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
  const asserted = assertedBy(approvers, offered);
  for (const { file, text, isOfOtherPlan = false } of offered) {
    if (isOfOtherPlan) continue;
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
      rejectionReason(saved, wave, approval, approvers, { now, limit, asserted }) ??
      (isSecond ? message('approval.second-by-same', { by }) : null);
    if (reason === null) counted.push({ approval, text });
    else rejected.push({ file, reason });
  }
  const missing = namesOf(approvers).filter(
    (name) => !isAuthor(approvals, name) && !counted.some(({ approval }) => approval.by === name),
  );
  return { enough: counted.length >= approvals.need, counted, rejected, missing };
}

/** The offered approvals with a signature counter that passkeys of these approvers signed, for any plan and wave. */
function assertedBy(approvers: Approvers, offered: readonly Offered[]): ApprovalFile[] {
  if (!approvers.some(({ key }) => key.kind === 'passkey')) return [];
  return offered.flatMap(({ text }) => {
    const approval = readApproval(text);
    return !('reason' in approval) && isAsserted(approval, approvers) ? [approval] : [];
  });
}

/** Whether a passkey of one of these approvers signed the approval, and counts its signatures. */
export function isAsserted(approval: ApprovalFile, approvers: Approvers): boolean {
  // A passkey that is synced does not count. Its signatures say nothing about later ones.
  if (approval.passkey === undefined || counterOf(approval.passkey) === 0) return false;
  const approver = approvers.find(({ key }) => key.fingerprint === approval.key);
  if (approver === undefined) return false;
  return signatureFault(approval, signedText(approval), approver.key, approver.name) === null;
}

/**
 * Why one approval does not count; null when it counts.
 * @param asserted the approvals that passkeys of the approvers signed; a later signature has a larger counter.
 */
export function rejectionReason(
  saved: ApprovedPlan,
  wave: number | null,
  approval: ApprovalFile,
  approvers: Approvers,
  {
    now,
    limit = MOST_VALIDITY,
    asserted,
  }: { readonly now: number; readonly limit?: number; readonly asserted: readonly ApprovalFile[] },
): Message | null {
  const { by, key } = approval;
  const approver = approvers.find((one) => one.key.fingerprint === key);
  if (!approver) return message('approval.unknown-signer', { key });
  const fault = signatureFault(approval, signedText(approval), approver.key, approver.name);
  if (fault !== null) return fault;
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
  const stale = counterFault(approval, asserted);
  return stale === null ? null : message('passkey.counter', stale);
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
