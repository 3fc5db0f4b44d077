/** Carries moves out: reads, waits, orders and writes the journal. What to do is decided in `decide/`. */
import { iso } from '../../clock.ts';
import type { Deal } from '../../cloud/cloud.ts';
import { RefitError, unreachable } from '../../errors.ts';
import { isLimitCode, type Scope, type Step } from '../../model.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { formatHalt } from '../decide/after-refusal.ts';
import type { End, FollowMove, Message, Move, OrderMemory, OrderResult, Wait } from '../decide/move.ts';
import { formatReadFault, readFaultOf } from '../decide/read-fault.ts';
import { LIMITS } from '../waits.ts';
import { foreignChange, ownershipOf, tasksInProgress } from './foreign-orders.ts';
import { awaitTurnOf, judgeStop, mayStart, stopRun } from './may-start.ts';
import { placeOrder } from './order.ts';
import { type FollowingRun, type ReconcilingRun, type Run, scopeKey, scopeOf } from './run.ts';
import { forget, type StepInProgress } from './step-in-progress.ts';

/** Whether the next move is decided, the step is left as it is, or it goes on in another in-flight slot. */
export type Carried = 'again' | 'leave' | 'give-way';

/** The moves that only a run can carry out which orders. */
type OrderingMove = Exclude<Move, { kind: FollowMove['kind'] | 'give-way' }>;

/** @throws RefitError `disk-failed` when the journal cannot be written. */
export function carryOut(run: Run, doing: StepInProgress, move: Move): Promise<Carried>;
export function carryOut(run: ReconcilingRun, doing: StepInProgress, move: FollowMove): Promise<Carried>;
export async function carryOut(run: FollowingRun, doing: StepInProgress, move: Move): Promise<Carried> {
  const { step } = doing;
  const goOn = (next: Move | undefined): Promise<Carried> | Carried => {
    if (next !== undefined) return carryOut(run as Run, doing, next);
    forget(run, doing);
    return 'again';
  };
  doing.seen = { kind: 'nothing' };
  switch (move.kind) {
    case 'leave':
    case 'give-way':
      return move.kind;
    case 'read':
      return run.stop.left.aborted ? 'leave' : read(run, doing, move);
    case 'wait': {
      const waited = await wait(run, doing, move);
      return waited.kind === 'next' ? goOn(waited.move) : waited.kind;
    }
    case 'append':
      if (move.isWindowIgnored) run.learned.deferral.set(scopeKey(step), 'overlooked');
      await run.journal.record(move.event);
      if (move.learnsTail) run.learned.tail = Math.max(run.learned.tail, move.learnsTail);
      return goOn(move.next);
    case 'end':
      if (move.took !== undefined) learnUsual(run, move.took);
      await endStep(run, step, move, await inFull(run, step, move.message));
      return goOn(undefined);
    case 'stop-run':
      stopRun(run, move.because, move.message, move.code);
      return goOn(move.next);
    case 'defer':
      defer(run, doing, move);
      return goOn(move.next);
    default:
      return carryOutOrdering(run, doing, move);
  }
}

async function carryOutOrdering(
  run: FollowingRun,
  doing: StepInProgress,
  move: OrderingMove,
): Promise<Carried> {
  const { step } = doing;
  if (run.purpose === 'reconcile') throw new Error(`internal error: ${step.id} would be ordered by a reader`);
  switch (move.kind) {
    case 'await-turn':
      return observed(doing, { turn: await awaitTurnOf(run, step) });
    case 'read-window':
      return trying(doing, async () => {
        const window = await run.cloudFor(step.profile).describeWindow(step, step.instance);
        observed(doing, { window });
      });
    case 'read-unpaid':
      return trying(doing, async () => {
        observed(doing, { unpaid: await unpaidOrders(run, step, move.factsSince) });
      });
    case 'look':
      if (move.memory) {
        doing.memory = move.memory;
        doing.notBefore = run.clock.monotonic();
      }
      return trying(doing, () => readBeforeOrder(run, doing));
    case 'order':
      return order(run, doing);
    default:
      return unreachable(move);
  }
}

