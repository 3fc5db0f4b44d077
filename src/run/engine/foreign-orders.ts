/**
 * Finds the owners of an instance's orders, and foreign changes. A foreign change explains to the reader why a step
 * drifted or was skipped. It decides nothing.
 */
import { RefitError } from '../../errors.ts';
import type { SavedPlan, Size, Step, Trace } from '../../model.ts';
import { MINUTE } from '../../units.ts';
import type { Reading } from '../decide/judge-following.ts';
import { factsSince, type Ownership, otherOrders } from '../decide/judge-order-fate.ts';
import { recognizeByNumber, recognizeByTime } from '../decide/recognize-orders.ts';
import { orderTraces, taskTraces } from '../decide/traces.ts';
import { type FollowingRun, scopeOf } from './run.ts';

/** The steps of the instance, with their states. */
function ownSteps({ saved, journal }: Pick<FollowingRun, 'saved' | 'journal'>, { instance }: Step) {
  const steps = stepsOf(saved).get(instance) ?? [];
  return steps.map((step) => ({ step, state: journal.replay.step(step.id) }));
}

/** The sizes after later steps of the instance, if an adopted journal may lack their orders. */
function hiddenSizes(own: ReturnType<typeof ownSteps>, { id }: Step): Size[] {
  const later = own.slice(own.findIndex(({ step }) => step.id === id) + 1);
  return later.flatMap(({ step, state }) => (state.hiddenOrder === null ? [] : [step.after]));
}

const byInstance = new WeakMap<SavedPlan, ReadonlyMap<string, readonly Step[]>>();

/** The steps of a plan by instance, cached: each reading needs them, and a plan may have ten thousand. */
function stepsOf(saved: SavedPlan): ReadonlyMap<string, readonly Step[]> {
  const known = byInstance.get(saved) ?? Map.groupBy(saved.steps, ({ instance }) => instance);
  byInstance.set(saved, known);
  return known;
}

/**
 * Recognizes this run's own orders among those of the instance, under the numbers that the journal has for them. Refit asks
 * for its own identity only if an order is on no record. Any such number may be that of an order without an answer.
 */
export async function ownershipOf<Listed extends Pick<Reading, 'deals'>>(
  run: FollowingRun,
  step: Step,
  reading: Listed,
): Promise<{ readonly reading: Listed; readonly whose: Ownership }> {
  const own = ownSteps(run, step);
  const known = new Set(own.flatMap(({ state }) => state.orders));
  const hidden = hiddenSizes(own, step);
  if (reading.deals === null) return { reading, whose: { known, self: null, hidden } };
  const { replay } = run.journal;
  const byNumber = recognizeByNumber(reading.deals, (number) => replay.stepOf(number) !== null);
  const isAsked = otherOrders(byNumber, { known }).some(({ createdBy }) => createdBy !== null);
  const whose = { known, self: isAsked ? await run.watch.self(scopeOf(step)) : null, hidden };
  return { reading: { ...reading, deals: recognizeByTime(byNumber, own, whose) }, whose };
}

/** How far back the task list reaches (docs/provider.md P90), minus a margin. */
const REACH = 30 * 24 * 60 * MINUTE - MINUTE;

/** How long the question may wait for others, ms. Nothing waits for the answer. */
const MAX_DELAY = 500;

/** Foreign orders or tasks since Refit read the size that the step was planned from. */
export async function foreignChange(run: FollowingRun, step: Step): Promise<Trace[]> {
  const { saved, watch, cloudFor } = run;
  const readAt = saved.preconditions.find(({ instance }) => instance === step.instance)?.readAt;
  const earlier = step.needs === null ? null : { state: run.journal.replay.step(step.needs) };
  const now = cloudFor(step.profile).providerNow();
  const since = Math.max(
    now - REACH,
    factsSince(step, earlier, readAt === undefined ? now : Date.parse(readAt)),
  );
  return unlessRefused(async () => {
    const question = { ...scopeOf(step), instance: step.instance, maxDelay: MAX_DELAY, factsSince: since };
    const { reading, whose } = await ownershipOf(run, step, await watch.read(question));
    const { deals, tasks } = reading;
    const orders = otherOrders(deals, whose);
    return orders.length > 0 ? orderTraces(orders) : taskTraces(tasks ?? []);
  });
}

/** The tasks that are in progress on the instance now. */
export function tasksInProgress({ cloudFor }: FollowingRun, step: Step): Promise<Trace[]> {
  return unlessRefused(async () => {
    const running = await cloudFor(step.profile).describeRunningTasks(scopeOf(step));
    return taskTraces(running.filter(({ instance }) => instance === step.instance));
  });
}

/** The traces; empty if Refit cannot read them. */
async function unlessRefused(read: () => Promise<Trace[]>): Promise<Trace[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RefitError) return [];
    throw error;
  }
}
