/**
 * Places one order: reserves a request slot, writes the intent, and sends. An intent is valid for two seconds. A process
 * that was frozen between its intent and its send does not send when it wakes, because another process may have taken over
 * (docs/decisions/0002-order-once.md). Without this guard, a frozen worker paid twice in 4 of 8 trials.
 */
import { iso } from '../../clock.ts';
import type { OrderRequest } from '../../cloud/cloud.ts';
import type { Lane, RequestSlot } from '../../cloud/limit/permits.ts';
import { RefitError } from '../../errors.ts';
import { given } from '../../given.ts';
import { message } from '../../messages/messages.ts';
import { isLimitCode, type Step } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { isAsPlanned } from '../decide/judge-following.ts';
import type { OrderResult } from '../decide/move.ts';
import { mayContinue, mayStart } from './may-start.ts';
import type { Run } from './run.ts';
import { ageOf, type FreshRead, READ_AGE } from './watch.ts';

/** How long an intent is valid, ms. Its order leaves within this time, or not at all. */
export const INTENT_VALID = 2_000;

/** Orders between reservation and send at the same time: enough for a slow disk, few enough to stay fresh. */
export const ORDERS_AT_A_TIME = 8;

/**
 * Places the order of a step as its next attempt. The intent is durable before anything leaves.
 * @param read the reading that showed the instance as planned.
 */
export async function placeOrder(run: Run, step: Step, read: FreshRead): Promise<OrderResult> {
  const { permits, slots, waits } = run;
  let placed: Promise<OrderResult> = Promise.resolve({ kind: 'stopped' });
  // At most one request slot for each in-flight slot, and a second without orders after a refusal by the limit.
  const rate = permits.rate(run.cloudFor(step.profile).orderLane(step));
  waits.setCurrent(step, 'permit', SECOND + Math.ceil((slots.activeCount * SECOND) / rate));
  await run.placing(async () => {
    // The limiter is held until the request has left. Refit awaits the answer outside, so that it delays no other order.
    await new Promise<void>((left) => {
      placed = place(run, step, read, left).finally(left);
    });
  });
  waits.clear(step);
  return placed;
}

async function place(run: Run, step: Step, planned: FreshRead, left: () => void): Promise<OrderResult> {
  const { journal, clock } = run;
  // Many instances may have been read together, and their steps have waited since. Reading this one again here costs no
  // request slot, because the orders beside it hold the next ones. Sent back in the queue, all steps of the reading would
  // have to be read again. From here on the step waits only for the request slots of the orders beside it.
  const read = ageOf(planned, clock) > READ_AGE ? await readOnceMore(run, step) : planned;
  if (read === null) return { kind: 'read-again' };
  run.upcoming.delete(step);
  const slot = await awaitSlot(run, run.cloudFor(step.profile).orderLane(step));
  if (slot === null) return { kind: 'stopped' };
  // The machine slept, or orders leave so slowly that the reading is too old now.
  if (ageOf(read, clock) > 2 * READ_AGE) {
    run.permits.giveBack(slot);
    return { kind: 'read-again' };
  }
  const intent = await recordIntent(run, step);
  const sent = await send(run, intent, slot, left);
  if (sent.kind !== 'not-sent') return sent;
  await journal.appendDurably({
    kind: 'not-sent',
    step: step.id,
    attempt: intent.attempt,
    reason: sent.reason,
  });
  return sent;
}

/** Reserves a request slot and waits until shortly before it; null: no new order may start. */
async function awaitSlot(run: Run, lane: Lane): Promise<RequestSlot | null> {
  const { clock, permits, stop, control, journal } = run;
  const changed = () => AbortSignal.any([stop.noNewOrders, control.changed]);
  let slot = await permits.reserve(lane, changed());
  const lead = Math.min(500, Math.max(15, 2 * journal.latency));
  for (;;) {
    const early = slot.due - lead - clock.monotonic();
    await clock.sleep(early, changed());
    if (!mayStart(run)) {
      permits.giveBack(slot);
      return null;
    }
    // No intent for a void slot: it would be too old at the next slot.
    if (permits.isVoid(slot)) slot = await permits.reserve(lane, changed());
    else if (clock.monotonic() >= slot.due - lead - 1) return slot;
  }
}

