import { unreachable } from '../errors.ts';
import {
  type JournalEntry,
  OUTCOMES,
  type Outcome,
  type RunState,
  type SavedPlan,
  type Steerer,
  type StepState,
} from '../model.ts';
import { GENESIS } from './chain.ts';

/** The state of a step of which the journal says nothing. */
export function untouched(step: string): StepState {
  return {
    step,
    phase: 'waiting',
    attempts: 0,
    doubtful: 0,
    orders: [],
    adopted: false,
    requestIds: [],
    outcome: 'not-run',
    code: null,
    what: 'never started',
    startedAt: null,
    endedAt: null,
    unknownSince: null,
    intentAt: null,
    intentProviderAt: null,
    endedProviderAt: null,
    acceptedAt: null,
    waitsFor: null,
    beganAt: null,
    warning: null,
    size: null,
    billed: null,
  };
}

/** The action an ordering call counts under. Source: facts §1, read 2026-11. */
export const ORDER_ACTION = 'UpgradeInstance';

/** A refusal by one of the request limits: provably not executed. Source: facts §6, read 2026-11. */
export function isLimitCode(code: string): boolean {
  return code === 'RequestLimitExceeded' || code.startsWith('RequestLimitExceeded.');
}

/** Nobody has told the run anything. */
export const AS_PLANNED: RunState['steered'] = { paused: null, inFlight: null, requestsPerSecond: null };

interface Folding {
  startedAt: string | null;
  endedAt: string | null;
  endedBecause: RunState['endedBecause'];
  exitCode: number | null;
  starts: number;
  stopping: RunState['stopping'];
  steered: RunState['steered'];
  wavesStarted: number[];
  wavesEnded: number[];
  waveEndedAt: Map<number, string>;
  approvalsAwaited: Map<number, string>;
  gatesReleased: Set<number>;
  gatesAcknowledged: Set<string>;
  /** What gates have said last, by `<wave> <judge>`. */
  gates: Map<string, Extract<JournalEntry, { kind: 'gate' }>>;
  acknowledged: Set<string>;
  haltingRefusals: Set<string>;
  /** It ended as halted, and nobody has taken it up since to go on. */
  standsHalted: boolean;
  steps: Map<string, StepState>;
  stepOfOrder: Map<string, string>;
  bySecond: Map<string, [number, string, number, number]>;
  head: string;
  entries: number;
}

/** A replay that is fed entry by entry: what a live run keeps beside its journal, and decides from. */
export interface Replay {
  add(entry: JournalEntry): void;
  /** Where one step stands now. */
  step(id: string): StepState;
  /** The step that an order number is on record for; null for a number that is new. */
  stepOf(order: string): string | null;
  /** Where everything stands now. */
  state(): RunState;
}

/**
 * Begins a replay. Steps of the saved plan that the journal does not name are `not-run`; a step that was asked
 * and has no answer on record is `unknown` until it is settled.
 */
export function beginReplay(saved: Pick<SavedPlan, 'steps'>): Replay {
  const run: Folding = {
    startedAt: null,
    endedAt: null,
    endedBecause: null,
    exitCode: null,
    starts: 0,
    stopping: null,
    steered: AS_PLANNED,
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
    bySecond: new Map(),
    head: GENESIS,
    entries: 0,
  };
  return {
    add(entry) {
      fold(run, entry);
      run.head = entry.hash;
      run.entries = entry.seq;
    },
    step: (id) => run.steps.get(id) ?? untouched(id),
    stepOf: (order) => run.stepOfOrder.get(order) ?? null,
    state() {
      const { bySecond, stepOfOrder: _, standsHalted: __, gates: ___, ...rest } = run;
      const callsBySecond = [...bySecond.values()].sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
      const calls = new Map<string, { count: number; refusedByLimit: number }>();
      for (const [, action, sent, refused] of callsBySecond) {
        const sum = calls.get(action) ?? { count: 0, refusedByLimit: 0 };
        calls.set(action, { count: sum.count + sent, refusedByLimit: sum.refusedByLimit + refused });
      }
      return { ...rest, calls, callsBySecond };
    },
  };
}

/** Folds a whole journal to where its run stands. */
export function replay(saved: Pick<SavedPlan, 'steps'>, entries: Iterable<JournalEntry>): RunState {
  const run = beginReplay(saved);
  for (const entry of entries) run.add(entry);
  return run.state();
}

