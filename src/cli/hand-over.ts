/** Hands a plan under review over: the saved plan into its file, the review in the formats asked for. */
import { EXIT_BLOCKED, EXIT_CHANGES } from '../errors.ts';
import { encodeSavedPlan, REVIEW_FORMATS, type Review, renderReview } from '../index.ts';
import { visible } from '../report/escape.ts';
import { writeOutput } from './files.ts';
import { type GlobalOptions, sameWay } from './options.ts';
import { emit } from './output.ts';
import type { Terminal } from './terminal.ts';

/** What the commands that make a plan are given. */
export interface ReviewOptions extends GlobalOptions {
  readonly out?: string;
  readonly all?: boolean;
  readonly detailedExitcode?: boolean;
}

/** @param madeFrom the file that was read, which must not be overwritten; null: none. @returns the exit code. */
export async function handOver(
  review: Review,
  options: ReviewOptions,
  terminal: Terminal,
  madeFrom: string | null,
): Promise<number> {
  if (review.verdict !== 'blocked' && options.out !== undefined) {
    await writeOutput(options.out, encodeSavedPlan(review.plan), madeFrom);
    terminal.quiet || terminal.err(`sealed ${review.plan.digest.slice(0, 8)} into ${visible(options.out)}\n`);
  }
  await emit(terminal, options, REVIEW_FORMATS, (format, where) =>
    renderReview({ ...review, next: review.next === null ? null : sameWay(review.next, options) }, format, {
      ...where,
      all: options.all ?? false,
    }),
  );
  if (review.verdict === 'blocked') return EXIT_BLOCKED;
  return options.detailedExitcode && review.verdict === 'ready' ? EXIT_CHANGES : 0;
}
