/**
 * The quantities of a plan, from the spelling that the schema lets through to numbers: sizes in MB, durations in
 * milliseconds, percentages, thresholds, money. Each gives null for any other spelling. Comparisons back to words, and made.
 */
import type { Comparison, Gate, Plan, Threshold } from '../../model.ts';
import { DAY, GIGABYTE, HOUR, MINUTE, SECOND } from '../../units.ts';

/** MB, 1,024-based: `4GB` is 4096, `512MB` is 512, a bare whole number is MB already. */
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

/** Milliseconds: `90s`, `30m`, `48h`, `7d`. */
export function parseDuration(value: unknown): number | null {
  const match = /^([1-9]\d{0,5})([smhd])$/.exec(text(value));
  return match ? Number(match[1]) * MILLISECONDS[match[2] as keyof typeof MILLISECONDS] : null;
}

/** `> 2`, `> 5% of wave`, `<= 40%` (of the inventory); a plain number is the most that is allowed. */
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
 * True where `count` satisfies the comparison; a percentage is of its base, so many instances or steps. For a guard (`<= 40%`) true is what
 * lets the plan through, for haltWhen (`> 2`) true is what halts.
 */
export function reached(
  threshold: Threshold,
  count: number,
  bases: Record<Exclude<Threshold['base'], 'count'>, number>,
): boolean {
  // Multiplied out rather than divided: exact, and an empty base needs no case of its own.
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

/** The comparison of two numbers by an operator as written. */
export function compare(left: number, operator: Comparison['operator'], right: number): boolean {
  return COMPARES[operator](left, right);
}

/** The comparison as an author writes it. */
export function formatThreshold({ operator, value, base }: Threshold): string {
  return base === 'count' ? `${operator} ${value}` : `${operator} ${value}% of ${base}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A value as it was parsed. @throws where no parser knows what the schema let through: our own fault. */
export function assertParsed<Value>(value: Value | null): Value {
  if (value === null)
    throw new Error('internal error: the schema lets a spelling through that is not understood');
  return value;
}

/** The same; null for what was not written. */
export function parseOptional<Written, Value>(
  written: Written | undefined,
  parse: (value: Written) => Value | null,
): Value | null {
  return written === undefined ? null : assertParsed(parse(written));
}
