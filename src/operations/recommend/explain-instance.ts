/** Explains the advice for one instance, from its history alone. */
import { RefitError } from '../../errors.ts';
import type { Inventory, Sizing } from '../../model.ts';
import { type Explanation, explain } from '../../recommend/explain.ts';
import { indexOffers } from '../../rules/is-sold.ts';
import { escapeControls } from '../../text.ts';
import { DEMAND_METRICS } from '../../usage/demand.ts';
import type { AdviceOptions } from './recommend.ts';
import { spanOf } from './recommend-fleet.ts';

/** @throws RefitError `usage` if the inventory has no such instance, errors of the store. */
export async function explainAdvice(
  { instances, catalogue }: Pick<Inventory, 'instances' | 'catalogue'>,
  id: string,
  {
    sizing,
    store,
    provider,
    clock,
  }: Pick<AdviceOptions, 'store' | 'provider' | 'clock'> & { sizing: Sizing },
): Promise<Explanation> {
  const instance = instances.find((one) => one.id === id);
  if (instance === undefined)
    throw new RefitError('usage', `--explain ${escapeControls(id)}: no such instance`, 'refit inventory');
  const now = clock.now();
  const usage = await store.read(provider, id, { ...spanOf(sizing, now), metrics: DEMAND_METRICS });
  return explain(instance, usage, { sizing, sold: indexOffers(catalogue), now });
}
