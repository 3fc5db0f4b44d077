/**
 * `refit plan PLAN`: the dry run. `refit rollback RUN` and `refit retry RUN`: plans made from a run. All three only read:
 * they take no lock and write no run state.
 */

import { EXIT_PLAN_INVALID, RefitError } from '../../../errors.ts';
import type { Words } from '../../../messages/words.ts';
import type { PlanSource } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readInventoryFile } from '../../../operations/fleet/read-inventory-file.ts';
import { readInput } from '../../../operations/named-files.ts';
import { pastDurations } from '../../../operations/plans/past-durations.ts';
import { type PlanOptions, planFleet, planFromRun } from '../../../operations/plans/plan-fleet.ts';
import { historyOf } from '../../../operations/plans/read-use.ts';
import { readPolicy } from '../../../operations/read-policy.ts';
import { renderReview } from '../../../operations/render.ts';
import { decodePlan } from '../../../plan/parse/decode-plan.ts';
import { escapeControls, json } from '../../../report/document/escape.ts';
import type { ReviewFormat } from '../../../report/review/render-review.ts';
import { createTextReview } from '../../../report/review/review-targets.ts';
import type { CommandCode } from '../../command-row.ts';
import { plannerFrom, saveAndEmitReview } from '../../emit-review.ts';
import { findingsText } from '../../findings.ts';
import { type Options, regionFrom } from '../../options.ts';
import { emit } from '../../output.ts';
import { wordsFrom } from '../../page-language.ts';
import { readProvider } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';
import { onRun } from '../../with-run.ts';

export const plan: CommandCode<[string]> = async ([file], options, terminal) => {
  const region = regionFrom(options);
  // Before anything is read or written.
  const words = await wordsFrom(options);
  if (options.used && options.inventory !== undefined) {
    const fix = `refit inventory --used -o ${shellQuote(options.inventory)}`;
    throw new RefitError('usage', '--used reads the provider, and --inventory plans offline', fix);
  }
  const planner = await plannerFrom(options, terminal);
  const { text, findings: undecoded } = decodePlan(await readInput(file, 'plan'), file);
  if (text === null) return invalid(undecoded, options, terminal, file, words);
  const { inventory: source, price = false, used = false, profile = null, out: saveAs = null } = options;
  const policy = await readPolicy({ env: terminal.env, named: options.policy ?? null });
  const durations = await pastDurations({ ...options, env: terminal.env, clock: terminal.clock });
  const history = historyOf({ store: options.store, env: terminal.env }, options.endpoint);
  const make = (from: PlanOptions['from'], listeners = {}) =>
    planFleet(text, file, {
      ...{ from, region, profile, price, used, durations, policy, saveAs, history },
      ...listeners,
    });
  const { review, findings } = source
    ? await make({ inventory: await readInventoryFile(source), source })
    : await readProvider(options, terminal, make);
  if (!review) return invalid(findings, options, terminal, file, words);
  return saveAndEmitReview(review, options, terminal, { madeFrom: file, planner });
};

/** `refit rollback` and `refit retry`. */
export function fromRun(kind: PlanSource['kind']): CommandCode<[string, ...string[]]> {
  return onRun(async (run, options, terminal) => {
    await wordsFrom(options);
    const { price = false, used = false, ignoreWindows = false, adopt = false, out: saveAs = null } = options;
    const policy = await readPolicy({ env: terminal.env, named: options.policy ?? null });
    const planner = await plannerFrom(options, terminal);
    const durations = await pastDurations({ ...options, env: terminal.env, clock: terminal.clock });
    const review = await readProvider(options, terminal, (from, listeners) =>
      planFromRun(kind, run, {
        ...{ from, price, used, ignoreWindows, adopt, durations, policy, saveAs },
        ...listeners,
      }),
    );
    return saveAndEmitReview(review, options, terminal, { madeFrom: null, planner });
  });
}

async function invalid(
  findings: Parameters<typeof findingsText>[0],
  options: Options,
  terminal: Terminal,
  file: string,
  words: Words,
): Promise<number> {
  const next = `refit validate ${shellQuote(file)}`;
  await emit<ReviewFormat>(terminal, options, (format, where) => {
    if (format === 'json') return json({ findings });
    if (format === 'text') return `${findingsText(findings, where.color)}\n`;
    return renderReview(createTextReview(file, findings, next), format, { ...where, elsewhere: next, words });
  });
  // The finding about another kind of file has the next command.
  if (findings[0]?.messageId !== 'typed.other-file')
    terminal.hint(`next: fix these errors, then ${escapeControls(next)}`);
  return EXIT_PLAN_INVALID;
}
