/**
 * Places one order: reserves a slot, writes the intent, sends at the slot. An entry is good for two seconds: a process
 * that was frozen between its entry and its send does not send when it wakes, because another may have taken over
 * meanwhile (design §6; without this guard a frozen worker paid twice in 4 of 8 trials).
 */
import { iso } from '../../clock.ts';
import type { OrderAnswer, OrderRequest } from '../../cloud/cloud.ts';
import { RefitError } from '../../errors.ts';
import { isLimitCode, type Step } from '../../model.ts';
import { isAsPlanned } from '../decide/judge-settling.ts';
import { SECOND } from '../waits.ts';
import type { Run } from './run.ts';
import { ageOf, LOOK_AGE, type Sighting } from './watch.ts';

/** Milliseconds for which an intent may be acted on. */
const FRESH = 2_000;

/** Orders being placed at once, from the reservation to the send: enough to bridge a slow disk, few enough to stay fresh. */
export const PLACING = 8;

/** What came of placing: the provider's answer, or nothing was sent; `look-again` where the look had become too old. */
export type Placed = OrderAnswer | { readonly kind: 'stopped' } | { readonly kind: 'look-again' };

/**
 * Places the order of a step as its next attempt. The intent is durable before anything leaves.
 * @param seen the look by which the instance is at its size.
 */
export async function placeOrder(run: Run, step: Step, seen: Sighting): Promise<Placed> {
  const { permits, steering, waits } = run;
  let placed: Promise<Placed> = Promise.resolve({ kind: 'stopped' });
  // At most one slot for each that has a place, and a second in which nothing leaves after a refusal by the limit.
  const rate = permits.rate(run.cloudFor(step.profile).orderLane(step));
  waits.goesOn(step, 'permit', SECOND + Math.ceil((steering.places.activeCount * SECOND) / rate));
  await run.placing(async () => {
    // The gate is held until the request has left; its answer is awaited outside, so that a slow answer delays nobody.
    await new Promise<void>((left) => {
      placed = place(run, step, seen, left).finally(left);
    });
  });
  waits.none(step);
  return placed;
}

async function place(run: Run, step: Step, seen: Sighting, left: () => void): Promise<Placed> {
  const { journal, clock, permits, leave } = run;
  // Many may have been looked at together, and have waited for their turn since. Looked at anew here, while those beside
  // it hold the next slots, it loses none; sent back to its place in the line, all that were looked at with it would.
  // What is past this door waits for no more than the slots of those beside it, and is not asked again.
  const look = ageOf(seen, clock) > LOOK_AGE ? await lookOnceMore(run, step) : seen;
  if (look === null) return { kind: 'look-again' };
  run.looked(step);
  const cloud = run.cloudFor(step.profile);
  const lane = cloud.orderLane(step);
  const attempt = journal.replay.step(step.id).attempts + 1;
  const size = step.after;
  let slot = permits.reserve(lane);
  const lead = Math.min(500, Math.max(15, 2 * journal.latency));
  for (;;) {
    const early = slot.due - lead - clock.monotonic();
    await clock.sleep(early, AbortSignal.any([run.stopped, run.steering.changed]));
    if (!run.mayStart()) return { kind: 'stopped' };
    // Nothing is written down for a slot that is lost already: the entry would be old by the next one.
    if (permits.isLost(slot)) slot = permits.reserve(lane);
    else if (clock.monotonic() >= slot.due - lead - 1) break;
  }
  // The machine slept, or orders leave so slowly that the look has become old all the same.
  if (ageOf(look, clock) > 2 * LOOK_AGE) return { kind: 'look-again' };

  // By both clocks: the monotonic one stands still while a machine sleeps.
  const intended = { monotonic: clock.monotonic(), wall: clock.now() };
  // A wall clock that went back may be hiding how long it was asleep.
  const fresh = () =>
    clock.monotonic() - intended.monotonic <= FRESH && Math.abs(clock.now() - intended.wall) <= FRESH;
  await journal.record({
    kind: 'intent',
    step: step.id,
    attempt,
    size,
    providerAt: iso(cloud.providerNow()),
  });
  const nothingSent = async (why: string): Promise<Placed> => {
    await journal.record({ kind: 'not-sent', step: step.id, attempt, why });
    return { kind: 'not-sent', why };
  };

  const request: OrderRequest = {
    region: step.region,
    profile: step.profile,
    instance: step.instance,
    edition: step.edition,
    size,
    ...(step.nodes ? { nodes: step.nodes } : {}),
    ...(run.saved.execution.switch === 'now' ? {} : { switch: run.saved.execution.switch }),
  };
  for (;;) {
    await permits.wait(slot, leave);
    if (!run.mayStart()) return nothingSent(run.goesOn() ? 'the run was held back' : 'the run was stopped');
    if (!fresh()) return nothingSent('its entry was older than two seconds');
    if (permits.isLost(slot)) {
      slot = permits.reserve(lane);
      continue;
    }
    let asked = false;
    const answer = await cloud.order(request, () => {
      asked = true;
      const go = fresh() && !permits.isLost(slot) && run.mayStart();
      if (go) left();
      return go;
    });
    if (answer.kind === 'accepted' || answer.kind === 'refused')
      permits.heard(slot, answer.sentAt, answer.kind === 'refused' && isLimitCode(answer.code));
    if (answer.kind !== 'not-sent') return answer;
    // Without a connection the guard was never asked: waiting for another slot would not help.
    if (!asked) return nothingSent(answer.why);
    slot = permits.reserve(lane);
  }
}

/** A look of now, by which the instance still is as planned; null where it is not, or could not be read. */
async function lookOnceMore({ watch, journal }: Run, step: Step): Promise<Sighting | null> {
  try {
    const seen = await watch.look(step, step.instance, Number.NEGATIVE_INFINITY);
    const { instance } = seen;
    if (instance === undefined || !isAsPlanned(step, instance)) return null;
    journal.tell({ kind: 'looked', step: step.id, status: instance.status, size: instance.size });
    return seen;
  } catch (error) {
    if (error instanceof RefitError && !journal.failed) return null;
    throw error;
  }
}
