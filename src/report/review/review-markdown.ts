/**
 * A plan for the comment of a change request: verdict, facts and what needs attention first; the changes folded, wave
 * by wave, as far as they fit.
 */
import type { Finding, Review, Step } from '../../model.ts';
import { sumPrices } from '../../money.ts';
import { clip } from '../document/columns.ts';
import { legible } from '../document/escape.ts';
import { commandSpan, type FoldedTable, foldedMarkdown } from '../document/folded-markdown.ts';
import * as show from '../quantities.ts';
import { cell, identifier } from '../run/report-markdown.ts';
import { verdictOfReview } from '../verdict.ts';
import { tally } from './findings-text.ts';
import {
  firstSight,
  groupBy,
  placeOf,
  priceOfShare,
  type ReviewedTarget,
  reviewedTargets,
} from './review-targets.ts';

/** Waves that have a fold of their own; those after them share one. */
const OWN_FOLDS = 12;
/** Findings of one code from which on only the first stands open. */
const MANY = 4;
/** Steps from which on the changes are summed up by kind before they are listed. */
const MANY_STEPS = 50;

export function reviewMarkdown(
  hostile: Review,
  { elsewhere = 'refit show SAVED --all' }: { readonly elsewhere?: string } = {},
): string {
  const review = legible(hostile);
  const { plan, findings } = review;
  const verdict = verdictOfReview(review);
  const targets = reviewedTargets(review);
  const facts = firstSight(review, targets).filter(([, value]) => value !== '');
  const about = [plan.change, plan.owner].filter((part) => part !== null).map((part) => cell(part, 100));
  return foldedMarkdown(
    [
      `## ${cell(plan.name, 100)}: ${verdict.word}`,
      `**${cell(verdict.sentence)}**${about.length > 0 ? ` · ${about.join(' · ')}` : ''}`,
      facts.map(([name, value]) => `- ${name}: ${cell(value, 160)}`).join('\n'),
    ],
    [
      ...attention(findings),
      {
        heading: 'Money',
        folded: true,
        share: 0.15,
        columns: ['By', 'Name', 'Steps', 'Price'],
        numbers: [2],
        rows: (plan.priceShares ?? []).map((share) => () => [
          share.by,
          cell(share.name),
          show.count(share.steps),
          cell(priceOfShare(share)),
        ]),
      },
      ...changesByKind(plan),
      ...changesByWave(review, targets),
      {
        heading: `Unchanged: ${show.counted(plan.unchanged.length, 'instance')}`,
        folded: true,
        columns: ['Instance', 'Region', 'Why'],
        rows: plan.unchanged.map(({ instance, region, why }) => () => [
          identifier(instance),
          cell(region),
          cell(why),
        ]),
      },
    ],
    [
      plan.digest === ''
        ? ''
        : `Digest **${identifier(plan.digest.slice(0, 8))}** (${identifier(plan.digest)})`,
      verdict.next === null ? '' : `Next: ${commandSpan(verdict.next)}`,
    ].filter((part) => part !== ''),
    `All of them: ${commandSpan(elsewhere)}; the HTML, CSV and JSON formats hold them too.`,
  );
}

/**
 * What needs attention, open: of a code that many share the first, so that hundreds blocked do not hide what shrinks. All
 * of them follow, folded.
 */
function attention(findings: readonly Finding[]): FoldedTable[] {
  const groups = [...groupBy(findings, ({ severity, code }) => `${severity} ${code}`).values()];
  const told = groups.flatMap((group) =>
    group.length < MANY
      ? group.map((finding) => ({ finding, number: 1 }))
      : [{ finding: group[0]!, number: group.length }],
  );
  const row = ({ severity, code, instance, what, mend, place }: Finding) => [
    severity,
    identifier(code),
    identifier(instance ?? ''),
    cell(what),
    cell(mend),
    identifier(placeOf({ place })),
  ];
  const columns = ['Severity', 'Code', 'Instance', 'What', 'Mend', 'Place'];
  return [
    {
      heading: `Attention: ${tally(findings)}`,
      folded: false,
      share: 0.4,
      columns: ['', ...columns],
      numbers: [0],
      rows: told.map(({ finding, number }) => () => [
        number === 1 ? '' : `${show.count(number)} ×`,
        ...row(finding),
      ]),
    },
    {
      heading: `All findings: ${show.count(findings.length)}`,
      folded: true,
      columns,
      rows: told.length === findings.length ? [] : findings.map((finding) => () => row(finding)),
    },
  ];
}

/** Of a long plan first what it does on the whole. */
function changesByKind({ steps }: Review['plan']): FoldedTable[] {
  if (steps.length < MANY_STEPS) return [];
  const kinds = [...groupBy(steps, ({ change, after }) => show.change(change, after))].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  return [
    {
      heading: `Changes by kind: ${show.count(kinds.length)}`,
      folded: true,
      share: 0.1,
      columns: ['Change', 'Steps', 'Price'],
      numbers: [1, 2],
      rows: kinds.map(([words, own]) => () => [
        cell(words),
        show.count(own.length),
        cell(show.quotes(sumPrices(own))),
      ]),
    },
  ];
}

function changesByWave({ plan }: Review, targets: readonly ReviewedTarget[]): FoldedTable[] {
  const byInstance = new Map(targets.map((target) => [target.instance, target]));
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const row = (step: Step): string[] => {
    const target = byInstance.get(step.instance);
    const own = target?.steps ?? [];
    const at = own.findIndex(({ id }) => id === step.id);
    return [
      identifier(step.instance),
      cell(target?.name ?? ''),
      cell(step.region),
      (own.length > 1 ? `${at + 1}/${own.length} ` : '') +
        cell(show.change(step.change, step.after, step.nodes)),
      step.quote === null ? '' : cell(show.quote(step.quote)),
      at === 0 ? cell(target?.why ?? '') : '',
    ];
  };
  const columns = ['Instance', 'Name', 'Region', 'Change', 'Price', 'Why'];
  const waves = plan.waves
    .map(({ name, steps: ids }) => ({ name, own: ids.flatMap((id) => steps.get(id) ?? []) }))
    .filter(({ own }) => own.length > 0);
  const alone = waves.length <= OWN_FOLDS + 1 ? waves : waves.slice(0, OWN_FOLDS);
  const together = waves.slice(alone.length);
  return [
    ...alone.map(({ name, own }) => {
      const price = show.quotes(sumPrices(own));
      return {
        heading: `Wave ${plain(name)}: ${show.counted(own.length, 'step')}${price === '' ? '' : `, ${price}`}`,
        folded: true,
        columns,
        numbers: [4],
        rows: own.map((step) => () => row(step)),
      };
    }),
    {
      heading: `${show.counted(together.length, 'more wave')}: ${show.counted(
        together.reduce((sum, { own }) => sum + own.length, 0),
        'step',
      )}`,
      folded: true,
      columns: ['Wave', ...columns],
      numbers: [5],
      rows: together.flatMap(({ name, own }) => own.map((step) => () => [cell(name), ...row(step)])),
    },
  ];
}

/** A name within our own markup, where no escape would keep a host from making links of it: letters, digits, dots. */
function plain(name: string): string {
  return clip(name.replace(/[^\p{L}\p{M}\p{N} ._-]/gu, '_'), 60);
}
