/** Encodes and decodes the use over time, from the monitor product. Source: docs/provider.md P113 to P120. */
import { keptValue, periodStart, USAGE_METRICS, type UsageMetric, usageMetric } from '../../model.ts';
import type { MetricFacts, SeriesRequest } from '../cloud.ts';
import { type Fields, list, number, text, texts } from './fields.ts';
import { decodePoints, encodeMonitorCall, MONITOR_NAMESPACE } from './monitor-call.ts';

/** The provider's names of metrics. */
const NAMES: Readonly<Record<UsageMetric, string>> = {
  memory: 'MemUsed',
  memoryShare: 'MemUtil',
  fullestShard: 'MemMaxUtil',
  cpu: 'CpuUtil',
  fullestNodeCpu: 'CpuMaxUtil',
  connections: 'Connections',
  connectionsShare: 'ConnectionsUtil',
  inShare: 'InBandwidthUtil',
  outShare: 'OutBandwidthUtil',
  inThrottled: 'InFlowLimit',
  outThrottled: 'OutFlowLimit',
  evicted: 'Evicted',
  keys: 'Keys',
  commands: 'Commands',
  latency: 'LatencyMax',
};

/** The provider's name of a metric, for messages. */
export function providerMetric(metric: UsageMetric): string {
  return NAMES[metric];
}

/** Factors from units of the provider to the unit of the model. `Mb` is none: it can mean bits. */
const UNITS: Readonly<Record<ReturnType<typeof usageMetric>['unit'], Readonly<Record<string, number>>>> = {
  MB: {
    MB: 1,
    MByte: 1,
    MBytes: 1,
    GB: 1024,
    KB: 1 / 1024,
    Byte: 1 / 1_048_576,
    Bytes: 1 / 1_048_576,
  },
  '%': { '%': 1, Percent: 1, percent: 1 },
  '': { '': 1, count: 1, Count: 1, counts: 1, Counts: 1, times: 1, Times: 1, 个: 1, 次: 1 },
  '/s': {
    ...{ '/s': 1, 'count/s': 1, 'Count/s': 1, 'counts/s': 1, 'Counts/s': 1, 'times/s': 1, 'Times/s': 1 },
    ...{ 'ops/s': 1, '个/秒': 1, '次/秒': 1, '个/s': 1, '次/s': 1 },
  },
  ms: { ms: 1, 毫秒: 1, us: 1 / 1000, s: 1000 },
};

/** Requests the metrics of the namespace, with their units and statistics. */
export const METRICS_REQUEST: Fields = { Namespace: MONITOR_NAMESPACE };

/** Decodes the metrics that the model has. One that the provider does not name is missing. */
export function decodeMetrics(fields: Fields): MetricFacts[] {
  const rows = list(fields.MetricSet);
  return USAGE_METRICS.flatMap(({ name: metric, unit: own }) => {
    const wanted = NAMES[metric].toLowerCase();
    const row = rows.find((one) => text(one.MetricName)?.toLowerCase() === wanted);
    if (row === undefined) return [];
    const unit = (text(row.Unit) ?? '').trim();
    const factors = UNITS[own];
    const statistics = list(row.Periods).map((one) => ({
      period: number(one.Period) ?? 0,
      types: texts(one.StatType).map((type) => type.toLowerCase()),
    }));
    const periodsWhere = (fits: (types: readonly string[]) => boolean) =>
      statistics.flatMap(({ period, types }) => (types.length > 0 && fits(types) ? [period] : []));
    return [
      {
        ...{ metric, unit, factor: Object.hasOwn(factors, unit) ? factors[unit]! : null },
        onlyMaximum: periodsWhere((types) => types.every((type) => type === 'max')),
        withoutMaximum: periodsWhere((types) => !types.includes('max')),
      },
    ];
  });
}

/**
 * Requests the maxima of a metric. It is not documented whether the provider includes the period that starts at the end.
 * So the request ends with the start of the next period, and decoding leaves that one out. Count one more point for it.
 */
export function encodeSeries({ facts, instances, period, from, until }: SeriesRequest): Fields {
  return encodeMonitorCall({ metric: NAMES[facts.metric], instances, period, from, until });
}

/**
 * Decodes one value for each period and instance that was asked for; null where the provider has no point. Averages are no
 * peaks: without maxima, it uses `Values` only if they are maxima by `DescribeBaseMetrics`, or if they count events.
 */
export function decodeSeries(
  fields: Fields,
  { facts, instances, period, from, until }: SeriesRequest,
): Map<string, (number | null)[]> {
  const length = period * 1_000;
  const periods = (until - from) / length;
  const found = new Map(instances.map((id) => [id, new Array<number | null>(periods).fill(null)]));
  const counts = usageMetric(facts.metric).counts === true;
  const usesMaxima = !counts || !facts.withoutMaximum.includes(period);
  const usesValues = counts || facts.onlyMaximum.includes(period);
  for (const [instance, points] of decodePoints(fields)) {
    const values = found.get(instance);
    if (values === undefined || !Array.isArray(points.Timestamps)) continue;
    const peaks = [usesMaxima && points.MaxValues, usesValues && points.Values].find(
      (one): one is unknown[] => Array.isArray(one) && one.length > 0,
    );
    for (const [n, timestamp] of points.Timestamps.entries()) {
      const at = number(timestamp);
      const value = number(peaks?.[n]);
      if (at === null || value === null || value < 0 || value > LARGEST) continue;
      const index = (periodStart(period, at * 1_000) - from) / length;
      if (index < 0 || index >= periods) continue;
      values[index] = Math.max(values[index] ?? 0, keptValue(value * facts.factor!));
    }
  }
  return found;
}

/** A larger value is a fault of the provider in every unit. */
const LARGEST = 1e12;
