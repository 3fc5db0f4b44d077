/** A history of use in memory, for tests that need no files. It has the behaviour of `usage-contract.ts`. */
import { cutSeries, type InstanceUsage, joinAll, seriesEnd, withObserved } from '../../src/model.ts';
import type { UsageQuery, UsageStore } from '../../src/store/usage-store.ts';

export function memoryUsage(): UsageStore & { readonly kept: Map<string, InstanceUsage> } {
  const kept = new Map<string, InstanceUsage>();
  const keyOf = (provider: string, instance: string) => `${provider} ${instance}`;
  const store: UsageStore = {
    name: 'memory',
    exclusively: (_, work) => work(),
    async put(provider, readings) {
      for (const { instance, series, size, at } of readings) {
        const before = kept.get(keyOf(provider, instance)) ?? { instance, series: [], sizes: [] };
        kept.set(keyOf(provider, instance), {
          instance,
          series: joinAll([...before.series, ...series]),
          sizes: size === null ? before.sizes : withObserved(before.sizes, size, at),
        });
      }
    },
    async asked(provider, instances) {
      return new Map(
        instances.flatMap((instance) => {
          const usage = kept.get(keyOf(provider, instance));
          if (usage === undefined) return [];
          const spans = usage.series.map((one) => {
            const { metric, period, from } = one;
            return { metric, period, from, until: seriesEnd(one) };
          });
          return [[instance, spans] as const];
        }),
      );
    },
    async read(provider, instance, query) {
      const usage = kept.get(keyOf(provider, instance));
      return usage === undefined ? null : partOf(usage, query);
    },
    async *walk(provider, query) {
      for (const [key, usage] of kept) if (key.startsWith(`${provider} `)) yield partOf(usage, query);
    },
    prune: async () => undefined,
    close: async () => undefined,
  };
  return { ...store, kept };
}

function partOf(usage: InstanceUsage, query: UsageQuery): InstanceUsage {
  const { metrics, from, until } = query;
  const wanted = usage.series.filter(({ metric }) => metrics === undefined || metrics.includes(metric));
  return {
    ...usage,
    series: wanted.flatMap((one) => cutSeries(one, query) ?? []),
    sizes: usage.sizes.filter((one) => one.from < until && one.until >= from),
  };
}
