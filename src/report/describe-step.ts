/** The steps of a report in the words of every format, and which of them a reader must look at. */
import type { Report, ReportAttempt, ReportStep } from '../model.ts';
import { SECOND } from '../units.ts';
import * as show from './quantities.ts';

/** What a step changes, as `memory 4 GB → 8 GB × 3 shards`. */
export function changeOf(step: ReportStep): string {
  return show.change({ dimension: step.dimension, from: step.from, to: step.to }, step.after, step.nodes);
}

const GRAVEST_FIRST: readonly string[] = ['unknown', 'failed', 'refused', 'drifted', 'skipped'];

/** Steps that need a person's eyes, the gravest first; those that merely did not run are not among them. */
export function needingAttention(report: Report): ReportStep[] {
  return report.steps
    .filter(({ outcome, warning }) => GRAVEST_FIRST.includes(outcome) || warning !== undefined)
    .sort((a, b) => gravity(a) - gravity(b));
}

/** What only has a warning comes last. */
function gravity({ outcome }: ReportStep): number {
  const at = GRAVEST_FIRST.indexOf(outcome);
  return at < 0 ? GRAVEST_FIRST.length : at;
}

/** Whether it must be shown how a step was asked for: more than once, or without a plain answer. */
export function isAskedOtherwise({ attemptDetails: asked }: ReportStep): boolean {
  return asked.some(
    (one, at) =>
      at > 0 || one.resolved !== undefined || one.answer === 'no-answer' || one.answer === 'none-yet',
  );
}

/** `attempt 1, 02:05:01: refused, FailedOperation.SystemError: instance is locked` */
export function describeAttempt(one: ReportAttempt): string {
  const { attempt, order, resolved: settled } = one;
  const reason = show.join([one.code, one.message], ': ');
  const answer = show.join([ANSWERS[one.answer], reason, order !== null && `order ${order}`], ', ');
  const landed =
    settled &&
    `settled ${show.timeOfDay(settled.at)}: had ${settled.executed ? '' : 'not '}landed, ${settled.evidence}`;
  return show.join([`attempt ${attempt}, ${show.timeOfDay(one.sentAt ?? one.at)}: ${answer}`, landed]);
}

const ANSWERS: Readonly<Record<ReportAttempt['answer'], string>> = {
  accepted: 'accepted',
  refused: 'refused',
  'no-answer': 'no answer',
  'not-sent': 'nothing was sent',
  'none-yet': 'no answer on record',
};

/** `limit 4 s, busy 2 m 3 s`: what held a step up beside the change itself; empty where nothing did for a second. */
export function heldUpBy({ waits }: ReportStep): string {
  return waits
    .filter((wait) => wait.for !== 'change' && wait.ms >= SECOND)
    .map((wait) => `${wait.for} ${show.duration(wait.ms)}`)
    .join(', ');
}

/** The bill of one step: `billed ¥420.00, ¥8.00 more than quoted`; empty where there is nothing to say. */
export function describeBill({ bill, billed, quote, difference }: ReportStep): string {
  const amount = billed === null ? '' : `billed ${show.money(billed.amount, billed.currency)}`;
  switch (bill) {
    case 'as-quoted':
      return `${amount}, as quoted`;
    case 'differs': {
      const reckoned = quote?.estimated ? ' (reckoned)' : '';
      if (difference === null) return `${amount}, quoted in ${quote?.currency}`;
      const by = show.money(Math.abs(difference), quote!.currency);
      return `${amount}, ${by} ${difference > 0 ? 'more' : 'less'} than quoted${reckoned}`;
    }
    case 'by-the-hour':
      return billed === null || billed.amount === 0 ? 'nothing at once' : amount;
    case 'not-read':
      return 'bill not read';
    default:
      return amount;
  }
}
