/** Decides whether a run or a wave has the signatures that its plan demands. */
import { judgeApprovals, missingApprovals, type Offered } from '../approval/judge-approvals.ts';
import { encodeApproval } from '../approval/signed-files.ts';
import { type Clock, iso } from '../clock.ts';
import {
  APPROVAL_FORMAT,
  type ApprovalFile,
  type JournalEvent,
  type Message,
  type SavedPlan,
} from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { offeredApprovals, saveApprovals } from '../store/folder/signed-files.ts';

/** The journal event if there are enough signatures. Otherwise the missing ones, one line each, and the fix. */
export type ApprovalDemand =
  | { readonly event: Extract<JournalEvent, { how: 'signatures' }> }
  | { readonly missing: readonly Message[]; readonly fix: string };

/**
 * Judges the approval files that exist now, and copies those that count to the run directory.
 * @param input.savedFile the path of the saved plan, if it is not only in the run directory.
 * @param wave the index of a wave; null for the plan.
 */
export async function demandApprovals(
  input: { saved: SavedPlan; savedFile: string | null; directory: string; clock: Clock },
  wave: number | null,
): Promise<ApprovalDemand> {
  const { saved, savedFile, directory, clock } = input;
  const offered = await offeredApprovals(savedFile, directory);
  const file = savedFile ?? `${directory}/plan.json`;
  const demand = judgeOffered(saved, wave, offered, { now: clock.now(), file });
  if ('event' in demand) await saveApprovals(directory, approvalsOf(saved, demand.event));
  return demand;
}

/** The same without files. @param now milliseconds since 1970 UTC. @param file the saved plan's path, for the fix. */
export function judgeOffered(
  saved: SavedPlan,
  wave: number | null,
  offered: readonly Offered[],
  { now, file }: { readonly now: number; readonly file: string },
): ApprovalDemand {
  const judgement = judgeApprovals(saved, wave, offered, now);
  if (!judgement.enough) {
    const command = `refit approve ${shellQuote(file)}${wave === null ? '' : ` --wave ${shellQuote(saved.waves[wave]!.name)}`}`;
    const fix = `${command}   each of them runs this and leaves the file beside the saved plan; then repeat apply`;
    return { missing: missingApprovals(saved, wave, judgement), fix };
  }
  const signed = judgement.counted.map(({ approval }) => {
    const { by, key, issuedAt, expiresAt, signature } = approval;
    return { by, key, issuedAt, expiresAt, signature };
  });
  const by = signed.map((one) => one.by).join(', ');
  return { event: { kind: 'approved', how: 'signatures', by, wave, judgedAt: iso(now), signed } };
}

/** True if the signatures of an entry are valid and enough. Refit verifies them, because a journal may be forged. */
export function areSignaturesEnough(
  saved: SavedPlan,
  entry: Extract<JournalEvent, { how: 'signatures' }>,
): boolean {
  const offered = approvalsOf(saved, entry).map((one) => ({ file: '', text: encodeApproval(one) }));
  return judgeApprovals(saved, entry.wave, offered, Date.parse(entry.judgedAt)).enough;
}

/** Restores the approval files of an entry. */
export function approvalsOf(
  saved: SavedPlan,
  { wave, signed }: Pick<Extract<JournalEvent, { how: 'signatures' }>, 'wave' | 'signed'>,
): ApprovalFile[] {
  const name = wave === null ? null : (saved.waves[wave]?.name ?? null);
  return signed.map((one) => ({ format: APPROVAL_FORMAT, digest: saved.digest, wave: name, ...one }));
}
