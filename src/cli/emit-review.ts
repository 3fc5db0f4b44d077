/** Writes the saved plan to its file, and prints the review in the requested formats. */
import { EXIT_BLOCKED, EXIT_CHANGES } from '../errors.ts';
import type { PlanReview } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { STDIO, writeOutput } from '../operations/named-files.ts';
import { renderReview } from '../operations/render.ts';
import { type Planner, readPlanner, signSavedPlan, writePlanSignature } from '../operations/sign-plan.ts';
import { encodeSavedPlan } from '../plan/saved/seal-plan.ts';
import { escapeControls } from '../report/document/escape.ts';
import type { ReviewFormat } from '../report/review/render-review.ts';
import { type Options, withConnectionOptions } from './options.ts';
import { emit } from './output.ts';
import { wordsFrom } from './page-language.ts';
import type { Terminal } from './terminal.ts';

/** The person who signs the plan; null without `--sign`. @throws RefitError `usage` as `readPlanner` does. */
export async function plannerFrom({ sign, as, out }: Options, { env }: Terminal): Promise<Planner | null> {
  return sign === undefined ? null : readPlanner({ key: sign, as, out, env });
}

/**
 * @param madeFrom the plan file; null if none. @param planner who signs, or null.
 * @returns the exit code.
 */
export async function saveAndEmitReview(
  review: PlanReview,
  options: Options,
  terminal: Terminal,
  { madeFrom, planner }: { readonly madeFrom: string | null; readonly planner: Planner | null },
): Promise<number> {
  const { out } = options;
  if (review.verdict !== 'blocked' && out !== undefined) {
    const signature = planner && (await signSavedPlan(review.plan, planner, terminal.clock.now()));
    await writeOutput(out, encodeSavedPlan(review.plan));
    terminal.hint(
      `wrote saved plan ${review.plan.digest.slice(0, 8)} to ${out === STDIO ? 'stdout' : escapeControls(out)}`,
    );
    if (planner && signature) {
      const path = await writePlanSignature(out, signature);
      terminal.hint(
        `signed as ${planner.by} with ${planner.key.public.fingerprint}: ${escapeControls(path)}`,
      );
    }
  }
  await emitReview(review, options, terminal, everyRowCommand(review, options.out ?? null, madeFrom));
  if (review.verdict === 'blocked') return EXIT_BLOCKED;
  return options.detailedExitcode && review.verdict === 'ready' ? EXIT_CHANGES : 0;
}

/** Prints a review in the requested formats. @param elsewhere the command that shows every row. */
export async function emitReview(
  review: PlanReview,
  options: Options,
  terminal: Terminal,
  elsewhere: string,
): Promise<void> {
  const shown = {
    ...review,
    next: review.next === null ? null : withConnectionOptions(review.next, options),
  };
  const { all = false, summary = false } = options;
  const words = await wordsFrom(options);
  return await emit<ReviewFormat>(terminal, options, (format, where) =>
    renderReview(shown, format, {
      ...where,
      all,
      summary,
      elsewhere: withConnectionOptions(elsewhere, options),
      words,
    }),
  );
}

/** The command that shows every row: `show` if Refit wrote a saved plan, else the same command again. */
function everyRowCommand({ verdict, plan }: PlanReview, out: string | null, madeFrom: string | null): string {
  if (verdict !== 'blocked' && out !== null && out !== STDIO) return `refit show ${shellQuote(out)} --all`;
  if (plan.source) return `refit ${plan.source.kind} ${shellQuote(plan.source.run)} --all`;
  return `refit plan ${shellQuote(madeFrom ?? plan.file)} --all`;
}
