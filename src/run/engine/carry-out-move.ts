/** Carries out moves: reads, waits, orders and writes the journal. `decide/` decides them. */
import { iso } from '../../clock.ts';
import type { Deal } from '../../cloud/cloud.ts';
import { RefitError, unreachable } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { isLimitCode, type Message, type Scope, type Step } from '../../model.ts';
import { MINUTE, SECOND } from '../../units.ts';
import type { End, FilledIn, FollowMove, Move, OrderMemory, OrderResult, Wait } from '../decide/move.ts';
import { readFaultMessage, readFaultOf } from '../decide/read-fault.ts';
import { LIMITS } from '../waits.ts';
import { foreignChange, ownershipOf, tasksInProgress } from './foreign-orders.ts';
import { judgeStop, mayStart, stopRun } from './may-start.ts';
import { placeOrder } from './order.ts';
import { awaitRegion, leaveRegion } from './region-bound.ts';
import { type FollowingRun, type ReconcilingRun, type Run, scopeKey, scopeOf } from './run.ts';
import { forget, type StepInProgress } from './step-in-progress.ts';

/** What follows a move: the next decision, leaving the step, or continuing in another in-flight slot. */
export type Carried = 'again' | 'leave' | 'give-way';

/** The moves that only a run that orders can carry out. */
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
      await run.journal.appendDurably(move.event);
      if (move.learnsTail) run.learned.tail = Math.max(run.learned.tail, move.learnsTail);
      return goOn(move.next);
    case 'end':
      if (move.took !== undefined) learnUsual(run, move.took);
      await endStep(run, step, move, await filledIn(run, step, move));
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
      return observed(doing, { turn: await awaitRegion(run, step) });
    case 'read-window':
      return trying(doing, async () => {
        const window = await run.cloudFor(step.profile).describeWindow(step, step.instance);
        observed(doing, { window });
      });
    case 'read-unpaid':
      return trying(doing, async () => {
        observed(doing, { unpaid: await unpaidOrders(run, step, move.factsSince) });
      });
    case 'read-instance':
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

