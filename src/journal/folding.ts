/** The state of a run while its journal is folded. */
import type { EntryOf, JournalEntry, RunState, SavedPlan, StepState } from '../model.ts';
import type { CallCounts } from './call-counts.ts';
import { GENESIS } from './chain.ts';
import { initialStepState, STEP_CHANGES } from './fold-step.ts';

/** The state without any control command. */
export const AS_PLANNED: RunState['control'] = { paused: null, inFlight: null, requestsPerSecond: null };

/** A run while its journal is folded. It starts as a run without entries. */
export class Folding {
  startedAt: string | null = null;
  endedAt: string | null = null;
  endedBecause: RunState['endedBecause'] = null;
  exitCode: number | null = null;
  starts = 0;
  stopping: RunState['stopping'] = null;
  resting: RunState['resting'] = null;
  handedOver: RunState['handedOver'] = null;
  control = AS_PLANNED;
  stopCommanded = false;
  wavesStarted: number[] = [];
  wavesEnded: number[] = [];
  waveEndedAt = new Map<number, string>();
  waveEndedProviderAt = new Map<number, string>();
  approvalsAwaited = new Map<number, string>();
  gatesReleased = new Set<number>();
  gatesJudged = new Set<string>();
  gatesAcknowledged = new Set<string>();
  /** The last judgement of each gate, by `<wave> <judge>`. */
  gates = new Map<string, EntryOf<'gate'>>();
  acknowledged = new Set<string>();
  haltingRefusals = new Set<string>();
  /** The run ended as halted, and no process has resumed it since. */
  standsHalted = false;
  steps: Map<string, StepState>;
  stepOfOrder = new Map<string, string>();
  callCounts: CallCounts = new Map();
  head = GENESIS;
  entries = 0;

  constructor({ steps }: Pick<SavedPlan, 'steps'>) {
    this.steps = new Map(steps.map(({ id }) => [id, initialStepState(id)]));
  }

  /** A copy that is folded further by itself. What its lists and maps hold is never changed, so it is shared. */
  copy(): Folding {
    const copy: Record<string, unknown> = Object.create(Folding.prototype);
    for (const [key, value] of Object.entries(this)) copy[key] = copyOf(value);
    return copy as unknown as Folding;
  }
}

function copyOf(value: unknown): unknown {
  if (value instanceof Map) return new Map(value);
  if (value instanceof Set) return new Set(value);
  return Array.isArray(value) ? [...value] : value;
}

/** Applies an entry to the state of its step. */
export function changeStep(run: Folding, entry: Extract<JournalEntry, { step: string }>): void {
  const was = run.steps.get(entry.step) ?? initialStepState(entry.step);
  const change = STEP_CHANGES[entry.kind] as (entry: JournalEntry, was: StepState) => Partial<StepState>;
  run.steps.set(entry.step, { ...was, ...change(entry, was) });
}

/**
 * Assigns an order to a step, and removes it from any other. Billing names the instance of an order; an answer does not.
 * If they differ, the answer belonged to another call, as a faulty proxy may return it.
 */
export function assignOrder(run: Folding, order: string, step: string): void {
  const other = run.stepOfOrder.get(order);
  run.stepOfOrder.set(order, step);
  if (other === undefined || other === step) return;
  const was = run.steps.get(other)!;
  run.steps.set(other, { ...was, orders: was.orders.filter((one) => one !== order) });
}
