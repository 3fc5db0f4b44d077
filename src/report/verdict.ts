/** The verdict of a run and of a plan review: one word and one sentence. Readers see it first. */

import { count, counted, join } from '../messages/en/quantities.ts';
import { OUTCOMES, type Outcome, type Rehearsed, type Report, type Review } from '../model.ts';
import { endpointOption, shellQuote } from '../next-command.ts';

/** A verdict. The tone only sets a colour; word and sentence are complete without it. */
export interface Verdict {
  readonly tone: 'good' | 'warn' | 'bad' | 'open';
  readonly word: string;
  readonly sentence: string;
  /** The next command; null where there is nothing to do. */
  readonly next: string | null;
}

/** Where a run is, for the next command. */
export interface RunInCommands {
  /** The run directory, or the id of the run; `RUN` by default. */
  readonly directory?: string;
  /** For a run in a database, what the command needs to find it: ` --store URL`, or nothing. Absent: a run directory. */
  readonly storeOption?: string;
}

/** The verdict of a run. If several apply, the most urgent one gives the word. */
export function verdictOfRun(report: Report, place: RunInCommands = {}): Verdict {
  const verdict = verdictOf(report, place);
  if (!report.rehearsal) return verdict;
  // A rehearsal leaves no run directory, so no command can continue it.
  return report.rehearsed === undefined || report.rehearsed.seeds.count === 1
    ? { ...verdict, word: `REHEARSED, ${verdict.word}`, next: null }
    : { ...verdictOfAllSeeds(report.rehearsed), next: null };
}

/** The verdict over all runs of a rehearsal: `REHEARSED, HALTED IN 5 OF 10`. */
function verdictOfAllSeeds({ seeds, all }: Rehearsed): Omit<Verdict, 'next'> {
  const steps = OUTCOMES.reduce((sum, outcome) => sum + all.totals[outcome], 0);
  const summary = join([
    `${count(all.totals.verified)} of ${counted(steps, 'step')} of all ${count(seeds.count)} runs verified`,
    describeOutcomes(all.totals, ['verified']),
  ]);
  const early = all.ended.filter(({ because }) => because !== 'done');
  const isHalted = early.some(({ because }) => because === 'halted');
  const isBad = isHalted || all.totals.unknown > 0 || all.totals.failed > 0;
  const tone = isBad ? 'bad' : all.totals.verified === steps ? 'good' : 'warn';
  if (early.length === 0) {
    const word = all.totals.verified === steps ? 'VERIFIED' : 'NOT ALL VERIFIED';
    return { tone, word: `REHEARSED, ${word}`, sentence: summary };
  }
  const runs = Map.groupBy(early, ({ because }) => because);
  const ends = [...runs].map(
    ([because, own]) =>
      `${because === 'done' ? '' : WORDS[because]} IN ${count(own.reduce((sum, one) => sum + one.runs, 0))} OF ${count(seeds.count)}`,
  );
  return { tone: tone === 'good' ? 'warn' : tone, word: `REHEARSED, ${ends.join(', ')}`, sentence: summary };
}

