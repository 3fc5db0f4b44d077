/** Memory in use: the figures of the monitor product, and those of a cluster's shards. */
import { iso } from '../../clock.ts';
import type { MetricName, UsedMemory } from '../../model.ts';
import { DAY, HOUR, SECOND } from '../../units.ts';
import { toBeijing } from './beijing-time.ts';
import { type Fields, list, number, text, whole } from './fields.ts';

/** The most instances that one call of the monitor product may name. */
export const MONITORED_A_CALL = 50;

/** A size must hold the busiest hour of a day and not a quiet moment. */
const MONITOR_SPAN_MS = DAY;

/**
 * The coarsest period that holds the last 24 hours: the next one is a calendar day. 25 points for each of 50 instances
 * stay far below the 7,200 that one call may ask for.
 */
const MONITOR_PERIOD_S = HOUR / SECOND;

/** Of the statistics that may be asked for (1 average, 2 greatest, 4 least). */
const MONITOR_GREATEST = 2;

function moment(ms: number): string {
  return `${toBeijing(ms).replace(' ', 'T')}+08:00`;
}

/** Asks for the greatest memory in use of up to 50 instances over the last 24 hours. Source: facts §2.7, read 2026-11. */
export function encodeMemory(ids: readonly string[], now: number): Fields {
  return {
    Namespace: 'QCE/REDIS_MEM',
    MetricName: 'MemUsed',
    Period: MONITOR_PERIOD_S,
    SpecifyStatistics: MONITOR_GREATEST,
    StartTime: moment(now - MONITOR_SPAN_MS),
    EndTime: moment(now),
    Instances: ids.map((id) => ({ Dimensions: [{ Name: 'instanceid', Value: id }] })),
  };
}

/**
 * The greatest figure of each instance, MB rounded up. An instance without one is left out: unknown is not nothing.
 * Where the statistic that was asked for does not come, the figures of the metric's own do, and the source says so.
 */
export function decodeMemory(fields: Fields, readAt: number): Map<string, UsedMemory> {
  const memory = ({ value, statistic }: Greatest): UsedMemory => ({
    total: Math.ceil(value),
    fullestShard: null,
    source: `GetMonitorData MemUsed, ${statistic} of 24h by the hour`,
    readAt: iso(readAt),
  });
  return new Map(decodeGreatest(fields).map((one) => [one.instance, memory(one)]));
}

/** The period for a stated time: so that 50 instances stay below the 7,200 points that one call may ask for. */
function periodFor(over: number): number {
  return over <= 2 * HOUR ? 60 : over <= 10 * HOUR ? 300 : 3600;
}

/** Asks for the greatest figures of a metric of up to 50 instances, up to now. Source: facts §2.7, read 2026-11. */
export function encodeMetric(ids: readonly string[], metric: MetricName, over: number, now: number): Fields {
  return {
    ...encodeMemory(ids, now),
    MetricName: metric,
    Period: periodFor(over),
    StartTime: moment(now - over),
  };
}

/** The greatest figure of each instance; one without any is left out. */
export function decodeMetric(fields: Fields): Map<string, number> {
  return new Map(decodeGreatest(fields).map(({ instance, value }) => [instance, value]));
}

interface Greatest {
  readonly instance: string;
  readonly value: number;
  readonly statistic: 'maximum' | 'greatest average';
}

function decodeGreatest(fields: Fields): Greatest[] {
  return list(fields.DataPoints).flatMap((series) => {
    const named = list(series.Dimensions).find((one) => text(one.Name)?.toLowerCase() === 'instanceid');
    const instance = text(named?.Value);
    const maxima = figures(series.MaxValues);
    const told = maxima.length > 0 ? maxima : figures(series.Values);
    if (instance === null || told.length === 0) return [];
    const value = told.reduce((a, b) => Math.max(a, b));
    return [{ instance, value, statistic: maxima.length > 0 ? 'maximum' : 'greatest average' }];
  });
}

function figures(values: unknown): number[] {
  return (Array.isArray(values) ? values : [])
    .map((value) => number(value) ?? -1)
    .filter((value) => value >= 0);
}

/**
 * Memory in use of each master shard, MB to the byte: rounded here, a shard's fraction would come back many times over
 * where the plan reckons with another number of shards. The unit is bytes by the look of the samples. Source: facts §2.7.
 */
export function decodeShards(fields: Fields): number[] {
  return list(fields.InstanceShards).flatMap((shard) => {
    const bytes = number(shard.Storage);
    return bytes === null || bytes < 0 || whole(shard.Role) === 1 ? [] : [bytes / 1_048_576];
  });
}
