/**
 * What an author most likely meant by a value that the schema refuses. People mistype sizes, durations, percentages,
 * thresholds, windows and moments. Refit only shows the guess and never uses it.
 *
 * | written                 | meant                      |
 * |-------------------------|----------------------------|
 * | `4G`, `8 G B`           | `4GB`, `8GB`               |
 * | `1.5h`, `3 min`         | `90m`, `3m`                |
 * | `25 %`                  | `25%`                      |
 * | `1.5x`, under `grow`    | `50%`                      |
 * | `"8"`                   | `8`                        |
 * | `1.10`                  | `"1.10"`                   |
 * | `40%`, as a limit       | `<= 40%`                   |
 * | `80%`, under `used`     | `> 80%`                    |
 * | `65`, under `fit`       | `65%`                      |
 * | `> 5%`, as a threshold  | `> 5% of wave`, `> 5% of run` |
 * | `Mon–Fri 9:00-18:00`    | `Mon-Fri 09:00-18:00`      |
 */

import { closest } from '../../closest-word.ts';
import { nearestRegion } from '../../known-regions.ts';
import { DAY, GIGABYTE, HOUR, MINUTE, SECOND } from '../../units.ts';
import { USE_CONDITIONS } from './build-selector.ts';
import { asMeant } from './odd-characters.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The unit of a bare number where the key needs a duration; minutes for other keys. */
const UNIT_OF: Readonly<Record<string, string>> = {
  ...{ expires: 'h', within: 'h' },
  ...{ over: 'd', horizon: 'd', history: 'd', holds: 'd', cooldown: 'd' },
};

/** The keys of sizing files that take a share, so that a bare number from 1 is one. Less can be a share of one. */
const SHARES: ReadonlySet<string> = new Set(['growAt', 'fit', 'found', 'saves']);

/**
 * @param key the nearest key above the value. @param written the value in the text, without quotes.
 * @returns what it can mean: one value if Refit is sure, none if no guess is safe.
 */
