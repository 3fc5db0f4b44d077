/** How two saved plans differ, in the words that text and Markdown share. */
import type { Change, NodeChange, PriceSum, Size } from '../../model.ts';
import * as show from '../quantities.ts';
import { type Difference, isChange, type LoneStep, type PlanDiff, type PlanSide } from './plan-diff.ts';

/** One heading with what stands under it: a sign, what it is, and how it changed. */
export interface DiffSection {
  /** What is counted in it: one, and several. */
  readonly noun: readonly [one: string, several: string];
  readonly rows: readonly (readonly [sign: '+' | '-' | '~', what: string, how: string])[];
}

/** `SAME` or `DIFFERENT`, and how much of what. */
export function verdictOfDiff(diff: PlanDiff): { readonly word: string; readonly sentence: string } {
  if (diff.same) {
    const sentence =
      diff.from.digest === diff.to.digest
        ? 'one and the same plan'
        : 'the same would be carried out; only what is of the moment differs';
    return { word: 'SAME', sentence };
  }
  const sentence = sectionsOf(diff)
    .map(({ noun, rows }) => show.counted(rows.length, ...noun))
    .join(', ');
  return { word: 'DIFFERENT', sentence };
}

/** `3f2a9c1d  double-eleven-headroom, 53 steps on 48 instances, sealed 2026-01-05 01:58:30 UTC`. */
export function sideInWords({ digest, name, steps, instances, sealedAt }: PlanSide): string {
  return `${digest.slice(0, 8)}  ${name}, ${show.counted(steps, 'step')} on ${show.counted(instances, 'instance')}, sealed ${show.instant(sealedAt)}`;
}

/** Everything that is counted, the gravest first; empty sections left out. */
export function sectionsOf(diff: PlanDiff): DiffSection[] {
  const { steps, waves, settings, preconditions, prices, blocked, unchanged, findings } = diff;
  const sections: DiffSection[] = [
    { noun: ['price', 'prices'], rows: prices.map((one) => ['~', one.what, priceInWords(one)]) },
    { noun: ['setting', 'settings'], rows: settings.map((one) => [signOf(one), one.what, inWords(one)]) },
    {
      noun: ['wave', 'waves'],
      rows: [
        ...waves.added.map((name) => ['+', name, 'added'] as const),
        ...waves.removed.map((name) => ['-', name, 'removed'] as const),
        ...(waves.reordered ? [['~', 'all', 'come in another order'] as const] : []),
        ...waves.stepsReordered.map((name) => ['~', name, 'its steps come in another order'] as const),
      ],
    },
    {
      noun: ['step added', 'steps added'],
      rows: steps.added.map((step) => ['+', step.id, stepInWords(step)]),
    },
    {
      noun: ['step removed', 'steps removed'],
      rows: steps.removed.map((step) => ['-', step.id, stepInWords(step)]),
    },
    {
      noun: ['step changed', 'steps changed'],
      rows: steps.changed.map(({ id, differences }) => ['~', id, allInWords(differences)]),
    },
    {
      noun: ['precondition', 'preconditions'],
      rows: preconditions.map(({ instance, differences }) => ['~', instance, allInWords(differences)]),
    },
    {
      noun: ['blocked target', 'blocked targets'],
      rows: [
        ...blocked.added.map(({ instance, codes }) => ['+', instance, codes.join(', ')] as const),
        ...blocked.removed.map(({ instance, codes }) => ['-', instance, codes.join(', ')] as const),
      ],
    },
    {
      noun: ['unchanged target', 'unchanged targets'],
      rows: [
        ...unchanged.added.map((instance) => ['+', instance, 'already has its size'] as const),
        ...unchanged.removed.map((instance) => ['-', instance, 'is no longer among what stays'] as const),
      ],
    },
    {
      noun: ['finding', 'findings'],
      rows: [
        ...findings.added.map(({ code, severity, what }) => ['+', code, `${severity}: ${what}`] as const),
        ...findings.removed.map(({ code, severity, what }) => ['-', code, `${severity}: ${what}`] as const),
      ],
    },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

/** What is of the moment, in a section of its own. */
export function readingsSection({ readings }: PlanDiff): DiffSection {
  return {
    noun: ['reading of the moment, not counted', 'readings of the moment, not counted'],
    rows: readings.map((one) => [signOf(one), one.what, inWords(one)]),
  };
}

function signOf({ from, to }: Difference): '+' | '-' | '~' {
  if (from === undefined) return '+';
  return to === undefined ? '-' : '~';
}

function stepInWords({ change, after, region, wave, quote }: LoneStep): string {
  const price = quote === null ? '' : `, ${show.quote(quote)}`;
  return `${show.change(change, after)}, ${region}, wave ${wave}${price}`;
}

/** What follows from the change is left out. */
function allInWords(differences: readonly Difference[]): string {
  const follows = differences.some(({ what }) => what === 'change' || what === 'before');
  return differences
    .filter(({ what }) => !(follows && what === 'after'))
    .map((one) => (one.what === 'change' ? changeInWords(one) : `${one.what} ${inWords(one)}`))
    .join('; ');
}

/** `to 16 GB → 20 GB`; where it begins elsewhere, too, `(8 GB → 16 GB) → (12 GB → 20 GB)`. */
function changeInWords(difference: Difference): string {
  const { from, to } = difference;
  if (!isChange(from) || !isChange(to) || from.from !== to.from) return `change ${inWords(difference)}`;
  return `to ${amountOf(from, from.to)} → ${amountOf(to, to.to)}`;
}

function amountOf({ dimension }: Change, amount: number): string {
  return dimension === 'memoryPerShard' ? show.memory(amount) : show.count(amount);
}

/** `20 → 40`; a side that does not have it is `nothing`. */
function inWords({ from, to }: Difference): string {
  return `${valueInWords(from)} → ${valueInWords(to)}`;
}

function valueInWords(value: unknown): string {
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

function priceInWords({ what, from, to }: Difference): string {
  const currency = what.split(' ')[0]!;
  const amount = (value: unknown) => (typeof value === 'number' ? show.money(value, currency) : 'nothing');
  const more = (typeof to === 'number' ? to : 0) - (typeof from === 'number' ? from : 0);
  return `${amount(from)} → ${amount(to)} (${more > 0 ? '+' : ''}${show.money(more, currency)})`;
}
