/** `refit show SAVED`: a saved plan again, in any format; with `--live` against the fleet as it is now. Reads only. */
import type { Finding, SavedPlan } from '../../../model.ts';
import { nextCommand, planAgain, shellQuote } from '../../../next-command.ts';
import { findDrift } from '../../../operations/plan-fleet.ts';
import { createFinding } from '../../../rules/check.ts';
import type { CommandCode } from '../../command-row.ts';
import { emitReview } from '../../emit-review.ts';
import type { Options } from '../../options.ts';
import { readSavedPlanFile } from '../../plan-inputs.ts';
import { readProvider } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';

export const show: CommandCode<[string]> = async ([file], options, terminal) => {
  const plan = await readSavedPlanFile(file);
  const verdict = plan.steps.length === 0 ? 'no-change' : 'ready';
  const again = planAgain(plan, file);
  const expired: Finding[] = [];
  if (Date.parse(plan.expiresAt) < terminal.clock.now()) {
    const message = `expired at ${plan.expiresAt}: a run of it may not begin any more`;
    expired.push(createFinding('Refit.Expired', { message, fix: again }, null, null));
    terminal.hint(`${message}; next: ${again}`);
  }
  const since = options.live ? await drift(plan, file, options, terminal) : [];
  const blocked = plan.blocked.flatMap(({ findings }) => findings);
  const findings = [...blocked, ...expired, ...since, ...plan.findings];
  const next = expired.length > 0 && verdict === 'ready' ? again : nextCommand(verdict, plan, file, findings);
  await emitReview(
    { verdict, plan, findings, next },
    options,
    terminal,
    `refit show ${shellQuote(file)} --all`,
  );
  return 0;
};

/** What is no longer as it was planned. */
async function drift(plan: SavedPlan, file: string, options: Options, terminal: Terminal) {
  const since = await readProvider(options, terminal, (from) =>
    findDrift(plan, file, { from, clock: terminal.clock }),
  );
  if (since.length === 0) terminal.hint('looked at the fleet again: every instance is as it was planned');
  return since;
}
