/** A monitor product for tests of collecting: a reader whose answers are a function, and which counts what it is asked. */
import type { CloudReader, MetricFacts, Refusal, SeriesRequest } from '../../src/cloud/cloud.ts';
import { DAILY, type Instance, USAGE_METRICS, type UsageMetric } from '../../src/model.ts';

/** 2026-11-30 10:25 in UTC+8. */
export const NOW = Date.UTC(2026, 10, 30, 2, 25);

export interface FakeMonitor {
  readonly reader: CloudReader;
  readonly calls: SeriesRequest[];
  /** The provider's time. */
  now: number;
  instances: Instance[];
  metrics: MetricFacts[] | Refusal;
  /** The peak of a period that starts at a time; null: no point. */
  truth: (instance: string, metric: UsageMetric, at: number) => number | null;
  /** Refuses a call; null: answers it. */
  refuse: (request: SeriesRequest, scope: { readonly region: string }) => Refusal | null;
}

export function refusal(code: string): Refusal {
  return { kind: 'refused', code, message: 'says the provider', requestId: null };
}

export function factsOf(metric: UsageMetric): MetricFacts {
  return { metric, factor: 1, unit: '', onlyMaximum: [], withoutMaximum: [] };
}

export function instanceOf(id: string, more: Partial<Instance> = {}): Instance {
  return {
    ...{ id, name: id, region: 'ap-guangzhou', zone: 'ap-guangzhou-3', profile: 'default', type: 8 },
    ...{ edition: 'redis-5.0-standard', status: 'running', billing: 'postpaid', tags: {}, nodes: [] },
    size: { memoryPerShard: 4096, shards: 1, replicas: 1 },
    ...{ deadline: null, used: null, task: null, unpaidOrder: null },
    ...more,
  };
}

/** Instances of one region: `crs-00000001` and so on. */
export function instancesOf(count: number, more: Partial<Instance> = {}): Instance[] {
  return Array.from({ length: count }, (_, n) => instanceOf(`crs-${String(n + 1).padStart(8, '0')}`, more));
}

export function fakeMonitor(instances: Instance[]): FakeMonitor {
  const calls: SeriesRequest[] = [];
  const monitor: FakeMonitor = {
    ...{ calls, instances, now: NOW, truth: () => 1, refuse: () => null },
    metrics: USAGE_METRICS.map(({ name }) => factsOf(name)),
    reader: {
      endpoint: 'tencentcloudapi.com',
      providerNow: () => monitor.now,
      describeInstances: async ({ region }: { region: string }) =>
        monitor.instances.filter((one) => one.region === region),
      describeUsageMetrics: async () => monitor.metrics,
      describeUsage: async (scope: { region: string }, request: SeriesRequest) => {
        calls.push(request);
        const refused = monitor.refuse(request, scope);
        if (refused !== null) return refused;
        const length = request.period * 1_000;
        return new Map(
          request.instances.map((id) => [
            id,
            Array.from({ length: (request.until - request.from) / length }, (_, n) => {
              const at = request.from + n * length;
              return at + (request.period === DAILY ? 0 : length) > monitor.now
                ? null
                : monitor.truth(id, request.facts.metric, at);
            }),
          ]),
        );
      },
    } as unknown as CloudReader,
  };
  return monitor;
}