function fold(run: Folding, entry: JournalEntry): void {
  switch (entry.kind) {
    case 'run-started':
      takeUpUnknown(run);
      // A reconcile starts nothing: why nothing was started any more stands as it did.
      if (entry.purpose === undefined) {
        takeUp(run);
        run.stopping = null;
      }
      run.startedAt ??= entry.at;
      run.endedAt = null;
      run.endedBecause = null;
      run.exitCode = null;
      run.steered = AS_PLANNED;
      run.starts += 1;
      return;
    case 'approved':
    case 'caller':
    case 'lock-taken-over':
      return;
    case 'approval-awaited':
      run.approvalsAwaited.set(entry.wave, entry.until);
      return;
    case 'wave-started':
      if (!run.wavesStarted.includes(entry.wave)) run.wavesStarted.push(entry.wave);
      return;
    case 'wave-ended':
      if (!run.wavesEnded.includes(entry.wave)) run.wavesEnded.push(entry.wave);
      run.waveEndedAt.set(entry.wave, entry.at);
      return;
    case 'looked':
      return change(run, entry.step, { size: entry.size });
    case 'intent':
      return change(run, entry.step, (was) => ({
        phase: 'asking',
        attempts: entry.attempt,
        doubtful: was.doubtful + 1,
        outcome: 'unknown',
        // What an earlier attempt was refused with says nothing of this one.
        code: null,
        what: 'asked, and no answer on record',
        startedAt: was.startedAt ?? entry.at,
        unknownSince: null,
        intentAt: entry.at,
        intentProviderAt: entry.providerAt ?? entry.at,
      }));
    case 'not-sent':
      return change(run, entry.step, (was) => ({
        phase: 'waiting',
        attempts: entry.attempt - 1,
        doubtful: was.doubtful - 1,
        outcome: 'not-run',
        what: `nothing was sent: ${entry.why}`,
      }));
    case 'accepted':
      count(run, entry.sentAt, false);
      run.stepOfOrder.set(entry.order, entry.step);
      return change(run, entry.step, (was) => ({
        phase: 'settling',
        adopted: false,
        orders: was.orders.includes(entry.order) ? was.orders : [...was.orders, entry.order],
        requestIds: [...was.requestIds, entry.requestId],
        acceptedAt: entry.at,
        what: 'ordered, and not yet seen to end',
      }));
    case 'refused':
      count(run, entry.sentAt, isLimitCode(entry.code));
      if (entry.next === 'halt') run.haltingRefusals.add(entry.step);
      return change(run, entry.step, (was) => ({
        phase: entry.next === 'read-first' ? 'unanswered' : 'waiting',
        doubtful: entry.next === 'read-first' ? was.doubtful : was.doubtful - 1,
        outcome: entry.next === 'read-first' ? 'unknown' : 'not-run',
        requestIds: entry.requestId === null ? was.requestIds : [...was.requestIds, entry.requestId],
        code: entry.code,
        what: entry.message,
      }));
    case 'no-answer':
      count(run, entry.sentAt, false);
      return change(run, entry.step, {
        phase: 'unanswered',
        outcome: 'unknown',
        code: null,
        what: entry.why,
      });
    case 'settled':
      if (entry.order !== null) takeOrder(run, entry.order, entry.step);
      return change(run, entry.step, (was) =>
        entry.landed
          ? {
              phase: 'settling',
              adopted: was.phase !== 'settling' || was.adopted,
              orders:
                entry.order === null || was.orders.includes(entry.order)
                  ? was.orders
                  : [...was.orders, entry.order],
              acceptedAt: was.acceptedAt ?? entry.at,
              outcome: 'unknown',
              what: `had landed: ${entry.evidence}`,
            }
          : { phase: 'waiting', outcome: 'not-run', what: `had not landed: ${entry.evidence}` },
      );
    case 'deferred':
      return change(run, entry.step, {
        waitsFor: { window: entry.window, opensAt: entry.opensAt },
        what: `accepted, waits for its window ${entry.window.from}-${entry.window.to} Beijing time`,
      });
    case 'began':
      return change(run, entry.step, {
        waitsFor: null,
        beganAt: entry.at,
        warning: entry.warning,
        what: `under way: ${entry.evidence}`,
      });
    case 'step-ended':
      return change(run, entry.step, (was) => ({
        waitsFor: null,
        phase: 'ended',
        outcome: entry.outcome,
        code: entry.code,
        what: entry.what,
        startedAt: was.startedAt,
        endedAt: entry.at,
        unknownSince: entry.outcome === 'unknown' ? (was.unknownSince ?? entry.at) : null,
        endedProviderAt: entry.providerAt ?? entry.at,
        size: entry.size ?? was.size,
        billed: entry.billed,
      }));
    case 'billed':
      return change(run, entry.step, { billed: entry.billed });
    case 'gate':
      run.gates.set(`${entry.wave} ${entry.judge}`, entry);
      if (entry.next === 'pause')
        run.steered = {
          ...run.steered,
          paused: run.steered.paused ?? { since: entry.at, by: sayGate(entry.name) },
        };
      return;
    case 'steered':
      if (entry.accepted) run.steered = afterSteering(run.steered, entry);
      if (entry.accepted && entry.command === 'continue')
        for (const { wave, next } of run.gates.values()) if (next === 'pause') run.gatesReleased.add(wave);
      return;
    case 'told':
      return;
    case 'stopping':
      run.stopping = { because: entry.because, what: entry.what };
      return;
    case 'calls':
      for (const [second, action, sent, refused] of entry.counts) add(run, second, action, sent, refused);
      return;
    case 'run-ended':
      run.endedAt = entry.at;
      run.endedBecause = entry.because;
      run.standsHalted ||= entry.because === 'halted';
      run.exitCode = entry.exitCode;
      return;
    default:
      return unreachable(entry);
  }
}

