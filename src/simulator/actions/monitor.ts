/** The action of the monitor product: used memory. Source: docs/provider.md P113 to P119 and P124. */

import { DAY, HOUR, SECOND } from '../../units.ts';
import { beijingTime, parseBeijingTime } from '../world/beijing-time.ts';
import { type SimInstance, sum, type World } from '../world/world.ts';
import type { Action } from './action.ts';
import { isOwn } from './redis-instances.ts';
import { invalidValue } from './refusal.ts';

type Measure = (memory: ReturnType<typeof memoryAt>) => number;
const megabytes: Measure = ({ total }) => total;
const percent: Measure = ({ total, memoryPerShard, shards }) => (100 * total) / (memoryPerShard * shards);
const percentOfFullest: Measure = ({ fullest, memoryPerShard }) => (100 * fullest) / memoryPerShard;

/** Metrics by namespace: the current one and the one-minute namespace that it replaced. */
const METRICS: Readonly<Record<string, Readonly<Record<string, Measure>>>> = {
  'QCE/REDIS_MEM': { MemUsed: megabytes, MemUtil: percent, MemMaxUtil: percentOfFullest },
  'QCE/REDIS': { StorageMin: megabytes, StorageUsMin: percent },
};
const PERIODS = [5, 60, 300, 3600, 86_400];
const MAX_INSTANCES = 50;
const MAX_POINTS = 7200;
/** Bits of SpecifyStatistics. */
const AVERAGE = 1;
const MAXIMUM = 2;
const MINIMUM = 4;

export const MONITOR: Readonly<Record<string, Action>> = {
  GetMonitorData: {
    schema: {
      Namespace: 'string!',
      MetricName: 'string!',
      Instances: [{ Dimensions: [{ Name: 'string!', Value: 'string!' }, '!'] }, '!'],
      Period: 'whole',
      StartTime: 'string',
      EndTime: 'string',
      SpecifyStatistics: 'integer',
    },
    run(world, call) {
      const { params, now } = call;
      const [namespace, name] = [params.Namespace as string, params.MetricName as string];
      const metrics = Object.hasOwn(METRICS, namespace) ? METRICS[namespace]! : {};
      const measure = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
      if (!measure) throw invalidValue(`There is no metric ${name} in ${namespace}.`);
      const instances = params.Instances as { Dimensions: { Name: string; Value: string }[] }[];
      if (instances.length === 0 || instances.length > MAX_INSTANCES)
        throw invalidValue(`Instances may hold 1 to ${MAX_INSTANCES} instances.`);
      const period = (params.Period as number | undefined) ?? 300;
      if (!PERIODS.includes(period)) throw invalidValue(`The period ${period} is not supported.`);
      const statistics = (params.SpecifyStatistics as number | undefined) ?? 0;
      if (statistics < 0 || statistics > 7) throw invalidValue('SpecifyStatistics is a sum of 1, 2 and 4.');
      const end = parseInstant(params.EndTime as string | undefined) ?? now;
      const start = parseInstant(params.StartTime as string | undefined) ?? end - 10 * period * SECOND;
      if (end < start) throw invalidValue('EndTime is before StartTime.');
      const times = timestampsOf(start, Math.min(end, now), period);
      if (times.length > MAX_POINTS / instances.length)
        throw invalidValue(`The request asks for more than ${MAX_POINTS} points.`);
      const isOurs = isOwn(world, call);
      return {
        Period: period,
        MetricName: name,
        StartTime: beijingTime(start),
        EndTime: beijingTime(end),
        Msg: '',
        DataPoints: instances.map(({ Dimensions }) => {
          const id = Dimensions.find(({ Name }) => Name.toLowerCase() === 'instanceid')?.Value;
          const instance = world.instances.get(String(id));
          // A point covers the period that starts at its time. The last period includes the present.
          // An unknown instance has no points, and that is not an error.
          const points = isOurs(instance)
            ? times.map((at) => ({
                memory: measure(memoryAt(instance, at * SECOND)),
                swing: swingAt(world, instance, (at + period) * SECOND),
              }))
            : [];
          const series = (which: 'average' | 'greatest' | 'least'): number[] =>
            points.map(({ memory, swing }) => Math.round(memory * swing[which] * 1000) / 1000);
          return {
            Dimensions,
            Timestamps: isOurs(instance) ? times : [],
            Values: series('average'),
            MaxValues: statistics & MAXIMUM ? series('greatest') : null,
            MinValues: statistics & MINIMUM ? series('least') : null,
            AvgValues: statistics & AVERAGE ? series('average') : null,
          };
        }),
      };
    },
  },
};

/** One time per period in Unix seconds, aligned to the period, up to the end. */
function timestampsOf(start: number, end: number, period: number): number[] {
  const first = Math.ceil(start / SECOND / period) * period;
  const count = Math.max(0, Math.floor((end / SECOND - first) / period) + 1);
  return Array.from({ length: count }, (_, n) => first + n * period);
}

/** Reads ISO 8601 with an offset, or the provider's time without a zone. @throws Refusal */
function parseInstant(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = parseBeijingTime(text) ?? (/(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN);
  if (Number.isNaN(ms)) throw invalidValue(`${JSON.stringify(text)} is not a time.`);
  return ms;
}

/** Used memory and size at `at`. MB; ms since 1970 UTC. */
function memoryAt(instance: SimInstance, at: number) {
  const { memoryPerShard, shards, used } = instance.past.find(({ until }) => at < until) ?? instance;
  return { total: sum(used), fullest: Math.max(...used), memoryPerShard, shards };
}

/**
 * Factors for the average, maximum and minimum use around `at`. The values are invented, except the present one: it
 * equals DescribeInstanceShards and the check of a reduction.
 *
 *   after the world's start    1, because orders change the size and never the data
 *   before the world's start   a daily wave below 1, so that average, maximum and minimum differ
 */
function swingAt({ startedAt }: World, { id }: SimInstance, at: number) {
  const away = Math.min(1, Math.max(0, (startedAt - at) / HOUR));
  if (away === 0) return { average: 1, greatest: 1, least: 1 };
  const phase = [...id].reduce((mixed, letter) => (mixed * 31 + letter.charCodeAt(0)) % 86_400, 7) * 1000;
  const wave = 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + phase)) / DAY);
  const average = 1 - away * (0.05 + 0.2 * wave);
  return { average, greatest: Math.min(1, average + 0.02 * away), least: average - 0.03 * away };
}
