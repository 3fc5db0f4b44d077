/** The state of a run while its journal is folded. */
import type { EntryOf, JournalEntry, RunState, SavedPlan, StepState } from '../model.ts';
import type { CallCounts } from './call-counts.ts';
import { GENESIS } from './chain.ts';
import { STEP_CHANGES, initialStepState } from './fold-step.ts';

/** Nobody has told the run anything. */
export const AS_PLANNED: RunState['control'] = { paused: null, inFlight: null, requestsPerSecond: null };

/** It begins as a run of which the journal says nothing. */
export class Folding {
  startedAt: string | null = null;
  endedAt: string | null = null;
  endedBecause: RunState['endedBecause'] = null;
  exitCode: number | null = null;
  starts = 0;
  stopping: RunState['stopping'] = null;
  control = AS_PLANNED;
  stopCommanded = false;
  wavesStarted: number[] = [];
  wavesEnded: number[] = [];
  waveEndedAt = new Map<number, string>();
  approvalsAwaited = new Map<number, string>();
  gatesReleased = new Set<number>();
  gatesAcknowledged = new Set<string>();
  /** What gates have said last, by `<wave> <judge>`. */
  gates = new Map<string, EntryOf<'gate'>>();
  acknowledged = new Set<string>();
  haltingRefusals = new Set<string>();
  /** It ended as halted, and nobody has resumed it since to continue. */
  standsHalted = false;
  steps: Map<string, StepState>;
  stepOfOrder = new Map<string, string>();
  callCounts: CallCounts = new Map();
  head = GENESIS;
  entries = 0;

  constructor({ steps }: Pick<SavedPlan, 'steps'>) {
    this.steps = new Map(steps.map(({ id }) => [id, initialStepState(id)]));
  }
}

/** Changes the step that an entry is about. */
export function changeStep(run: Folding, entry: Extract<JournalEntry, { step: string }>): void {
  const was = run.steps.get(entry.step) ?? initialStepState(entry.step);
  const change = STEP_CHANGES[entry.kind] as (entry: JournalEntry, was: StepState) => Partial<StepState>;
  run.steps.set(entry.step, { ...was, ...change(entry, was) });
}

/**
 * Puts an order on record for a step. Billing names the instance of an order, an answer does not: where they differ, the
 * answer was that to another call, as a proxy may mix up.
 */
export function assignOrder(run: Folding, order: string, step: string): void {
  const other = run.stepOfOrder.get(order);
  run.stepOfOrder.set(order, step);
  if (other === undefined || other === step) return;
  const was = run.steps.get(other)!;
  run.steps.set(other, { ...was, orders: was.orders.filter((one) => one !== order) });
}
