import type { SavedPlan, Step } from '../../model.ts';
import { otherOrders, type Whose } from '../decide/judge-landing.ts';
import type { Reading } from '../decide/judge-settling.ts';
import { SECOND } from '../waits.ts';
import { type SettlingRun, scopeOf } from './run.ts';

/** The provider's clock and ours differ by less than this: what began that much before the intent may be its effect. */
const CLOCK_MARGIN = 30 * SECOND;

/** The numbers on record of all orders for the instance: another one is that of an order without an answer. */
export function knownOrders(
  { saved, journal }: Pick<SettlingRun, 'saved' | 'journal'>,
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
export async function whoseOrders(run: SettlingRun, step: Step, { deals }: Reading): Promise<Whose> {
  const whose = { known: knownOrders(run, step), self: null };
  const isAsked = otherOrders(deals, whose).some(({ by }) => by !== null);
  return isAsked ? { ...whose, self: await run.watch.self(scopeOf(step)) } : whose;
}

/**
 * @param intentAt by the provider's clock, as all here.
 * From when on tasks and orders count as effects of this step's order: never those of the step before. The provider
 * tells whole seconds, so what began within the second in which the step before ended must not be lost: its own task
 * and order began earlier than that.
 */
export function sinceFor(run: SettlingRun, step: Step, intentAt: number): number {
  const before = step.needs === null ? null : run.journal.replay.step(step.needs).endedProviderAt;
  if (before === null) return intentAt - CLOCK_MARGIN;
  return Math.max(intentAt - CLOCK_MARGIN, Math.floor(Date.parse(before) / SECOND) * SECOND);
}
