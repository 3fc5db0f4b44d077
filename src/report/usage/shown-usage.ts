/** The history of use of one instance as it is shown: what each metric had, and how it went by day. Pure. */
import { iso } from '../../clock.ts';
import {
  cutSeries,
  DAILY,
  daysOf,
  HOURLY,
  type InstanceUsage,
  joinAll,
  peakOf,
  percentileOf,
  periodStart,
  type Size,
  seriesEnd,
  type UsageMetric,
  type UsageSeries,
  type UsageSpan,
  usageMetric,
} from '../../model.ts';

const DAY = DAILY * 1_000;
const HOUR = HOURLY * 1_000;

/** One metric of an instance in a span. */
export interface ShownMetric {
  readonly metric: UsageMetric;
  /** Empty for counts. */
  readonly unit: string;
  /** The newest hour with a value; null: no hour has one. */
  readonly newest: { readonly at: string; readonly value: number } | null;
  /** Of the values by hour, by the nearest rank; null without hours. */
  readonly p99: number | null;
  /** The greatest value of hours, or of days where there are no hours, with its time. */
  readonly max: { readonly at: string; readonly value: number } | null;
  /** Hours with a value, and hours without one after the first that has one. */
  readonly hours: number;
  readonly gaps: number;
  /** One value for each day of the span: the peak, or the sum of what is counted. Null: nothing is known of the day. */
  readonly days: readonly (number | null)[];
  /** The values by hour, from `from` on. Null is a gap. */
  readonly from: string | null;
  readonly values: readonly (number | null)[];
}

/** The history of one instance. */
export interface ShownUsage {
  readonly format: 'refit.usage/1';
  readonly instance: string;
  /** The provider, and where the history is. */
  readonly provider: string;
  readonly store: string;
  /** ISO 8601 UTC. */
  readonly from: string;
  readonly until: string;
  /** The start of each day, ISO 8601 UTC: midnight in UTC+8. */
  readonly days: readonly string[];
  readonly metrics: readonly ShownMetric[];
  /** The sizes that collections observed. Between two of them, the size changed at a time that is not known. */
  readonly sizes: readonly { readonly from: string; readonly until: string; readonly size: Size }[];
}

/**
 * What is shown of a history. @param metrics empty: every metric that it has. @param where for people.
 */
export function shownUsage(
  usage: InstanceUsage,
  span: UsageSpan,
  metrics: readonly UsageMetric[],
  where: { readonly provider: string; readonly store: string },
): ShownUsage {
  const first = periodStart(DAILY, span.from);
  const count = Math.max(1, Math.ceil((span.until - first) / DAY));
  const names = [...new Set(usage.series.map(({ metric }) => metric))].filter(
    (name) => metrics.length === 0 || metrics.includes(name),
  );
  return {
    format: 'refit.usage/1',
    ...{ instance: usage.instance, ...where, from: iso(span.from), until: iso(span.until) },
    days: Array.from({ length: count }, (_, n) => iso(first + n * DAY)),
    metrics: names.map((name) => shownMetric(name, usage, span, { from: first, until: first + count * DAY })),
    sizes: usage.sizes.map(({ from, until, size }) => ({ from: iso(from), until: iso(until), size })),
  };
}

function shownMetric(
  metric: UsageMetric,
  usage: InstanceUsage,
  span: UsageSpan,
  days: UsageSpan,
): ShownMetric {
  const of = (period: number) =>
    usage.series.find((one) => one.metric === metric && one.period === period) ?? null;
  const whole = of(HOURLY);
  const hours = whole && cutSeries(whole, span);
  const values = hours?.values ?? [];
  const start = hours?.from ?? span.from;
  const firstKnown = values.findIndex((value) => value !== null);
  const lastKnown = values.findLastIndex((value) => value !== null);
  const known = values.filter((value) => value !== null).length;
  const byDay = byDays(hours, of(DAILY), days);
  const peak = peakOf(values);
  const dayPeak = peakOf(byDay);
  const isCount = usageMetric(metric).counts === true;
  return {
    ...{ metric, unit: usageMetric(metric).unit },
    newest: lastKnown < 0 ? null : { at: iso(start + lastKnown * HOUR), value: values[lastKnown]! },
    p99: percentileOf(values, 0.99),
    max:
      peak !== null && (isCount || dayPeak === null || dayPeak <= peak)
        ? { at: iso(start + values.indexOf(peak) * HOUR), value: peak }
        : dayPeak === null
          ? null
          : { at: iso(days.from + byDay.indexOf(dayPeak) * DAY), value: dayPeak },
    hours: known,
    gaps: firstKnown < 0 ? 0 : values.length - firstKnown - known,
    days: byDay,
    ...{ from: hours === null ? null : iso(start), values },
  };
}

/** One value for each day: of the days that are kept, and of the hours for days that have not ended. */
function byDays(hours: UsageSeries | null, kept: UsageSeries | null, days: UsageSpan): (number | null)[] {
  const length = (days.until - days.from) / DAY;
  const filled: UsageSeries | null = hours && {
    ...hours,
    from: days.from,
    values: Array.from({ length: (days.until - days.from) / HOUR }, (_, n) => {
      const at = (days.from + n * HOUR - hours.from) / HOUR;
      return hours.values[at] ?? null;
    }),
  };
  const own = filled && daysOf(filled);
  const joined = joinAll([own, kept].filter((one) => one !== null))[0];
  const cut = joined && cutSeries(joined, days);
  if (!cut) return new Array<null>(length).fill(null);
  const before = (cut.from - days.from) / DAY;
  const after = (days.until - seriesEnd(cut)) / DAY;
  return [...new Array<null>(before).fill(null), ...cut.values, ...new Array<null>(after).fill(null)];
}
