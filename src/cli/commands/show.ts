/** `refit show SAVED`: a saved plan again, in any format. */
import { REVIEW_FORMATS, type Review, readSavedPlan, renderReview } from '../../index.ts';
import { nextCommand, planAgain } from '../../plan/next-command.ts';
import { readInput } from '../files.ts';
import { type GlobalOptions, sameWay } from '../options.ts';
import { checkOutput, emit } from '../output.ts';
import type { Terminal } from '../terminal.ts';

export async function show(
  file: string,
  options: GlobalOptions & { all?: boolean },
  terminal: Terminal,
): Promise<number> {
  checkOutput(options, REVIEW_FORMATS);
  const plan = readSavedPlan((await readInput(file, 'the saved plan')).toString('utf8'));
  const verdict = plan.steps.length === 0 ? 'no-change' : 'ready';
  const findings = [...plan.blocked.flatMap((blocked) => blocked.findings), ...plan.findings];
  const next = nextCommand(verdict, plan, file, findings);
  const review: Review = { verdict, plan, findings, next: next === null ? null : sameWay(next, options) };
  await emit(terminal, options, REVIEW_FORMATS, (format, where) =>
    renderReview(review, format, { ...where, all: options.all ?? false }),
  );
  if (Date.parse(plan.expiresAt) < terminal.clock.now()) {
    terminal.quiet ||
      terminal.err(
        `expired at ${plan.expiresAt}: a run of it may not begin any more; next: ${planAgain(plan, file)}\n`,
      );
  }
  return 0;
}
