/**
 * Finds the owners of an instance's orders, and foreign changes. A foreign change explains to the reader why a step
 * drifted or was skipped. It decides nothing.
 */
import { RefitError } from '../../errors.ts';
import type { SavedPlan, Step, Trace } from '../../model.ts';
import { MINUTE } from '../../units.ts';
import type { Reading } from '../decide/judge-following.ts';
import { factsSince, type Ownership, otherOrders } from '../decide/judge-order-fate.ts';
import { orderTraces, taskTraces } from '../decide/traces.ts';
import { type FollowingRun, scopeOf } from './run.ts';

/** The recorded order numbers of the instance. Any other number may be that of an order without an answer. */
function knownOrders(
  { saved, journal }: Pick<FollowingRun, 'saved' | 'journal'>,
  { instance }: Step,
): ReadonlySet<string> {
  return new Set((stepsOf(saved).get(instance) ?? []).flatMap(({ id }) => journal.replay.step(id).orders));
}

const byInstance = new WeakMap<SavedPlan, ReadonlyMap<string, readonly Step[]>>();

/** The steps of a plan by instance, cached: each reading needs them, and a plan may have ten thousand. */
function stepsOf(saved: SavedPlan): ReadonlyMap<string, readonly Step[]> {
  const known = byInstance.get(saved) ?? Map.groupBy(saved.steps, ({ instance }) => instance);
  byInstance.set(saved, known);
  return known;
}

/** The owners of the instance's orders. Refit asks for its own identity only if billing lists an unrecorded order. */
export async function ownershipOf(run: FollowingRun, step: Step, { deals }: Reading): Promise<Ownership> {
  const whose = { known: knownOrders(run, step), self: null };
  const isAsked = otherOrders(deals, whose).some(({ createdBy }) => createdBy !== null);
  return isAsked ? { ...whose, self: await run.watch.self(scopeOf(step)) } : whose;
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
    const { deals, tasks } = await watch.read(question);
    const orders = otherOrders(deals, { known: knownOrders(run, step), self: null });
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
