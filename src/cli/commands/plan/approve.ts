/** `refit approve SAVED`: shows a saved plan, asks, and signs it or one of its waves. No network. */
import { RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import { counted } from '../../../messages/en/quantities.ts';
import type { SavedPlan } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { approvePlan, expiryWarnings } from '../../../operations/approve-plan.ts';
import { readPolicy } from '../../../operations/read-policy.ts';
import { type NamedPlan, withNamedPlan } from '../../../operations/runs/open-plan.ts';
import { parseDuration } from '../../../plan/parse/quantity.ts';
import { approvalExpiryOf } from '../../../policy/tighten.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { HOUR } from '../../../units.ts';
import { askYes, showPlan } from '../../ask-yes.ts';
import type { CommandCode } from '../../command-row.ts';
import { formatLocal } from '../../local-time.ts';
import { type Options, withStoreOption } from '../../options.ts';
import { print } from '../../output.ts';
import { planChoice } from '../../plan-inputs.ts';
import type { Terminal } from '../../terminal.ts';

/** The default validity of an approval, if the policy does not limit it further. The help names it too. */
const EXPIRES = 24 * HOUR;

export const approve: CommandCode<[string]> = ([file], options, terminal) =>
  withNamedPlan(file, planChoice(options, terminal, true), (plan) =>
    approveNamed(plan, file, options, terminal),
  );

async function approveNamed(
  plan: NamedPlan,
  file: string,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const { saved, signatures } = plan;
  const { key, as, wave, out } = options;
  const now = terminal.clock.now();
  const { env } = terminal;
  const policy = await readPolicy({ env, named: options.policy ?? null });
  const expires =
    options.expires === undefined
      ? Math.min(EXPIRES, approvalExpiryOf(policy))
      : parseDuration(options.expires);
  if (expires === null)
    throw new RefitError('usage', `--expires ${options.expires}: not a duration`, '--expires 24h');
  const show = () => showPlan(saved, file, policy, terminal, signatures);
  const confirm = (by: string, of: string | null) => confirmApproval(saved, { by, wave: of, show }, terminal);
  const signing = { key, as, wave, out, expires, now, env, policy, confirm };
  const { approval, path, usualPath, stored } = await approvePlan(plan, file, signing);
  await print(terminal, options, {
    text: () => `${escapeControls(path ?? stored ?? '')}\n`,
    json: { file: path, ...given({ stored }), approval },
    indent: 2,
  });
  const name = escapeControls(saved.name);
  const subject = approval.wave === null ? name : `wave ${escapeControls(approval.wave)} of ${name}`;
  const steps = (saved.waves.find((one) => one.name === approval.wave) ?? saved).steps.length;
  terminal.hint(
    `${approval.by} approves ${subject} (${saved.digest.slice(0, 8)}), ${counted(steps, 'step')}, until ${formatLocal(now + expires)}`,
  );
  if (approval.wave === null)
    for (const warning of expiryWarnings(saved, signing, approveAgain(file, options)))
      terminal.err(`warning: ${escapeControls(warning)}\n`);
  if (stored !== null) terminal.hint(`the approval is in the store as ${escapeControls(stored)}`);
  else if (out !== undefined)
    terminal.hint(
      `refit apply reads approvals from ${escapeControls(usualPath)} and from the approvals folder of the run directory`,
    );
  return 0;
}

/**
 * Shows the plan before Refit signs it, and asks if it can. Without a terminal nobody can answer: the command itself is
 * the yes.
 * @throws RefitError `not-approved` for any answer except yes.
 */
async function confirmApproval(
  saved: SavedPlan,
  {
    by,
    wave,
    show,
  }: { readonly by: string; readonly wave: string | null; readonly show: () => Promise<void> },
  terminal: Terminal,
): Promise<void> {
  const asks = terminal.interactive;
  if (asks || !terminal.quiet) await show();
  const subject = wave === null ? 'this plan' : `wave ${wave} of this plan`;
  if (!asks || (await askYes(terminal, `Approve ${subject} as ${by}?`))) return;
  throw new RefitError(
    'not-approved',
    `not approved: nothing was signed (digest ${saved.digest.slice(0, 8)})`,
    'answer "yes" to sign',
  );
}

/** The same command with the same key and name, without `--expires`. */
function approveAgain(file: string, { key, as, policy, out, store }: Options): string {
  const typed = Object.entries({ key, as, policy, out }).flatMap(([name, value]) =>
    value === undefined ? [] : [` --${name} ${shellQuote(value)}`],
  );
  return withStoreOption(`refit approve ${shellQuote(file)}${typed.join('')}`, store);
}
