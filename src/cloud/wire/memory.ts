/** Encodes and decodes memory in use, from the monitor product and from a cluster's shards. */
import { iso } from '../../clock.ts';
import type { MetricName, UsedMemory } from '../../model.ts';
import { DAY, HOUR, SECOND } from '../../units.ts';
import { type Fields, list, number, numbers, wholeNumber } from './fields.ts';
import { decodePoints, encodeMonitorCall } from './monitor-call.ts';

/**
 * The finest period, in seconds, for 50 instances within the 7,200 points of one call. After an hour, the next
 * period of the provider is a calendar day.
 * @param over milliseconds
 */
function periodFor(over: number): number {
  return over <= 2 * HOUR ? 60 : over <= 10 * HOUR ? 300 : 3600;
}

/**
 * Requests the maxima of a metric of up to 50 instances until now. The provider rounds the begin down to the period, so a
 * begin within a period would bring a point from before it. Source: docs/provider.md P113 to P119.
 */
export function encodeMetric(ids: readonly string[], metric: MetricName, over: number, now: number): Fields {
  const period = periodFor(over);
  const begin = Math.ceil((now - over) / (period * SECOND)) * period * SECOND;
  return encodeMonitorCall({ metric, instances: ids, period, from: Math.min(begin, now), until: now });
}

/** Requests memory in use over 24 hours. A size must hold the busiest hour of a day. */
export function encodeMemory(ids: readonly string[], now: number): Fields {
  return encodeMetric(ids, 'MemUsed', DAY, now);
}

/**
 * Decodes the maximum of each instance, MB rounded up. An instance without a figure is left out: unknown is not zero.
 * Without maxima, it uses the averages, and the source says so.
 */
export function decodeMemory(fields: Fields, readAt: number): [instance: string, UsedMemory][] {
  return decodeMaxima(fields, (value, statistic) => ({
    total: Math.ceil(value),
    fullestShard: null,
    source: `GetMonitorData MemUsed, ${statistic} of 24h by the hour`,
    readAt: iso(readAt),
  }));
}

/** Decodes the maximum of each instance. An instance without a figure is left out. */
export function decodeMetric(fields: Fields): [instance: string, number][] {
  return decodeMaxima(fields, (value) => value);
}

function decodeMaxima<Figure>(
  fields: Fields,
  figureOf: (value: number, statistic: string) => Figure,
): [instance: string, Figure][] {
  return decodePoints(fields).flatMap(([instance, series]): [string, Figure][] => {
    const figures = (value: unknown) => numbers(value).filter((one) => one >= 0);
    const maxima = figures(series.MaxValues);
    const candidates = maxima.length > 0 ? maxima : figures(series.Values);
    if (candidates.length === 0) return [];
    const value = candidates.reduce((a, b) => Math.max(a, b));
    return [[instance, figureOf(value, maxima.length > 0 ? 'maximum' : 'greatest average')]];
  });
}

/**
 * Decodes the memory in use of each master shard, MB with fractions. It does not round, because a plan with another
 * number of shards would multiply the error. The unit, bytes, is an inference from samples.
 * Source: docs/provider.md P106.
 */
export function decodeShards(fields: Fields): number[] {
  return list(fields.InstanceShards).flatMap((shard) => {
    const bytes = number(shard.Storage);
    return bytes === null || bytes < 0 || wholeNumber(shard.Role) === 1 ? [] : [bytes / 1_048_576];
  });
}
