/** Checks the approvals of a run against the approvers in its saved plan, for `refit audit verify`. Pure. */
import { approversOf, isAsserted, type Offered, rejectionReason } from '../../approval/judge-approvals.ts';
import { encodeApproval } from '../../approval/signed-files.ts';
import { textOf } from '../../messages/messages.ts';
import type { ApprovalFile, Approver, JournalEntry, SavedPlan } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';
import { approvalsOf } from '../../run/demand-approvals.ts';

/** A run as the examination needs it. */
interface ExaminedRun {
  /** The name of the journal in messages. */
  readonly name: string;
  readonly saved: SavedPlan;
  /** The files of a folder of approvals in the run directory. */
  readonly kept: readonly Offered[];
}

/**
 * @param entries the entries that decode; only `approved` and `wave-started` matter.
 */
export function examineApprovals(
  entries: readonly JournalEntry[],
  { name, saved, kept }: ExaminedRun,
): { readonly faults: readonly string[]; readonly warnings: readonly string[] } {
  const { approvals } = saved;
  if (approvals === undefined) return { faults: [], warnings: [] };
  const faults: string[] = [];
  const approvers = approversOf(approvals);
  /** Waves that were approved so far, by index; null means the plan. */
  const approved = new Set<number | null>();
  const recorded = new Set<string>();
  /** What passkeys signed for this run so far. The counter of a later signature is larger. */
  const asserted: ApprovalFile[] = [];
  const mustBeApproved = (wave: number | null, seq: number): void => {
    if (approved.has(wave)) return;
    approved.add(wave);
    faults.push(
      `${name}:${seq}: ${describeSubject(saved, wave)} started, and the journal has no approval for it`,
    );
  };
  for (const entry of entries) {
    if (entry.kind === 'approved' && entry.how === 'signatures' && Array.isArray(entry.signed)) {
      /** People, not keys: a person with two keys counts once. */
      const good = new Set<string>();
      const signed = approvalsOf(saved, entry);
      asserted.push(...signed.filter((one) => isAsserted(one, approvers)));
      for (const approval of signed) {
        const now = Date.parse(entry.judgedAt);
        const reason = rejectionReason(saved, entry.wave, approval, approvers, { now, asserted });
        if (reason !== null)
          faults.push(
            `${name}:${entry.seq}: the approval by ${approval.by} does not count: ${textOf(reason)}`,
          );
        else good.add(approval.by);
        const text = encodeApproval(approval);
        recorded.add(text);
        if (!kept.some((file) => file.text === text))
          faults.push(
            `${name}:${entry.seq}: the approval of ${describeSubject(saved, entry.wave)} by ${approval.by} was removed from the approvals folder, or changed there`,
          );
      }
      if (good.size < approvals.need)
        faults.push(
          `${name}:${entry.seq}: ${describeSubject(saved, entry.wave)} has ${good.size} valid approvals, but needs ${approvals.need}`,
        );
      approved.add(entry.wave);
    }
    if (entry.kind === 'wave-started') {
      mustBeApproved(null, entry.seq);
      if (saved.waves[entry.wave]?.approval !== undefined) mustBeApproved(entry.wave, entry.seq);
    }
  }
  const warnings = kept
    .filter(({ text }) => !recorded.has(text))
    .map(({ file }) => `${file}: this run did not use it`);
  return { faults: faults.map(escapeControls), warnings: warnings.map(escapeControls) };
}

function describeSubject(saved: SavedPlan, wave: number | null): string {
  return wave === null ? 'the plan' : `wave ${saved.waves[wave]?.name ?? wave}`;
}

/**
 * Checks the approvals that the policy required. The plan does not know who may approve, so only a list of signers proves
 * them.
 * @param run.kept the files of the `policy-approvals` folder.
 * @param signers people whose names count with their keys; null if the caller names none.
 */
export function examinePolicyApprovals(
  entries: readonly JournalEntry[],
  { name, saved, kept }: ExaminedRun,
  signers: { readonly file: string; readonly list: readonly Approver[] } | null,
): { readonly faults: readonly string[]; readonly warnings: readonly string[] } {
  const trusted = { ...saved, approvals: { need: 1, authors: [], approvers: signers?.list ?? [] } };
  const approvers = approversOf(trusted.approvals);
  const faults: string[] = [];
  const warnings: string[] = [];
  const recorded = new Set<string>();
  const asserted: ApprovalFile[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'approved' || !('signed' in entry) || !Array.isArray(entry.signed)) continue;
    const signed = approvalsOf(saved, entry);
    asserted.push(...signed.filter((one) => isAsserted(one, approvers)));
    if (entry.how !== 'policy') continue;
    for (const approval of signed) {
      const { by, key } = approval;
      const subject = `${name}:${entry.seq}: the approval by ${by} for the policy`;
      const text = encodeApproval(approval);
      recorded.add(text);
      if (!kept.some((file) => file.text === text))
        faults.push(`${subject} was removed from the policy-approvals folder, or changed there`);
      const at = { now: Date.parse(entry.judgedAt), asserted };
      const reason = rejectionReason(trusted, null, approval, approvers, at);
      if (!approvers.some((one) => one.key.fingerprint === key))
        warnings.push(`${subject} is not verified: no --signers list has the key ${key}`);
      else if (reason !== null) faults.push(`${subject} does not count: ${textOf(reason)}`);
    }
  }
  const unused = kept.filter(({ text }) => !recorded.has(text));
  warnings.push(...unused.map(({ file }) => `${file}: this run did not use it`));
  return { faults: faults.map(escapeControls), warnings: warnings.map(escapeControls) };
}
