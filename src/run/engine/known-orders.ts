/** Which orders of an instance are on record, and whose the others are. */
import type { SavedPlan, Step } from '../../model.ts';
import { otherOrders, type Whose } from '../decide/judge-landing.ts';
import type { Reading } from '../decide/judge-settling.ts';
import { type FollowingRun, scopeOf } from './run.ts';

/** The numbers on record of all orders for the instance: another one is that of an order without an answer. */
export function knownOrders(
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
export async function whoseOrders(run: FollowingRun, step: Step, { deals }: Reading): Promise<Whose> {
  const whose = { known: knownOrders(run, step), self: null };
  const isAsked = otherOrders(deals, whose).some(({ by }) => by !== null);
  return isAsked ? { ...whose, self: await run.watch.self(scopeOf(step)) } : whose;
}
