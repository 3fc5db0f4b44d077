/** What every approval needs before somebody signs it, and where Refit keeps it afterwards. */
import { approvalName, encodeApproval } from '../../approval/signed-files.ts';
import { closest } from '../../closest-word.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { ApprovalFile, Approvals, Policy, SavedPlan } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { mustBeCurrent } from '../../plan/may-start.ts';
import { approvalLists, judgePolicy } from '../../policy/judge-policy.ts';
import { refusalOf } from '../../policy/policy-findings.ts';
import { approvalExpiryOf, limitOf } from '../../policy/tighten.ts';
import { approvalPath } from '../../store/folder/signed-files.ts';
import { RUN_FILES } from '../../store/run-files.ts';
import { HOUR, MINUTE } from '../../units.ts';
import { writeOutput } from '../named-files.ts';
import { savedSubject } from '../policy-subject.ts';
import type { NamedPlan } from '../runs/open-plan.ts';

/** An approval, and where it is. */
export interface Approved {
  readonly approval: ApprovalFile;
  /** The file; null if the approval is only in the store. */
  readonly path: string | null;
  /** The file that a run without a database reads. */
  readonly usualPath: string;
  /** Its name in the store; null without a database. */
  readonly stored: string | null;
}

/** What somebody wants to approve. */
export interface Approving {
  /** undefined: the whole plan. */
  readonly wave: string | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Milliseconds until the approval expires. */
  readonly expires: number;
  readonly policy: Policy;
}

/**
 * Refuses an approval that the plan does not need, and one that the policy forbids.
 * @param file the path of the saved plan, or the run that has it.
 * @returns the wave, null for the plan, and the lists of people whose approvals count for it.
 * @throws RefitError `plan-expired`, `policy-refused`, `usage`
 */
export async function mayApprove(
  plan: NamedPlan,
  file: string,
  { wave: named, now, expires, policy }: Approving,
): Promise<{ readonly wave: string | null; readonly lists: readonly Approvals[] }> {
  const { saved } = plan;
  const lists = approvalLists(saved, policy);
  const wave = waveOf(saved, named, file, lists.length > 0);
  if (wave === null) mustBeCurrent(saved, now, file);
  await mustPermitApproval(plan, policy, { now, expires });
  return { wave, lists: wave === null ? lists : [saved.approvals!] };
}

/**
 * Keeps an approval. With a database it goes there, and to a file only if `out` names one.
 * @param file the path of the saved plan, or the run that has it.
 */
export async function keepApproval(
  plan: NamedPlan,
  file: string,
  approval: ApprovalFile,
  out: string | undefined,
): Promise<Approved> {
  const usualPath = approvalPath(file, approval);
  const path = out ?? (plan.stored === null ? usualPath : null);
  const text = encodeApproval(approval);
  if (path !== null) await writeOutput(path, text);
  if (plan.stored === null) return { approval, path, usualPath, stored: null };
  const name = approvalName(approval);
  await plan.stored.keep('approvals', [{ name, text }]);
  return { approval, path, usualPath, stored: `${RUN_FILES.approvals}/${name}` };
}

/** Milliseconds for which an approval may count at most, by Refit and by the policy. */
export function longestApproval(policy: Policy): number {
  return approvalExpiryOf(policy);
}

/** The wave to approve; null means the plan. */
function waveOf(saved: SavedPlan, name: string | undefined, file: string, isNeeded: boolean): string | null {
  if (!isNeeded || (name !== undefined && saved.approvals === undefined)) {
    throw refitError('usage', message('error.no-approval-needed', { file }));
  }
  if (name === undefined) return null;
  const withApproval = saved.waves.filter(({ approval }) => approval !== undefined).map((wave) => wave.name);
  if (withApproval.includes(name)) return name;
  const near = closest(name, withApproval);
  throw refitError(
    'usage',
    message('error.wave-without-approval', {
      ...{ file, wave: name, near, isThere: saved.waves.some((wave) => wave.name === name) },
      fix:
        withApproval[0] === undefined
          ? `refit approve ${shellQuote(file)}`
          : near === null
            ? `--wave ${withApproval.map(shellQuote).join(', or --wave ')}`
            : `refit approve ${shellQuote(file)} --wave ${shellQuote(near)}`,
    }),
  );
}

/** Refuses to sign what the policy forbids. Missing signatures are the reason to sign. @throws RefitError `policy-refused` */
async function mustPermitApproval(
  { saved, signatures }: NamedPlan,
  policy: Policy,
  { now, expires }: Pick<Approving, 'now' | 'expires'>,
): Promise<void> {
  const most = approvalExpiryOf(policy);
  if (expires > most)
    throw refitError(
      'usage',
      message('error.approval-too-long', {
        ...{ valid: expires, most, isOfPolicy: limitOf(policy, 'approvalExpiry') !== null },
        longest: most % HOUR === 0 ? `${most / HOUR}h` : `${Math.floor(most / MINUTE)}m`,
      }),
    );
  const subject = await savedSubject(saved, signatures, { now, env: null, endpoint: null });
  const refusal = refusalOf(judgePolicy(policy, subject));
  if (refusal?.status !== 'refused') return;
  throw refitError(
    'policy-refused',
    message('error.policy-refuses', { reasons: refusal.reasons, undone: 'signed' }),
  );
}
