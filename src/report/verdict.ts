/** What a reader is told first: how a run stands, and how a plan stands, in one word and one sentence. */
import { OUTCOMES, type Outcome, type Report, type Review } from '../model.ts';
import { count, counted, join } from './quantities.ts';

/** The tone is for colour; word and sentence say the same without it. */
export interface Verdict {
  readonly tone: 'good' | 'warn' | 'bad' | 'open';
  readonly word: string;
  readonly sentence: string;
  /** What to do next, with RUN in place of the run directory; null where there is nothing to do. */
  readonly next: string | null;
}

/** How a run stands. Where several things apply, the one that needs a person soonest gives the word. */
export function verdictOfRun(report: Report, directory = 'RUN'): Verdict {
  const verdict = verdictOf(report, directory);
  // Nothing of a rehearsal is there to be gone on with.
  return report.rehearsal ? { ...verdict, word: `REHEARSED, ${verdict.word}`, next: null } : verdict;
}

function verdictOf(report: Report, directory: string): Verdict {
  const { totals, run } = report;
  const steps = report.steps.length;
  const verified = `${count(totals.verified)} of ${counted(steps, 'step')} verified`;
  const warned = report.steps.filter(({ warning }) => warning !== undefined).length;
  const sum = join([
    verified,
    describeOutcomes(totals, ['verified']),
    warned > 0 && `${counted(warned, 'step')} with a warning`,
  ]);
  if (run.startedAt === null) {
    const sentence = `nothing has been done: none of ${counted(steps, 'step')} has run`;
    return { tone: 'open', word: 'NOT STARTED', sentence, next: null };
  }
  if (run.endedBecause === null) {
    // While a run lasts, "unknown" is mostly a step whose order is being followed: say what is on record, no more.
    const asked = totals.unknown > 0 && `${count(totals.unknown)} asked for, with no end on record`;
    const others = describeOutcomes(totals, ['verified', 'unknown']);
    return {
      tone: 'open',
      word: 'NOT ENDED',
      sentence: join(['the run is under way, or its process died', verified, asked, others]),
      next: `refit status ${directory}`,
    };
  }
  const why = run.endedBecause === 'done' ? '' : (run.message ?? ENDED[run.endedBecause]);
  if (totals.unknown > 0) {
    const next = `refit reconcile ${directory}`;
    return { tone: 'bad', word: 'UNKNOWN', sentence: join([sum, why]), next };
  }
  if (run.endedBecause !== 'done') {
    return {
      tone: run.endedBecause === 'halted' ? 'bad' : 'warn',
      word: WORDS[run.endedBecause],
      sentence: `${why}; ${sum}`,
      next: totals.verified === steps ? null : `refit apply ${directory}/plan.json --run-dir ${directory}`,
    };
  }
  if (totals.verified === steps) return { tone: 'good', word: 'VERIFIED', sentence: sum, next: null };
  return { tone: totals.failed > 0 ? 'bad' : 'warn', word: 'NOT ALL VERIFIED', sentence: sum, next: null };
}

const WORDS = {
  halted: 'HALTED',
  drained: 'DRAINED',
  'finish-by': 'OUT OF TIME',
  'not-approved': 'NOT APPROVED',
  reconciled: 'WORK LEFT',
  'window-closed': 'WINDOW CLOSED',
} as const;

const ENDED = {
  halted: 'a threshold or gate ended it',
  drained: 'stopped, and what was under way was followed to its end',
  'finish-by': 'the time to finish by had come',
  'not-approved': 'the next wave has not been approved',
  reconciled: 'its process had died, and what was unknown was settled by reading',
  'window-closed': 'its window had closed',
} as const;

/** An outcome's name as people read it. */
export function outcomeName(outcome: Outcome): string {
  return outcome === 'not-run' ? 'not run' : outcome;
}

/** `9 verified, 1 failed`: the outcomes that occur, in the order in which they are shown. */
export function describeOutcomes(
  totals: Readonly<Record<Outcome, number>>,
  without: readonly Outcome[] = [],
): string {
  return OUTCOMES.filter((outcome) => totals[outcome] > 0 && !without.includes(outcome))
    .map((outcome) => `${count(totals[outcome])} ${outcomeName(outcome)}`)
    .join(', ');
}

/** How a plan stands under review. */
export function verdictOfReview(review: Review): Verdict {
  const { next } = review;
  const errors = counted(review.findings.filter(({ severity }) => severity === 'error').length, 'error');
  switch (review.verdict) {
    case 'ready': {
      const { steps, blocked } = review.plan;
      const instances = new Set(steps.map(({ instance }) => instance)).size;
      const planned = `${counted(steps.length, 'step')} on ${counted(instances, 'instance')}`;
      if (blocked.length === 0) return { tone: 'good', word: 'READY', sentence: planned, next };
      const sentence = `${planned}, ${counted(blocked.length, 'blocked target')} left out`;
      return { tone: 'warn', word: 'READY', sentence, next };
    }
    case 'blocked':
      return { tone: 'bad', word: 'BLOCKED', sentence: `${errors}; nothing was sealed`, next };
    case 'no-change': {
      const sentence = 'every target already has its size; nothing to apply';
      return { tone: 'good', word: 'NO CHANGE', sentence, next };
    }
    case 'valid': {
      const sentence = 'nothing is wrong with the text; nothing was planned yet';
      return { tone: 'good', word: 'VALID', sentence, next };
    }
    case 'invalid':
      return { tone: 'bad', word: 'INVALID', sentence: `${errors} in the text; nothing was planned`, next };
  }
}
