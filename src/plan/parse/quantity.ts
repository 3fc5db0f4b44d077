/**
 * Parses the quantities of a plan: sizes to MB, durations to milliseconds, percentages, thresholds and money. Each parser
 * gives null for a spelling that the schema refuses. Also formats and evaluates comparisons.
 */
import type { Comparison, Gate, Plan, Threshold } from '../../model.ts';
import { DAY, GIGABYTE, HOUR, MINUTE, SECOND } from '../../units.ts';

/** A size in MB, 1,024-based: `4GB` is 4096, `512MB` is 512, and a bare whole number is MB. */
export function parseSize(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? value : null;
  const match = /^([1-9]\d{0,8})(MB|GB)$/.exec(text(value));
  return match ? Number(match[1]) * (match[2] === 'GB' ? GIGABYTE : 1) : null;
}

/** `2x used` is 2. */
export function parseTimesUsed(value: unknown): number | null {
  const match = /^(\d{1,4}(?:\.\d{1,4})?)x used$/.exec(text(value));
  return match && Number(match[1]) > 0 ? Number(match[1]) : null;
}

/** `12.5%` is 12.5. */
export function parsePercent(value: unknown): number | null {
  const match = /^(\d{1,6}(?:\.\d{1,4})?)%$/.exec(text(value));
  return match ? Number(match[1]) : null;
}

const MILLISECONDS = { s: SECOND, m: MINUTE, h: HOUR, d: DAY } as const;

/** A duration in milliseconds: `90s`, `30m`, `48h`, `7d`. */
export function parseDuration(value: unknown): number | null {
  const match = /^([1-9]\d{0,5})([smhd])$/.exec(text(value));
  return match ? Number(match[1]) * MILLISECONDS[match[2] as keyof typeof MILLISECONDS] : null;
}

/** `> 2`, `> 5% of wave`, `<= 40%` (of the inventory). A plain number is an upper limit. */
export function parseThreshold(value: unknown): Threshold | null {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value >= 0 ? { operator: '<=', value, base: 'count' } : null;
  const match = /^(>=?|<=?) ?(\d+(?:\.\d+)?)(%)?(?: of (wave|run|inventory))?$/.exec(text(value));
  if (!match || (match[4] && !match[3])) return null;
  const operator = match[1] as Threshold['operator'];
  const base = match[3] ? ((match[4] ?? 'inventory') as Threshold['base']) : 'count';
  return { operator, value: Number(match[2]), base };
}

/** `> 90`, `<= 12.5`. */
export function parseComparison(value: unknown): Comparison | null {
  const match = /^(>=?|<=?) ?(\d{1,9}(?:\.\d{1,4})?)$/.exec(text(value));
  return match ? { operator: match[1] as Comparison['operator'], value: Number(match[2]) } : null;
}

/** `> 80%`, `<= 12.5%`. */
export function parseShare(value: unknown): Comparison | null {
  const match = /^(>=?|<=?) ?(\d{1,3}(?:\.\d{1,2})?)%$/.exec(text(value));
  return match ? { operator: match[1] as Comparison['operator'], value: Number(match[2]) } : null;
}

/** `> 15m`, or `> 2x forecast`. */
export function parseGateDuration(value: unknown): Gate['duration'] | null {
  const match = /^(>=?) ?(?:(\d{1,3}(?:\.\d{1,2})?)x forecast|(\d+[smhd]))$/.exec(text(value));
  if (!match) return null;
  const operator = match[1] as '>' | '>=';
  if (match[2] !== undefined)
    return Number(match[2]) > 0 ? { operator, value: Number(match[2]), unit: 'forecast' } : null;
  const ms = parseDuration(match[3]);
  return ms === null ? null : { operator, value: ms, unit: 'ms' };
}

/** `<= 120000 CNY`. */
export function parseCost(value: unknown): Plan['guards']['cost'] {
  const match = /^(<=?) ?(\d{1,12}(?:\.\d{1,2})?) ([A-Z]{3})$/.exec(text(value));
  return match ? { operator: match[1] as '<' | '<=', amount: Number(match[2]), currency: match[3]! } : null;
}

/**
 * Whether `count` satisfies the comparison. A guard (`<= 40%`) accepts the plan when it is true; haltWhen (`> 2`) halts the
 * run when it is true.
 * @param bases the numbers of instances or steps that percentages refer to.
 */
export function reached(
  threshold: Threshold,
  count: number,
  bases: Record<Exclude<Threshold['base'], 'count'>, number>,
): boolean {
  // Multiplication is exact, and an empty base needs no special case.
  return threshold.base === 'count'
    ? compare(count, threshold.operator, threshold.value)
    : compare(count * 100, threshold.operator, threshold.value * bases[threshold.base]);
}

const COMPARES: Readonly<Record<Comparison['operator'], (left: number, right: number) => boolean>> = {
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
};

/** Compares two numbers by an operator. */
export function compare(left: number, operator: Comparison['operator'], right: number): boolean {
  return COMPARES[operator](left, right);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A parsed value. @throws Error when the schema accepts a spelling that the parser refuses. */
export function assertParsed<Value>(value: Value | null): Value {
  if (value === null)
    throw new Error('internal error: the schema accepts a spelling that the parser refuses');
  return value;
}

/** The parsed value; null when the author wrote none. @throws Error like `assertParsed`. */
export function parseOptional<Written, Value>(
  written: Written | undefined,
  parse: (value: Written) => Value | null,
): Value | null {
  return written === undefined ? null : assertParsed(parse(written));
}