export function respell(schema: Schema, key: string, written: string, isText: boolean): (string | number)[] {
  const text = asMeant(written)
    .trim()
    .replaceAll(/^["']|["']$/g, '');
  if (text.length > 80) return [];
  if (Array.isArray(schema.enum)) {
    const names = schema.enum.filter((one) => typeof one === 'string');
    const near = closest(text, names);
    return near === null || isDangerous(near) ? [] : [near];
  }
  const types = [schema.type].flat();
  if (types.includes('integer') && /^[1-9]\d{0,5}$/.test(text) && inRange(Number(text), schema))
    return [Number(text)];
  if (!types.includes('string')) return [];
  const { pattern } = schema;
  if (typeof pattern !== 'string') return isText || types.includes('integer') ? [] : [written];
  const accepted = new RegExp(pattern, 'u');
  const condition = useCondition(text, key);
  if (condition !== null && accepted.test(condition)) return [condition];
  const guesses = isText ? spellings(text, key) : [text, ...spellings(text, key)];
  const fitting = guesses.find((one) => one !== null && accepted.test(one));
  if (fitting) return [fitting];
  return [...new Set(comparisons(text))].filter((one) => accepted.test(one));
}

/** A condition on use without its operator or its percent sign: `80%` is `> 80%`. */
function useCondition(text: string, key: string): string | null {
  if (!Object.hasOwn(USE_CONDITIONS, key)) return null;
  const [, sign, value, percent] = /^([<>]=?|=[<>])?\s*(\d+(?:\.\d+)?)\s*(%|percent)?$/i.exec(text) ?? [];
  if (value === undefined) return null;
  // 0.8 can be a share of one.
  if (key !== 'evictions' && percent === undefined && Number(value) <= 1) return null;
  const [operator] = OPERATORS[sign ?? '']!;
  return `${operator} ${value}${key === 'evictions' ? '' : '%'}`;
}

/** Values that permit what Refit otherwise refuses. Who mistypes one types it again, and does not paste it. */
function isDangerous(value: string): boolean {
  return value === 'allow';
}

function inRange(value: number, { minimum, maximum }: Schema): boolean {
  return value >= Number(minimum ?? value) && value <= Number(maximum ?? value);
}

/** The text as a size, a duration, a percentage and so on; the schema picks one. */
function spellings(text: string, key: string): (string | null)[] {
  return [
    size(text),
    key === 'grow' ? growth(text) : null,
    timesUsed(text),
    duration(text, UNIT_OF[key] ?? 'm'),
    percentage(text),
    SHARES.has(key) && /^[1-9]\d{0,2}(\.\d+)?$/.test(text) ? `${text}%` : null,
    openWindow(text),
    days(text),
    moment(text),
    nearestRegion(text),
    text.toLowerCase(),
    text,
    text.toLowerCase().replaceAll('_', '-'),
    /\d/.test(text) ? `crs-${text.toLowerCase()}` : null,
    /^(all|remaining|everything)$/i.test(text) ? 'rest' : null,
  ];
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

/** What is added: `1.5x` is `50%`, and `+2G` is `2GB`. */
function growth(text: string): string | null {
  const [, after, before] =
    /^(?:(\d{1,4}(?:\.\d{1,4})?) ?[x*]|[x*] ?(\d{1,4}(?:\.\d{1,4})?))$/i.exec(text) ?? [];
  const times = after ?? before;
  if (times === undefined) return text.startsWith('+') ? size(text.slice(1)) : null;
  // Ten-thousandths are exact, and 1.1 - 1 is not.
  const added = Math.round(Number(times) * 10_000 - 10_000) / 100;
  return added > 0 ? `${added}%` : null;
}

/** `2 x used` is `2x used`. */
function timesUsed(text: string): string | null {
  const [, times] = /^(\d+(?:\.\d+)?) ?[x*] ?(?:of )?(?:the )?used?$/i.exec(text) ?? [];
  return times === undefined ? null : `${times}x used`;
}

const MILLISECONDS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** `1h30m` is `90m`, `2 days` is `2d`. A bare number gets `unit`. */
function duration(text: string, unit: string): string | null {
  if (/^\d+$/.test(text)) return `${text}${unit}`;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(?!ms|mo)([smhdw])[a-z]*\s*/gi)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return null;
  const letters = parts.map(([, , letter]) => letter!.toLowerCase());
  const ms = parts.reduce((sum, [, number], at) => sum + Number(number) * MILLISECONDS[letters[at]!]!, 0);
  // The author's unit if it divides the duration, else the largest unit that does.
  const wanted = [...(parts.length === 1 ? letters : []), 'd', 'h', 'm', 's'].find(
    (one) => one !== 'w' && ms % MILLISECONDS[one]! === 0,
  );
  return wanted === undefined ? null : `${ms / MILLISECONDS[wanted]!}${wanted}`;
}

/** `+25 %` is `25%`. */
function percentage(text: string): string | null {
  const [, number] = /^\+?(\d+(?:\.\d+)?)\s*(?:%|percent)$/i.exec(text) ?? [];
  return number === undefined ? null : `${number}%`;
}

/**
 * A threshold or a limit with its operator and its base. Without an operator or a base, all of them come back, and the
 * schema keeps those that the key allows.
 */
function comparisons(text: string): string[] {
  const [, sign = '', value = '', percent, base] =
    /^([<>=]*|over|above|under|below|at most|at least|max|min)\s*(\d[\d,]*(?:\.\d+)?)\s*(%)?\s*(?:of )?(?:the )?(.*)$/i.exec(
      text,
    ) ?? [];
  const operator = OPERATORS[sign.toLowerCase()];
  if (value === '' || operator === undefined) return [];
  const number = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(value) ? value.replaceAll(',', '') : value;
  const currency = CURRENCIES[base!.trim().toUpperCase()] ?? base!.trim().toUpperCase();
  const quantities = [
    ...(percent === undefined
      ? [number, `${number} ${currency}`, duration(`${number}${base}`, 'm'), `${number}x forecast`]
      : [`${number}%`, ...['wave', 'run'].map((one) => `${number}% of ${one}`)]),
  ];
  const named = ['wave', 'run', 'inventory'].find((one) => base!.toLowerCase().startsWith(one));
  return operator.flatMap((one) =>
    quantities
      .filter((quantity) => quantity !== null && fits(quantity, base!.trim().toLowerCase(), named))
      .map((quantity) => `${one} ${quantity}`),
  );
}

/** A base or a unit that the author wrote stays. */
function fits(quantity: string, base: string, named: string | undefined): boolean {
  if (quantity.includes(' of ')) return base === '' || (named !== undefined && quantity.endsWith(named));
  if (quantity.endsWith('%')) return base === '' || named === 'inventory' || base === 'fleet';
  if (quantity.endsWith('forecast')) return base.startsWith('x');
  return base === '' ? /^[\d.]+$/.test(quantity) : !/^[\d.]+$/.test(quantity) || named === 'inventory';
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '': ['>', '<='],
  '>': ['>'],
  over: ['>'],
  above: ['>'],
  '>=': ['>='],
  '=>': ['>='],
  'at least': ['>='],
  min: ['>='],
  '<': ['<'],
  under: ['<'],
  below: ['<'],
  '<=': ['<='],
  '=<': ['<='],
  'at most': ['<='],
  max: ['<='],
};

const CURRENCIES: Readonly<Record<string, string>> = { RMB: 'CNY', YUAN: 'CNY', '¥': 'CNY', 元: 'CNY' };

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const DAY_GROUPS: Readonly<Record<string, string>> = {
  '': 'daily',
  '*': 'daily',
  everyday: 'daily',
  weekdays: 'Mon-Fri',
  workdays: 'Mon-Fri',
  weekends: 'Sat-Sun',
  weekend: 'Sat-Sun',
};

/** `mon – friday 9:00 to 18:00` is `Mon-Fri 09:00-18:00`. */
function openWindow(text: string): string | null {
  const [, before, from, to] =
    /^(.*?)\s*\b(\d{1,2}:?\d{2})\s*(?:-|~|to|\.\.)\s*(\d{1,2}:?\d{2})$/i.exec(text) ?? [];
  if (before === undefined) return null;
  const time = (one: string) => one.replace(':', '').padStart(4, '0').replace(/^(..)/, '$1:');
  const named = before
    .toLowerCase()
    .replace(/\s*(?:-|~|\bto\b)\s*/g, '-')
    .replace(/\s*(?:,|;|\/|&|\band\b|\s)\s*/g, ',');
  const allowed = (DAY_GROUPS[named] ?? named).replace(
    /\b(?!daily)([a-z]{2,})\b/gi,
    (one) =>
      DAY_NAMES.find((day) => one.toLowerCase().startsWith(day.toLowerCase().slice(0, one.length))) ?? one,
  );
  return `${allowed} ${time(from!)}-${time(to!)}`;
}

/** `2026/11/10 - 2026/11/12` is `2026-11-10..2026-11-12`. */
function days(text: string): string | null {
  const parts = [...text.matchAll(/(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})/g)];
  const between = text.replaceAll(/\d{4}[-/.]?\d{1,2}[-/.]?\d{1,2}/g, '|').replaceAll(' ', '');
  if (!/^\|$|^\|(?:-|\.\.+|~|to|…)\|$/.test(between)) return null;
  return parts
    .map(([, year, month, day]) => [year, month!.padStart(2, '0'), day!.padStart(2, '0')].join('-'))
    .join('..');
}

/** `2026-11-10 05:00 +0800` is `2026-11-10T05:00+08:00`. */
function moment(text: string): string | null {
  const [, date, time, zone] =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?) ?(Z|UTC|[+-]\d{2}:?\d{2})$/i.exec(text) ?? [];
  if (zone === undefined) return null;
  const offset = /^(z|utc)$/i.test(zone) ? 'Z' : zone.replace(':', '').replace(/(..)$/, ':$1');
  return `${date}T${time}${offset}`;
}
