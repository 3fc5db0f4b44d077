/** The state of a run while its journal is folded. */
import type { EntryOf, RunState, SavedPlan, StepState } from '../model.ts';
import type { CallCounts } from './call-counts.ts';
import { GENESIS } from './chain.ts';
import { type StepChange, untouched } from './fold-step.ts';

export interface Folding {
  startedAt: string | null;
  endedAt: string | null;
  endedBecause: RunState['endedBecause'];
  exitCode: number | null;
  starts: number;
  stopping: RunState['stopping'];
  steered: RunState['steered'];
  toldToStop: boolean;
  wavesStarted: number[];
  wavesEnded: number[];
  waveEndedAt: Map<number, string>;
  approvalsAwaited: Map<number, string>;
  gatesReleased: Set<number>;
  gatesAcknowledged: Set<string>;
  /** What gates have said last, by `<wave> <judge>`. */
  gates: Map<string, EntryOf<'gate'>>;
  acknowledged: Set<string>;
  haltingRefusals: Set<string>;
  /** It ended as halted, and nobody has resumed it since to continue. */
  standsHalted: boolean;
  steps: Map<string, StepState>;
  stepOfOrder: Map<string, string>;
  callCounts: CallCounts;
  head: string;
  entries: number;
}

/** Nobody has told the run anything. */
export const AS_PLANNED: RunState['steered'] = { paused: null, inFlight: null, requestsPerSecond: null };

/** A run of which the journal says nothing yet. */
export function beginFolding(saved: Pick<SavedPlan, 'steps'>): Folding {
  return {
    startedAt: null,
    endedAt: null,
    endedBecause: null,
    exitCode: null,
    starts: 0,
    stopping: null,
    steered: AS_PLANNED,
    toldToStop: false,
    wavesStarted: [],
    wavesEnded: [],
    waveEndedAt: new Map(),
    approvalsAwaited: new Map(),
    gatesReleased: new Set(),
    gatesAcknowledged: new Set(),
    gates: new Map(),
    acknowledged: new Set(),
    haltingRefusals: new Set(),
    standsHalted: false,
    steps: new Map(saved.steps.map((step) => [step.id, untouched(step.id)])),
    stepOfOrder: new Map(),
    callCounts: new Map(),
    head: GENESIS,
    entries: 0,
  };
}

/** Changes the step that an entry is about. */
export function changeStep<Entry extends { readonly step: string }>(
  run: Folding,
  entry: Entry,
  change: StepChange<Entry>,
): void {
  const was = run.steps.get(entry.step) ?? untouched(entry.step);
  run.steps.set(entry.step, { ...was, ...change(entry, was) });
}

/**
 * Puts an order on record for a step. Billing names the instance of an order, an answer does not: where they differ, the
 * answer was that to another call, as a proxy may mix up.
 */
export function takeOrder(run: Folding, order: string, step: string): void {
  const other = run.stepOfOrder.get(order);
  run.stepOfOrder.set(order, step);
  if (other === undefined || other === step) return;
  const was = run.steps.get(other)!;
  run.steps.set(other, { ...was, orders: was.orders.filter((one) => one !== order) });
}
