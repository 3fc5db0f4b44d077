/**
 * Formats quantities, the same in every output format: memory, sizes, changes, money, durations, times, counts.
 * Sizes are never rounded, because readers compare them with orders. Money is exact in JSON and CSV.
 */
import type {
  Change,
  Dimension,
  FormerHolder,
  Instance,
  MaintenanceWindow,
  Money,
  NodeChange,
  PriceSum,
  Quote,
  RunProcess,
  Size,
  Zone,
} from '../../model.ts';

/** A whole number with thousands separators: `12,345`. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 step`, `12 steps`. The plural is the noun with an `s`, unless given. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** Joins the parts that are not empty into one line. */
export function join(parts: readonly (string | false | null | undefined)[], separator = '; '): string {
  return parts.filter(Boolean).join(separator);
}

/** MB as `256 MB`, `4 GB` or `1.5 GB`. GB is used only where two decimals are exact. */
export function memory(mb: number): string {
  if (Math.abs(mb) < 1024 || (mb * 4) % 1024 !== 0) return `${count(mb)} MB`;
  const [whole, decimals] = String(mb / 1024).split('.');
  return `${count(Number(whole))}${decimals === undefined ? '' : `.${decimals}`} GB`;
}

/** A whole size: `8 GB × 3 shards × 2 replicas`. One shard and zero replicas are left out. */
export function size(value: Size): string {
  const parts = [memory(value.memoryPerShard)];
  if (value.shards !== 1) parts.push(counted(value.shards, 'shard'));
  if (value.replicas !== 0) parts.push(counted(value.replicas, 'replica'));
  return parts.join(' × ');
}

/** An edition; `type 10 (unknown)` for a type code that this version does not know. -1 is no type code. */
export function editionText({ edition, type }: Pick<Instance, 'edition' | 'type'>): string {
  if (edition !== 'unrecognised') return edition;
  return type < 0 ? 'no type (unknown)' : `type ${type} (unknown)`;
}

/** The name of a dimension in texts. */
export const DIMENSION_WORDS: Readonly<Record<Dimension, string>> = {
  memoryPerShard: 'memory',
  shards: 'shards',
  replicas: 'replicas',
};

/**
 * One change: `memory 4 GB → 8 GB × 3 shards`. Memory is per shard, so the number of shards follows.
 * For a multi-zone instance, replica changes name the zones, each with its number, because orders send the number:
 * `replicas 1 → 2 in ap-shanghai-4 (200004)`.
 */
export function change({ dimension, from, to }: Change, after: Size, nodes?: NodeChange): string {
  const word = DIMENSION_WORDS[dimension];
  if (dimension === 'replicas')
    return `${word} ${count(from)} → ${count(to)}${nodes ? ` ${describeNodeChange(nodes)}` : ''}`;
  if (dimension === 'shards')
    return `${word} ${count(from)} → ${count(to)} × ${memory(after.memoryPerShard)}`;
  const shards = after.shards === 1 ? '' : ` × ${counted(after.shards, 'shard')}`;
  return `${word} ${memory(from)} → ${memory(to)}${shards}`;
}

/** `in ap-shanghai-4 (200004)` for added replicas, `without 65541 in ap-shanghai-4 (200004)` for removed ones. */
function describeNodeChange(change: NodeChange): string {
  const zoneText = ({ code, number }: Zone) => (code === String(number) ? code : `${code} (${number})`);
  return change.kind === 'add'
    ? `in ${change.zones.map(zoneText).join(', ')}`
    : `without ${change.nodes.map(({ id, zone }) => `${id} in ${zoneText(zone)}`).join(', ')}`;
}

/** A maintenance window: `03:00-06:00 Beijing time`. */
export function hours({ from, to }: MaintenanceWindow): string {
  return `${from}-${to} Beijing time`;
}

/** Maintenance windows with the number of instances in each: `01:00-02:00 (3), 03:00-06:00 (12), Beijing time`. */
export function windows(all: readonly MaintenanceWindow[]): string {
  const counts = new Map<string, number>();
  for (const { from, to } of all) counts.set(`${from}-${to}`, (counts.get(`${from}-${to}`) ?? 0) + 1);
  const parts = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([one, times]) => `${one} (${count(times)})`);
  return parts.length === 0 ? '' : `${parts.join(', ')}, Beijing time`;
}

