/** What a collection has to ask for, and how many calls that takes. Pure. */
import type { CallLimits } from '../../cloud/monitor-limits.ts';
import {
  DAILY,
  HOURLY,
  periodStart,
  type UsageMetric,
  type UsagePeriod,
  type UsageSpan,
} from '../../model.ts';
import type { AskedSpan } from '../../store/usage-store.ts';
import { DAY, HOUR, MINUTE } from '../../units.ts';

/** How long the provider keeps hours and days, in days. Source: docs/provider.md P123. */
export const KEPT_BY_PROVIDER = { hours: 93, days: 186 } as const;

/** Points come late: an hour is asked for only after this time, milliseconds. */
const LATE = 10 * MINUTE;

/** What was read before is read again for this time, because points may have come later. It costs no further call. */
const AGAIN = DAY;

/** A span of one metric that is asked for. */
export interface MissingSpan extends UsageSpan {
  readonly metric: UsageMetric;
  readonly period: UsagePeriod;
}

/** The spans that a history of so many days has: all hours that have ended, and days where the provider has no hours. */
export interface WantedSpans {
  readonly hours: UsageSpan;
  /** null: the hours are enough. */
  readonly days: UsageSpan | null;
}

/** @param now the provider's time, ms since 1970 UTC. @param days whole days. */
export function wantedSpans(now: number, days: number): WantedSpans {
  const until = periodStart(HOURLY, now - LATE);
  const from = startOf(now, Math.min(days, KEPT_BY_PROVIDER.hours), KEPT_BY_PROVIDER.hours);
  const hours = { from: Math.min(from, until), until };
  if (days <= KEPT_BY_PROVIDER.hours) return { hours, days: null };
  const first = startOf(now, Math.min(days, KEPT_BY_PROVIDER.days), KEPT_BY_PROVIDER.days);
  return { hours, days: first < from ? { from: first, until: from } : null };
}

/** The start of the day so many days ago, or the next one if the provider has only a part of it. */
function startOf(now: number, days: number, kept: number): number {
  const start = periodStart(DAILY, now - days * DAY);
  return start < now - kept * DAY ? start + DAY : start;
}

/** The spans of one instance that its history lacks. @param asked what was asked before. */
export function missingSpans(
  wanted: WantedSpans,
  metrics: readonly UsageMetric[],
  asked: readonly AskedSpan[],
): MissingSpan[] {
  return metrics.flatMap((metric) => {
    const before = (period: UsagePeriod) =>
      asked.find((one) => one.metric === metric && one.period === period) ?? null;
    const hours = lacking(wanted.hours, before(HOURLY), AGAIN);
    const days = wanted.days === null ? [] : lacking(wanted.days, before(DAILY), 0);
    return [
      ...hours.map((span) => ({ metric, period: HOURLY, ...span }) as const),
      ...days.map((span) => ({ metric, period: DAILY, ...span }) as const),
    ];
  });
}

/**
 * The parts of a span outside of what was asked, with `again` before the new end.
 *
 *     wanted   ----------------------
 *     asked          -----------
 *     lacking  ------        =========     again is the part below the end of asked
 */
function lacking(wanted: UsageSpan, asked: UsageSpan | null, again: number): UsageSpan[] {
  if (wanted.until <= wanted.from) return [];
  if (asked === null || asked.until <= wanted.from) return [wanted];
  const spans: UsageSpan[] = [];
  if (asked.from > wanted.from) spans.push({ from: wanted.from, until: Math.min(asked.from, wanted.until) });
  if (asked.until < wanted.until)
    spans.push({ from: Math.max(wanted.from, asked.from, asked.until - again), until: wanted.until });
  return spans;
}

/** The periods that one call for so many instances may cover. One point of each instance is spare: see `encodeSeries`. */
export function periodsPerCall(instances: number, { points }: CallLimits): number {
  return Math.max(1, Math.floor(points / instances) - 1);
}

/** Cuts a span into what fits in one call. */
export function windowsOf({ period, from, until }: MissingSpan, periods: number): UsageSpan[] {
  const length = periods * period * 1_000;
  return Array.from({ length: Math.ceil((until - from) / length) }, (_, n) => ({
    from: from + n * length,
    until: Math.min(until, from + (n + 1) * length),
  }));
}

/** The calls for these spans of so many instances. */
export function callsFor(instances: number, spans: readonly MissingSpan[], limits: CallLimits): number {
  const whole = Math.floor(instances / limits.instances);
  const rest = instances % limits.instances;
  const callsOf = (size: number) =>
    size === 0
      ? 0
      : spans.reduce((sum, span) => sum + windowsOf(span, periodsPerCall(size, limits)).length, 0);
  return whole * callsOf(limits.instances) + callsOf(rest);
}

/** Hours of a span, for messages. */
export function hoursOf({ from, until }: UsageSpan): number {
  return Math.round((until - from) / HOUR);
}
