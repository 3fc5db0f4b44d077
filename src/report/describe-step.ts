/** Describes the steps of a report in words, the same in every format. */

import { fixOfCode } from '../messages/codes.ts';
import * as show from '../messages/en/quantities.ts';
import type { Report, ReportAttempt, ReportStep, StepWait } from '../model.ts';
import { SECOND } from '../units.ts';

/** The change of a step: `memory 4 GB → 8 GB × 3 shards`. */
export function changeOf(step: ReportStep): string {
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
export function fixOf({ outcome, code }: ReportStep): string | null {
  if (outcome === 'unknown') return 'refit reconcile RUN';
  return outcome === 'verified' || code === null ? null : fixOfCode(code);
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
export function describeAttempt(one: ReportAttempt): string {
  const { attempt, order, resolved: settled } = one;
  const reason = show.join([one.code, one.message], ': ');
  const answer = show.join([ANSWERS[one.answer], reason, order !== null && `order ${order}`], ', ');
  const resolution =
    settled &&
    `resolved ${show.timeOfDay(settled.at)}: ${settled.executed ? '' : 'not '}executed, ${settled.evidence}`;
  return show.join([`attempt ${attempt}, ${show.timeOfDay(one.sentAt ?? one.at)}: ${answer}`, resolution]);
}

const ANSWERS: Readonly<Record<ReportAttempt['answer'], string>> = {
  accepted: 'accepted',
  refused: 'refused',
  'no-answer': 'no answer',
  'not-sent': 'not sent',
  'none-yet': 'no answer recorded',
};

/** Waits of a second or more, except for the change itself: `request limit 4 s, busy instance 2 m 3 s`. */
export function describeDelays({ waits }: ReportStep): string {
  return waits
    .filter((wait) => wait.for !== 'change' && wait.ms >= SECOND)
    .map((wait) => `${DELAY_NAMES[wait.for]} ${show.duration(wait.ms)}`)
    .join(', ');
}

const DELAY_NAMES: Readonly<Record<StepWait['for'], string>> = {
  sending: 'sending',
  limit: 'request limit',
  busy: 'busy instance',
  resolving: 'resolving an unanswered order',
  window: 'maintenance window',
  change: 'change',
};

/** The bill of one step: `billed ¥420.00, ¥8.00 more than quoted`; empty where no bill is expected. */
export function describeBill({ bill, billed, quote, difference }: ReportStep): string {
  const amount = billed === null ? '' : `billed ${show.money(billed.amount, billed.currency)}`;
  switch (bill) {
    case 'as-quoted':
      return `${amount}, as quoted`;
    case 'differs': {
      const estimated = quote?.estimated ? ' (estimated)' : '';
      if (difference === null) return `${amount}, quoted in ${quote?.currency}`;
      const by = show.money(Math.abs(difference), quote!.currency);
      return `${amount}, ${by} ${difference > 0 ? 'more' : 'less'} than quoted${estimated}`;
    }
    case 'by-the-hour':
      return billed === null || billed.amount === 0 ? 'billed by the hour' : amount;
    case 'not-read':
      return 'bill not read';
    default:
      return amount;
  }
}
