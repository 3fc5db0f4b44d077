/** The figures of one run, from its journal. Gauges follow from all entries, so a resumed run has the figures of the whole run. */
import { createReplay, type Replay } from '../../journal/replay.ts';
import type { JournalEntry, Money, SavedPlan, StepState } from '../../model.ts';
import { SECOND } from '../../units.ts';

/** What a live process says about itself beyond the journal. `LiveRunStatus` of a run fits. */
export interface LiveFigures {
  readonly paused: object | null;
  /** In-flight slots: the present number, and how many are taken. */
  readonly inFlight: { readonly now: number; readonly inProgress: number };
  /** `step` null: the whole run waits. */
  readonly waits: readonly { readonly name: string; readonly step: string | null }[];
}

/** The states of a run in its process. */
export const RUN_STATES = ['working', 'waiting', 'paused', 'stopping'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** The state of a step: its outcome, or its phase before. `deferred`: accepted, and waits for its maintenance window. */
type StepFigure = Exclude<StepState['phase'], 'ended'> | StepState['outcome'] | 'deferred';

/** The entries that show progress. A refusal that is tried again, a count of calls or a command shows none. */
const PROGRESS: ReadonlySet<JournalEntry['kind']> = new Set([
  'run-started',
  'wave-started',
  'wave-ended',
  'accepted',
  'resolved',
  'deferred',
  'began',
  'step-ended',
  'gate',
  'run-ended',
]);

/** The present figures of one run. */
export interface RunFigures {
  readonly plan: string;
  readonly state: RunState;
  /** Steps by state; they add up to the steps of the plan. */
  readonly steps: ReadonlyMap<string, number>;
  readonly unanswered: number;
  readonly billed: ReadonlyMap<string, number>;
  /** Seconds since 1970 UTC; null before the first entry. */
  readonly startedAt: number | null;
  readonly progressAt: number | null;
  readonly live: LiveFigures | null;
}

/** Follows one run. */
export interface RunFollower {
  /** Takes an entry, of an earlier process or once it is durable. */
  add(entry: JournalEntry): void;
  figures(live: LiveFigures | null): RunFigures;
}

/** @param replay the replay of the live process, if there is one: it saves a second one. It may be ahead of `add`. */
export function followRun(
  saved: Pick<SavedPlan, 'name' | 'steps'>,
  replay: Pick<Replay, 'step'> | null = null,
): RunFollower {
  const own = replay === null ? createReplay(saved) : null;
  const stepOf = (own ?? replay!).step;
  const counted = new Map<string, { readonly state: StepFigure; readonly billed: Money | null }>();
  const steps = new Map<string, number>([['waiting', saved.steps.length]]);
  const billed = new Map<string, number>();
  let startedAt: number | null = null;
  let progressAt: number | null = null;
  let isStopping = false;

  const addTo = (sums: Map<string, number>, key: string, by: number) =>
    sums.set(key, (sums.get(key) ?? 0) + by);
  const count = (id: string): void => {
    const before = counted.get(id) ?? { state: 'waiting', billed: null };
    const step = stepOf(id);
    const after = { state: figureOf(step), billed: step.billed };
    counted.set(id, after);
    addTo(steps, before.state, -1);
    addTo(steps, after.state, 1);
    if (before.billed === after.billed) return;
    if (before.billed) addTo(billed, before.billed.currency, -before.billed.amount);
    if (after.billed) addTo(billed, after.billed.currency, after.billed.amount);
  };

  return {
    add(entry) {
      own?.add(entry);
      const at = Date.parse(entry.at) / SECOND;
      if (PROGRESS.has(entry.kind)) progressAt = at;
      if (entry.kind === 'run-started') {
        startedAt ??= at;
        isStopping = false;
      }
      if (entry.kind === 'stopping') isStopping = true;
      // These two change the state of steps that they do not name.
      if (entry.kind === 'run-started' || entry.kind === 'adopted')
        for (const { id } of saved.steps) count(id);
      else if ('step' in entry) count(entry.step);
    },
    figures: (live) => ({
      plan: saved.name,
      state: stateOf(isStopping, live),
      steps,
      unanswered: (steps.get('unanswered') ?? 0) + (steps.get('unknown') ?? 0),
      billed,
      startedAt,
      progressAt,
      live,
    }),
  };
}

function figureOf({ phase, outcome, waitsFor }: StepState): StepFigure {
  if (phase === 'ended') return outcome;
  return phase === 'following' && waitsFor !== null ? 'deferred' : phase;
}

function stateOf(isStopping: boolean, live: LiveFigures | null): RunState {
  if (isStopping) return 'stopping';
  if (live?.paused) return 'paused';
  // A hold of the rate lasts less than a second, and concerns the orders, not the run.
  return live?.waits.some(({ name, step }) => step === null && name !== 'rateHold') ? 'waiting' : 'working';
}
