/** Signs a saved plan, or one of its waves, and writes the approval file. */
import { approversOf, isAuthor } from '../approval/judge-approvals.ts';
import { encodeApproval, signApproval } from '../approval/signed-files.ts';
import { RefitError } from '../errors.ts';
import type { ApprovalFile, SavedPlan } from '../model.ts';
import { planAgain, shellQuote } from '../next-command.ts';
import { approvalPath } from '../store/folder/signed-files.ts';
import { writeOutput } from './named-files.ts';
import { readSigningKey, type SigningOptions } from './signing-key.ts';

/** Which wave is approved, by which key, and for how long. */
export interface ApproveOptions extends SigningOptions {
  /** undefined: the whole plan. */
  readonly wave?: string | undefined;
  /** Milliseconds until the approval expires. */
  readonly expires: number;
  /** Called before Refit signs. It throws if the person does not approve. @param by the name of the approver. */
  readonly confirm: (by: string, wave: string | null) => Promise<void>;
}

/** @param file the path of the saved plan. @throws RefitError `plan-expired`, `not-approved`, `usage` */
export async function approvePlan(
  saved: SavedPlan,
  file: string,
  options: ApproveOptions,
): Promise<{ readonly approval: ApprovalFile; readonly path: string; readonly usualPath: string }> {
  const { now, expires } = options;
  const wave = waveOf(saved, options.wave, file);
  if (wave === null && Date.parse(saved.expiresAt) < now) {
    throw new RefitError(
      'plan-expired',
      `the saved plan expired at ${saved.expiresAt}: it can no longer start a run`,
      planAgain(saved, file),
    );
  }
  const { file: keyFile, key } = await readSigningKey(options);
  const by = approverWith(saved, key.public.fingerprint, keyFile, options.as);
  await options.confirm(by, wave);
  const approval = await signApproval({ digest: saved.digest, wave, by }, key, { now, expires });
  const usualPath = approvalPath(file, approval);
  const path = options.out ?? usualPath;
  await writeOutput(path, encodeApproval(approval));
  return { approval, path, usualPath };
}

/** The wave to approve; null means the plan. */
function waveOf(saved: SavedPlan, name: string | undefined, file: string): string | null {
  if (saved.approvals === undefined) {
    throw new RefitError(
      'usage',
      `${file}: the plan needs no approval`,
      'to require one, add approvals: { need: 1, from: approvers.yaml } to the plan, then plan again',
    );
  }
  if (name === undefined) return null;
  const withApproval = saved.waves.filter(({ approval }) => approval !== undefined).map((wave) => wave.name);
  if (withApproval.includes(name)) return name;
  throw new RefitError(
    'usage',
    `${file}: ${saved.waves.some((wave) => wave.name === name) ? `wave ${name} needs no approval of its own` : `there is no wave ${name}`}`,
    withApproval[0] === undefined
      ? `to approve the plan: refit approve ${shellQuote(file)}`
      : `--wave ${withApproval.map(shellQuote).join(', or --wave ')}`,
  );
}

/** The name of the approver with this key. @throws RefitError `not-approved` if that person may not approve. */
function approverWith(saved: SavedPlan, fingerprint: string, keyFile: string, as?: string): string {
  const approvals = saved.approvals!;
  const named = approversOf(approvals).find(({ key }) => key.fingerprint === fingerprint);
  const may = approvals.approvers.map(({ name }) => name).filter((name) => !isAuthor(approvals, name));
  if (named === undefined) {
    throw new RefitError(
      'not-approved',
      `${keyFile} (${fingerprint}) is not the key of an approver of this plan; approvers: ${may.join(', ')}`,
      'use --key FILE with the key from the approvers file; to change that file, plan again',
    );
  }
  if (as !== undefined && as !== named.name) {
    throw new RefitError(
      'not-approved',
      `--as ${as}: ${keyFile} is the key of ${named.name}`,
      `use --as ${named.name}, or --key FILE with the key of ${as}`,
    );
  }
  if (isAuthor(approvals, named.name)) {
    throw new RefitError(
      'not-approved',
      `${named.name} is an author of this plan (${approvals.authors.join(', ')}), and may not approve it`,
      `ask one of these approvers to run the command: ${may.join(', ')}`,
    );
  }
  return named.name;
}