/** Added and removed nodes for a spreadsheet: `+ap-shanghai-4 -65541@ap-shanghai-5`. */
export function nodes(change: NodeChange | undefined): string {
  if (!change) return '';
  return change.kind === 'add'
    ? change.zones.map(({ code }) => `+${code}`).join(' ')
    : change.nodes.map(({ id, zone }) => `-${id}@${zone.code}`).join(' ');
}

/**
 * Money: `¥412.00`, `12.30 USD`, `¥0.004111`. Two decimals; below 100 up to four, because hourly prices are small, and below
 * a tenth four digits after the zeros.
 */
export function money(amount: number, currency: string): string {
  const size = Math.abs(amount);
  const zeros = size > 0 && size < 0.1 ? -Math.floor(Math.log10(size)) - 1 : 0;
  const precision = size < 100 ? Math.min(8, 4 + zeros) : 2;
  const [whole, decimals = ''] = size.toFixed(precision).replace(/0+$/, '').split('.');
  const digits = `${count(Number(whole))}.${decimals.padEnd(2, '0')}`;
  const sign = amount < 0 ? '-' : '';
  return currency === 'CNY' ? `${sign}¥${digits}` : `${sign}${digits} ${currency}`;
}

/** Several amounts of money in one line. */
export function amounts(sums: readonly Money[]): string {
  return sums.map(({ amount, currency }) => money(amount, currency)).join(', ');
}

/** A quote: `+¥412.00 once` is paid once, `-¥88.00 once` is a refund, `¥0.8763 per hour` is the new price. */
export function quote({ amount, currency, basis, estimated }: PriceSum & Pick<Quote, 'estimated'>): string {
  const mark = estimated ? ', estimated' : '';
  if (basis === 'hourly') return `${money(amount, currency)} per hour${mark}`;
  return `${amount > 0 ? '+' : ''}${money(amount, currency)} once${mark}`;
}

/** Several sums of quotes in one line. */
export function quotes(sums: readonly PriceSum[]): string {
  return sums.map(quote).join(', ');
}

/** Milliseconds as `850 ms`, `14 s`, `3 m 12 s`, `1 h 5 m`, `2 d 3 h`: the two largest units. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1000);
  const units: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = units.findIndex(([value]) => value > 0);
  return units
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

/** The same as people say it in a sentence, where `m` could be anything: `27 min 38 s`, `1 h 5 min`. */
export function inWords(ms: number): string {
  return ms === 0 ? '0 s' : duration(ms).replace(/ m\b/, ' min');
}

/**
 * Milliseconds from one ISO 8601 time to another; null where one is missing or invalid. 0 if the second one is earlier: it
 * comes from another host, or a clock was set back.
 */
export function between(from: string | null, to: string | null): number | null {
  const ms = from === null || to === null ? Number.NaN : Date.parse(to) - Date.parse(from);
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** An ISO 8601 UTC time as `2026-01-05 02:00:00 UTC`; a dash for null. */
export function instant(iso: string | null): string {
  if (iso === null) return '–';
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** The time of day of an ISO 8601 UTC time, `02:00:00`; a dash for null. */
export function timeOfDay(iso: string | null): string {
  return iso === null ? '–' : iso.slice(11, 19);
}

/** `17:00:00 to 18:00:00`. With dates if the two ISO 8601 UTC times are on different days. */
export function fromTo(from: string, to: string | null): string {
  if (to === null || from.slice(0, 10) === to.slice(0, 10)) return `${timeOfDay(from)} to ${timeOfDay(to)}`;
  const dated = (iso: string) => `${iso.slice(0, 10)} ${timeOfDay(iso)}`;
  return `${dated(from)} to ${dated(to)}`;
}

/** Details of one process of a run: its purpose, a takeover, why it stopped. Empty for an ordinary process. */
export function describeProcess({ purpose, tookOverFrom, stopped }: RunProcess): string {
  return join([
    purpose === 'reconcile' && 'reconcile: read only, no orders',
    describeTakeover(tookOverFrom),
    stopped && `${stopped.because} at ${instant(stopped.at)}: ${stopped.message}`,
  ]);
}

/** `took over from pid 4711 on db-ops-1 (refit apply in runs/x)`; empty without a takeover. */
export function describeTakeover(from: readonly FormerHolder[] = []): string {
  if (from.length === 0) return '';
  return `took over from ${from.map(({ pid, host, purpose }) => `pid ${pid} on ${host} (${purpose})`).join(' and ')}`;
}
