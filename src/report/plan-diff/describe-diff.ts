/** The differences of two saved plans in words, for pages in any language. `refit diff` shows the same by the names in the files. */
import type { Words } from '../../messages/words.ts';
import type { Change, Effect, NodeChange, PriceSum, Quote, Size, Threshold } from '../../model.ts';
import { describeEffect } from '../review/review-effects.ts';
import {
  type ChangedPrecondition,
  type ChangedStep,
  type Difference,
  isChange,
  type PlanDiff,
  type PlanSide,
  type Sides,
  type UnmatchedStep,
} from './plan-diff.ts';

/** A sign, the name of the value, and its change. */
export type DiffRow = readonly [sign: '+' | '-' | '~', name: string, change: string];

/** The differences of one kind. */
export interface DiffTable {
  readonly heading: string;
  readonly rows: readonly DiffRow[];
}

/** `3f2a9c1d  headroom, 53 steps on 48 instances, sealed 2026-01-05 01:58:30 UTC`. */
export function sideInWords({ digest, name, steps, instances, sealedAt }: PlanSide, words: Words): string {
  const { diff, show, frame } = words;
  return `${digest.slice(0, 8)}  ${frame.list([name, diff.side(steps, instances, show.instant(sealedAt))])}`;
}

/** A table for each kind that differs, the most important first. The last one has the values that do not count. */
export function diffInWords(found: PlanDiff, words: Words): readonly DiffTable[] {
  const { diff } = words;
  const { steps, waves, effects } = found;
  const rows: Readonly<Record<keyof typeof diff.headings, readonly DiffRow[]>> = {
    prices: found.prices.map((one) => priceRow(one, words)),
    effects: effectRows(effects, words),
    settings: found.settings.map((one) => settingRow(one, words)),
    waves: [
      ...sideRows(waves, (name) => [diff.wave(name), ''], [diff.waveAdded, diff.waveRemoved]),
      ...(waves.reordered ? [['~', diff.allWaves, diff.reordered] as const] : []),
      ...waves.stepsReordered.map((name): DiffRow => ['~', diff.wave(name), diff.stepsReordered]),
    ],
    added: steps.added.map((step) => stepRow('+', step, words)),
    removed: steps.removed.map((step) => stepRow('-', step, words)),
    changed: steps.changed.map((one) => changedRow(one.id, one, words)),
    preconditions: found.preconditions.map((one) => changedRow(one.instance, one, words)),
    blocked: sideRows(found.blocked, ({ instance, codes }) => [instance, words.frame.list(codes)]),
    unchanged: sideRows(found.unchanged, (instance) => [instance, ''], [diff.isSized, diff.isNotSized]),
    findings: sideRows(found.findings, ({ code, severity, message }) => [
      code,
      diff.severity(severity, message),
    ]),
    readings: found.readings.map((one) => settingRow(one, words)),
  };
  return (Object.keys(rows) as (keyof typeof rows)[]).flatMap((kind) =>
    rows[kind].length === 0 ? [] : [{ heading: diff.headings[kind](rows[kind].length), rows: rows[kind] }],
  );
}

/** @param changes what is said of every added and every removed item. */
function sideRows<T>(
  { added, removed }: Sides<T>,
  cells: (item: T) => readonly [name: string, change: string],
  [isAdded, isRemoved] = ['', ''],
): DiffRow[] {
  const rowOf = (sign: '+' | '-', item: T, fixed: string): DiffRow => {
    const [name, change] = cells(item);
    return [sign, name, fixed || change];
  };
  return [
    ...added.map((item) => rowOf('+', item, isAdded!)),
    ...removed.map((item) => rowOf('-', item, isRemoved!)),
  ];
}

function effectRows({ added, removed, changed }: PlanDiff['effects'], words: Words): DiffRow[] {
  const inWords = (effect: Effect) => describeEffect(effect, {}, words);
  const cells = (effect: Effect) => [inWords(effect).verb, inWords(effect).text] as const;
  return [
    ...sideRows({ added, removed }, cells),
    ...changed.map(
      ({ from, to }): DiffRow => ['~', inWords(to).verb, `${inWords(from).text} → ${inWords(to).text}`],
    ),
  ];
}

function settingRow(one: Difference, words: Words): DiffRow {
  const sign = one.from === undefined ? '+' : one.to === undefined ? '-' : '~';
  return [sign, nameInWords(one.name, words), sidesInWords(one, words)];
}

