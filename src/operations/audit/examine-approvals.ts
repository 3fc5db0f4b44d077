/** Checks the approvals of a run against the approvers in its saved plan, for `refit audit verify`. Pure. */
import { approversOf, type Offered, rejectionReason } from '../../approval/judge-approvals.ts';
import { encodeApproval } from '../../approval/signed-files.ts';
import { textOf } from '../../messages/messages.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';
import { approvalsOf } from '../../run/demand-approvals.ts';

/**
 * @param entries the entries that decode; only `approved` and `wave-started` matter.
 * @param name the name of the journal in messages.
 * @param kept the files of the `approvals` folder of the run directory.
 */
export function examineApprovals(
  entries: readonly JournalEntry[],
  { name, saved, kept }: { name: string; saved: SavedPlan; kept: readonly Offered[] },
): { readonly faults: readonly string[]; readonly warnings: readonly string[] } {
  const { approvals } = saved;
  if (approvals === undefined) return { faults: [], warnings: [] };
  const faults: string[] = [];
  const approvers = approversOf(approvals);
  /** Waves that were approved so far, by index; null means the plan. */
  const approved = new Set<number | null>();
  const recorded = new Set<string>();
  const mustBeApproved = (wave: number | null, seq: number): void => {
    if (approved.has(wave)) return;
    approved.add(wave);
    faults.push(
      `${name}:${seq}: ${describeSubject(saved, wave)} started, and the journal has no approval for it`,
    );
  };
  for (const entry of entries) {
    if (entry.kind === 'approved' && entry.how === 'signatures' && Array.isArray(entry.signed)) {
      const good = new Set<string>();
      for (const approval of approvalsOf(saved, entry)) {
        const now = Date.parse(entry.judgedAt);
        const reason = rejectionReason(saved, entry.wave, approval, approvers, { now });
        if (reason !== null)
          faults.push(
            `${name}:${entry.seq}: the approval by ${approval.by} does not count: ${textOf(reason)}`,
          );
        else good.add(approval.key);
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
