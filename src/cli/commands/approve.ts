/** `refit approve SAVED`: an approver's signature under a saved plan, or under one of its waves, as a file beside it. */
import { join } from 'node:path';
import { approversOf, isAuthor } from '../../approval/judge-approvals.ts';
import { readPrivateKey } from '../../approval/private-key.ts';
import { encodeApproval, signApproval } from '../../approval/sign-approval.ts';
import { iso } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { SavedPlan } from '../../model.ts';
import { planAgain, word } from '../../next-command.ts';
import { parseDuration } from '../../plan/parse/quantity.ts';
import { readSavedPlan } from '../../plan/seal.ts';
import { visible } from '../../report/document/escape.ts';
import { approvalPath } from '../../store/folder/approval-files.ts';
import { readInput, writeOutput } from '../files.ts';
import type { GlobalOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export interface ApproveCommandOptions extends GlobalOptions {
  readonly key?: string;
  readonly as?: string;
  readonly wave?: string;
  readonly expires?: string;
  readonly out?: string;
}

/** How long an approval is good for where nobody says, as the help says too. */
const EXPIRES = '24h';

export async function approve(
  [file]: readonly [string],
  options: ApproveCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { format } = options;
  const saved = readSavedPlan((await readInput(file, 'the saved plan')).toString('utf8'));
  const wave = waveOf(saved, options.wave, file);
  const now = terminal.clock.now();
  if (wave === null && Date.parse(saved.expiresAt) < now) {
    throw new RefitError(
      'plan-expired',
      `the saved plan expired at ${saved.expiresAt}; no run of it may begin`,
      planAgain(saved, file),
    );
  }
  const expires = parseDuration(options.expires ?? EXPIRES);
  if (expires === null)
    throw new RefitError('usage', `--expires ${options.expires}: it takes a duration`, '--expires 24h');
  const keyFile = options.key ?? join(terminal.env.HOME ?? '', '.ssh', 'id_ed25519');
  const key = readPrivateKey((await readInput(keyFile, 'the key')).toString('latin1'), keyFile);
  const by = approverWith(saved, key.public.fingerprint, keyFile, options.as);

  const approval = signApproval({ digest: saved.digest, wave, by }, key, { now, expires });
  const path = options.out ?? approvalPath(file, approval);
  await writeOutput(path, encodeApproval(approval), file);
  if (format === 'json') await terminal.out(`${JSON.stringify({ file: path, approval }, null, 2)}\n`);
  else await terminal.out(`${visible(path)}\n`);
  if (!terminal.quiet) {
    const what = wave === null ? visible(saved.name) : `wave ${visible(wave)} of ${visible(saved.name)}`;
    const until = iso(now + expires);
    const steps = (saved.waves.find(({ name }) => name === wave) ?? saved).steps.length;
    terminal.err(`${by} approves ${what} (${saved.digest.slice(0, 8)}), ${steps} steps, until ${until}\n`);
    if (options.out !== undefined)
      terminal.err(
        `apply looks beside the saved plan for ${visible(approvalPath(file, approval))}, and in the run directory's approvals folder\n`,
      );
  }
  return 0;
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
      ? `refit approve ${word(file)}   approves the plan`
      : `--wave ${asking.map(word).join(', or --wave ')}`,
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
