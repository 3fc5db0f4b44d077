/** The actions of the monitor product: points of metrics, and what metrics there are. Source: docs/provider.md P113 to P124. */

import { SECOND } from '../../units.ts';
import { beijingTime, parseBeijingTime } from '../world/beijing-time.ts';
import { METRICS, type Metric, type Statistic } from '../world/usage/metrics.ts';
import { KEPT, type Points, periodStart, readPoints, type Span } from '../world/usage/points.ts';
import { accountOf, type World } from '../world/world.ts';
import type { Action, Call } from './action.ts';
import type { Params } from './parameters.ts';
import { isOwn } from './redis-instances.ts';
import { invalidValue, Refusal } from './refusal.ts';

const PERIODS = [...KEPT.keys()];
/** The limits of one call, and those that older pages have (docs/provider.md P116). */
const LIMITS = { instances: 50, points: 7200 };
const OLDER_LIMITS = { instances: 10, points: 1440 };
/** Bits of SpecifyStatistics. */
const AVERAGE = 1;
const MAXIMUM = 2;
const MINIMUM = 4;

type Dimensions = readonly { readonly Name: string; readonly Value: string }[];

const GetMonitorData: Action = {
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
    const { params } = call;
    const metric = metricOf(params);
    const requested = params.Instances as { Dimensions: Dimensions }[];
    const statistics = (params.SpecifyStatistics as number | undefined) ?? 0;
    if (statistics < 0 || statistics > 7) throw invalidValue('SpecifyStatistics is a sum of 1, 2 and 4.');
    const span = spanOf(call);
    checkLimits(world, requested.length, span);
    countCall(world, call);
    return {
      Period: span.period,
      MetricName: metric.name,
      StartTime: beijingTime(span.first * SECOND),
      EndTime: beijingTime(span.last * SECOND),
      Msg: '',
      DataPoints: requested.map(({ Dimensions }) =>
        formatPoints(Dimensions, pointsOf(world, call, Dimensions, metric, span), metric, statistics),
      ),
    };
  },
};

const DescribeBaseMetrics: Action = {
  schema: { Namespace: 'string!', MetricName: 'string', Dimensions: 'string[]' },
  run(_world, { params }) {
    const metrics = METRICS.get(params.Namespace as string);
    if (!metrics) throw invalidValue(`There is no namespace ${params.Namespace}.`);
    const { MetricName, Dimensions = [] } = params as { MetricName?: string; Dimensions?: string[] };
    const isListed = ({ name }: Metric): boolean =>
      (MetricName === undefined || MetricName === name) && Dimensions.every((one) => one === 'instanceid');
    return {
      MetricSet: [...metrics.values()].filter(isListed).map(({ name, unit, statistics, en, zh }) => ({
        Namespace: params.Namespace,
        MetricName: name,
        Unit: unit,
        UnitCname: unit,
        Period: PERIODS,
        // Periods are numbers in one list and texts in the other (docs/provider.md P200).
        Periods: PERIODS.map((period) => ({ Period: String(period), StatType: statistics })),
        Meaning: { En: en, Zh: zh },
        Dimensions: [{ Dimensions: ['instanceid'] }],
        MetricCName: zh,
        MetricEName: en,
      })),
    };
  },
};

export const MONITOR: Readonly<Record<string, Action>> = { GetMonitorData, DescribeBaseMetrics };

function metricOf({ Namespace, MetricName }: Params): Metric {
  const metric = METRICS.get(Namespace as string)?.get(MetricName as string);
  if (!metric) throw invalidValue(`There is no metric ${MetricName} in ${Namespace}.`);
  return metric;
}

/** Reads period, begin and end. Begin and end are rounded down to the period (docs/provider.md P119). @throws Refusal */
function spanOf({ params, now }: Call): Span {
  const period = (params.Period as number | undefined) ?? 300;
  if (!PERIODS.includes(period)) throw invalidValue(`The period ${period} is not supported.`);
  const end = parseInstant(params.EndTime as string | undefined) ?? now;
  const start = parseInstant(params.StartTime as string | undefined) ?? end - 10 * period * SECOND;
  if (end < start) throw invalidValue('EndTime is before StartTime.');
  const [first, last] = [periodStart(start / SECOND, period), periodStart(end / SECOND, period)];
  return { first, last, period, now };
}

/** Checks the size of a call. Points count over all instances (docs/provider.md P117). @throws Refusal */
function checkLimits({ faults }: World, count: number, { first, last, period, now }: Span): void {
  const { instances, points } = faults.active('older-limits').length > 0 ? OLDER_LIMITS : LIMITS;
  if (count === 0 || count > instances) throw invalidValue(`Instances may hold 1 to ${instances} instances.`);
  const times = Math.floor((Math.min(last, now / SECOND) - first) / period) + 1;
  if (times * count > points) throw invalidValue(`The request asks for more than ${points} points.`);
}

/** Counts the call against the free calls of the account (docs/provider.md P121). @throws Refusal */
function countCall(world: World, { identity }: Call): void {
  const account = accountOf(world, identity);
  const free = world.faults.active('free-calls').map(({ value }) => Number(value));
  if (account.monitorCalls >= Math.min(...free))
    throw new Refusal(
      'FailedOperation.ErrNotOpen',
      'the free calls are used up, and the service is not open',
    );
  account.monitorCalls += 1;
}

/**
 * The points of one instance. An instance that is unknown, elsewhere, or without this namespace has none, and so has a wrong
 * dimension (docs/provider.md P119 and P120). That is not an error.
 */
function pointsOf(
  world: World,
  call: Call,
  dimensions: Dimensions,
  metric: Metric,
  span: Span,
): Points | null {
  const id = dimensions.find(({ Name }) => Name === 'instanceid')?.Value;
  const instance = world.instances.get(String(id));
  if (!isOwn(world, call)(instance)) return null;
  if (instance.monitorVersion === '1m' && call.params.Namespace === 'QCE/REDIS_MEM') return null;
  return readPoints(world, instance, metric, span);
}

function formatPoints(
  Dimensions: Dimensions,
  points: Points | null,
  { statistics: [usual] }: Metric,
  requested: number,
) {
  const series = (name: Statistic): number[] => points?.[name] ?? [];
  return {
    Dimensions,
    Timestamps: points?.times ?? [],
    Values: series(usual!),
    MaxValues: requested & MAXIMUM ? series('max') : null,
    MinValues: requested & MINIMUM ? series('min') : null,
    AvgValues: requested & AVERAGE ? series('avg') : null,
  };
}

/** Reads ISO 8601 with an offset, or the provider's time without a zone. @throws Refusal */
function parseInstant(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = parseBeijingTime(text) ?? (/(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN);
  if (Number.isNaN(ms)) throw invalidValue(`${JSON.stringify(text)} is not a time.`);
  return ms;
}