function observed(doing: StepInProgress, seen: Partial<OrderMemory>): Carried {
  const before = doing.memory?.phase === 'order' ? doing.memory : { phase: 'order' as const };
  doing.memory = { ...before, ...seen };
  return 'again';
}

/** Reads; a read that failed is observed too. */
async function trying(doing: StepInProgress, reads: () => Promise<void>): Promise<Carried> {
  try {
    await reads();
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    const { message } = error;
    doing.seen = { kind: 'fault', fault: readFaultOf(error), message, halt: formatReadFault(error) };
  }
  return 'again';
}

async function read(
  run: FollowingRun,
  doing: StepInProgress,
  move: Extract<Move, { kind: 'read' }>,
): Promise<Carried> {
  const { waits, watch, learned } = run;
  const { step } = doing;
  const { within, factsSince, openTasks, showsWait, memory } = move;
  if (showsWait) waits.goesOn(step, showsWait.name, showsWait.limit, showsWait.since);
  if (memory.phase === 'accepted')
    learned.firstSince = Math.min(learned.firstSince ?? memory.since, memory.since);
  doing.memory = memory;
  return trying(doing, async () => {
    const { instance } = step;
    const reading = await watch.read({ ...scopeOf(step), instance, within, factsSince, openTasks });
    waits.over(step, 'unreachable');
    if (reading.instance) waits.over(step, 'missing');
    doing.seen = { kind: 'reading', reading, whose: await ownershipOf(run, step, reading) };
  });
}

async function wait(
  run: FollowingRun,
  doing: StepInProgress,
  { name, limit, ms, until, showsWait, orElse, next, memory }: Wait<Move>,
): Promise<{ kind: 'next'; move: Move | undefined } | { kind: 'again' | 'leave' }> {
  const { waits, clock, stop } = run;
  const { step } = doing;
  if (showsWait) waits.goesOn(step, showsWait.name, showsWait.limit, showsWait.since);
  const longest = limit ?? (name === null ? Number.POSITIVE_INFINITY : LIMITS[name]);
  const waited = name === null ? 0 : waits.waited(step, name, longest);
  if (orElse !== undefined && waited > longest) return { kind: 'next', move: withMinutes(orElse, waited) };
  const signal = {
    stopped: stop.noNewOrders,
    drained: AbortSignal.any([stop.drained, stop.left]),
    left: stop.left,
  }[until];
  const pause = ms === 'growing' ? Math.min(30 * SECOND, SECOND + waited / 4) : ms;
  if (pause > 0 || until === 'drained') await clock.sleep(pause, signal);
  if (until === 'drained' && signal.aborted) return { kind: 'leave' };
  if (showsWait?.name === 'tailLock') waits.none(step);
  if (next !== undefined || memory === undefined) return { kind: 'next', move: next };
  doing.memory = memory;
  return { kind: 'again' };
}

/** The same end, with the minutes that were waited in its message. */
function withMinutes(move: Move, waited: number): Move {
  if (move.kind !== 'end' || typeof move.message === 'string') return move;
  const minutes = `${Math.round(waited / MINUTE)}`;
  const message = move.message.map((part) =>
    typeof part !== 'string' && part.lookUp === 'minutes' ? minutes : part,
  );
  return { ...move, message };
}

async function inFull(run: FollowingRun, step: Step, message: Message): Promise<string> {
  if (typeof message === 'string') return message;
  const parts = await Promise.all(
    message.map((part) => {
      if (typeof part === 'string') return part;
      return part.lookUp === 'foreign-change' ? foreignChange(run, step) : tasksInProgress(run, step);
    }),
  );
  return parts.join('');
}

function defer(
  { journal, learned }: FollowingRun,
  { step, giveSlotBack }: StepInProgress,
  { window, opensAt, givesSlot, isKept }: Extract<Move, { kind: 'defer' }>,
): void {
  if (opensAt !== null) journal.tell({ kind: 'deferred', step: step.id, window, opensAt: iso(opensAt) });
  const scope = scopeKey(step);
  if (isKept && !learned.deferral.has(scope)) learned.deferral.set(scope, 'kept');
  if (givesSlot) giveSlotBack();
}

