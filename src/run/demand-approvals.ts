/** Decides whether a run or a wave has the signatures that its plan demands, and whether a person declines the plan. */
import { approversOf, judgeApprovals, missingApprovals, type Offered } from '../approval/judge-approvals.ts';
import { holdingDeclines, judgeDeclines } from '../approval/judge-declines.ts';
import { approvalFiles, signedOf } from '../approval/signed-files.ts';
import { type Clock, iso } from '../clock.ts';
import { message } from '../messages/messages.ts';
import {
  APPROVAL_FORMAT,
  type ApprovalFile,
  type JournalEvent,
  type Message,
  type SavedPlan,
  type Signed,
} from '../model.ts';
import { serveCommand, shellQuote } from '../next-command.ts';
import { offeredApprovals } from '../store/offered-approvals.ts';
import type { RunSignatures } from '../store/ports.ts';

/** Signatures as the journal records them. */
export type Signatures = Extract<JournalEvent, { how: 'signatures' }>;

/**
 * `event`: there are enough signatures; null: the journal has them already. Otherwise the missing ones, one line each, and
 * the fix.
 */
export type ApprovalDemand =
  | { readonly event: Signatures | null }
  | { readonly missing: readonly Message[]; readonly fix: Message };

/** A plan as a run asks for it. */
interface DeclineInput {
  readonly saved: SavedPlan;
  /** The name of the saved plan in commands. */
  readonly plan: string;
  readonly signatures: RunSignatures;
}

/** Judges the declines that are offered now, and keeps them with the run. @returns null: the plan is not declined. */
export async function demandNoDecline({
  saved,
  plan,
  signatures,
}: DeclineInput): Promise<Extract<ApprovalDemand, { missing: unknown }> | null> {
  const offered = await signatures.offered('declines');
  const { texts } = judgeDeclines(saved, offered);
  if (texts.length > 0) await signatures.keep('declines', texts);
  return declinedBy(saved, offered, plan);
}

/** @param file the saved plan's path, for the fix. */
export function declinedBy(
  saved: Pick<SavedPlan, 'digest' | 'approvals' | 'file'>,
  offered: readonly Offered[],
  file: string,
): Extract<ApprovalDemand, { missing: unknown }> | null {
  const judged = judgeDeclines(saved, offered);
  const missing = holdingDeclines(judged);
  if (missing.length === 0) return null;
  const author = judged.declines.find(({ withdrawn }) => withdrawn === null);
  const withdraw = `refit decline ${shellQuote(file)} --withdraw`;
  const fix =
    author === undefined
      ? message('fix.remove-damaged')
      : message('fix.withdraw', {
          by: author.by,
          isSigned: author.fingerprint !== null,
          command:
            author.fingerprint === null
              ? `${withdraw} --as ${shellQuote(author.by)}`
              : `${withdraw} --key FILE`,
        });
  return { missing, fix };
}

/**
 * Verifies the approvals that are offered now, and keeps those that count with the run. An entry of the journal
 * never replaces a file. It only says when the signatures had to be valid: a run that has started may continue.
 * @param input.plan the name of the saved plan in commands.
 * @param input.recorded the approval in the journal of a run that the user's state knows; null if there is none.
 * @param input.limit milliseconds from issue to expiry that an approval may have at most.
 * @param input.ignoresDeclines true to leave declines out: the run has orders in flight, which somebody must follow.
 * @param wave the index of a wave; null for the plan.
 */
export async function demandApprovals(
  input: {
    saved: SavedPlan;
    plan: string;
    signatures: RunSignatures;
    clock: Clock;
    recorded: Signatures | null;
    limit: number;
    ignoresDeclines?: boolean;
  },
  wave: number | null,
): Promise<ApprovalDemand> {
  const { saved, plan: file, signatures, clock, recorded, limit, ignoresDeclines = false } = input;
  const declined = ignoresDeclines ? null : await demandNoDecline(input);
  if (declined !== null) return declined;
  if (wave === null && saved.approvals === undefined) return { event: null };
  const offered = await offeredApprovals(signatures);
  const demand = judgeOffered(saved, wave, offered, { now: clock.now(), file, recorded, limit });
  if ('event' in demand && demand.event !== null)
    await signatures.keep('approvals', approvalFiles(approvalsOf(saved, demand.event)));
  return demand;
}

/**
 * The same without files. @param at.now milliseconds since 1970 UTC. @param at.file the saved plan's path, for the fix.
 * @param at.limit milliseconds from issue to expiry that an approval may have at most; absent: 7 days.
 */
export function judgeOffered(
  saved: SavedPlan,
  wave: number | null,
  offered: readonly Offered[],
  {
    now,
    file,
    recorded = null,
    limit,
  }: { now: number; file: string; recorded?: Signatures | null; limit?: number },
): ApprovalDemand {
  if (recorded !== null && judgeApprovals(saved, wave, offered, Date.parse(recorded.judgedAt), limit).enough)
    return { event: null };
  const judgement = judgeApprovals(saved, wave, offered, now, limit);
  if (!judgement.enough) {
    const command = `refit approve ${shellQuote(file)}${wave === null ? '' : ` --wave ${shellQuote(saved.waves[wave]!.name)}`}`;
    return {
      missing: missingApprovals(saved, wave, judgement),
      fix: fixOf(saved, judgement.missing, { file, command }),
    };
  }
  const signed = judgement.counted.map(({ approval }) => signedOf(approval));
  const by = signed.map((one) => one.by).join(', ');
  return { event: { kind: 'approved', how: 'signatures', by, wave, judgedAt: iso(now), signed } };
}

/** What the missing approvers do: with an SSH key they type a command, with a passkey they use the web console. */
function fixOf(
  saved: SavedPlan,
  missing: readonly string[],
  { file, command }: { readonly file: string; readonly command: string },
): Message {
  const byName = Map.groupBy(approversOf(saved.approvals!), ({ name }) => name);
  const byPasskey = missing.filter((name) => byName.get(name)?.every(({ key }) => key.kind === 'passkey'));
  const isInConsole = byPasskey.length > 0 && byPasskey.length === missing.length;
  return message('fix.approve', {
    command: isInConsole ? null : command,
    people: byPasskey,
    serve: serveCommand(file),
  });
}

/** Restores the approval files of an entry. */
export function approvalsOf(
  saved: SavedPlan,
  { wave = null, signed }: { readonly wave?: number | null; readonly signed: readonly Signed[] },
): ApprovalFile[] {
  const name = wave === null ? null : (saved.waves[wave]?.name ?? null);
  return signed.map((one) => ({ format: APPROVAL_FORMAT, digest: saved.digest, wave: name, ...one }));
}
