/** What `refit audit verify` finds in the approvals of a run, held against the approvers that its plan seals. Pure. */
import { approversOf, type Offered, whyNot } from '../../approval/judge-approvals.ts';
import { encodeApproval } from '../../approval/signed-files.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';
import { approvalsIn } from '../../run/demand-approvals.ts';

/**
 * @param entries those of the journal that decode; of approvals and begun waves are enough.
 * @param name the journal's, for the reader.
 * @param kept what lies in the run directory's `approvals` folder.
 */
export function examineApprovals(
  entries: readonly JournalEntry[],
  { name, saved, kept }: { name: string; saved: SavedPlan; kept: readonly Offered[] },
): { readonly faults: readonly string[]; readonly warnings: readonly string[] } {
  const { approvals } = saved;
  if (approvals === undefined) return { faults: [], warnings: [] };
  const faults: string[] = [];
  const approvers = approversOf(approvals);
  /** Waves that had been approved so far, by their index; null: the plan. */
  const approved = new Set<number | null>();
  const recorded = new Set<string>();
  const needs = (wave: number | null, seq: number): void => {
    if (approved.has(wave)) return;
    approved.add(wave);
    faults.push(`${name}:${seq}: ${describeSubject(saved, wave)} began without its approvals on record`);
  };
  for (const entry of entries) {
    if (entry.kind === 'approved' && entry.how === 'signatures' && Array.isArray(entry.signed)) {
      const good = new Set<string>();
      for (const approval of approvalsIn(saved, entry)) {
        const why = whyNot(saved, entry.wave, approval, approvers, Date.parse(entry.judgedAt));
        if (why !== null)
          faults.push(`${name}:${entry.seq}: the approval by ${approval.by} does not count: ${why}`);
        else good.add(approval.key);
        const text = encodeApproval(approval);
        recorded.add(text);
        if (!kept.some((file) => file.text === text))
          faults.push(
            `${name}:${entry.seq}: the approval of ${describeSubject(saved, entry.wave)} by ${approval.by} is not in the approvals folder as it was given: it was removed or changed`,
          );
      }
      if (good.size < approvals.need)
        faults.push(
          `${name}:${entry.seq}: ${describeSubject(saved, entry.wave)} has ${good.size} good approvals, and needs ${approvals.need}`,
        );
      approved.add(entry.wave);
    }
    if (entry.kind === 'wave-started') {
      needs(null, entry.seq);
      if (saved.waves[entry.wave]?.approval !== undefined) needs(entry.wave, entry.seq);
    }
  }
  const warnings = kept
    .filter(({ text }) => !recorded.has(text))
    .map(({ file }) => `${file}: nothing in this run began by it`);
  return { faults: faults.map(escapeControls), warnings: warnings.map(escapeControls) };
}

function describeSubject(saved: SavedPlan, wave: number | null): string {
  return wave === null ? 'the plan' : `wave ${saved.waves[wave]?.name ?? wave}`;
}
