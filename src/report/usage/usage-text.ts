/** The history of use of one instance as text: a line for each metric, drawn by day. */
import { size as sizeText } from '../../messages/en/quantities.ts';
import { type UsageMetric, usageMetric } from '../../model.ts';
import { clip, pad } from '../document/columns.ts';
import { sanitize } from '../document/escape.ts';
import { ink } from '../document/ink.ts';
import type { ShownMetric, ShownUsage } from './shown-usage.ts';

const BLOCKS = '▁▂▃▄▅▆▇█';
/** A day of which nothing is known. */
const GAP = '·';
/** A day on which a new size was observed. */
const CHANGED = '▲';

const COLUMNS = ['metric', 'newest', 'p99', 'max', 'gaps'] as const;

/** The whole text with a final line end. @param where the terminal. */
export function usageText(hostile: ShownUsage, { color, width }: { color: boolean; width: number }): string {
  const usage = sanitize(hostile);
  const { bold, dim } = ink(color);
  const rows = usage.metrics.map((one) => [
    one.metric,
    amount(one.newest?.value ?? null, one.metric),
    amount(one.p99, one.metric),
    amount(one.max?.value ?? null, one.metric),
    one.gaps === 0 ? '' : String(one.gaps),
  ]);
  const widths = COLUMNS.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)));
  const lineOf = (cells: readonly string[], drawn: string) =>
    `${cells.map((cell, at) => pad(cell, widths[at]!, at === 0 ? 'left' : 'right')).join('  ')}  ${drawn}`.trimEnd();
  const room = Math.max(7, width - widths.reduce((sum, one) => sum + one + 2, 0));
  const shown = Math.min(room, usage.days.length);
  const from = usage.days.at(-shown)!;
  const changes = changedDays(usage).slice(-shown);
  const lines = [
    `${bold(usage.instance)}  ${day(usage.from)} to ${moment(usage.until)} UTC${usage.store === '' ? '' : `  ${dim(`(${usage.store})`)}`}`,
    ...usage.sizes.map((one) => `  ${clip(describeSize(one), width - 2)}`),
    '',
    dim(lineOf(COLUMNS, `by day from ${day(from)}`)),
    ...rows.map((row, at) => lineOf(row, drawn(usage.metrics[at]!, shown))),
    ...(changes.some(Boolean)
      ? [dim(lineOf(['new size', '', '', '', ''], changes.map((one) => (one ? CHANGED : ' ')).join('')))]
      : []),
    '',
    dim(
      `Values are peaks of an hour, or how often something happened in it. ${GAP} is a gap, and blank is zero.`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** Days in which a size was observed for the first time that differs from the one before. */
function changedDays({ sizes, days }: ShownUsage): boolean[] {
  return days.map((start, at) =>
    sizes.slice(1).some(({ from }) => from >= start && (days[at + 1] === undefined || from < days[at + 1]!)),
  );
}

function describeSize({ size, from, until }: ShownUsage['sizes'][number]): string {
  return `${sizeText(size)}  observed ${moment(from)}${from === until ? '' : ` to ${moment(until)}`} UTC`;
}

/** Blocks on a scale from zero: to 100 for shares, else to the greatest day. */
function drawn({ days, metric }: ShownMetric, shown: number): string {
  const values = days.slice(-shown);
  const known = values.filter((value) => value !== null);
  const most = usageMetric(metric).unit === '%' ? 100 : known.reduce((a, b) => Math.max(a, b), 0);
  return values
    .map((value) => {
      if (value === null) return GAP;
      if (value === 0) return ' ';
      const part = Math.min(1, value / most);
      return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(part * BLOCKS.length))]!;
    })
    .join('');
}

/** A value with its unit; a dash where nothing is known. */
export function amount(value: number | null, metric: UsageMetric): string {
  if (value === null) return '–';
  const { unit } = usageMetric(metric);
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })}${unit === '' || unit === '/s' ? unit : ` ${unit}`}`;
}

function day(time: string): string {
  return time.slice(0, 10);
}

function moment(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