function stepRow(sign: '+' | '-', step: UnmatchedStep, { diff, show }: Words): DiffRow {
  const price = step.quote === null ? '' : show.quote(step.quote);
  return [
    sign,
    step.id,
    diff.step(show.change(step.change, step.after), step.region, diff.wave(step.wave), price),
  ];
}

/** The differences of one step or precondition. The size after a change follows from the change. */
function changedRow(name: string, { differences }: ChangedStep | ChangedPrecondition, words: Words): DiffRow {
  const follows = differences.some((one) => one.name === 'change' || one.name === 'before');
  const shown = differences.filter((one) => !(follows && one.name === 'after'));
  return ['~', name, shown.map((one) => differenceInWords(one, words)).join('; ')];
}

function differenceInWords(one: Difference, words: Words): string {
  const { from, to } = one;
  if (one.name === 'change' && isChange(from) && isChange(to) && from.from === to.from)
    return words.diff.to(amountOf(from, from.to, words), amountOf(to, to.to, words));
  return `${nameInWords(one.name, words)}${words.diff.separator}${sidesInWords(one, words)}`;
}

/** `wave canary: gate: failed: limit` for `wave canary.gate.failed.value`. */
function nameInWords(path: string, { diff }: Words): string {
  const [first = '', ...rest] = path.split('.');
  const start = first.startsWith('wave ') ? diff.wave(first.slice('wave '.length)) : inWords(first);
  function inWords(part: string): string {
    return Object.hasOwn(diff.parts, part) ? diff.parts[part]! : part;
  }
  return [start, ...rest.map(inWords)].filter((part) => part !== '').join(diff.separator);
}

function sidesInWords({ name, from, to }: Difference, words: Words): string {
  return `${valueInWords(name, from, words)} → ${valueInWords(name, to, words)}`;
}

/** Settings in milliseconds, and the numbers of the forecast in seconds. */
const MILLISECONDS = /(?:^|\.)(?:patience|soak|lastStart|within|over|timeout|catchUpWithin)$/;
const SECONDS = /^forecast\.(?:.*\.)?(?:leastSeconds|p50|p90|range\.from|range\.to)$/;

function valueInWords(name: string, value: unknown, words: Words): string {
  const { diff, show, frame } = words;
  if (value === undefined || value === null) return diff.none;
  if (typeof value === 'boolean') return value ? diff.yes : diff.no;
  if (typeof value === 'number') {
    if (MILLISECONDS.test(name)) return show.duration(value);
    if (SECONDS.test(name)) return show.duration(value * 1_000);
    return name.startsWith('used.') ? show.memory(value) : String(value);
  }
  if (typeof value === 'string')
    return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? show.instant(value) : diff.text(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return frame.list(value);
  return objectInWords(value, words);
}

function objectInWords(value: object, words: Words): string {
  const { show } = words;
  if (isChange(value)) return `(${amountOf(value, value.from, words)} → ${amountOf(value, value.to, words)})`;
  if ('memoryPerShard' in value && 'shards' in value) return show.size(value as Size);
  if ('kind' in value && ('zones' in value || 'nodes' in value)) return show.nodes(value as NodeChange);
  if ('basis' in value) return show.quote(value as PriceSum & Pick<Quote, 'estimated'>);
  if ('operator' in value && 'value' in value) return comparisonInWords(value as Partial<Threshold>);
  return JSON.stringify(value);
}

/** `> 5% of wave` */
function comparisonInWords({ operator, value, base = 'count' }: Partial<Threshold>): string {
  return `${operator} ${value}${base === 'count' ? '' : `% of ${base}`}`;
}

function amountOf({ dimension }: Change, amount: number, { show }: Words): string {
  return dimension === 'memoryPerShard' ? show.memory(amount) : show.count(amount);
}

/** `CNY once` */
function priceRow({ name, from, to }: Difference, { diff, show }: Words): DiffRow {
  const [currency = '', basis = ''] = name.split(/ (.*)/);
  const amount = (value: unknown) => (typeof value === 'number' ? show.money(value, currency) : diff.none);
  const more = (typeof to === 'number' ? to : 0) - (typeof from === 'number' ? from : 0);
  const by = `${more > 0 ? '+' : ''}${show.money(more, currency)}`;
  const label = `${currency} ${basis === 'once' ? diff.parts.once : diff.parts['per hour']}`;
  return ['~', label, `${amount(from)} → ${amount(to)} (${by})`];
}
