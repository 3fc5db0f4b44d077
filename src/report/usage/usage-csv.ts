/** The history of use of one instance as CSV: a record for each hour, a column for each metric. A gap is an empty field. */
import { iso } from '../../clock.ts';
import { HOURLY } from '../../model.ts';
import { csvRecord } from '../document/escape.ts';
import type { ShownUsage } from './shown-usage.ts';

const HOUR = HOURLY * 1_000;

/** The text with a header. Hours that no metric has are left out. */
export function usageCsv({ instance, metrics }: ShownUsage): string {
  const columns = metrics.map(({ from, values }) => ({
    start: from === null ? 0 : Date.parse(from),
    values,
  }));
  const hours = new Set(
    columns.flatMap(({ start, values }) =>
      values.flatMap((value, n) => (value === null ? [] : [start + n * HOUR])),
    ),
  );
  const head = ['instance', 'hour', ...metrics.map(({ metric, unit }) => nameOf(metric, unit))];
  const records = [...hours]
    .sort((a, b) => a - b)
    .map((at) => [
      instance,
      iso(at),
      ...columns.map(({ start, values }) => values[(at - start) / HOUR] ?? null),
    ]);
  return [head, ...records].map((record) => csvRecord(record)).join('');
}

const SUFFIX: Readonly<Record<string, string>> = {
  MB: 'mb',
  '%': 'percent',
  '/s': 'per_second',
  ms: 'ms',
  '': 'count',
};

/** `fullest_shard_percent` */
function nameOf(metric: string, unit: string): string {
  return `${metric.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_${SUFFIX[unit]}`;
}
