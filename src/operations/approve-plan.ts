/** Signs a saved plan, or one of its waves, and writes the approval file or stores the approval. */
import { approversOf, isAuthor } from '../approval/judge-approvals.ts';
import { signApproval } from '../approval/signed-files.ts';
import { iso } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { duration } from '../messages/en/quantities.ts';
import type { Approvals, Policy, SavedPlan } from '../model.ts';
import { serveCommand } from '../next-command.ts';
import { durationToCover, nextStart } from '../plan/windows/next-start.ts';
import { approvalExpiryOf, NO_POLICY } from '../policy/tighten.ts';
import { HOUR } from '../units.ts';
import { type Approved, keepApproval, mayApprove } from './approvals/keep-approval.ts';
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

/**
 * Signs a plan. With a database the approval goes there, and to a file only if `out` names one.
 * @param file the path of the saved plan, or the run that has it. @throws RefitError `plan-expired`, `not-approved`, `usage`
 */
export async function approvePlan(plan: NamedPlan, file: string, options: ApproveOptions): Promise<Approved> {
  const { saved } = plan;
  const { now, expires, policy = NO_POLICY } = options;
  const { wave, lists } = await mayApprove(plan, file, { wave: options.wave, now, expires, policy });
  mustNotBePasskey(lists, options, file);
  const { file: keyFile, key } = await readSigningKey(options);
  const by = approverWith(lists, key.public.fingerprint, { keyFile, file, as: options.as });
  await options.confirm(by, wave);
  const approval = await signApproval({ digest: saved.digest, wave, by }, key, { now, expires });
  return keepApproval(plan, file, approval, options.out);
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

/** Refuses a person, or a key, that approves in the web console only. @throws RefitError `not-approved` */
function mustNotBePasskey(lists: readonly Approvals[], { as, key }: SigningOptions, file: string): void {
  const entries = lists.flatMap((list) => approversOf(list));
  const named = entries.filter((one) => one.name === as || one.key.fingerprint === key);
  const own = named.find((one) => one.key.kind === 'passkey');
  if (own === undefined || named.some((one) => one.key.kind === 'ssh')) return;
  throw new RefitError('not-approved', `${own.name} approves ${file} with a passkey`, inConsole(file));
}

function inConsole(file: string): string {
  return `${serveCommand(file)}   approve in this console: only a browser can ask a passkey`;
}

/** The name of the approver with this key. @throws RefitError `not-approved` if that person may not approve. */
function approverWith(
  lists: readonly Approvals[],
  fingerprint: string,
  {
    keyFile,
    file,
    as,
  }: { readonly keyFile: string; readonly file: string; readonly as?: string | undefined },
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
      lists.every((list) => approversOf(list).every((one) => one.key.kind === 'passkey'))
        ? inConsole(file)
        : 'use --key FILE with the key from the approvers file; to change that file, plan again',
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
