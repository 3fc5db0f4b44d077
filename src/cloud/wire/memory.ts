/** Memory in use: the figures of the monitor product, and those of a cluster's shards. */
import { iso } from '../../clock.ts';
import type { MetricName, UsedMemory } from '../../model.ts';
import { DAY, HOUR } from '../../units.ts';
import { toBeijing } from './beijing-time.ts';
import { type Fields, list, number, numbers, text, wholeNumber } from './fields.ts';

/** The most instances that one call of the monitor product may name. */
export const INSTANCES_PER_MONITOR_CALL = 50;

/** Of the statistics that may be asked for (1 average, 2 greatest, 4 least). */
const MONITOR_MAXIMUM = 2;

function moment(ms: number): string {
  return `${toBeijing(ms).replace(' ', 'T')}+08:00`;
}

/**
 * The finest period for a stated time, in seconds, with which 50 instances stay below the 7,200 points that one call may
 * ask for; the next one after an hour is a calendar day.
 */
function periodFor(over: number): number {
  return over <= 2 * HOUR ? 60 : over <= 10 * HOUR ? 300 : 3600;
}

/** Asks for the greatest figures of a metric of up to 50 instances, up to now. Source: docs/provider.md P113 to P118. */
export function encodeMetric(ids: readonly string[], metric: MetricName, over: number, now: number): Fields {
  return {
    Namespace: 'QCE/REDIS_MEM',
    MetricName: metric,
    Period: periodFor(over),
    SpecifyStatistics: MONITOR_MAXIMUM,
    StartTime: moment(now - over),
    EndTime: moment(now),
    Instances: ids.map((id) => ({ Dimensions: [{ Name: 'instanceid', Value: id }] })),
  };
}

/** The same for memory in use, over 24 hours: a size must hold the busiest hour of a day and not a quiet moment. */
export function encodeMemory(ids: readonly string[], now: number): Fields {
  return encodeMetric(ids, 'MemUsed', DAY, now);
}

/**
 * The greatest figure of each instance, MB rounded up. An instance without one is left out: unknown is not nothing.
 * Where the statistic that was asked for does not come, the figures of the metric's own do, and the source says so.
 */
export function decodeMemory(fields: Fields, readAt: number): [instance: string, UsedMemory][] {
  return decodeMaxima(fields, (value, statistic) => ({
    total: Math.ceil(value),
    fullestShard: null,
    source: `GetMonitorData MemUsed, ${statistic} of 24h by the hour`,
    readAt: iso(readAt),
  }));
}

/** The greatest figure of each instance; one without any is left out. */
export function decodeMetric(fields: Fields): [instance: string, number][] {
  return decodeMaxima(fields, (value) => value);
}

function decodeMaxima<Figure>(
  fields: Fields,
  figureOf: (value: number, statistic: string) => Figure,
): [instance: string, Figure][] {
  return list(fields.DataPoints).flatMap((series): [string, Figure][] => {
    const named = list(series.Dimensions).find((one) => text(one.Name)?.toLowerCase() === 'instanceid');
    const instance = text(named?.Value);
    const figures = (value: unknown) => numbers(value).filter((one) => one >= 0);
    const maxima = figures(series.MaxValues);
    const told = maxima.length > 0 ? maxima : figures(series.Values);
    if (instance === null || told.length === 0) return [];
    const value = told.reduce((a, b) => Math.max(a, b));
    return [[instance, figureOf(value, maxima.length > 0 ? 'maximum' : 'greatest average')]];
  });
}

/**
 * Memory in use of each master shard, MB to the byte: rounded here, a shard's fraction would come back many times over
 * where the plan reckons with another number of shards. The unit is bytes by the look of the samples. Source: docs/provider.md P106.
 */
export function decodeShards(fields: Fields): number[] {
  return list(fields.InstanceShards).flatMap((shard) => {
    const bytes = number(shard.Storage);
    return bytes === null || bytes < 0 || wholeNumber(shard.Role) === 1 ? [] : [bytes / 1_048_576];
  });
}
