/** The histories of the instances that get advice. */
import type { Instance, InstanceUsage, UsageSpan } from '../../model.ts';
import type { UsageStore } from '../../store/usage-store.ts';
import { DEMAND_METRICS } from '../../usage/demand.ts';

/** Whether an instance gets advice: it runs, and this version knows its edition. */
export function isAdvised({ status, edition }: Instance): boolean {
  return status === 'running' && edition !== 'unrecognised';
}

/** How many histories are read one by one; for more instances, all of them are walked. */
const FEW = 20;

/** The histories of instances. One without is left out. */
export async function* historiesOf(
  instances: readonly Instance[],
  { store, provider }: { readonly store: UsageStore; readonly provider: string },
  span: UsageSpan,
): AsyncIterable<readonly [Instance, InstanceUsage]> {
  const query = { ...span, metrics: DEMAND_METRICS };
  if (instances.length <= FEW) {
    for (const instance of instances) {
      const usage = await store.read(provider, instance.id, query);
      if (usage !== null) yield [instance, usage];
    }
    return;
  }
  // Several profiles may see the same instance.
  const byId = Map.groupBy(instances, ({ id }) => id);
  for await (const usage of store.walk(provider, query))
    for (const instance of byId.get(usage.instance) ?? []) yield [instance, usage];
}