/** Reads. A failed read is an observation too. */
async function trying(doing: StepInProgress, reads: () => Promise<void>): Promise<Carried> {
  try {
    await reads();
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    const halt = readFaultMessage(error);
    doing.seen = { kind: 'fault', fault: readFaultOf(error), error: error.message, halt };
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
  const { maxDelay, factsSince, openTasks, showsWait, memory } = move;
  if (showsWait) waits.setCurrent(step, showsWait.name, showsWait.limit, showsWait.since);
  if (memory.phase === 'accepted')
    learned.firstSince = Math.min(learned.firstSince ?? memory.since, memory.since);
  doing.memory = memory;
  return trying(doing, async () => {
    const { instance } = step;
    const reading = await watch.read({ ...scopeOf(step), instance, maxDelay, factsSince, openTasks });
    waits.end(step, 'unreachable');
    if (reading.instance) waits.end(step, 'missing');
    doing.seen = { kind: 'reading', ...(await ownershipOf(run, step, reading)) };
  });
}

async function wait(
  run: FollowingRun,
  doing: StepInProgress,
  { name, limit, ms, until, idleUntil, showsWait, orElse, next, memory }: Wait<Move>,
): Promise<{ kind: 'next'; move: Move | undefined } | { kind: 'again' | 'leave' }> {
  const { waits, clock, stop, idleness } = run;
  const { step } = doing;
  if (showsWait) waits.setCurrent(step, showsWait.name, showsWait.limit, showsWait.since);
  const longest = limit ?? (name === null ? Number.POSITIVE_INFINITY : LIMITS[name]);
  const waited = name === null ? 0 : waits.waited(step, name, longest);
  if (orElse !== undefined && waited > longest) return { kind: 'next', move: withMinutes(orElse, waited) };
  const signal = {
    stopped: stop.noNewOrders,
    drained: AbortSignal.any([stop.drained, stop.left]),
    left: stop.left,
  }[until];
  const pause = ms === 'growing' ? Math.min(30 * SECOND, SECOND + waited / 4) : ms;
  if (idleUntil !== undefined)
    idleness.waits(step.id, { until: idleUntil, wakesOn: 'time', reason: message('rest.window') });
  if (pause > 0 || until === 'drained') await clock.sleep(pause, signal);
  idleness.reads(step.id);
  if (until === 'drained' && signal.aborted) return { kind: 'leave' };
  if (showsWait?.name === 'tailLock') waits.clear(step);
  if (next !== undefined || memory === undefined) return { kind: 'next', move: next };
  doing.memory = memory;
  return { kind: 'again' };
}

/** The same end, with the minutes of the wait in its message. */
function withMinutes(move: Move, waited: number): Move {
  if (move.kind !== 'end' || !move.fillIn?.includes('minutes')) return move;
  return { ...move, message: withParam(move.message, 'minutes', Math.round(waited / MINUTE)) };
}

/** The message of an end, with the parameters that Refit has to read first. */
async function filledIn(run: FollowingRun, step: Step, { message: text, fillIn }: End): Promise<Message> {
  if (fillIn?.includes('by')) return withParam(text, 'by', await foreignChange(run, step));
  return fillIn?.includes('tasks') ? withParam(text, 'tasks', await tasksInProgress(run, step)) : text;
}

function withParam({ id, params }: Message, name: FilledIn, value: unknown): Message {
  return { id, params: { ...params, [name]: value } };
}

function defer(
  { journal, learned }: FollowingRun,
  { step, giveSlotBack }: StepInProgress,
  { window, opensAt, givesSlot, isKept }: Extract<Move, { kind: 'defer' }>,
): void {
  if (opensAt !== null)
    journal.appendSoon({ kind: 'deferred', step: step.id, window, opensAt: iso(opensAt) });
  const scope = scopeKey(step);
  if (isKept && !learned.deferral.has(scope)) learned.deferral.set(scope, 'kept');
  if (givesSlot) giveSlotBack();
}

/** Learns the usual time of a change: it decides when the next read is worth a call. */
function learnUsual({ learned }: FollowingRun, took: number): void {
  learned.usual = learned.usual === null ? took : learned.usual + 0.2 * (took - learned.usual);
}

/** The unrecorded orders for the instance since then; null: this identity may not read billing. */
async function unpaidOrders(run: Run, step: Step, factsSince: number): Promise<Deal[] | null> {
  const { instance } = step;
  const read = await run.watch.read({ ...scopeOf(step), instance, maxDelay: SECOND, factsSince });
  const { deals } = (await ownershipOf(run, step, read)).reading;
  return deals?.filter(({ order }) => run.journal.replay.stepOf(order) === null) ?? null;
}

async function readBeforeOrder(run: Run, doing: StepInProgress): Promise<void> {
  const { waits, watch, journal } = run;
  const { step, notBefore } = doing;
  const read = await watch.readFresh(step, step.instance, notBefore);
  waits.end(step, 'unreachable');
  const { instance = null } = read;
  doing.freshRead = read;
  observed(doing, { instance });
  if (instance === null) return;
  const { status, size } = instance;
  waits.end(step, 'unlisted');
  if (status === 'running') waits.end(step, 'busy');
  journal.appendSoon({ kind: 'instance-read', step: step.id, status, size });
}

async function order(run: Run, doing: StepInProgress): Promise<Carried> {
  const { waits, journal } = run;
  const { step, freshRead } = doing;
  if (freshRead === null) throw new Error(`internal error: ${step.id} would be ordered without a read`);
  const refusedBefore = journal.replay.step(step.id).code;
  waits.clear(step);
  const placed = await placeOrder(run, step, freshRead);
  const isAnswered = placed.kind === 'accepted' || placed.kind === 'refused' || placed.kind === 'no-answer';
  const isHeldBack = placed.kind === 'not-sent' && !mayStart(run);
  if (isAnswered) countLimitRefusals(run, step, placed);
  if (isAnswered || isHeldBack) waits.end(step, 'unsent');
  const orderOf = placed.kind === 'accepted' ? journal.replay.stepOf(placed.order) : null;
  doing.seen = { kind: 'placed', placed, refusedBefore, orderOf, isHeldBack };
  return 'again';
}

/** @param text the message with all its parameters. */
async function endStep(run: FollowingRun, step: Step, end: End, text: Message): Promise<void> {
  const { outcome, code = null, size = null, billed = null } = end;
  const providerAt = iso(run.cloudFor(step.profile).providerNow());
  const recorded = run.journal.appendDurably({
    kind: 'step-ended',
    step: step.id,
    outcome,
    code,
    message: text,
    size,
    billed,
    providerAt,
  });
  // Thresholds limit new orders. A run without new orders has none.
  if (run.purpose === 'apply') {
    // Refit counts the end before it is durable: no order may start past a threshold meanwhile.
    run.tally.add(step, outcome);
    run.slowStart.ended(step, outcome);
    judgeStop(run);
  }
  await recorded;
  if (run.purpose === 'apply') await leaveRegion(run, step);
}

/** How long the limit may refuse every order, ms. */
const LONGEST = 15 * MINUTE;

/** Fewer refusals prove little, because the run may have been held back between them. */
const ENOUGH = 100;

/**
 * Counts refusals by the limit, and halts the run after only such refusals for too long. A single one fails no step:
 * Refit orders again. But if the account's limit was lowered, or someone else uses all of it, Refit would retry forever.
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
  const { code } = placed;
  const minutes = LONGEST / MINUTE;
  stopRun(run, 'halted', message('halt.limit-refusals', { minutes, region: scope.region, code }));
}
