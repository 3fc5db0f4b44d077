/**
 * What an author most likely meant by a value that the schema refused, spelt as the plan wants it. Sizes, durations and
 * percentages are what people mistype. Only ever shown: nothing here changes what a plan says.
 *
 * | written       | meant           |
 * |---------------|-----------------|
 * | `4G`, `8 G B` | `4GB`, `8GB`    |
 * | `1.5h`, `3 min` | `90m`, `3m`   |
 * | `25 %`        | `25%`           |
 * | `"8"`         | `8`             |
 * | `1.10`        | `"1.10"`        |
 * | `40%`, where a limit is wanted | `<= 40%` |
 */
import type { SchemaError } from '../../generated/validators.js';
import { DAY, GIGABYTE, HOUR, MINUTE, SECOND } from '../../units.ts';
import { closest } from './closest-word.ts';

type Schema = NonNullable<SchemaError['parentSchema']>;

/** What a bare number counts where a duration is wanted, by its key; elsewhere minutes. */
const UNIT_OF: Readonly<Record<string, string>> = { expires: 'h', within: 'h' };

/**
 * @param schema what refused the value. @param key the nearest key above the value.
 * @param written the value as it stands in the text, without quotes.
 * @returns null: no guess is better than a wrong one.
 */
export function respell(
  schema: Schema,
  key: string,
  written: string,
  isText: boolean,
): string | number | null {
  const text = written.trim();
  if (text.length > 80) return null;
  if (Array.isArray(schema.enum))
    return closest(
      text,
      schema.enum.filter((one) => typeof one === 'string'),
    );
  const types = [schema.type].flat();
  if (types.includes('integer') && /^[1-9]\d{0,5}$/.test(text) && inRange(Number(text), schema))
    return Number(text);
  if (!types.includes('string')) return null;
  const { pattern } = schema;
  if (typeof pattern !== 'string') return isText ? null : text;
  const taken = new RegExp(pattern, 'u');
  const wanted = isText ? respellings(text, key) : [text, ...respellings(text, key)];
  const fitting = wanted.find((one) => taken.test(one));
  if (fitting !== undefined) return fitting;
  // With both operators allowed, nobody can tell which is meant.
  const limits = [`> ${text}`, `<= ${text}`].filter((one) => taken.test(one));
  return limits.length === 1 ? limits[0]! : null;
}

function inRange(value: number, { minimum, maximum }: Schema): boolean {
  return value >= Number(minimum ?? value) && value <= Number(maximum ?? value);
}

/** In every kind that it can be read as: the schema takes the one that it wants. */
function respellings(text: string, key: string): string[] {
  const words = [size(text), duration(text, UNIT_OF[key] ?? 'm'), percentage(text)];
  return [...words, text.toLowerCase(), text.replace(/\s*[–—]\s*/g, '-')].filter((one) => one !== null);
}

/** Megabytes in each unit, by its first letter. */
const MEGABYTES: Readonly<Record<string, number>> = { m: 1, g: GIGABYTE, t: GIGABYTE * 1024 };

/** `4 GiB` is `4GB`, `1.5G` is `1536MB`. */
function size(text: string): string | null {
  const [, number, letter] = /^(\d+(?:\.\d+)?)([mgt])(?:i?b)?$/i.exec(text.replaceAll(' ', '')) ?? [];
  if (number === undefined || letter === undefined) return null;
  const mb = Number(number) * MEGABYTES[letter.toLowerCase()]!;
  if (!Number.isSafeInteger(mb)) return null;
  return letter.toLowerCase() === 'm' || mb % GIGABYTE !== 0 ? `${mb}MB` : `${mb / GIGABYTE}GB`;
}

const MILLISECONDS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** `1h30m` is `90m`, `2 days` is `2d`; a bare number counts `unit`. */
function duration(text: string, unit: string): string | null {
  if (/^\d+$/.test(text)) return `${text}${unit}`;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(?!ms|mo)([smhdw])[a-z]*\s*/gi)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return null;
  const letters = parts.map(([, , letter]) => letter!.toLowerCase());
  const ms = parts.reduce((sum, [, number], at) => sum + Number(number) * MILLISECONDS[letters[at]!]!, 0);
  // The unit as written where it is enough, else the greatest that divides.
  const wanted = [...(parts.length === 1 ? letters : []), 'd', 'h', 'm', 's'].find(
    (one) => one !== 'w' && ms % MILLISECONDS[one]! === 0,
  );
  return wanted === undefined ? null : `${ms / MILLISECONDS[wanted]!}${wanted}`;
}

/** `+25 %` is `25%`. */
function percentage(text: string): string | null {
  const [, number] = /^\+?(\d+(?:\.\d+)?)\s*%$/.exec(text) ?? [];
  return number === undefined ? null : `${number}%`;
}
