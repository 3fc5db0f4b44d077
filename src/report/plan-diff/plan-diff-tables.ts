/** The differences of two saved plans as tables, for text and Markdown. */

import * as show from '../../messages/en/quantities.ts';
import type { Change, Effect, NodeChange, PriceSum, Size } from '../../model.ts';
import { type ColumnOf, id, type Table, tableOf, whole } from '../document/table.ts';
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

/** `SAME` or `DIFFERENT`, with the number of differences of each kind. */
export function verdictOfDiff(diff: PlanDiff): { readonly word: string; readonly sentence: string } {
  if (diff.same) {
    const sentence =
      diff.from.digest === diff.to.digest
        ? 'both files contain the same plan'
        : 'both plans do the same; only readings differ';
    return { word: 'SAME', sentence };
  }
  const counted = tablesOf(diff).filter(({ id, rows }) => id !== READINGS && rows.length > 0);
  return { word: 'DIFFERENT', sentence: counted.map(({ heading }) => heading).join(', ') };
}

/** `3f2a9c1d  double-eleven-headroom, 53 steps on 48 instances, sealed 2026-01-05 01:58:30 UTC`. */
export function describeSide({ digest, name, steps, instances, sealedAt }: PlanSide): string {
  return `${digest.slice(0, 8)}  ${name}, ${show.counted(steps, 'step')} on ${show.counted(instances, 'instance')}, sealed ${show.instant(sealedAt)}`;
}

/** `+ run command  at halt: page`. */
function effectRows({ added, removed, changed }: PlanDiff['effects']): Row[] {
  const rowOf = (sign: Row[0], effect: Effect): Row => {
    const { verb, text } = describeEffect(effect);
    return [sign, verb, text];
  };
  return [
    ...added.map((effect) => rowOf('+', effect)),
    ...removed.map((effect) => rowOf('-', effect)),
    ...changed.map(({ from, to }): Row => {
      const { verb, text } = describeEffect(to);
      return ['~', verb, `${describeEffect(from).text} → ${text}`];
    }),
  ];
}

/** A sign, the name of the value, and its change. */
type Row = readonly [sign: '+' | '-' | '~', name: string, change: string];

/** The table of values that do not count. */
const READINGS = 'readings';

/** A table for each kind of difference, the most important first. The last one has the values that do not count. */
export function tablesOf(diff: PlanDiff): Table[] {
  const { steps, blocked, unchanged, findings } = diff;
  const table = (kind: string, rows: readonly Row[], one: string, several = `${one}s`) =>
    tableOf({ id: kind, heading: show.counted(rows.length, one, several) }, rows, COLUMNS);
  return [
    table('prices', diff.prices.map(priceRow), 'price'),
    table('effects', effectRows(diff.effects), 'effect'),
    table('settings', diff.settings.map(differenceRow), 'setting'),
    table('waves', waveRows(diff.waves), 'wave'),
    table('added', steps.added.map(stepRow('+')), 'step added', 'steps added'),
    table('removed', steps.removed.map(stepRow('-')), 'step removed', 'steps removed'),
    table('changed', steps.changed.map(changedRow), 'step changed', 'steps changed'),
    table('preconditions', diff.preconditions.map(changedRow), 'precondition'),
    table(
      'blocked',
      sideRows(blocked, ({ instance, codes }) => [instance, codes.join(', ')]),
      'blocked target',
    ),
    table('unchanged', unchangedRows(unchanged), 'unchanged target'),
    table(
      'findings',
      sideRows(findings, ({ code, severity, message }) => [code, `${severity}: ${message}`]),
      'finding',
    ),
    table(READINGS, diff.readings.map(differenceRow), 'reading, not counted', 'readings, not counted'),
  ];
}

function sideRows<T>(
  { added, removed }: Sides<T>,
  cells: (item: T) => readonly [name: string, change: string],
): Row[] {
  return [
    ...added.map((item): Row => ['+', ...cells(item)]),
    ...removed.map((item): Row => ['-', ...cells(item)]),
  ];
}

function unchangedRows({ added, removed }: PlanDiff['unchanged']): Row[] {
  return [
    ...added.map((instance): Row => ['+', instance, 'already has the requested size']),
    ...removed.map((instance): Row => ['-', instance, 'is no longer unchanged']),
  ];
}

const COLUMNS: readonly ColumnOf<Row, string>[] = [
  ['', ([sign]) => id(sign)],
  ['Name', ([, name]) => id(name)],
  ['Change', ([, , change]) => whole(change)],
];

function waveRows({ added, removed, reordered, stepsReordered }: PlanDiff['waves']): Row[] {
  return [
    ...added.map((name): Row => ['+', name, 'added']),
    ...removed.map((name): Row => ['-', name, 'removed']),
    ...(reordered ? [['~', 'all', 'order changed'] as const] : []),
    ...stepsReordered.map((name): Row => ['~', name, 'order of its steps changed']),
  ];
}

function differenceRow(difference: Difference): Row {
  const { name, from, to } = difference;
  return [from === undefined ? '+' : to === undefined ? '-' : '~', name, describeSides(difference)];
}

function stepRow(sign: Row[0]): (step: UnmatchedStep) => Row {
  return ({ id: step, change, after, region, wave, quote }) => {
    const price = quote === null ? '' : `, ${show.quote(quote)}`;
    return [sign, step, `${show.change(change, after)}, ${region}, wave ${wave}${price}`];
  };
}

/** The differences of one step. `after` is left out where it follows from the change. */
function changedRow(changed: ChangedStep | ChangedPrecondition): Row {
  const { differences } = changed;
  const follows = differences.some(({ name }) => name === 'change' || name === 'before');
  const shown = differences
    .filter(({ name }) => !(follows && name === 'after'))
    .map((one) => (one.name === 'change' ? describeChange(one) : `${one.name} ${describeSides(one)}`));
  return ['~', 'id' in changed ? changed.id : changed.instance, shown.join('; ')];
}

/** `to 16 GB → 20 GB`; if the start differs too, `(8 GB → 16 GB) → (12 GB → 20 GB)`. */
function describeChange(difference: Difference): string {
  const { from, to } = difference;
  if (!isChange(from) || !isChange(to) || from.from !== to.from) return `change ${describeSides(difference)}`;
  return `to ${amountOf(from, from.to)} → ${amountOf(to, to.to)}`;
}

function amountOf({ dimension }: Change, amount: number): string {
  return dimension === 'memoryPerShard' ? show.memory(amount) : show.count(amount);
}

/** `20 → 40`; an absent value is `none`. */
function describeSides({ from, to }: Difference): string {
  return `${describeValue(from)} → ${describeValue(to)}`;
}

function describeValue(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'string') return value;
  if (isChange(value)) return `(${amountOf(value, value.from)} → ${amountOf(value, value.to)})`;
  if (typeof value === 'object' && 'memoryPerShard' in value && 'shards' in value)
    return show.size(value as Size);
  if (typeof value === 'object' && 'kind' in value && ('zones' in value || 'nodes' in value))
    return show.nodes(value as NodeChange);
  if (typeof value === 'object' && 'basis' in value) return show.quote(value as PriceSum);
  return JSON.stringify(value);
}

function priceRow({ name, from, to }: Difference): Row {
  const currency = name.split(' ')[0]!;
  const amount = (value: unknown) => (typeof value === 'number' ? show.money(value, currency) : 'none');
  const more = (typeof to === 'number' ? to : 0) - (typeof from === 'number' ? from : 0);
  const by = `${more > 0 ? '+' : ''}${show.money(more, currency)}`;
  return ['~', name, `${amount(from)} → ${amount(to)} (${by})`];
}
