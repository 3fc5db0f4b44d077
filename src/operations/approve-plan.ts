/** Signs a saved plan, or one of its waves, and writes the approval file or stores the approval. */

import { approversOf, isAuthor } from '../approval/judge-approvals.ts';
import { approvalName, encodeApproval, signApproval } from '../approval/signed-files.ts';
import { iso } from '../clock.ts';
import { closest } from '../closest-word.ts';
import { RefitError } from '../errors.ts';
import { duration } from '../messages/en/quantities.ts';
import type { ApprovalFile, Approvals, Policy, SavedPlan } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { mustBeCurrent } from '../plan/may-start.ts';
import { durationToCover, nextStart } from '../plan/windows/next-start.ts';
import { approvalsBy, judgePolicy } from '../policy/judge-policy.ts';
import { refusalOf, refusalText } from '../policy/policy-findings.ts';
import { approvalExpiryOf, limitOf, NO_POLICY } from '../policy/tighten.ts';
import { approvalPath } from '../store/folder/signed-files.ts';
import { RUN_FILES } from '../store/run-files.ts';
import { HOUR, MINUTE } from '../units.ts';
import { writeOutput } from './named-files.ts';
import { savedSubject } from './policy-subject.ts';
import type { NamedPlan } from './runs/open-plan.ts';
import { readSigningKey, type SigningOptions } from './signing-key.ts';

/** Which wave is approved, by which key, and for how long. */
export interface ApproveOptions extends SigningOptions {
  /** undefined: the whole plan. */
  readonly wave?: string | undefined;
  /** Milliseconds until the approval expires. */
  readonly expires: number;
  /** Called before Refit signs. It throws if the person does not approve. @param by the name of the approver. */
  readonly confirm: (by: string, wave: string | null) => Promise<void>;
  /** What the person who applies demands; absent: nothing. */
  readonly policy?: Policy;
}

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

/**
 * Signs a plan. With a database the approval goes there, and to a file only if `out` names one.
 * @param file the path of the saved plan, or the run that has it. @throws RefitError `plan-expired`, `not-approved`, `usage`
 */
export async function approvePlan(plan: NamedPlan, file: string, options: ApproveOptions): Promise<Approved> {
  const { saved } = plan;
  const { now, expires, policy = NO_POLICY } = options;
  const lists = approvalLists(saved, policy);
  const wave = waveOf(saved, options.wave, file, lists.length > 0);
  if (wave === null) mustBeCurrent(saved, now, file);
  await mustPermitApproval(plan, policy, { now, expires });
  const { file: keyFile, key } = await readSigningKey(options);
  const accepted = wave === null ? lists : [saved.approvals!];
  const by = approverWith(accepted, key.public.fingerprint, keyFile, options.as);
  await options.confirm(by, wave);
  const approval = await signApproval({ digest: saved.digest, wave, by }, key, { now, expires });
  const usualPath = approvalPath(file, approval);
  const path = options.out ?? (plan.stored === null ? usualPath : null);
  const text = encodeApproval(approval);
  if (path !== null) await writeOutput(path, text);
  if (plan.stored === null) return { approval, path, usualPath, stored: null };
  const name = approvalName(approval);
  await plan.stored.keep('approvals', [{ name, text }]);
  return { approval, path, usualPath, stored: `${RUN_FILES.approvals}/${name}` };
}

/**
 * Warns if the approval or the plan expires before a run can start.
 * @param command the same approval without `--expires`, as the user would type it.
 */
export function expiryWarnings(
  saved: SavedPlan,
  { now, expires, policy = NO_POLICY }: Pick<ApproveOptions, 'now' | 'expires' | 'policy'>,
  command: string,
): string[] {
  const limit = approvalExpiryOf(policy);
  const start = nextStart(saved, now);
  if (start === null) return [];
  if (start > Date.parse(saved.expiresAt))
    return [
      `the saved plan expires at ${saved.expiresAt}, before a run can start at ${iso(start)}: set a longer expires in the plan, then plan again`,
    ];
  if (start < now + expires) return [];
  const early = `the approval expires at ${iso(now + expires)}, before a run can start at ${iso(start)}`;
  if (start + HOUR > now + limit)
    return [
      `${early}; it may be valid for ${duration(limit)} at most: approve after ${iso(start + HOUR - limit)}`,
    ];
  return [`${early}; to cover the start: ${command} --expires ${durationToCover(start, now)}`];
}