/** What ended changes of this run took tells when the next read of one is worth a call. */
function learnUsual({ learned }: FollowingRun, took: number): void {
  learned.usual = learned.usual === null ? took : learned.usual + 0.2 * (took - learned.usual);
}

/** The orders for the instance since then that are on no record; null where this identity may not read billing. */
async function unpaidOrders(run: Run, step: Step, factsSince: number): Promise<Deal[] | null> {
  const { instance } = step;
  const { deals } = await run.watch.read({ ...scopeOf(step), instance, within: SECOND, factsSince });
  return deals?.filter(({ order }) => run.journal.replay.stepOf(order) === null) ?? null;
}

async function readBeforeOrder(run: Run, doing: StepInProgress): Promise<void> {
  const { waits, watch, journal } = run;
  const { step, notBefore } = doing;
  const sighting = await watch.readFresh(step, step.instance, notBefore);
  waits.over(step, 'unreachable');
  const { instance = null } = sighting;
  doing.freshRead = sighting;
  observed(doing, { instance });
  if (instance === null) return;
  const { status, size } = instance;
  waits.over(step, 'unlisted');
  if (status === 'running') waits.over(step, 'busy');
  journal.tell({ kind: 'looked', step: step.id, status, size });
}

async function order(run: Run, doing: StepInProgress): Promise<Carried> {
  const { waits, journal } = run;
  const { step, freshRead: sighting } = doing;
  if (sighting === null) throw new Error(`internal error: ${step.id} would be ordered without a read`);
  const refusedBefore = journal.replay.step(step.id).code;
  waits.none(step);
  const placed = await placeOrder(run, step, sighting);
  const isAnswered = placed.kind === 'accepted' || placed.kind === 'refused' || placed.kind === 'no-answer';
  const isHeldBack = placed.kind === 'not-sent' && !mayStart(run);
  if (isAnswered) countLimitRefusals(run, step, placed);
  if (isAnswered || isHeldBack) waits.over(step, 'unsent');
  const orderOf = placed.kind === 'accepted' ? journal.replay.stepOf(placed.order) : null;
  doing.seen = { kind: 'placed', placed, refusedBefore, orderOf, isHeldBack };
  return 'again';
}

/** @param message in full: nothing in it is left to be read. */
async function endStep(run: FollowingRun, step: Step, end: End, message: string): Promise<void> {
  const { outcome, code = null, size = null, billed = null } = end;
  const providerAt = iso(run.cloudFor(step.profile).providerNow());
  const recorded = run.journal.record({
    kind: 'step-ended',
    step: step.id,
    outcome,
    code,
    message: message,
    size,
    billed,
    providerAt,
  });
  // Thresholds decide about new orders: a run that starts none has none.
  if (run.purpose === 'apply') {
    // Counted as soon as it is told, not once it is durable: nothing may be begun past a threshold meanwhile.
    run.tally.add(step, outcome);
    run.slowStart.ended(step, outcome);
    judgeStop(run);
  }
  await recorded;
}

/** For how long the limit may let nothing through, milliseconds. */
const LONGEST = 15 * MINUTE;

/** Fewer say little, however far apart: a run may have been held back between them. */
const ENOUGH = 100;

/**
 * Counts what came of an order, and halts the run where nothing but refusals by the limit has come for too long. Each is
 * asked again, and fails no step; but where the account's limit has been lowered, or somebody else takes all of it, the
 * run would ask for ever.
 */
function countLimitRefusals(run: Run, scope: Scope, placed: OrderResult): void {
  const { limitRefusals } = run.learned;
  const key = scopeKey(scope);
  if (placed.kind !== 'refused' || !isLimitCode(placed.code)) return void limitRefusals.delete(key);
  const now = run.clock.monotonic();
  const present = limitRefusals.get(key) ?? { since: now, times: 0 };
  limitRefusals.set(key, present);
  present.times += 1;
  if (present.times < ENOUGH || now - present.since <= LONGEST) return;
  stopRun(
    run,
    'halted',
    formatHalt(
      `for ${LONGEST / MINUTE} minutes every order in ${scope.region} was refused by the request limit (${placed.code})`,
      'wait until others have stopped ordering as this account, or have its limit looked at by a ticket',
    ),
  );
}
