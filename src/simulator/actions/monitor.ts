/** Used memory as the monitor product measures it. Source: facts §2.7, read 2026-11. */
import { beijingTime, parseBeijingTime } from '../beijing-time.ts';
import { Refusal } from '../refusal.ts';
import { type SimInstance, sum, type World } from '../world.ts';
import type { Action } from './action.ts';

const METRICS: Readonly<Record<string, (instance: SimInstance) => number>> = {
  MemUsed: ({ used }) => sum(used),
  MemUtil: ({ used, memoryPerShard, shards }) => (100 * sum(used)) / (memoryPerShard * shards),
  MemMaxUtil: ({ used, memoryPerShard }) => (100 * Math.max(...used)) / memoryPerShard,
};
const PERIODS = [5, 60, 300, 3600, 86_400];

const getMonitorData: Action = {
  schema: {
    Namespace: 'string!',
    MetricName: 'string!',
    Instances: [{ Dimensions: [{ Name: 'string!', Value: 'string!' }, '!'] }, '!'],
    Period: 'whole',
    StartTime: 'string',
    EndTime: 'string',
    SpecifyStatistics: 'integer',
  },
  run(world: World, { params, region, now }) {
    const metric = params.Namespace === 'QCE/REDIS_MEM' ? METRICS[params.MetricName as string] : undefined;
    if (!metric)
      throw new Refusal(
        'InvalidParameterValue',
        `There is no metric ${params.MetricName} in ${params.Namespace}.`,
      );
    const instances = params.Instances as { Dimensions: { Name: string; Value: string }[] }[];
    if (instances.length === 0 || instances.length > 50)
      throw new Refusal('InvalidParameterValue', 'Instances may hold 1 to 50 instances.');
    const period = (params.Period as number | undefined) ?? 300;
    if (!PERIODS.includes(period))
      throw new Refusal('InvalidParameterValue', `The period ${period} is not supported.`);
    const end = instant(params.EndTime as string | undefined) ?? now;
    const start = instant(params.StartTime as string | undefined) ?? end - 10 * period * 1000;
    if (end < start) throw new Refusal('InvalidParameterValue', 'EndTime is before StartTime.');
    const first = Math.ceil(start / 1000 / period) * period;
    // Nothing is measured yet of the present second.
    const last = Math.min(end, now) / 1000;
    const timestamps: number[] = [];
    for (let at = first; at <= last; at += period) timestamps.push(at);
    if (timestamps.length * instances.length > 7200)
      throw new Refusal('InvalidParameterValue', 'The request asks for more than 7200 points.');
    return {
      Period: period,
      MetricName: params.MetricName,
      StartTime: beijingTime(start),
      EndTime: beijingTime(end),
      Msg: '',
      DataPoints: instances.map(({ Dimensions }) => {
        const id = Dimensions.find(({ Name }) => Name.toLowerCase() === 'instanceid')?.Value;
        const instance = id === undefined ? undefined : world.instances.get(id);
        const known = instance !== undefined && instance.region === region;
        const value = known ? Math.round(metric(instance) * 1000) / 1000 : 0;
        return {
          Dimensions,
          Timestamps: known ? timestamps : [],
          Values: known ? timestamps.map(() => value) : [],
        };
      }),
    };
  },
};

export const MONITOR = { GetMonitorData: getMonitorData };

/** ISO 8601 with an offset, or the provider's zone-less time. */
function instant(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = parseBeijingTime(text) ?? (/(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN);
  if (Number.isNaN(ms)) throw new Refusal('InvalidParameterValue', `${JSON.stringify(text)} is not a time.`);
  return ms;
}
