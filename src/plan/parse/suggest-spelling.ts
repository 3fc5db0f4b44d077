/**
 * What an author most likely meant by a value that the schema refused, spelt as the plan wants it. Only ever
 * shown as a mend: nothing here changes what a plan says.
 */

import { parseWindow } from '../windows/window-text.ts';
import { closest } from './closest-word.ts';
import {
  parseCost,
  parseDuration,
  parseInstant,
  parsePercent,
  parseSize,
  parseThreshold,
} from './quantity.ts';

type Respell = (value: string) => string | number | null;

/** By the name of the schema's definition or key. A null means: no guess is better than a wrong one. */
const BY_KIND: Readonly<Record<string, Respell>> = {
  size,
  memory: size,
  atMost: size,
  atLeast: (value) => timesUsed(value) ?? size(value),
  grow: (value) => percent(value) ?? size(value),
  take: (value) =>
    /^[1-9]\d*$/.test(value)
      ? Number(value)
      : (percent(value) ??
        (/^(all|remaining|the rest|others?)$/i.test(value) ? 'rest' : closest(value, ['rest']))),
  duration,
  instant,
  window,
  haltThreshold,
  targetsGuard,
  costGuard,
  instanceId: (value) =>
    fits(
      value
        .trim()
        .toLowerCase()
        .replace(/^crs[-_ ]?/, 'crs-'),
      /^crs-[a-z0-9]{8,32}$/,
    ),
  region: (value) =>
    fits(
      value.trim().toLowerCase().replaceAll('_', '-').replace(/-\d+$/, ''),
      /^[a-z]{2}(-[a-z][a-z0-9]*)+$/,
    ),
  zone: (value) =>
    fits(value.trim().toLowerCase().replaceAll('_', '-'), /^[a-z]{2}(-[a-z][a-z0-9]*)+-\d{1,3}$/),
  shrink: (value) =>
    /^(yes|true|on)$/i.test(value) ? 'allow' : /^(no|false|off|never)$/i.test(value) ? 'deny' : null,
  switch: (value) =>
    /^(immediately|2)$/i.test(value) ? 'now' : /window|^1$/i.test(value) ? 'maintenance-window' : null,
  onBlocked: (value) =>
    /^(fail|deny|stop|abort|error)$/i.test(value)
      ? 'refuse'
      : /^(ignore|continue|warn)$/i.test(value)
        ? 'skip'
        : null,
  inFlight: whole,
  shards: whole,
  replicas: whole,
  requestsPerSecond: (value) => (Number(value) > 20 ? 20 : whole(value)),
};

/**
 * @param kind the schema's name for what was wanted.
 * @param unit what a bare number most likely counts, for durations.
 * @param choices the closed list, where there is one.
 */
export function respell(
  kind: string,
  value: unknown,
  unit: string,
  choices: readonly unknown[] | null,
): string | number | null {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  const written = String(value).trim();
  if (written.length > 80) return null;
  if (kind === 'duration' && /^\d+$/.test(written)) return fits(`${written}${unit}`, /^[1-9]\d{0,5}[smhd]$/);
  const known = Object.hasOwn(BY_KIND, kind) ? BY_KIND[kind]!(written) : null;
  if (known !== null) return known;
  return choices
    ? closest(
        written,
        choices.filter((choice) => typeof choice === 'string'),
      )
    : null;
}

function fits(value: string, pattern: RegExp): string | null {
  return pattern.test(value) ? value : null;
}

function whole(value: string): number | null {
  return /^[1-9]\d{0,5}$/.test(value) ? Number(value) : null;
}

/** Kilobytes for each unit's first letter. */
const KILOBYTES: Readonly<Record<string, number>> = { k: 1, m: 1024, g: 1024 ** 2, t: 1024 ** 3 };

function size(value: string): string | number | null {
  const match = /^(\d[\d_,]*(?:\.\d+)?)\s*(?:([kmgt])(?:i?b|bytes?)?)?$/i.exec(value);
  if (!match) return null;
  const number = Number(match[1]!.replace(/[_,]/g, ''));
  const unit = match[2]?.toLowerCase();
  const mb = unit ? (number * KILOBYTES[unit]!) / 1024 : number;
  if (!Number.isSafeInteger(mb) || mb < 1) return null;
  const text = unit === 'm' || mb % 1024 !== 0 ? `${mb}MB` : `${mb / 1024}GB`;
  return unit ? (parseSize(text) === null ? null : text) : parseSize(mb);
}

