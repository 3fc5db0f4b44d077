/** Whether a run, or a wave of it, may begin by the signatures that the plan wants. */
import { formatMissing, judgeApprovals, type Offered } from '../approval/judge-approvals.ts';
import { encodeApproval } from '../approval/signed-files.ts';
import { type Clock, iso } from '../clock.ts';
import { APPROVAL_FORMAT, type ApprovalFile, type JournalEvent, type SavedPlan } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { offeredApprovals, saveApprovals } from '../store/folder/signed-files.ts';

/** What is written down where there are enough of them; else who is missing and why a file does not count, line by line, and what to type. */
export type ApprovalDemand =
  | { readonly event: Extract<JournalEvent, { how: 'signatures' }> }
  | { readonly missing: readonly string[]; readonly fix: string };

/**
 * Judges what is offered now, and keeps what counts in the run directory.
 * @param input.savedFile the saved plan's path, where there is one beside that of the run directory.
 * @param wave the index of a wave; null: the plan.
 */
export async function demandApprovals(
  input: { saved: SavedPlan; savedFile: string | null; directory: string; clock: Clock },
  wave: number | null,
): Promise<ApprovalDemand> {
  const { saved, savedFile, directory, clock } = input;
  const offered = await offeredApprovals(savedFile, directory);
  const file = savedFile ?? `${directory}/plan.json`;
  const demanded = judgeOffered(saved, wave, offered, { now: clock.now(), file });
  if ('event' in demanded) await saveApprovals(directory, approvalsOf(saved, demanded.event));
  return demanded;
}

/** The same without files. @param now milliseconds since 1970 UTC. @param file the saved plan's, for what to type. */
export function judgeOffered(
  saved: SavedPlan,
  wave: number | null,
  offered: readonly Offered[],
  { now, file }: { readonly now: number; readonly file: string },
): ApprovalDemand {
  const judgement = judgeApprovals(saved, wave, offered, now);
  if (!judgement.enough) {
    const command = `refit approve ${shellQuote(file)}${wave === null ? '' : ` --wave ${shellQuote(saved.waves[wave]!.name)}`}`;
    const fix = `${command}   typed by each of them, its file left beside the saved plan; then the same apply`;
    return { missing: formatMissing(saved, wave, judgement), fix };
  }
  const signed = judgement.counted.map(({ approval }) => {
    const { by, key, issuedAt, expiresAt, signature } = approval;
    return { by, key, issuedAt, expiresAt, signature };
  });
  const by = signed.map((one) => one.by).join(', ');
  return { event: { kind: 'approved', how: 'signatures', by, wave, judgedAt: iso(now), signed } };
}

/** Whether the signatures of an entry are good, and enough: what a journal says is not believed for being there. */
export function areSignaturesEnough(
  saved: SavedPlan,
  entry: Extract<JournalEvent, { how: 'signatures' }>,
): boolean {
  const offered = approvalsOf(saved, entry).map((one) => ({ file: '', text: encodeApproval(one) }));
  return judgeApprovals(saved, entry.wave, offered, Date.parse(entry.judgedAt)).enough;
}

/** The approvals of an entry, whole again. */
export function approvalsOf(
  saved: SavedPlan,
  { wave, signed }: Pick<Extract<JournalEvent, { how: 'signatures' }>, 'wave' | 'signed'>,
): ApprovalFile[] {
  const name = wave === null ? null : (saved.waves[wave]?.name ?? null);
  return signed.map((one) => ({ format: APPROVAL_FORMAT, digest: saved.digest, wave: name, ...one }));
}
