/**
 * Which orders of an instance are on record, and whose the others are. What somebody else did, or does, is named for the
 * person who reads that a step drifted or was skipped; it decides nothing.
 */
import { RefitError } from '../../errors.ts';
import type { SavedPlan, Step } from '../../model.ts';
import { MINUTE } from '../../units.ts';
import type { Reading } from '../decide/judge-following.ts';
import {
  factsSince,
  formatOrder,
  formatTask,
  type Ownership,
  otherOrders,
} from '../decide/judge-order-fate.ts';
import { type FollowingRun, scopeOf } from './run.ts';

/** The numbers on record of all orders for the instance: another one is that of an order without an answer. */
function knownOrders(
  { saved, journal }: Pick<FollowingRun, 'saved' | 'journal'>,
  { instance }: Step,
): ReadonlySet<string> {
  return new Set((stepsOf(saved).get(instance) ?? []).flatMap(({ id }) => journal.replay.step(id).orders));
}

const byInstance = new WeakMap<SavedPlan, ReadonlyMap<string, readonly Step[]>>();

/** The steps of a plan by instance: asked at each reading, and a plan may have ten thousand. */
function stepsOf(saved: SavedPlan): ReadonlyMap<string, readonly Step[]> {
  const known = byInstance.get(saved) ?? Map.groupBy(saved.steps, ({ instance }) => instance);
  byInstance.set(saved, known);
  return known;
}

/** Who this identity is is asked only where billing lists an order that is on no record. */
export async function ownershipOf(run: FollowingRun, step: Step, { deals }: Reading): Promise<Ownership> {
  const whose = { known: knownOrders(run, step), self: null };
  const isAsked = otherOrders(deals, whose).some(({ by }) => by !== null);
  return isAsked ? { ...whose, self: await run.watch.self(scopeOf(step)) } : whose;
}

/** How far back the task list reaches (docs/provider.md P90), less a little. */
const REACH = 30 * 24 * 60 * MINUTE - MINUTE;

/** How long the question may wait for others, milliseconds: nobody waits for the answer. */
const WITHIN = 500;

/** `, by order 2026…, created at …`: what came since the size was read that the step was planned from; else empty. */
export async function foreignChange(run: FollowingRun, step: Step): Promise<string> {
  const { saved, watch, cloudFor } = run;
  const readAt = saved.preconditions.find(({ instance }) => instance === step.instance)?.readAt;
  const earlier = step.needs === null ? null : { state: run.journal.replay.step(step.needs) };
  const now = cloudFor(step.profile).providerNow();
  const since = Math.max(
    now - REACH,
    factsSince(step, earlier, readAt === undefined ? now : Date.parse(readAt)),
  );
  return named(', by ', async () => {
    const question = { ...scopeOf(step), instance: step.instance, within: WITHIN, factsSince: since };
    const { deals, tasks } = await watch.read(question);
    const orders = otherOrders(deals, { known: knownOrders(run, step), self: null });
    return orders.length > 0 ? orders.map(formatOrder) : (tasks ?? []).map(formatTask);
  });
}

/** `: task 700001 (type 012), begun at …`: what is under way on the instance now; else empty. */
export function tasksInProgress({ cloudFor }: FollowingRun, step: Step): Promise<string> {
  return named(': ', async () => {
    const running = await cloudFor(step.profile).describeRunningTasks(scopeOf(step));
    return running.filter(({ instance }) => instance === step.instance).map(formatTask);
  });
}

const MOST_NAMED = 3;

/** What was read, where anything was; what cannot be read is left out. */
async function named(before: string, read: () => Promise<string[]>): Promise<string> {
  try {
    const names = await read();
    if (names.length === 0) return '';
    const more = names.length > MOST_NAMED ? `; and ${names.length - MOST_NAMED} more` : '';
    return `${before}${names.slice(0, MOST_NAMED).join('; ')}${more}`;
  } catch (error) {
    if (error instanceof RefitError) return '';
    throw error;
  }
}
