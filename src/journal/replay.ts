/** Replays a journal: folds its entries to the state of the run and its steps. */
import { unreachable } from '../errors.ts';
import {
  isLimitCode,
  type JournalEntry,
  OUTCOMES,
  type Outcome,
  type RunState,
  type SavedPlan,
  type StepState,
} from '../model.ts';
import { callsOf, countCalls, countOrder } from './call-counts.ts';
import { foldAdoption, foldCommand, foldEnd, foldGate, foldRest, foldStart, foldWave } from './fold-run.ts';
import { initialStepState } from './fold-step.ts';
import { assignOrder, changeStep, Folding } from './folding.ts';
import { createRecorded, type Recorded } from './recorded.ts';

/** The state of a run, folded entry by entry. */
export interface Replay {
  /** Takes the entries in order. */
  add(entry: JournalEntry): void;
  /** The present state of one step. */
  step(id: string): StepState;
  /** The step that has this order number on record; null for a new number. */
  stepOf(order: string): string | null;
  /** The present state of the run. Its maps change with the next entries. */
  state(): RunState;
  /** What is on record about people and accounts. */
  readonly recorded: Recorded;
  /** A copy that goes on by itself. */
  copy(): Replay;
}

/**
 * Creates a replay that takes the journal entry by entry. A live run keeps one beside its journal and decides from it.
 * Steps without entries are `not-run`. An ordered step without an answer on record is `unknown` until it is resolved.
 */
export function createReplay(saved: Pick<SavedPlan, 'steps'>): Replay {
  return replayIn(new Folding(saved), createRecorded());
}

function replayIn(run: Folding, recorded: Recorded): Replay {
  return {
    add(entry) {
      fold(run, entry);
      recorded.add(entry);
      run.head = entry.hash;
      run.entries = entry.seq;
    },
    step: (id) => run.steps.get(id) ?? initialStepState(id),
    stepOf: (order) => run.stepOfOrder.get(order) ?? null,
    state() {
      const { callCounts, stepOfOrder: _, standsHalted: __, gates: ___, ...rest } = run;
      return { ...rest, ...callsOf(callCounts) };
    },
    recorded,
    copy: () => replayIn(run.copy(), recorded.copy()),
  };
}

/** Folds a whole journal to the state of its run. */
export function replay(saved: Pick<SavedPlan, 'steps'>, entries: Iterable<JournalEntry>): RunState {
  const run = createReplay(saved);
  for (const entry of entries) run.add(entry);
  return run.state();
}

function fold(run: Folding, entry: JournalEntry): void {
  switch (entry.kind) {
    case 'run-started':
      return foldStart(run, entry);
    case 'adopted':
      return foldAdoption(run, entry);
    case 'approved':
    case 'identity':
    case 'lock-taken-over':
    case 'notified':
      return;
    case 'approval-awaited':
      run.approvalsAwaited.set(entry.wave, entry.until);
      return;
    case 'wave-started':
    case 'wave-ended':
      return foldWave(run, entry);
    case 'accepted':
      countOrder(run.callCounts, entry.sentAt, false);
      run.stepOfOrder.set(entry.order, entry.step);
      return changeStep(run, entry);
    case 'refused':
      countOrder(run.callCounts, entry.sentAt, isLimitCode(entry.code));
      if (entry.next === 'halt') run.haltingRefusals.add(entry.step);
      return changeStep(run, entry);
    case 'no-answer':
      countOrder(run.callCounts, entry.sentAt, false);
      return changeStep(run, entry);
    case 'resolved':
      if (entry.order !== null) assignOrder(run, entry.order, entry.step);
      return changeStep(run, entry);
    case 'instance-read':
    case 'intent':
    case 'not-sent':
    case 'deferred':
    case 'began':
    case 'step-ended':
    case 'billed':
      return changeStep(run, entry);
    case 'gate':
      return foldGate(run, entry);
    case 'control-command':
      return foldCommand(run, entry);
    case 'rested':
      return foldRest(run, entry);
    case 'handed-over':
      run.handedOver = { place: entry.place, run: entry.run };
      return;
    case 'stopping':
      run.stopping = { because: entry.because, message: entry.message };
      return;
    case 'calls':
      for (const calls of entry.counts) countCalls(run.callCounts, calls);
      return;
    case 'run-ended':
      return foldEnd(run, entry);
    default:
      return unreachable(entry);
  }
}

/** True if nothing is left to do: the run has ended, and every step has a known end. */
export function isFinished(state: RunState): boolean {
  if (state.endedAt === null || state.haltingRefusals.size > 0) return false;
  for (const { outcome } of state.steps.values())
    if (outcome === 'not-run' || outcome === 'unknown') return false;
  return true;
}

/** One count for each outcome; the counts add up to the number of steps. */
export function totals(states: Iterable<Pick<StepState, 'outcome'>>): Record<Outcome, number> {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { outcome } of states) counts[outcome] += 1;
  return counts;
}