/** An intent on disk; its order may leave while the intent is fresh. */
type Intent = Awaited<ReturnType<typeof recordIntent>>;

async function recordIntent({ journal, clock, cloudFor }: Run, step: Step) {
  const attempt = journal.replay.step(step.id).attempts + 1;
  // Both clocks count: the monotonic clock stands still while a machine sleeps.
  const intended = { monotonic: clock.monotonic(), wall: clock.now() };
  const providerAt = iso(cloudFor(step.profile).providerNow());
  await journal.appendDurably({ kind: 'intent', step: step.id, attempt, size: step.after, providerAt });
  return {
    step,
    attempt,
    // A wall clock that was set back may hide a sleep.
    isFresh: () =>
      clock.monotonic() - intended.monotonic <= INTENT_VALID &&
      Math.abs(clock.now() - intended.wall) <= INTENT_VALID,
  };
}

/** Sends once, at the request slot. @param left called in the tick that writes the request. */
async function send(
  run: Run,
  { step, isFresh }: Intent,
  reserved: RequestSlot,
  left: () => void,
): Promise<OrderResult> {
  const { permits, stop } = run;
  const cloud = run.cloudFor(step.profile);
  const request = requestOf(run, step);
  for (let slot = reserved; ; ) {
    await permits.wait(slot, stop.left);
    if (!mayStart(run))
      return {
        kind: 'not-sent',
        reason: mayContinue(run) ? message('run.held-back') : message('run.run-stopped'),
      };
    if (!isFresh()) return { kind: 'not-sent', reason: message('run.intent-expired') };
    if (permits.isVoid(slot)) {
      slot = await reserveWhileFresh(run, step);
      continue;
    }
    let asked = false;
    const answer = await cloud.order(request, () => {
      asked = true;
      const go = isFresh() && !permits.isVoid(slot) && mayStart(run);
      if (go) left();
      return go;
    });
    if (answer.kind === 'accepted' || answer.kind === 'refused')
      permits.onResponse(slot, answer.sentAt, answer.kind === 'refused' && isLimitCode(answer.code));
    if (answer.kind !== 'not-sent') return answer;
    // Without a connection the guard was never called: another request slot would not help.
    if (!asked) return { kind: 'not-sent', reason: message('run.call-failed', { error: answer.reason }) };
    slot = await reserveWhileFresh(run, step);
  }
}

/** Reserves another slot for a written intent. It ends with a void slot when the intent can no longer be fresh. */
async function reserveWhileFresh({ permits, clock, stop, cloudFor }: Run, step: Step): Promise<RequestSlot> {
  const reserved = new AbortController();
  const expired = new AbortController();
  void clock.sleep(INTENT_VALID, reserved.signal).then(() => expired.abort());
  try {
    return await permits.reserve(
      cloudFor(step.profile).orderLane(step),
      AbortSignal.any([stop.left, expired.signal]),
    );
  } finally {
    reserved.abort();
  }
}

function requestOf({ saved }: Run, step: Step): OrderRequest {
  const { region, profile, instance, edition, nodes, after } = step;
  const { switch: when } = saved.execution;
  const extra = given({ nodes, switch: when === 'now' ? null : when });
  return { region, profile, instance, edition, size: after, ...extra };
}

/** Reads the instance now; null: it is not as planned, or Refit could not read it. */
async function readOnceMore({ watch, journal }: Run, step: Step): Promise<FreshRead | null> {
  try {
    const seen = await watch.readFresh(step, step.instance, Number.NEGATIVE_INFINITY);
    const { instance } = seen;
    if (instance === undefined || !isAsPlanned(step, instance)) return null;
    journal.appendSoon({
      kind: 'instance-read',
      step: step.id,
      status: instance.status,
      size: instance.size,
    });
    return seen;
  } catch (error) {
    if (error instanceof RefitError && !journal.failed) return null;
    throw error;
  }
}
