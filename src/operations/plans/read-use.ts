/** Reads what a plan needs of the history of use: a few figures of each instance, so that memory stays small. */
import type { Clock } from '../../clock.ts';
import {
  type FleetUse,
  HOURLY,
  type Instance,
  type InstanceUsage,
  periodStart,
  type UseFigure,
  type UseQuestion,
} from '../../model.ts';
import { DEMAND_METRICS } from '../../usage/demand.ts';
import { figuresOf, MOST_LAG } from '../../usage/figures.ts';
import type { StoreChoice } from '../runs/store-choice.ts';
import { openUsage, type UsageStore, usageProvider } from '../usage/open-usage.ts';

/** Which history a plan uses. Plain data, so that a thread can have it; or an open store, which stays open. */
export type PlanHistory =
  | { readonly choice: StoreChoice; readonly provider: string }
  | { readonly store: UsageStore; readonly provider: string };

/** The history that a command means. @param endpoint of `--endpoint`; undefined: that of the environment. */
export function historyOf(choice: StoreChoice, endpoint: string | undefined): PlanHistory {
  return { choice: { store: choice.store, env: choice.env }, provider: usageProvider(endpoint, choice.env) };
}

/** Instances up to which each one is read. More of them are cheaper in one walk. */
const FEW = 2_000;

/**
 * Answers the questions for each instance. One without history has figures without a value.
 * @throws RefitError errors of the store.
 */
export async function readUse(
  instances: readonly Instance[],
  questions: readonly UseQuestion[],
  history: PlanHistory,
  { clock, few = FEW }: { readonly clock: Clock; readonly few?: number },
): Promise<FleetUse> {
  const { provider } = history;
  const store = 'store' in history ? history.store : await openUsage({ ...history.choice, clock });
  const now = clock.now();
  const until = periodStart(HOURLY, now);
  const longest = questions.reduce((most, { over }) => Math.max(most, over), 0);
  const query = { from: until - longest - MOST_LAG, until, metrics: DEMAND_METRICS };
  const use = new Map<string, ReadonlyMap<string, UseFigure>>();
  const answer = ({ id, size }: Instance, usage: InstanceUsage | null) =>
    use.set(id, figuresOf(usage, size, questions, now));
  try {
    if (instances.length <= few) {
      for (const one of instances) answer(one, await store.read(provider, one.id, query));
      return use;
    }
    const byId = new Map(instances.map((one) => [one.id, one]));
    for await (const usage of store.walk(provider, query)) {
      const instance = byId.get(usage.instance);
      if (instance !== undefined) answer(instance, usage);
    }
    for (const one of instances) if (!use.has(one.id)) answer(one, null);
    return use;
  } finally {
    if (!('store' in history)) await store.close();
  }
}