function percent(value: string): string | null {
  const match = /^\+?(\d+(?:\.\d+)?)\s*(?:%|percent|pct)$/i.exec(value);
  const text = `${match?.[1]}%`;
  return match && (parsePercent(text) ?? 0) > 0 ? text : null;
}

function timesUsed(value: string): string | null {
  const match = /^(\d+(?:\.\d+)?)\s*(?:x|\*|times)\s*(?:used?|usage)?$/i.exec(value);
  return match && Number(match[1]) > 0 ? `${match[1]}x used` : null;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

function duration(value: string): string | null {
  const parts = [...value.replace(/^PT?/, '').matchAll(/(\d+)\s*(s|m|h|d|w)[a-z]*[\s,]*/gi)];
  if (
    parts.length === 0 ||
    /\d\s*ms\b/i.test(value) ||
    parts.map(([part]) => part).join('') !== value.replace(/^PT?/, '')
  )
    return null;
  const seconds = parts.reduce(
    (sum, [, number, unit]) => sum + Number(number) * SECONDS[unit!.toLowerCase()]!,
    0,
  );
  // The unit as written where it is enough, else the greatest that divides: 1h30m is 90m, 2w is 14d.
  const wanted =
    parts.length === 1 && parts[0]![2]!.toLowerCase() !== 'w' ? parts[0]![2]!.toLowerCase() : null;
  const unit = wanted ?? (['d', 'h', 'm', 's'] as const).find((one) => seconds % SECONDS[one]! === 0)!;
  const text = `${seconds / SECONDS[unit]!}${unit}`;
  return parseDuration(text) === null ? null : text;
}

function instant(value: string): string | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{2}:\d{2}(?::\d{2})?))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i.exec(
    value,
  );
  if (!match) return null;
  const zone = !match[3]
    ? '+08:00'
    : /Z|UTC/i.test(match[3])
      ? 'Z'
      : match[3].replace(/(\d{2}):?(\d{2})/, '$1:$2');
  const text = `${match[1]}T${match[2] ?? '00:00'}${zone}`;
  return parseInstant(text) === null ? null : text;
}

/** `Tuesday 1:00 - 5:00` is `Tue 01:00-05:00`. */
function window(value: string): string | null {
  const match = /^([A-Za-z][A-Za-z, -]*?)\s+(\d{1,2}(?::\d{2})?)\s*-\s*(\d{1,2}(?::\d{2})?)$/.exec(value);
  if (!match) return null;
  const days = /^(every ?day|all|always)$/i.test(match[1]!)
    ? 'daily'
    : match[1]!.replace(/ *([,-]) */g, '$1').replace(/[A-Za-z]+/g, weekday);
  const time = (text: string) => (text.includes(':') ? text : `${text}:00`).padStart(5, '0');
  const text = `${days} ${time(match[2]!)}-${time(match[3]!)}`;
  return parseWindow(text) === null ? null : text;
}

function weekday(name: string): string {
  const day = `${name.charAt(0).toUpperCase()}${name.slice(1, 3).toLowerCase()}`;
  return /^(daily)$/i.test(name) ? 'daily' : day;
}

function haltThreshold(value: string): string | null {
  const match = /^(>=?)?\s*(\d+(?:\.\d+)?)\s*(%)?\s*(?:of\s+(?:the\s+)?(wave|run))?s?$/i.exec(value);
  if (!match || (!match[3] && match[2]!.includes('.'))) return null;
  return `${match[1] ?? '>'} ${match[2]}${match[3] ? `% of ${match[4]?.toLowerCase() ?? 'run'}` : ''}`;
}

function targetsGuard(value: string): string | number | null {
  const match = /^(?:<=?|>=?|=)?\s*(\d+(?:\.\d+)?)\s*(%)?.{0,24}$/.exec(value);
  if (!match || (!match[2] && match[1]!.includes('.'))) return null;
  const text = `${/^<(?!=)/.test(value) ? '<' : '<='} ${match[1]}${match[2] ?? ''}`;
  return parseThreshold(text) ? text : null;
}

function costGuard(value: string): string | null {
  const match = /^(<=?)?\s*[¥￥$]?\s*(\d[\d,_]*(?:\.\d{1,2})?)\s*(?:(RMB|元)|([A-Za-z]{3}))?$/.exec(value);
  if (!match) return null;
  const text = `${match[1] ?? '<='} ${match[2]!.replace(/[,_]/g, '')} ${match[4]?.toUpperCase() ?? (value.includes('$') ? 'USD' : 'CNY')}`;
  return parseCost(text) ? text : null;
}
