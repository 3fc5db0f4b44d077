/** Used memory as the monitor product measures it. Source: facts §2.7 and the product's own model, read 2026-11. */

import { SECOND } from '../../units.ts';
import { beijingTime, parseBeijingTime } from '../world/beijing-time.ts';
import { type MemoryInUse, memoryAt, type Swing, swingAt } from '../world/memory-in-use.ts';
import { accountOf, type SimInstance, type World } from '../world/world.ts';
import type { Action } from './action.ts';
import { invalidValue } from './refusal.ts';

type Measure = (memory: MemoryInUse) => number;
const megabytes: Measure = ({ total }) => total;
const percent: Measure = ({ total, memoryPerShard, shards }) => (100 * total) / (memoryPerShard * shards);
const percentOfFullest: Measure = ({ fullest, memoryPerShard }) => (100 * fullest) / memoryPerShard;

/** By namespace: the one of today, and the one-minute one that it replaced. */
const METRICS: Readonly<Record<string, Readonly<Record<string, Measure>>>> = {
  'QCE/REDIS_MEM': { MemUsed: megabytes, MemUtil: percent, MemMaxUtil: percentOfFullest },
  'QCE/REDIS': { StorageMin: megabytes, StorageUsMin: percent },
};
const PERIODS = [5, 60, 300, 3600, 86_400];
const MOST_INSTANCES = 50;
const MOST_POINTS = 7200;
/** What SpecifyStatistics is made of. */
const AVERAGE = 1;
const GREATEST = 2;
const LEAST = 4;

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
    run(world, { params, region, identity, now }) {
      const [namespace, name] = [params.Namespace as string, params.MetricName as string];
      const metrics = Object.hasOwn(METRICS, namespace) ? METRICS[namespace]! : {};
      const measure = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
      if (!measure) throw invalidValue(`There is no metric ${name} in ${namespace}.`);
      const instances = params.Instances as { Dimensions: { Name: string; Value: string }[] }[];
      if (instances.length === 0 || instances.length > MOST_INSTANCES)
        throw invalidValue(`Instances may hold 1 to ${MOST_INSTANCES} instances.`);
      const period = (params.Period as number | undefined) ?? 300;
      if (!PERIODS.includes(period)) throw invalidValue(`The period ${period} is not supported.`);
      const statistics = (params.SpecifyStatistics as number | undefined) ?? 0;
      if (statistics < 0 || statistics > 7) throw invalidValue('SpecifyStatistics is a sum of 1, 2 and 4.');
      const end = instant(params.EndTime as string | undefined) ?? now;
      const start = instant(params.StartTime as string | undefined) ?? end - 10 * period * SECOND;
      if (end < start) throw invalidValue('EndTime is before StartTime.');
      const times = timesOf(start, Math.min(end, now), period);
      if (times.length > MOST_POINTS / instances.length)
        throw invalidValue(`The request asks for more than ${MOST_POINTS} points.`);
      const account = accountOf(world, identity);
      return {
        Period: period,
        MetricName: name,
        StartTime: beijingTime(start),
        EndTime: beijingTime(end),
        Msg: '',
        DataPoints: instances.map(({ Dimensions }) => {
          const id = Dimensions.find(({ Name }) => Name.toLowerCase() === 'instanceid')?.Value;
          const instance = id === undefined ? undefined : world.instances.get(id);
          const known = instance?.region === region && instance?.account === account ? instance : null;
          return { Dimensions, ...pointsOf(world, known, { measure, times, period, statistics }) };
        }),
      };
    },
  },
};

/** Unix seconds, one a period and on it, none of them after the end. */
function timesOf(start: number, end: number, period: number): number[] {
  const first = Math.ceil(start / SECOND / period) * period;
  const count = Math.max(0, Math.floor((end / SECOND - first) / period) + 1);
  return Array.from({ length: count }, (_, n) => first + n * period);
}

/** What is asked of each instance. */
interface Question {
  readonly measure: Measure;
  readonly times: readonly number[];
  readonly period: number;
  readonly statistics: number;
}

/** Empty rows for an instance that does not exist here: it is no error. */
function pointsOf(
  world: World,
  instance: SimInstance | null,
  { measure, times, period, statistics }: Question,
): Record<string, unknown> {
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  // A point stands for the period that begins with it, so the last one reaches to the present.
  const series = (which: keyof Swing): number[] =>
    instance === null
      ? []
      : times.map((at) => {
          const memory = measure(memoryAt(instance, at * SECOND));
          return rounded(memory * swingAt(world, instance, (at + period) * SECOND)[which]);
        });
  return {
    Timestamps: instance === null ? [] : times,
    Values: series('average'),
    MaxValues: statistics & GREATEST ? series('greatest') : null,
    MinValues: statistics & LEAST ? series('least') : null,
    AvgValues: statistics & AVERAGE ? series('average') : null,
  };
}

/** ISO 8601 with an offset, or the provider's zone-less time. */
function instant(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = parseBeijingTime(text) ?? (/(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN);
  if (Number.isNaN(ms)) throw invalidValue(`${JSON.stringify(text)} is not a time.`);
  return ms;
}
