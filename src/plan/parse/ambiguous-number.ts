/**
 * Numbers that people and programs read in different ways, although YAML accepts them.
 *
 * | written         | read as                                     |
 * |-----------------|---------------------------------------------|
 * | `+2048`         | 2048 more, or 2048                          |
 * | `010`           | 8 in YAML 1.1, 10 in YAML 1.2               |
 * | `0x10`, `0b11`  | 16 or a text, 3 or a text                   |
 * | `1e3`, `1_000`  | 1000 or a text                              |
 * | `.5`, `5.`, `4.0` | 0.5, 5, 4 or a text                       |
 * | `1,000`         | 1000 or 1.000                               |
 * | `１２`          | 12 or a text                                |
 */
import { asMeant } from './odd-characters.ts';

export interface Readings {
  /** Whether a sign makes it look like a difference. */
  readonly relative: boolean;
  /** The plan's spellings of what it can mean, the most likely first. */
  readonly values: readonly string[];
}

/** The readings for a key: a size can also grow, and `grow` is relative in itself. */
export function readingsUnder(key: string, source: string): Readings | null {
  const readings = readingsOf(source);
  if (readings === null || !readings.relative) return readings;
  if (key === 'grow') return null;
  const { values } = readings;
  const amount = /^\d+$/.test(values[0]!) ? `${values[0]}MB` : values[0]!;
  return key === 'memoryPerShard' ? { ...readings, values: [`{ grow: ${amount} }`, ...values] } : readings;
}

/** A number that everybody reads in the same way. */
const CLEAR = /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/;

/** What a number can mean; null if it is clear, or no number. @param source as the author wrote it, without quotes. */
export function readingsOf(source: string): Readings | null {
  if (CLEAR.test(source) || source.length > 40) return null;
  const text = asMeant(source).trim();
  const [, sign = '', digits = '', unit = ''] =
    /^([+-]?)(0x[\da-f]+|0o[0-7]+|0b[01]+|[\d_,]*\.?[\d_]*(?:e[+-]?\d+)?)(?: ?([mgt]b|[smhd]|%))?$/i.exec(
      text,
    ) ?? [];
  if (!/\d/.test(digits)) return null;
  const values = readNumber(digits).map((value) => `${sign === '-' ? '-' : ''}${value}${unit}`);
  return values.length === 0 ? null : { relative: sign === '+', values };
}

function readNumber(digits: string): string[] {
  const bare = digits.replaceAll('_', '');
  if (/^0[xob]/i.test(bare)) return [String(Number(bare))];
  if (/^0\d+$/.test(bare)) {
    const decimal = String(Number(bare));
    const octal = /^[0-7]+$/.test(bare) ? [String(Number.parseInt(bare, 8))] : [];
    return octal[0] === decimal ? [decimal] : [decimal, ...octal];
  }
  if (/^\d{1,3}(,\d{3})+$/.test(bare)) return [bare.replaceAll(',', '')];
  if (bare.includes(',')) return [];
  const value = Number(bare);
  return Number.isFinite(value) && value < 1e15 ? [String(value)] : [];
}
