/** Describes the steps of a report in words, the same in every format. */

import { fixOfCode } from '../messages/codes.ts';
import { english, type Words } from '../messages/words.ts';
import type { Report, ReportAttempt, ReportStep } from '../model.ts';
import { SECOND } from '../units.ts';

/** The change of a step: `memory 4 GB → 8 GB × 3 shards`. */
export function changeOf(step: ReportStep, { show }: Words = english): string {
  return show.change({ dimension: step.dimension, from: step.from, to: step.to }, step.after, step.nodes);
}

const MOST_SEVERE_FIRST: readonly string[] = ['unknown', 'failed', 'refused', 'drifted', 'skipped'];

/** Steps that a person must check, the most severe outcome first. Steps that did not run are left out. */
export function stepsNeedingAttention(report: Report): ReportStep[] {
  return report.steps
    .filter(({ outcome, warning }) => MOST_SEVERE_FIRST.includes(outcome) || warning !== undefined)
    .sort((a, b) => severityRank(a) - severityRank(b));
}

/** What to do about a step that needs attention; null for one that only has a warning, or whose code nobody explains. */
export function fixOf({ outcome, code }: ReportStep, { codes }: Words = english): string | null {
  if (outcome === 'unknown') return 'refit reconcile RUN';
  return outcome === 'verified' || code === null ? null : fixOfCode(code, codes);
}

/** Steps that have only a warning come last. */
function severityRank({ outcome }: ReportStep): number {
  const at = MOST_SEVERE_FIRST.indexOf(outcome);
  return at < 0 ? MOST_SEVERE_FIRST.length : at;
}

/** True where a step has several attempts, or one without a clear answer. Reports then list its attempts. */
export function hasUnusualAttempts({ attemptDetails }: ReportStep): boolean {
  return attemptDetails.some(
    (one, at) =>
      at > 0 || one.resolved !== undefined || one.answer === 'no-answer' || one.answer === 'none-yet',
  );
}

/** `attempt 1, 02:05:01: refused, FailedOperation.SystemError: instance is locked` */
export function describeAttempt(one: ReportAttempt, { report: say, names, show }: Words = english): string {
  const { attempt, order, resolved } = one;
  const reason = say.codeAndMessage(one.code, one.message);
  return show.join([
    say.attempt(attempt, one.sentAt ?? one.at, names.answer[one.answer], { reason, order }),
    resolved && say.resolved(resolved.at, resolved.executed, resolved.evidence),
  ]);
}

/** Waits of a second or more, except for the change itself: `request limit 4 s, busy instance 2 m 3 s`. */
export function describeDelays(
  { waits }: ReportStep,
  { frame, report: say, names }: Words = english,
): string {
  return frame.list(
    waits
      .filter((wait) => wait.for !== 'change' && wait.ms >= SECOND)
      .map((wait) => say.delay(names.delay[wait.for], wait.ms)),
  );
}

/** The bill of one step: `billed ¥420.00, ¥8.00 more than quoted`; empty where no bill is expected. */
export function describeBill(
  { bill, billed, quote, difference }: ReportStep,
  { report: say }: Words = english,
): string {
  const amount = billed === null ? '' : say.billOf(billed);
  switch (bill) {
    case 'as-quoted':
      return say.billAsQuoted(amount);
    case 'differs':
      return difference === null
        ? say.billInOtherCurrency(amount, String(quote?.currency))
        : say.billDiffers(amount, difference, quote!.currency, quote!.estimated === true);
    case 'by-the-hour':
      return billed === null || billed.amount === 0 ? say.billedByTheHour : amount;
    case 'not-read':
      return say.billNotRead;
    default:
      return amount;
  }
}
