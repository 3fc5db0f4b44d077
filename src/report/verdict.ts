/** The verdict of a run and of a plan review: one word and one sentence. Readers see it first. */

import { count, counted, join } from '../messages/en/quantities.ts';
import { english, type Words } from '../messages/words.ts';
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
export function verdictOfRun(report: Report, place: RunInCommands = {}, words: Words = english): Verdict {
  const verdict = verdictOf(report, place, words);
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
      `${because === 'done' ? '' : english.verdicts.ended[because]} IN ${count(own.reduce((sum, one) => sum + one.runs, 0))} OF ${count(seeds.count)}`,
  );
  return { tone: tone === 'good' ? 'warn' : tone, word: `REHEARSED, ${ends.join(', ')}`, sentence: summary };
}

function verdictOf(report: Report, { directory = 'RUN', storeOption }: RunInCommands, words: Words): Verdict {
  const { verdicts: say, show } = words;
  const typed = `${shellQuote(directory)}${storeOption ?? ''}`;
  const { totals, run } = report;
  const steps = report.steps.length;
  const verified = say.verifiedOf(totals.verified, steps);
  const warned = report.steps.filter(({ warning }) => warning !== undefined).length;
  const summary = show.join([
    verified,
    describeOutcomes(totals, ['verified'], words),
    warned > 0 && say.withWarning(warned),
  ]);
  if (run.startedAt === null) {
    return { tone: 'open', word: say.notStarted, sentence: say.hasNotStarted(steps), next: null };
  }
  if (run.endedBecause === null) {
    // In a live run, "unknown" is usually a step whose order Refit still follows. The sentence claims no more than that.
    const ordered = totals.unknown > 0 && say.noEndYet(totals.unknown);
    const others = describeOutcomes(totals, ['verified', 'unknown'], words);
    return {
      tone: 'open',
      word: say.notEnded,
      sentence: show.join([say.inProgress, verified, ordered, others]),
      next: `refit status ${typed}`,
    };
  }
  const cause = run.endedBecause === 'done' ? '' : (run.message ?? say.causes[run.endedBecause]);
  if (totals.unknown > 0) {
    const next = `refit reconcile ${typed}${endpointOption(run.endpoint)}`;
    return { tone: 'bad', word: say.unknown, sentence: show.join([summary, cause]), next };
  }
  if (run.endedBecause !== 'done') {
    const resumed =
      storeOption === undefined ? `${shellQuote(`${directory}/plan.json`)} --run-dir ${typed}` : typed;
    return {
      tone: run.endedBecause === 'halted' ? 'bad' : 'warn',
      word: say.ended[run.endedBecause],
      sentence: show.join([cause, summary]),
      // Without an approval, the command only stops again. The cause names the command that comes first.
      next:
        totals.verified === steps || run.endedBecause === 'not-approved'
          ? null
          : `refit apply ${resumed}${endpointOption(run.endpoint)}`,
    };
  }
  if (totals.verified === steps) return { tone: 'good', word: say.verified, sentence: summary, next: null };
  return {
    tone: totals.failed > 0 ? 'bad' : 'warn',
    word: say.notAllVerified,
    sentence: summary,
    next: null,
  };
}

/** The name of an outcome in texts. */
export function outcomeName(outcome: Outcome, words: Words = english): string {
  return words.names.outcome[outcome];
}

/** `9 verified, 1 failed`: the outcomes with a count above zero, in their usual order. */
export function describeOutcomes(
  totals: Readonly<Record<Outcome, number>>,
  without: readonly Outcome[] = [],
  words: Words = english,
): string {
  const shown = OUTCOMES.filter((outcome) => totals[outcome] > 0 && !without.includes(outcome));
  return words.frame.list(
    shown.map((outcome) => words.verdicts.outcome(totals[outcome], outcomeName(outcome, words))),
  );
}

/** The verdict of a plan review. */
export function verdictOfReview(review: Review, { verdicts: say }: Words = english): Verdict {
  const { next } = review;
  const errors = review.findings.filter(({ severity }) => severity === 'error').length;
  switch (review.verdict) {
    case 'ready': {
      const { steps, blocked } = review.plan;
      const instances = new Set(steps.map(({ instance }) => instance)).size;
      const planned = say.planned(steps.length, instances);
      // The plan is sealed, and the policy of today refuses it.
      if (review.findings.some(({ severity, code }) => severity === 'error' && /^Refit\.Policy/.test(code)))
        return { tone: 'bad', word: say.ended['policy-refused'], sentence: planned, next };
      if (blocked.length === 0) return { tone: 'good', word: say.ready, sentence: planned, next };
      return { tone: 'warn', word: say.ready, sentence: say.excluded(planned, blocked.length), next };
    }
    case 'blocked':
      if (review.nothingLeft === true) {
        const { blocked, unchanged } = review.plan;
        const sentence = say.allBlocked(blocked.length, unchanged.length);
        return { tone: 'warn', word: say.nothingLeft, sentence, next };
      }
      return { tone: 'bad', word: say.blocked, sentence: say.notSealed(errors), next };
    case 'no-change':
      return { tone: 'good', word: say.noChange, sentence: say.nothingToApply, next };
    case 'valid':
      return { tone: 'good', word: say.valid, sentence: say.nothingPlanned, next };
    case 'invalid':
      return { tone: 'bad', word: say.invalid, sentence: say.notPlanned(errors), next };
  }
}
