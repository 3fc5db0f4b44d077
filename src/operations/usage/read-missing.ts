/** Reads missing spans of some instances of one scope, with calls as large as the provider takes. */

import { isMissingPermission } from '../../cloud/calls/refusals.ts';
import type { CloudReader, MetricFacts, Refusal } from '../../cloud/cloud.ts';
import { type CallLimits, SMALL_CALLS } from '../../cloud/monitor-limits.ts';
import { RefitError } from '../../errors.ts';
import {
  DAILY,
  daysOf,
  HOURLY,
  joinAll,
  type Scope,
  type UsageMetric,
  type UsageSeries,
} from '../../model.ts';
import { type MissingSpan, periodsPerCall, windowsOf } from './missing-usage.ts';

/** What a collection knows of one scope. */
export interface ScopeReading {
  readonly scope: Scope;
  /** The metrics that Refit can read there. */
  readonly metrics: Map<UsageMetric, MetricFacts>;
  /** The limits of calls that the provider has not refused so far. */
  limits: CallLimits;
  /** Why nothing more is read there; null: reading goes on. */
  refusal: { readonly code: string; readonly answer: string } | null;
}

/** What a refused call means for the rest. */
export type RefusedCall =
  | { readonly kind: 'smaller-calls'; readonly refusal: Refusal }
  | { readonly kind: 'no-metric'; readonly metric: UsageMetric; readonly refusal: Refusal }
  | { readonly kind: 'no-scope'; readonly refusal: Refusal };

/** Series by instance, or the first refusal. Nothing of a refused reading is kept. */
export type MissingRead =
  | { readonly kind: 'read'; readonly series: ReadonlyMap<string, readonly UsageSeries[]> }
  | RefusedCall;

/**
 * Reads these spans. Hours also give the peaks of the days that they cover.
 * @param onCall called before each call.
 * @throws RefitError `provider-refused` if the account may make no calls of the monitor product at all.
 */
export async function readMissing(
  reader: CloudReader,
  { scope, metrics, limits }: ScopeReading,
  { instances, spans }: { readonly instances: readonly string[]; readonly spans: readonly MissingSpan[] },
  onCall: () => void,
): Promise<MissingRead> {
  const found = new Map<string, UsageSeries[]>(instances.map((id) => [id, []]));
  let refused: RefusedCall | null = null;
  const readOne = async (batch: readonly string[], span: MissingSpan) => {
    const facts = metrics.get(span.metric)!;
    const windows = windowsOf(span, periodsPerCall(batch.length, limits));
    for (const window of windows) {
      if (refused !== null) return;
      onCall();
      const { metric, period } = span;
      const answer = await reader.describeUsage(scope, { facts, instances: batch, period, ...window });
      if ('kind' in answer) {
        refused ??= meaningOf(answer, metric, limits);
        return;
      }
      for (const [instance, values] of answer as ReadonlyMap<string, readonly (number | null)[]>)
        found.get(instance)?.push({ instance, metric, period, from: window.from, values });
    }
  };
  const batches = Array.from({ length: Math.ceil(instances.length / limits.instances) }, (_, n) =>
    instances.slice(n * limits.instances, (n + 1) * limits.instances),
  );
  await Promise.all(batches.flatMap((batch) => spans.map((span) => readOne(batch, span))));
  if (refused !== null) return refused;
  return { kind: 'read', series: new Map([...found].map(([id, series]) => [id, withDays(series)])) };
}

/** The series of one instance, with the days that their hours cover. What the provider says of a day counts less. */
function withDays(series: readonly UsageSeries[]): UsageSeries[] {
  const hours = joinAdjacent(series.filter(({ period }) => period === HOURLY));
  const days = series.filter(({ period }) => period === DAILY);
  return [...hours, ...days, ...hours.flatMap((one) => daysOf(one) ?? [])];
}

/** Joins the windows of a span. Two spans of a metric with time between them stay apart: that time was not asked for. */
function joinAdjacent(series: readonly UsageSeries[]): UsageSeries[] {
  const joined: UsageSeries[] = [];
  for (const one of series) {
    const at = joined.findIndex(
      (other) =>
        other.metric === one.metric && other.from + other.values.length * other.period * 1_000 === one.from,
    );
    if (at < 0) joined.push(one);
    else joined[at] = joinAll([joined[at]!, one])[0]!;
  }
  return joined;
}

/** @throws RefitError for a refusal that every other call would get, too. */
function meaningOf(refusal: Refusal, metric: UsageMetric, limits: CallLimits): RefusedCall {
  const { code } = refusal;
  if (code === 'FailedOperation.ErrNotOpen') throw new RefitError('provider-refused', NOT_OPEN, OPEN);
  if (code === 'FailedOperation.ErrOwed') throw new RefitError('provider-refused', OWED, PAY);
  if (code.startsWith('InvalidParameterValue') && !isMissingPermission(code))
    return limits === SMALL_CALLS
      ? { kind: 'no-metric', metric, refusal }
      : { kind: 'smaller-calls', refusal };
  return { kind: 'no-scope', refusal };
}

const NOT_OPEN =
  'the monitor product refuses GetMonitorData (FailedOperation.ErrNotOpen): the free calls of this month are used up, and pay-as-you-go is not enabled';
const OPEN =
  'enable pay-as-you-go for API calls in the console of Cloud Monitor, or run the same command again next month; what was read is kept';
const OWED =
  'the monitor product refuses GetMonitorData (FailedOperation.ErrOwed): the account is in arrears';
const PAY = 'pay what the account owes, then run the same command again; what was read is kept';
