/** Reads the history of one instance as it is shown. It reads only the store, and no provider. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { HOURLY, periodStart, seriesEnd, type UsageMetric } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';
import { type ShownUsage, shownUsage } from '../../report/usage/shown-usage.ts';
import type { UsageStore } from '../../store/usage-store.ts';

/** Which part of the history. */
export interface ShowUsage {
  readonly provider: string;
  readonly instance: string;
  /** Milliseconds up to now. */
  readonly over: number;
  /** Empty: all. */
  readonly metrics: readonly UsageMetric[];
  readonly clock: Clock;
}

/** @throws RefitError `usage` if nothing was collected of the instance in that time; errors of the store. */
export async function showUsage(
  store: UsageStore,
  { provider, instance, over, metrics, clock }: ShowUsage,
): Promise<ShownUsage> {
  const now = clock.now();
  const until = periodStart(HOURLY, now) + HOURLY * 1_000;
  const span = { from: periodStart(HOURLY, now - over), until };
  const usage = await store.read(provider, instance, span);
  const wanted = usage?.series.filter(({ metric }) => metrics.length === 0 || metrics.includes(metric)) ?? [];
  if (usage !== null && wanted.length > 0) {
    // The hours after the last collection are no gaps.
    const end = wanted.reduce((most, one) => Math.max(most, seriesEnd(one)), 0);
    const shown = { from: span.from, until: Math.min(span.until, end) };
    return shownUsage(usage, shown, metrics, { provider, store: store.name });
  }
  const ever = await store.read(provider, instance, { from: 0, until: Number.MAX_SAFE_INTEGER });
  const name = escapeControls(instance);
  if (ever === null)
    throw new RefitError(
      'usage',
      `nothing was collected of ${name} at ${provider === '' ? 'this provider' : provider} into ${store.name}`,
      `refit usage collect --select id=${name}`,
    );
  throw new RefitError(
    'usage',
    `nothing was collected of ${name}${metrics.length === 0 ? '' : ` for ${metrics.join(', ')}`} in that time`,
    `refit usage show ${name} --over 400d`,
  );
}
