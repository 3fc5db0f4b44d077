/** `refit show SAVED`: shows a saved plan again; with `--live` compares it with the live fleet. Reads only. */
import type { SavedPlan } from '../../../model.ts';
import { planAgain, shellQuote } from '../../../next-command.ts';
import { findDrift } from '../../../operations/plans/plan-fleet.ts';
import { readPolicy } from '../../../operations/read-policy.ts';
import { reviewSavedPlan } from '../../../operations/reviews/review-saved-plan.ts';
import { type NamedPlan, withNamedPlan } from '../../../operations/runs/open-plan.ts';
import { escapeControls } from '../../../text.ts';
import type { CommandCode } from '../../command-row.ts';
import { emitReview } from '../../emit-review.ts';
import { type Options, withConnectionOptions } from '../../options.ts';
import { wordsFrom } from '../../page-language.ts';
import { planChoice } from '../../plan-inputs.ts';
import { readProvider } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';

export const show: CommandCode<[string]> = async ([file], options, terminal) => {
  // Before anything is read: a wrong language must not cost a read of the fleet.
  await wordsFrom(options);
  const choice = planChoice(options, terminal);
  return await withNamedPlan(file, choice, (named) => showNamed(named, file, options, terminal));
};

async function showNamed(
  named: NamedPlan,
  file: string,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const { env, clock } = terminal;
  const policy = await readPolicy({ env, named: options.policy ?? null });
  const drifted = options.live ? await readDrift(named.saved, file, options, terminal) : [];
  const facts = { now: clock.now(), policy, env, endpoint: options.endpoint ?? null, drifted };
  const { review, expired, notes } = await reviewSavedPlan(named, file, facts);
  if (expired !== null) {
    const again = withConnectionOptions(planAgain(named.saved, file), options);
    terminal.hint(`${expired.message}; next: ${again}`);
  }
  for (const note of notes) terminal.err(`warning: ${escapeControls(note)}\n`);
  const elsewhere = withConnectionOptions(`refit show ${shellQuote(file)} --all`, options);
  await emitReview(review, options, terminal, elsewhere);
  return 0;
}

/** A finding for each instance that has changed since the plan. */
async function readDrift(plan: SavedPlan, file: string, options: Options, terminal: Terminal) {
  const drifted = await readProvider(options, terminal, (from) =>
    findDrift(plan, file, { from, clock: terminal.clock }),
  );
  if (drifted.length === 0) terminal.hint('read the fleet again: no instance has changed since the plan');
  return drifted;
}
