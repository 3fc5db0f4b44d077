/** `refit approve SAVED`: signs a saved plan, or one of its waves. No network. */
import { iso } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import { approvePlan } from '../../../operations/approve-plan.ts';
import { parseDuration } from '../../../plan/parse/quantity.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';
import { readSavedPlanFile } from '../../plan-inputs.ts';

/** The default validity of an approval. The help names it too. */
const EXPIRES = '24h';

export const approve: CommandCode<[string]> = async ([file], options, terminal) => {
  const saved = await readSavedPlanFile(file);
  const expires = parseDuration(options.expires ?? EXPIRES);
  if (expires === null)
    throw new RefitError('usage', `--expires ${options.expires}: not a duration`, '--expires 24h');
  const { key, as, wave, out } = options;
  const now = terminal.clock.now();
  const signing = { key, as, wave, out, expires, now, env: terminal.env };
  const { approval, path, usualPath } = await approvePlan(saved, file, signing);
  await print(terminal, options, {
    text: () => `${escapeControls(path)}\n`,
    json: { file: path, approval },
    indent: 2,
  });
  const name = escapeControls(saved.name);
  const subject = approval.wave === null ? name : `wave ${escapeControls(approval.wave)} of ${name}`;
  const steps = (saved.waves.find((one) => one.name === approval.wave) ?? saved).steps.length;
  terminal.hint(
    `${approval.by} approves ${subject} (${saved.digest.slice(0, 8)}), ${steps} steps, until ${iso(now + expires)}`,
  );
  if (out !== undefined)
    terminal.hint(
      `refit apply reads approvals from ${escapeControls(usualPath)} and from the approvals folder of the run directory`,
    );
  return 0;
};
