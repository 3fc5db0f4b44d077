/** How two saved plans differ, as tables: text and Markdown show the same. */
import type { Change, NodeChange, PriceSum, Size } from '../../model.ts';
import { type ColumnOf, id, type Table, tableOf } from '../document/table.ts';
import * as show from '../quantities.ts';
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

/** `SAME` or `DIFFERENT`, and how much of what. */
export function verdictOfDiff(diff: PlanDiff): { readonly word: string; readonly sentence: string } {
  if (diff.same) {
    const sentence =
      diff.from.digest === diff.to.digest
        ? 'one and the same plan'
        : 'the same would be carried out; only what is of the moment differs';
    return { word: 'SAME', sentence };
  }
  const counted = tablesOf(diff).filter(({ id, rows }) => id !== READINGS && rows.length > 0);
  return { word: 'DIFFERENT', sentence: counted.map(({ heading }) => heading).join(', ') };
}

/** `3f2a9c1d  double-eleven-headroom, 53 steps on 48 instances, sealed 2026-01-05 01:58:30 UTC`. */
export function describeSide({ digest, name, steps, instances, sealedAt }: PlanSide): string {
  return `${digest.slice(0, 8)}  ${name}, ${show.counted(steps, 'step')} on ${show.counted(instances, 'instance')}, sealed ${show.instant(sealedAt)}`;
}

/** A sign, what it is, and how it changed. */
type Row = readonly [sign: '+' | '-' | '~', what: string, how: string];

/** What is of the moment, and not counted. */
const READINGS = 'readings';

/** Each kind of difference, the gravest first, with how many there are; last what is not counted. */
export function tablesOf(diff: PlanDiff): Table[] {
  const { steps, blocked, unchanged, findings } = diff;
  const table = (kind: string, rows: readonly Row[], one: string, several = `${one}s`) =>
    tableOf({ id: kind, heading: show.counted(rows.length, one, several) }, rows, COLUMNS);
  return [
    table('prices', diff.prices.map(priceRow), 'price'),
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
    table(
      READINGS,
      diff.readings.map(differenceRow),
      'reading of the moment, not counted',
      'readings of the moment, not counted',
    ),
  ];
}

function sideRows<T>(
  { added, removed }: Sides<T>,
  told: (item: T) => readonly [what: string, how: string],
): Row[] {
  return [
    ...added.map((item): Row => ['+', ...told(item)]),
    ...removed.map((item): Row => ['-', ...told(item)]),
  ];
}

function unchangedRows({ added, removed }: PlanDiff['unchanged']): Row[] {
  return [
    ...added.map((instance): Row => ['+', instance, 'already has its size']),
    ...removed.map((instance): Row => ['-', instance, 'is no longer among what stays']),
  ];
}

const COLUMNS: readonly ColumnOf<Row>[] = [
  ['', ([sign]) => id(sign)],
  ['What', ([, what]) => id(what)],
  ['How', ([, , how]) => how],
];

function waveRows({ added, removed, reordered, stepsReordered }: PlanDiff['waves']): Row[] {
  return [
    ...added.map((name): Row => ['+', name, 'added']),
    ...removed.map((name): Row => ['-', name, 'removed']),
    ...(reordered ? [['~', 'all', 'come in another order'] as const] : []),
    ...stepsReordered.map((name): Row => ['~', name, 'its steps come in another order']),
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

/** What follows from the change is left out. */
function changedRow(changed: ChangedStep | ChangedPrecondition): Row {
  const { differences } = changed;
  const follows = differences.some(({ name }) => name === 'change' || name === 'before');
  const told = differences
    .filter(({ name }) => !(follows && name === 'after'))
    .map((one) => (one.name === 'change' ? describeChange(one) : `${one.name} ${describeSides(one)}`));
  return ['~', 'id' in changed ? changed.id : changed.instance, told.join('; ')];
}

/** `to 16 GB → 20 GB`; where it begins elsewhere, too, `(8 GB → 16 GB) → (12 GB → 20 GB)`. */
function describeChange(difference: Difference): string {
  const { from, to } = difference;
  if (!isChange(from) || !isChange(to) || from.from !== to.from) return `change ${describeSides(difference)}`;
  return `to ${amountOf(from, from.to)} → ${amountOf(to, to.to)}`;
}

function amountOf({ dimension }: Change, amount: number): string {
  return dimension === 'memoryPerShard' ? show.memory(amount) : show.count(amount);
}

/** `20 → 40`; a side that does not have it is `nothing`. */
function describeSides({ from, to }: Difference): string {
  return `${describeValue(from)} → ${describeValue(to)}`;
}

function describeValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
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
  const amount = (value: unknown) => (typeof value === 'number' ? show.money(value, currency) : 'nothing');
  const more = (typeof to === 'number' ? to : 0) - (typeof from === 'number' ? from : 0);
  const by = `${more > 0 ? '+' : ''}${show.money(more, currency)}`;
  return ['~', name, `${amount(from)} → ${amount(to)} (${by})`];
}
