/**
 * Which of the approvals that are offered count, who is missing, and why each of the others does not count. Pure: the
 * files are read elsewhere.
 */
import { iso } from '../clock.ts';
import type { ApprovalFile, Approvals, SavedPlan } from '../model.ts';
import { type PublicKey, readPublicKey } from './keys.ts';
import { isSignedBy, readApproval } from './signed-files.ts';

/** A file that may be an approval. */
export interface Offered {
  /** Its path, for the reader. */
  readonly file: string;
  readonly text: string;
}

/** What came of them. */
export interface Judgement {
  /** True where enough distinct approvers have approved. */
  readonly enough: boolean;
  /** One for each approver, in the order in which they were offered. */
  readonly counted: readonly { readonly approval: ApprovalFile; readonly text: string }[];
  readonly rejected: readonly { readonly file: string; readonly why: string }[];
  /** Those who may approve and have not. */
  readonly missing: readonly string[];
}

/** An approver's name as it is compared. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** True where this is the name of who made the plan: they may not approve it. */
export function isAuthor({ authors }: Pick<Approvals, 'authors'>, name: string): boolean {
  return authors.some((author) => nameKey(author) === nameKey(name));
}

/** The approvers with their keys, as sealed. A key that cannot be read is nobody's. */
export function approversOf(approvals: Approvals): { readonly name: string; readonly key: PublicKey }[] {
  return approvals.approvers.flatMap(({ name, key: line }) => {
    const key = readPublicKey(line);
    return 'why' in key ? [] : [{ name, key }];
  });
}

/**
 * @param wave the index of the wave to be approved; null: the plan.
 * @param now milliseconds since 1970 UTC: an approval that has expired by then does not count.
 */
export function judgeApprovals(
  saved: SavedPlan,
  wave: number | null,
  offered: readonly Offered[],
  now: number,
): Judgement {
  const approvals = saved.approvals ?? { need: 0, authors: [], approvers: [] };
  const approvers = approversOf(approvals);
  const counted: { approval: ApprovalFile; text: string }[] = [];
  const rejected: { file: string; why: string }[] = [];
  const seen = new Set<string>();
  for (const { file, text } of offered) {
    // The same file in two places is one file.
    if (text !== '' && seen.has(text)) continue;
    seen.add(text);
    const approval = readApproval(text);
    if ('why' in approval) {
      rejected.push({ file, why: approval.why });
      continue;
    }
    // Those of the plan lie beside those of its waves, and are nothing to tell of.
    if (wave !== null && approval.wave === null) continue;
    const { by, key } = approval;
    const again = counted.some(({ approval: one }) => one.by === by || one.key === key);
    const why =
      rejectionReason(saved, wave, approval, approvers, now) ??
      (again ? `a second one by ${by}: one person counts once` : null);
    if (why === null) counted.push({ approval, text });
    else rejected.push({ file, why });
  }
  const missing = approvers
    .map(({ name }) => name)
    .filter((name) => !isAuthor(approvals, name) && !counted.some(({ approval }) => approval.by === name));
  return { enough: counted.length >= approvals.need, counted, rejected, missing };
}

/** Why one approval does not count, in words; null where it does. */
export function rejectionReason(
  saved: SavedPlan,
  wave: number | null,
  approval: ApprovalFile,
  approvers: ReturnType<typeof approversOf>,
  now: number,
): string | null {
  const { by, key } = approval;
  const approver = approvers.find((one) => one.key.fingerprint === key);
  if (!approver) return `signed with ${key}, which is the key of no approver of this plan`;
  if (!isSignedBy(approval, approver.key))
    return `forged or changed: the signature is not ${approver.name}'s over what it says`;
  if (approval.digest !== saved.digest)
    return `of another plan (${approval.digest.slice(0, 8)}, not ${saved.digest.slice(0, 8)}): a changed plan needs new approvals`;
  const name = wave === null ? null : saved.waves[wave]!.name;
  if (approval.wave !== name) {
    const approves = approval.wave === null ? 'the plan' : `wave ${approval.wave}`;
    return `it approves ${approves}, not ${name === null ? 'the plan' : `wave ${name}`}`;
  }
  if (by !== approver.name) return `it says ${by}, and is signed with the key of ${approver.name}`;
  if (isAuthor(saved.approvals!, by)) return `${by} made the plan, and may not approve it`;
  if (!(Date.parse(approval.expiresAt) > now)) return `expired at ${approval.expiresAt}; it is ${iso(now)}`;
  return null;
}

/** Who is missing, then, one a line, why a file does not count. */
export function formatMissing(
  saved: SavedPlan,
  wave: number | null,
  judgement: Judgement,
): readonly string[] {
  const { counted, rejected, missing } = judgement;
  const need = saved.approvals?.need ?? 0;
  const subject = wave === null ? 'the plan' : `wave ${saved.waves[wave]!.name}`;
  const left = need - counted.length;
  const have = counted.length === 0 ? 'none' : counted.map(({ approval }) => approval.by).join(', ');
  const who = missing.length === left ? missing.join(' and ') : `${left} of ${missing.join(', ')}`;
  return [
    `${subject} (${saved.digest.slice(0, 8)}) needs ${need} ${need === 1 ? 'approval' : 'approvals'} and has ${counted.length} (${have}); missing: ${who}`,
    ...rejected.map(({ file, why }) => `${file} does not count: ${why}`),
  ];
}