/** The wave to approve; null means the plan. */
function waveOf(saved: SavedPlan, name: string | undefined, file: string, isNeeded: boolean): string | null {
  if (!isNeeded || (name !== undefined && saved.approvals === undefined)) {
    throw new RefitError(
      'usage',
      `${file}: the plan needs no approval`,
      'to require one, add approvals: { need: 1, from: approvers.yaml } to the plan, then plan again',
    );
  }
  if (name === undefined) return null;
  const withApproval = saved.waves.filter(({ approval }) => approval !== undefined).map((wave) => wave.name);
  if (withApproval.includes(name)) return name;
  const near = closest(name, withApproval);
  throw new RefitError(
    'usage',
    `${file}: ${saved.waves.some((wave) => wave.name === name) ? `wave ${name} needs no approval of its own` : `there is no wave ${name}${near === null ? '' : `; did you mean ${near}?`}`}`,
    withApproval[0] === undefined
      ? `to approve the plan: refit approve ${shellQuote(file)}`
      : near === null
        ? `--wave ${withApproval.map(shellQuote).join(', or --wave ')}`
        : `refit approve ${shellQuote(file)} --wave ${shellQuote(near)}`,
  );
}

/** The approvals that count for a plan: those that it asks for itself, and those of the policy. */
function approvalLists(saved: SavedPlan, { rules }: Policy): Approvals[] {
  const required = rules.flatMap((rule) =>
    rule.kind === 'approvals' ? [approvalsBy(rule, saved, null)] : [],
  );
  return [...(saved.approvals ? [saved.approvals] : []), ...required];
}

/** Refuses to sign what the policy forbids. Missing signatures are the reason to sign. @throws RefitError `policy-refused` */
async function mustPermitApproval(
  { saved, signatures }: NamedPlan,
  policy: Policy,
  { now, expires }: Pick<ApproveOptions, 'now' | 'expires'>,
): Promise<void> {
  const most = approvalExpiryOf(policy);
  if (expires > most)
    throw new RefitError(
      'usage',
      `--expires ${duration(expires)}: an approval may be valid for ${duration(most)} at most${limitOf(policy, 'approvalExpiry') === null ? '' : ' (limit.approvalExpiry of the policy)'}`,
      `--expires ${most % HOUR === 0 ? `${most / HOUR}h` : `${Math.floor(most / MINUTE)}m`}`,
    );
  const subject = await savedSubject(saved, signatures, { now, env: null, endpoint: null });
  const refusal = refusalOf(judgePolicy(policy, subject));
  if (refusal?.status !== 'refused') return;
  throw new RefitError('policy-refused', `${refusalText(refusal)}\nnothing was signed`, refusal.fix);
}

/** The name of the approver with this key. @throws RefitError `not-approved` if that person may not approve. */
function approverWith(
  lists: readonly Approvals[],
  fingerprint: string,
  keyFile: string,
  as?: string,
): string {
  const known = lists.flatMap((list) =>
    approversOf(list)
      .filter(({ key }) => key.fingerprint === fingerprint)
      .map(({ name }) => ({ name, list })),
  );
  const may = lists.flatMap((list) =>
    list.approvers.map(({ name }) => name).filter((name) => !isAuthor(list, name)),
  );
  const others = [...new Set(may)].join(', ');
  const named = known.find(({ name, list }) => !isAuthor(list, name)) ?? known[0];
  if (named === undefined) {
    throw new RefitError(
      'not-approved',
      `${keyFile} (${fingerprint}) is not the key of an approver of this plan; approvers: ${others}`,
      'use --key FILE with the key from the approvers file; to change that file, plan again',
    );
  }
  const { name, list } = named;
  if (as !== undefined && as !== name) {
    throw new RefitError(
      'not-approved',
      `--as ${as}: ${keyFile} is the key of ${name}`,
      `use --as ${name}, or --key FILE with the key of ${as}`,
    );
  }
  if (isAuthor(list, name)) {
    throw new RefitError(
      'not-approved',
      `${name} is an author of this plan (${list.authors.join(', ')}), and may not approve it`,
      `ask one of these approvers to run the command: ${others}`,
    );
  }
  return name;
}