function verdictOf(report: Report, { directory = 'RUN', storeOption }: RunInCommands): Verdict {
  const typed = `${shellQuote(directory)}${storeOption ?? ''}`;
  const { totals, run } = report;
  const steps = report.steps.length;
  const verified = `${count(totals.verified)} of ${counted(steps, 'step')} verified`;
  const warned = report.steps.filter(({ warning }) => warning !== undefined).length;
  const summary = join([
    verified,
    describeOutcomes(totals, ['verified']),
    warned > 0 && `${counted(warned, 'step')} with a warning`,
  ]);
  if (run.startedAt === null) {
    const sentence = `the run has not started; 0 of ${counted(steps, 'step')} have run`;
    return { tone: 'open', word: 'NOT STARTED', sentence, next: null };
  }
  if (run.endedBecause === null) {
    // In a live run, "unknown" is usually a step whose order Refit still follows. The sentence claims no more than that.
    const ordered = totals.unknown > 0 && `${count(totals.unknown)} ordered, no end recorded yet`;
    const others = describeOutcomes(totals, ['verified', 'unknown']);
    return {
      tone: 'open',
      word: 'NOT ENDED',
      sentence: join(['the run is in progress, or its process died', verified, ordered, others]),
      next: `refit status ${typed}`,
    };
  }
  const cause = run.endedBecause === 'done' ? '' : (run.message ?? END_CAUSES[run.endedBecause]);
  if (totals.unknown > 0) {
    const next = `refit reconcile ${typed}${endpointOption(run.endpoint)}`;
    return { tone: 'bad', word: 'UNKNOWN', sentence: join([summary, cause]), next };
  }
  if (run.endedBecause !== 'done') {
    const resumed =
      storeOption === undefined ? `${shellQuote(`${directory}/plan.json`)} --run-dir ${typed}` : typed;
    return {
      tone: run.endedBecause === 'halted' ? 'bad' : 'warn',
      word: WORDS[run.endedBecause],
      sentence: `${cause}; ${summary}`,
      // Without an approval, the command only stops again. The cause names the command that comes first.
      next:
        totals.verified === steps || run.endedBecause === 'not-approved'
          ? null
          : `refit apply ${resumed}${endpointOption(run.endpoint)}`,
    };
  }
  if (totals.verified === steps) return { tone: 'good', word: 'VERIFIED', sentence: summary, next: null };
  return {
    tone: totals.failed > 0 ? 'bad' : 'warn',
    word: 'NOT ALL VERIFIED',
    sentence: summary,
    next: null,
  };
}

const WORDS = {
  halted: 'HALTED',
  drained: 'DRAINED',
  'finish-by': 'OUT OF TIME',
  'not-approved': 'NOT APPROVED',
  'policy-refused': 'REFUSED BY POLICY',
  reconciled: 'WORK LEFT',
  'window-closed': 'WINDOW CLOSED',
} as const;

const END_CAUSES = {
  halted: 'a threshold or gate halted the run',
  drained: 'the run was stopped after its orders in flight ended',
  'finish-by': 'the finishBy time was reached',
  'not-approved': 'the next wave is not approved',
  'policy-refused': 'the policy refuses the plan',
  reconciled: 'the process died; refit reconcile resolved the unanswered orders',
  'window-closed': 'the window closed',
} as const;

/** The name of an outcome in texts. */
export function outcomeName(outcome: Outcome): string {
  return outcome === 'not-run' ? 'not run' : outcome;
}

/** `9 verified, 1 failed`: the outcomes with a count above zero, in their usual order. */
export function describeOutcomes(
  totals: Readonly<Record<Outcome, number>>,
  without: readonly Outcome[] = [],
): string {
  return OUTCOMES.filter((outcome) => totals[outcome] > 0 && !without.includes(outcome))
    .map((outcome) => `${count(totals[outcome])} ${outcomeName(outcome)}`)
    .join(', ');
}

/** The verdict of a plan review. */
export function verdictOfReview(review: Review): Verdict {
  const { next } = review;
  const errors = counted(review.findings.filter(({ severity }) => severity === 'error').length, 'error');
  switch (review.verdict) {
    case 'ready': {
      const { steps, blocked } = review.plan;
      const instances = new Set(steps.map(({ instance }) => instance)).size;
      const planned = `${counted(steps.length, 'step')} on ${counted(instances, 'instance')}`;
      // The plan is sealed, and the policy of today refuses it.
      if (review.findings.some(({ severity, code }) => severity === 'error' && /^Refit\.Policy/.test(code)))
        return { tone: 'bad', word: 'REFUSED BY POLICY', sentence: planned, next };
      if (blocked.length === 0) return { tone: 'good', word: 'READY', sentence: planned, next };
      const sentence = `${planned}, ${counted(blocked.length, 'blocked target')} excluded`;
      return { tone: 'warn', word: 'READY', sentence, next };
    }
    case 'blocked':
      return { tone: 'bad', word: 'BLOCKED', sentence: `${errors}; no plan was sealed`, next };
    case 'no-change': {
      const sentence = 'every target already has the requested size; nothing to apply';
      return { tone: 'good', word: 'NO CHANGE', sentence, next };
    }
    case 'valid': {
      const sentence = 'no errors in the plan file; nothing is planned yet';
      return { tone: 'good', word: 'VALID', sentence, next };
    }
    case 'invalid':
      return {
        tone: 'bad',
        word: 'INVALID',
        sentence: `${errors} in the plan file; nothing was planned`,
        next,
      };
  }
}
