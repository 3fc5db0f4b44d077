/** Advice about sizes as CSV: a record for each running instance. Memory is MB, shares are percent of the present size. */
import { iso } from '../../clock.ts';
import { render } from '../../messages/messages.ts';
import type { Message, Recommendation, Recommendations, Size } from '../../model.ts';
import { csvRecord } from '../document/escape.ts';

type Value = string | number | null;

const text = (message: Message | undefined): Value =>
  message === undefined ? null : render(message).message;
const share = (value: number | undefined, { current }: Recommendation): Value =>
  value === undefined ? null : Math.round((1_000 * value) / current.memoryPerShard) / 10;
const sizeColumns = (
  prefix: string,
  of: (one: Recommendation) => Size | null,
): readonly (readonly [string, (one: Recommendation) => Value])[] => [
  [`${prefix}_memory_per_shard`, (one) => of(one)?.memoryPerShard ?? null],
  [`${prefix}_shards`, (one) => of(one)?.shards ?? null],
  [`${prefix}_replicas`, (one) => of(one)?.replicas ?? null],
];

const COLUMNS: readonly (readonly [string, (one: Recommendation) => Value])[] = [
  ['instance', ({ instance }) => instance],
  ['name', ({ name }) => name],
  ['region', ({ region }) => region],
  ['profile', ({ profile }) => profile],
  ['verdict', ({ verdict }) => verdict],
  ['metric', ({ metric }) => metric],
  ...sizeColumns('current', ({ current }) => current),
  ...sizeColumns('advised', ({ advised }) => advised),
  ...sizeColumns('without_obstacle', ({ without }) => without),
  ['billed_memory_change', ({ billedMemory }) => billedMemory],
  ['monthly_change', ({ monthly }) => monthly?.amount.amount ?? null],
  ['monthly_currency', ({ monthly }) => monthly?.amount.currency ?? null],
  ['monthly_source', ({ monthly }) => monthly?.source ?? null],
  ['risk', ({ risk }) => risk.level],
  ['confidence', ({ confidence }) => confidence?.level ?? null],
  ['hours_found', ({ evidence }) => evidence.hours.found],
  ['hours_asked', ({ evidence }) => evidence.hours.of],
  ['recent_peak', (one) => share(one.evidence.memory?.recentPeak?.value, one)],
  [
    'recent_peak_at',
    ({ evidence }) => (evidence.memory?.recentPeak ? iso(evidence.memory.recentPeak.at) : null),
  ],
  ['needed_in_horizon', (one) => share(one.evidence.memory?.within.horizon, one)],
  ['trend_mb_a_day', ({ evidence }) => evidence.memory?.trend ?? null],
  ['days_until_limit', ({ evidence }) => evidence.memory?.daysUntil.expected ?? null],
  ['cpu', ({ evidence }) => evidence.cpu?.recent ?? null],
  ['connections', ({ evidence }) => evidence.connections?.recent ?? null],
  ['bandwidth', ({ evidence }) => evidence.bandwidth?.recent ?? null],
  ['evicted_keys', ({ evidence }) => evidence.evicted.keys],
  ['throttled_hours', ({ evidence }) => evidence.throttledHours],
  ['reason', ({ reason }) => text(reason)],
  ['risk_text', ({ risk }) => text(risk.message)],
  ['why_not_smaller', ({ smaller }) => text(smaller?.reason)],
  ['why_not_larger', ({ larger }) => text(larger?.reason)],
  ['class', (one) => one.class],
];

/** The text with a header. */
export function adviceCsv({ recommendations }: Recommendations): string {
  const head = csvRecord(COLUMNS.map(([name]) => name));
  return recommendations.reduce(
    (whole, one) => whole + csvRecord(COLUMNS.map(([, value]) => value(one))),
    head,
  );
}
