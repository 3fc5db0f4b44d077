/** Computes the results of the runs of a rehearsal from their journals, by rank and in sums. Pure. */
import { unreachable } from '../../errors.ts';
import { replay, totals } from '../../journal/replay.ts';
import { textWithFix } from '../../messages/messages.ts';
import {
  type EndedBecause,
  type JournalEntry,
  OUTCOMES,
  type Outcome,
  type RehearsedEffect,
  type RehearsedSeconds,
  type SavedPlan,
} from '../../model.ts';
import { SECOND } from '../../units.ts';

/** The figures of one run. */
export interface RunFigures {
  /** Seconds. */
  readonly took: number;
  /** Seconds to the end of each wave; null: the run did not reach it. */
  readonly waves: readonly (number | null)[];
  readonly processes: number;
  readonly totals: Readonly<Record<Outcome, number>>;
  readonly retries: number;
  readonly unanswered: number;
  readonly refused: ReadonlyMap<string, number>;
  readonly waited: RehearsedEffect['waited'];
  readonly ended: { readonly because: EndedBecause; readonly message: string | null };
}

/** The figures of one run that has ended. */
export function figuresOf(saved: SavedPlan, entries: readonly JournalEntry[]): RunFigures {
  const state = replay(saved, entries);
  const began = Date.parse(state.startedAt ?? '');
  const since = (at: string | null | undefined) => (at ? (Date.parse(at) - began) / SECOND : null);
  const steps = [...state.steps.values()];
  const because = state.endedBecause ?? 'done';
  return {
    took: since(state.endedAt) ?? 0,
    waves: saved.waves.map((_, wave) => since(state.waveEndedAt.get(wave))),
    processes: state.starts,
    totals: totals(steps),
    retries: steps.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0),
    ...answersIn(entries),
    ended: {
      because,
      message: because === 'done' ? null : state.stopping && textWithFix(state.stopping.message),
    },
  };
}

/**
 * Combines the runs of one plan with the same faults.
 * @param baseline the runs of the same seeds without faults; null: these are they.
 */
export function effectOf(
  saved: SavedPlan,
  faults: readonly string[],
  runs: readonly RunFigures[],
  baseline: readonly RunFigures[] | null,
): RehearsedEffect {
  const sum = (of: (run: RunFigures) => number) => runs.reduce((total, run) => total + of(run), 0);
  const most = (of: (run: RunFigures) => number) => runs.reduce((a, run) => Math.max(a, of(run)), 0);
  const refused = new Map<string, number>();
  for (const run of runs)
    for (const [code, times] of run.refused) refused.set(code, (refused.get(code) ?? 0) + times);
  const ends = Map.groupBy(runs, ({ ended }) => `${ended.because} ${ended.message ?? ''}`);
  return {
    faults,
    took: secondsByRank(runs.map(({ took }) => took))!,
    ...(baseline === null
      ? {}
      : { later: secondsByRank(runs.map(({ took }, n) => took - baseline[n]!.took))! }),
    waves: saved.waves.map(({ name }, wave) => {
      const reached = runs.flatMap(({ waves }) => waves[wave] ?? []);
      return { name, runs: reached.length, took: secondsByRank(reached) };
    }),
    windows: most(({ processes }) => processes),
    totals: Object.fromEntries(
      OUTCOMES.map((outcome) => [outcome, sum((run) => run.totals[outcome])]),
    ) as Record<Outcome, number>,
    retries: sum((run) => run.retries),
    unanswered: sum((run) => run.unanswered),
    refused: [...refused]
      .map(([code, count]) => ({ code, count }))
      .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
    waited: {
      resolving: rounded(sum(({ waited }) => waited.resolving)),
      afterRefusal: rounded(sum(({ waited }) => waited.afterRefusal)),
      longest: rounded(most(({ waited }) => waited.longest)),
    },
    ended: [...ends.values()]
      .map((alike) => ({
        ...alike[0]!.ended,
        runs: alike.length,
        notRun: alike.reduce((total, run) => total + run.totals['not-run'], 0),
      }))
      .sort(
        (a, b) => b.runs - a.runs || (`${a.because} ${a.message}` < `${b.because} ${b.message}` ? -1 : 1),
      ),
  };
}

/** Seconds by the nearest rank; null: no values. */
export function secondsByRank(values: readonly number[]): RehearsedSeconds | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!);
  return { p50: at(0.5), p90: at(0.9), greatest: at(1) };
}

/**
 * Counts missing answers and refusals, and the seconds that steps waited because of them. One wait is from an unresolved
 * order to its resolution. The other is from a refusal to the next order or the end of the step.
 */
function answersIn(entries: readonly JournalEntry[]): Pick<RunFigures, 'unanswered' | 'refused' | 'waited'> {
  const since = { resolving: new Map<string, number>(), afterRefusal: new Map<string, number>() };
  const refused = new Map<string, number>();
  const waited = { resolving: 0, afterRefusal: 0, longest: 0 };
  let unanswered = 0;
  const end = (name: keyof typeof since, step: string, at: number): void => {
    const from = since[name].get(step);
    if (from === undefined) return;
    since[name].delete(step);
    waited[name] += (at - from) / SECOND;
    waited.longest = Math.max(waited.longest, (at - from) / SECOND);
  };
  for (const entry of entries) {
    if (!('step' in entry)) continue;
    const { step } = entry;
    const at = Date.parse(entry.at);
    switch (entry.kind) {
      case 'no-answer':
        unanswered += 1;
        since.resolving.set(step, at);
        break;
      case 'refused':
        refused.set(entry.code, (refused.get(entry.code) ?? 0) + 1);
        since[entry.next === 'read-first' ? 'resolving' : 'afterRefusal'].set(step, at);
        break;
      case 'resolved':
        end('resolving', step, at);
        break;
      case 'intent':
        end('afterRefusal', step, at);
        break;
      case 'step-ended':
        end('resolving', step, at);
        end('afterRefusal', step, at);
        break;
      case 'instance-read':
      case 'not-sent':
      case 'accepted':
      case 'deferred':
      case 'began':
      case 'billed':
        break;
      default:
        unreachable(entry);
    }
  }
  return { unanswered, refused, waited };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