/**
 * Billing names the instance of an order, an answer does not: where they differ, the answer was that to another call,
 * as a proxy may mix up.
 */
function takeOrder(run: Folding, order: string, step: string): void {
  const other = run.stepOfOrder.get(order);
  run.stepOfOrder.set(order, step);
  if (other === undefined || other === step) return;
  change(run, other, (was) => ({ orders: was.orders.filter((one) => one !== order) }));
}

function afterSteering(
  was: RunState['steered'],
  { command, value, by, at }: Extract<JournalEntry, { kind: 'steered' }>,
): RunState['steered'] {
  switch (command) {
    case 'pause':
      return { ...was, paused: { since: at, by: saySteerer(by) } };
    case 'continue':
      return { ...was, paused: null };
    case 'set inFlight':
      return { ...was, inFlight: value };
    case 'set requestsPerSecond':
      return { ...was, requestsPerSecond: value };
    case 'drain':
    case 'abort':
      return was;
    default:
      return unreachable(command);
  }
}

/** Who told a run something: `dba@host`. */
export function saySteerer({ user, host }: Steerer): string {
  return `${user}@${host}`;
}

/** Whoever takes a run up settles its unknown steps anew. */
function takeUpUnknown(run: Folding): void {
  for (const [id, step] of run.steps) {
    if (step.phase !== 'ended' || step.outcome !== 'unknown') continue;
    if (run.standsHalted) run.acknowledged.add(id);
    const phase = step.acceptedAt === null ? 'unanswered' : 'settling';
    run.steps.set(id, { ...step, phase, endedAt: null });
  }
}

/** Who pauses a run whose gate cannot tell. */
export function sayGate(wave: string): string {
  return `the gate after wave ${wave}`;
}

/** Whoever takes a run up to go on has seen why it halted. */
function takeUp(run: Folding): void {
  for (const [id, step] of run.steps) {
    if (step.phase !== 'ended') continue;
    if (run.haltingRefusals.has(id)) {
      run.steps.set(id, { ...step, phase: 'waiting', outcome: 'not-run', endedAt: null });
    } else if (run.standsHalted && (step.outcome === 'failed' || step.outcome === 'refused')) {
      run.acknowledged.add(id);
    }
  }
  run.haltingRefusals.clear();
  for (const [key, { next }] of run.gates)
    if (run.endedBecause === 'halted' && next === 'halt') run.gatesAcknowledged.add(key);
  run.standsHalted = false;
}

function change(
  run: Folding,
  step: string,
  to: Partial<StepState> | ((was: StepState) => Partial<StepState>),
): void {
  const was = run.steps.get(step) ?? untouched(step);
  run.steps.set(step, { ...was, ...(typeof to === 'function' ? to(was) : to) });
}

function count(run: Folding, sentAt: string, refusedByLimit: boolean): void {
  add(run, Math.floor(Date.parse(sentAt) / 1000), ORDER_ACTION, 1, refusedByLimit ? 1 : 0);
}

function add(run: Folding, second: number, action: string, sent: number, refused: number): void {
  const key = `${second} ${action}`;
  const was = run.bySecond.get(key);
  if (was) {
    was[2] += sent;
    was[3] += refused;
  } else {
    run.bySecond.set(key, [second, action, sent, refused]);
  }
}

/** True where nothing is left to do: the run has ended and each of its steps has an end that can be known. */
export function isFinished(state: RunState): boolean {
  if (state.endedAt === null || state.haltingRefusals.size > 0) return false;
  for (const { outcome } of state.steps.values())
    if (outcome === 'not-run' || outcome === 'unknown') return false;
  return true;
}

/** One count per outcome, every outcome present; the counts add up to the number of steps. */
export function totals(states: Iterable<Pick<StepState, 'outcome'>>): Record<Outcome, number> {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { outcome } of states) counts[outcome] += 1;
  return counts;
}
