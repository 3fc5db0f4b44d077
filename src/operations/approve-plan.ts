/** An approver's signature under a saved plan, or under one of its waves, as a file beside it. */
import { approversOf, isAuthor } from '../approval/judge-approvals.ts';
import { encodeApproval, signApproval } from '../approval/signed-files.ts';
import { RefitError } from '../errors.ts';
import type { ApprovalFile, SavedPlan } from '../model.ts';
import { planAgain, shellQuote } from '../next-command.ts';
import { approvalPath } from '../store/folder/signed-files.ts';
import { writeOutput } from './named-files.ts';
import { readSigningKey, type SigningOptions } from './signing-key.ts';

/** Who approves what, and for how long. */
export interface ApproveOptions extends SigningOptions {
  /** Left out: the plan. */
  readonly wave?: string | undefined;
  /** Milliseconds until the approval expires. */
  readonly expires: number;
}

/** @param file where the saved plan lies. @throws RefitError `plan-expired`, `not-approved`, `usage` */
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
      `the saved plan expired at ${saved.expiresAt}; no run of it may begin`,
      planAgain(saved, file),
    );
  }
  const { file: keyFile, key } = await readSigningKey(options);
  const by = approverWith(saved, key.public.fingerprint, keyFile, options.as);
  const approval = signApproval({ digest: saved.digest, wave, by }, key, { now, expires });
  const usualPath = approvalPath(file, approval);
  const path = options.out ?? usualPath;
  await writeOutput(path, encodeApproval(approval), file);
  return { approval, path, usualPath };
}

/** The wave that is approved; null: the plan. */
function waveOf(saved: SavedPlan, name: string | undefined, file: string): string | null {
  if (saved.approvals === undefined) {
    throw new RefitError(
      'usage',
      `${file}: the plan asks for no approval`,
      'approvals: { need: 1, from: approvers.yaml } in the plan, then plan it again',
    );
  }
  if (name === undefined) return null;
  const asking = saved.waves.filter(({ approval }) => approval !== undefined).map((wave) => wave.name);
  if (asking.includes(name)) return name;
  throw new RefitError(
    'usage',
    `${file}: ${saved.waves.some((wave) => wave.name === name) ? `wave ${name} asks for no approval of its own` : `there is no wave ${name}`}`,
    asking[0] === undefined
      ? `refit approve ${shellQuote(file)}   approves the plan`
      : `--wave ${asking.map(shellQuote).join(', or --wave ')}`,
  );
}

/** The approver whose key it is. @throws RefitError `not-approved` where that one may not approve. */
function approverWith(saved: SavedPlan, fingerprint: string, keyFile: string, as?: string): string {
  const approvals = saved.approvals!;
  const named = approversOf(approvals).find(({ key }) => key.fingerprint === fingerprint);
  const may = approvals.approvers.map(({ name }) => name).filter((name) => !isAuthor(approvals, name));
  if (named === undefined) {
    throw new RefitError(
      'not-approved',
      `${keyFile} is ${fingerprint}, which is the key of no approver of this plan (${may.join(', ')} may approve it)`,
      '--key FILE with the key that the approvers file names; another list wants a new plan',
    );
  }
  if (as !== undefined && as !== named.name) {
    throw new RefitError(
      'not-approved',
      `--as ${as}: ${keyFile} is the key of ${named.name}`,
      `--as ${named.name}, or --key with the key of ${as}`,
    );
  }
  if (isAuthor(approvals, named.name)) {
    throw new RefitError(
      'not-approved',
      `${named.name} made this plan (${approvals.authors.join(', ')}), and may not approve it`,
      `one of ${may.join(', ')} types it`,
    );
  }
  return named.name;
}
