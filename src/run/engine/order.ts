/**
 * Places one order: reserves a slot, writes the intent, sends at the slot. An entry is good for two seconds: a process
 * that was frozen between its entry and its send does not send when it wakes, because another may have taken over
 * meanwhile (docs/decisions/0002-order-once.md; without this guard a frozen worker paid twice in 4 of 8 trials).
 */
import { iso } from '../../clock.ts';
import type { OrderAnswer, OrderRequest } from '../../cloud/cloud.ts';
import type { Lane, Slot } from '../../cloud/limit/permits.ts';
import { RefitError } from '../../errors.ts';
import { given } from '../../given.ts';
import { isLimitCode, type Step } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { isAsPlanned } from '../decide/judge-following.ts';
import type { OrderResult } from '../decide/move.ts';
import { mayContinue, mayStart } from './may-start.ts';
import type { Run } from './run.ts';
import { ageOf, type FreshRead, READ_AGE } from './watch.ts';

/** Milliseconds for which an intent may be acted on. */
const FRESH = 2_000;

/** Orders being placed at once, from the reservation to the send: enough to bridge a slow disk, few enough to stay fresh. */
export const PLACING = 8;

/**
 * Places the order of a step as its next attempt. The intent is durable before anything leaves.
 * @param seen the look by which the instance is at its size.
 */
export async function placeOrder(run: Run, step: Step, seen: FreshRead): Promise<OrderResult> {
  const { permits, slots, waits } = run;
  let placed: Promise<OrderResult> = Promise.resolve({ kind: 'stopped' });
  // At most one slot for each that has a place, and a second in which nothing leaves after a refusal by the limit.
  const rate = permits.rate(run.cloudFor(step.profile).orderLane(step));
  waits.goesOn(step, 'permit', SECOND + Math.ceil((slots.activeCount * SECOND) / rate));
  await run.placing(async () => {
    // The gate is held until the request has left; its answer is awaited outside, so that a slow answer delays nobody.
    await new Promise<void>((left) => {
      placed = place(run, step, seen, left).finally(left);
    });
  });
  waits.none(step);
  return placed;
}

async function place(run: Run, step: Step, seen: FreshRead, left: () => void): Promise<OrderResult> {
  const { journal, clock } = run;
  // Many may have been looked at together, and have waited for their turn since. Looked at anew here, while those beside
  // it hold the next slots, it loses none; sent back to its place in the line, all that were looked at with it would.
  // What is past this door waits for no more than the slots of those beside it, and is not asked again.
  const look = ageOf(seen, clock) > READ_AGE ? await readOnceMore(run, step) : seen;
  if (look === null) return { kind: 'look-again' };
  run.upcoming.delete(step);
  const slot = await awaitSlot(run, run.cloudFor(step.profile).orderLane(step));
  if (slot === null) return { kind: 'stopped' };
  // The machine slept, or orders leave so slowly that the look has become old all the same.
  if (ageOf(look, clock) > 2 * READ_AGE) return { kind: 'look-again' };
  const intent = await recordIntent(run, step);
  const sent = await send(run, intent, slot, left);
  if (sent.kind !== 'not-sent') return sent;
  await journal.record({ kind: 'not-sent', step: step.id, attempt: intent.attempt, reason: sent.why });
  return sent;
}

/** Reserves a request slot and waits until shortly before it; null where nothing may start any more. */
async function awaitSlot(run: Run, lane: Lane): Promise<Slot | null> {
  const { clock, permits, stop, control, journal } = run;
  let slot = permits.reserve(lane);
  const lead = Math.min(500, Math.max(15, 2 * journal.latency));
  for (;;) {
    const early = slot.due - lead - clock.monotonic();
    await clock.sleep(early, AbortSignal.any([stop.noNewOrders, control.changed]));
    if (!mayStart(run)) return null;
    // Nothing is written down for a slot that is lost already: the entry would be old by the next one.
    if (permits.isLost(slot)) slot = permits.reserve(lane);
    else if (clock.monotonic() >= slot.due - lead - 1) return slot;
  }
}

/** An order that is on disk and may leave while its entry is young. */
type Intent = Awaited<ReturnType<typeof recordIntent>>;

async function recordIntent({ journal, clock, cloudFor }: Run, step: Step) {
  const attempt = journal.replay.step(step.id).attempts + 1;
  // By both clocks: the monotonic one stands still while a machine sleeps.
  const intended = { monotonic: clock.monotonic(), wall: clock.now() };
  const providerAt = iso(cloudFor(step.profile).providerNow());
  await journal.record({ kind: 'intent', step: step.id, attempt, size: step.after, providerAt });
  return {
    step,
    attempt,
    // A wall clock that went back may be hiding how long it was asleep.
    isFresh: () =>
      clock.monotonic() - intended.monotonic <= FRESH && Math.abs(clock.now() - intended.wall) <= FRESH,
  };
}

/** Sends at the slot, once. @param left called in the tick that writes the request. */
async function send(
  run: Run,
  { step, isFresh }: Intent,
  reserved: Slot,
  left: () => void,
): Promise<OrderAnswer> {
  const { permits, stop } = run;
  const cloud = run.cloudFor(step.profile);
  const request = requestOf(run, step);
  for (let slot = reserved; ; ) {
    await permits.wait(slot, stop.left);
    if (!mayStart(run))
      return { kind: 'not-sent', why: mayContinue(run) ? 'the run was held back' : 'the run was stopped' };
    if (!isFresh()) return { kind: 'not-sent', why: 'its entry was older than two seconds' };
    if (permits.isLost(slot)) {
      slot = permits.reserve(cloud.orderLane(step));
      continue;
    }
    let asked = false;
    const answer = await cloud.order(request, () => {
      asked = true;
      const go = isFresh() && !permits.isLost(slot) && mayStart(run);
      if (go) left();
      return go;
    });
    if (answer.kind === 'accepted' || answer.kind === 'refused')
      permits.heard(slot, answer.sentAt, answer.kind === 'refused' && isLimitCode(answer.code));
    // Without a connection the guard was never asked: waiting for another slot would not help.
    if (answer.kind !== 'not-sent' || !asked) return answer;
    slot = permits.reserve(cloud.orderLane(step));
  }
}

function requestOf({ saved }: Run, step: Step): OrderRequest {
  const { region, profile, instance, edition, nodes, after } = step;
  const { switch: when } = saved.execution;
  const extra = given({ nodes, switch: when === 'now' ? null : when });
  return { region, profile, instance, edition, size: after, ...extra };
}

/** A look of now, by which the instance still is as planned; null where it is not, or could not be read. */
async function readOnceMore({ watch, journal }: Run, step: Step): Promise<FreshRead | null> {
  try {
    const seen = await watch.readFresh(step, step.instance, Number.NEGATIVE_INFINITY);
    const { instance } = seen;
    if (instance === undefined || !isAsPlanned(step, instance)) return null;
    journal.tell({ kind: 'looked', step: step.id, status: instance.status, size: instance.size });
    return seen;
  } catch (error) {
    if (error instanceof RefitError && !journal.failed) return null;
    throw error;
  }
}
