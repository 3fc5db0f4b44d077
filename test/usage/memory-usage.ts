/** A history of use in memory, for tests that need no files. It has the behaviour of `usage-contract.ts`. */
import { cutSeries, type InstanceUsage, joinAll, seriesEnd, withObserved } from '../../src/model.ts';
import type { UsageStore } from '../../src/store/usage-store.ts';

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
    async read(provider, instance, span) {
      const usage = kept.get(keyOf(provider, instance));
      return usage === undefined
        ? null
        : { ...usage, series: usage.series.flatMap((one) => cutSeries(one, span) ?? []) };
    },
    async *walk() {
      yield* kept.values();
    },
    prune: async () => undefined,
    close: async () => undefined,
  };
  return { ...store, kept };
}
