/** Reads what a collection needs to know of one region first: its instances, and which metrics can be read. */
import { isKeyRefusal, refusalOf } from '../../cloud/calls/refusals.ts';
import type { CloudReader, MetricFacts } from '../../cloud/cloud.ts';
import { LARGE_CALLS } from '../../cloud/monitor-limits.ts';
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import {
  HOURLY,
  type Instance,
  type Message,
  type Scope,
  USAGE_METRICS,
  type UsageMetric,
  usageMetric,
} from '../../model.ts';
import type { ScopeReading } from './read-missing.ts';

/** A region before its first call of GetMonitorData. */
export interface OpenedScope {
  readonly reading: ScopeReading;
  /** Empty if nothing can be read there. */
  readonly instances: readonly Instance[];
  readonly notes: readonly Message[];
  readonly isComplete: boolean;
}

/** Reads a region. A refusal becomes a note. @throws RefitError `credentials-refused` if the keys are refused. */
export async function openScope(
  reader: CloudReader,
  scope: Scope,
  isSelected: (instance: Instance) => boolean,
): Promise<OpenedScope> {
  const reading: ScopeReading = { scope, metrics: new Map(), limits: LARGE_CALLS, refusal: null };
  const failed = (note: Message): OpenedScope => ({
    reading,
    instances: [],
    notes: [note],
    isComplete: false,
  });
  const { region, profile } = scope;
  let instances: Instance[];
  try {
    instances = (await reader.describeInstances(scope)).filter(isSelected);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== null && !isKeyRefusal(refusal.code)) {
      const { code, message: answer } = refusal;
      return failed(message('usage.region-refused', { region, profile, code, answer }));
    }
    if (!(error instanceof RefitError && error.code === 'provider-unreachable')) throw error;
    return failed(message('usage.region-unreachable', { region, profile, reason: error.message }));
  }
  if (instances.length === 0) return { reading, instances, notes: [], isComplete: true };
  const facts = await reader.describeUsageMetrics(scope);
  if ('kind' in facts) {
    const { code, message: answer } = facts;
    return failed(message('usage.metrics-refused', { region, profile, code, answer }));
  }
  const { notes, usable } = judgeMetrics(facts as readonly MetricFacts[], scope);
  for (const one of usable) reading.metrics.set(one.metric, one);
  return {
    ...{ reading, notes },
    instances: usable.length === 0 ? [] : instances,
    isComplete: usable.length === USAGE_METRICS.length,
  };
}

/** Which metrics can be read, and why others cannot. */
function judgeMetrics(facts: readonly MetricFacts[], { region, profile }: Scope) {
  const notes: Message[] = [];
  const missing = USAGE_METRICS.filter(({ name }) => !facts.some(({ metric }) => metric === name));
  const namesOf = (metrics: readonly UsageMetric[]) => metrics.join(', ');
  if (missing.length > 0) {
    const metrics = namesOf(missing.map(({ name }) => name));
    notes.push(message('usage.metrics-missing', { region, profile, metrics }));
  }
  for (const { metric, factor, unit } of facts)
    if (factor === null) notes.push(message('usage.unit-unknown', { region, profile, metric, unit }));
  const usable = facts.filter(({ factor }) => factor !== null);
  const unsure = usable.filter(
    ({ metric, withoutMaximum }) => usageMetric(metric).counts !== true && withoutMaximum.includes(HOURLY),
  );
  if (unsure.length > 0) {
    const metrics = namesOf(unsure.map(({ metric }) => metric));
    notes.push(message('usage.maximum-not-listed', { region, profile, metrics }));
  }
  return { notes, usable };
}
