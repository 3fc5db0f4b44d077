/** The tables of a plan review as data, shared by all formats. */

import { given } from '../../given.ts';
import { message, textOf } from '../../messages/messages.ts';
import { type ColumnId, english, type Words } from '../../messages/words.ts';
import type { Finding, PriceShare, Review, Step, UnsealedPlan } from '../../model.ts';
import { partsOf, sumPrices, withoutLone } from '../../money.ts';
import { HOURS_IN_A_MONTH, monthlyOf, termsOf } from '../../plan/price/monthly.ts';
import { type Rollback, rollbacksOf } from '../../plan/rollbacks.ts';
import {
  BELOW_ROW,
  type ColumnOf,
  count,
  id,
  money,
  name,
  type Table,
  tableOf,
  whole,
} from '../document/table.ts';
import { CODE, INSTANCE, MESSAGE_COLUMNS, SEVERITY } from '../finding-columns.ts';
import { formatGroup } from './describe-rollout.ts';
import { effectRows, effectsHeading, effectsNote } from './review-effects.ts';
import { describeMonthly, priceOfShare } from './review-facts.ts';
import {
  type changeKinds,
  findingGroups,
  MANY,
  type ReviewedTarget,
  severityCounts,
} from './review-targets.ts';

const FINDING_COLUMNS = [SEVERITY, CODE, INSTANCE, ...MESSAGE_COLUMNS];

/** `Findings: 9 errors, 1 warning`. */
export function findingsHeading(findings: readonly Finding[], words: Words = english): string {
  return words.review.findingsHeading(severityCounts(findings, words));
}

/** Every finding, errors first. */
export function findingsTable(findings: readonly Finding[], heading?: string, words: Words = english): Table {
  const choices = [...new Set(findings.map(({ severity }) => severity))];
  return tableOf(
    {
      id: 'findings',
      heading: heading ?? findingsHeading(findings, words),
      filters: [{ by: 'severity', choices }],
    },
    findings,
    FINDING_COLUMNS,
    words,
  );
}

/** The findings, grouped: a code with many findings has one row with their number. */
export function groupedFindingsTable(findings: readonly Finding[]): Table {
  const rows = findingGroups(findings).flatMap((group) =>
    group.length < MANY
      ? group.map((finding) => ({ ...finding, number: 1 }))
      : [{ ...group[0], number: group.length }],
  );
  const times: ColumnOf<(typeof rows)[number]> = ['count', ({ number }) => count(number)];
  const head = { id: 'attention', heading: findingsHeading(findings) };
  return tableOf(head, rows, [times, ...FINDING_COLUMNS]);
}

/** What the plan will do or use: `run command | at halt: page`. @param without kinds to leave out. */
export function effectsTable(
  review: Review,
  words: Words = english,
  without: readonly ReturnType<typeof effectRows>[number]['kind'][] = [],
): Table {
  const heading = effectsHeading(review, words);
  const head = { id: 'effects', heading, ...given({ note: effectsNote(review, words) }) };
  const columns: readonly ColumnOf<ReturnType<typeof effectRows>[number]>[] = [
    ['effect', ({ verb }) => verb],
    ['detail', ({ text }) => whole(text)],
  ];
  const rows = effectRows(review, words).filter(({ kind }) => !without.includes(kind));
  return tableOf(head, rows, columns, words);
}

/** The costs by wave, region and account, where one of them has several rows. */
export function moneyTable(
  plan: Pick<UnsealedPlan, 'steps' | 'preconditions' | 'waves'>,
  shares: readonly PriceShare[],
  words: Words = english,
): Table {
  const terms = termsOf(plan.preconditions);
  const own = new Map(
    partsOf(plan.steps, ({ wave }) => plan.waves[wave]!.name).map((one) => [
      `${one.by} ${one.name}`,
      one.items,
    ]),
  );
  const note = textOf(
    message('review.month', {
      hours: HOURS_IN_A_MONTH,
      bases: [...new Set(plan.steps.flatMap(({ quote }) => quote?.basis ?? []))],
    }),
    words.sentences,
  );
  const columns: readonly ColumnOf<PriceShare>[] = [
    ['by', ({ by }) => words.names.share[by]],
    ['name', (share) => name(share.name), { minWidth: 8 }],
    ['steps', ({ steps }) => count(steps), { yields: 1, drops: true }],
    ['price', (share) => money(priceOfShare(share, words))],
    [
      'byMonth',
      ({ by, name: of }) =>
        money(describeMonthly(monthlyOf(own.get(`${by} ${of}`) ?? [], terms), true, words)),
      { yields: 2 },
    ],
  ];
  const head = { id: 'money', heading: words.review.sections.cost, note } as const;
  return tableOf(head, withoutLone(shares), columns, words);
}

/** The changes of a long plan by kind. */
export function kindsTable(kinds: ReturnType<typeof changeKinds>): Table {
  return tableOf({ id: 'kinds', heading: english.review.kindsHeading }, kinds, [
    ['change', ({ change }) => change, { minWidth: 20 }],
    ['steps', ({ own }) => count(own.length)],
    ['price', ({ own }, _, { show }) => money(show.quotes(sumPrices(own))), { yields: 1, drops: true }],
  ]);
}

/** `possible`, `not known`, `refused, needs 4.55 GB`. Rows of a terminal have no titles, so the text says what it is. */
function describeRollback(
  rollback: Rollback | undefined,
  { review: say }: Words,
  terminal: 'all' | 'short' | null = null,
): string {
  if (rollback === undefined || (terminal === 'short' && rollback.verdict !== 'refused')) return '';
  const { verdict, needs } = rollback;
  const word = say.rollbackVerdict[verdict];
  return `${terminal ? 'rollback ' : ''}${needs === null ? word : say.needs(word, needs)}`;
}

function textOrNull(rollback: Rollback | undefined, { sentences }: Words): string | null {
  return rollback?.reason ? textOf(rollback.reason, sentences) : null;
}

/**
 * One row for each step, in the given order.
 * @param targets the targets of the review. @param without ids of columns to leave out. @param terminal
 * null for rows with titles; `short`: only a refused rollback is worth its room.
 */
export function changesTable(
  {
    waves,
    spread,
    preconditions,
    steps: ofPlan,
  }: Pick<UnsealedPlan, 'waves' | 'spread' | 'preconditions' | 'steps'>,
  targets: readonly ReviewedTarget[],
  steps: readonly Step[],
  {
    heading,
    without = [],
    terminal = null,
  }: {
    heading?: string;
    without?: readonly ColumnId[];
    terminal?: 'all' | 'short' | null;
  } = {},
  words: Words = english,
): Table {
  const { review: say, show } = words;
  const groups = new Map(preconditions.map(({ instance, group }) => [instance, group]));
  const addresses = new Map(preconditions.map(({ instance, terraform }) => [instance, terraform]));
  const byInstance = new Map(targets.map((target) => [target.instance, target]));
  const rows = steps.map((step) => {
    const target = byInstance.get(step.instance);
    const own = target?.steps ?? [];
    return { step, target, of: own.length, number: own.findIndex((one) => one.id === step.id) + 1 };
  });
  const all = new Map(rollbacksOf({ steps: ofPlan, preconditions }).map((one) => [one.step, one]));
  // One verdict for all steps is a fact of the plan, and needs no column in a terminal or a comment.
  const isSame = new Set([...all.values()].map((one) => describeRollback(one, words))).size === 1;
  const columns: readonly ColumnOf<(typeof rows)[number]>[] = [
    ['wave', ({ step }) => waves[step.wave]?.name ?? ''],
    ['instance', ({ step }) => id(step.instance)],
    [
      'name',
      ({ target }) => name(target?.name ?? ''),
      { under: 'instance', minWidth: 6, yields: 2, bare: true },
    ],
    ['region', ({ step }) => step.region, { yields: 1, bare: true }],
    ['group', ({ step }) => formatGroup(spread, groups.get(step.instance)), { yields: 1, bare: true }],
    [
      'terraform',
      ({ step }) => addresses.get(step.instance) ?? null,
      { under: 'instance', yields: 0, bare: true },
    ],
    ['edition', ({ step }) => step.edition, { in: 'page' }],
    ['step', ({ of, number }) => (of > 1 ? `${number}/${of}` : null)],
    ['change', ({ step }) => show.change(step.change, step.after, step.nodes)],
    [
      'reason',
      ({ target, number }) => (number === 1 ? (target?.reason ?? null) : null),
      { under: 'change', ...BELOW_ROW },
    ],
    ['before', ({ step }) => show.size(step.before), { in: 'page' }],
    ['after', ({ step }) => show.size(step.after), { in: 'page' }],
    [
      'rollback',
      ({ step }) => describeRollback(all.get(step.id), words, terminal),
      isSame ? { in: 'page' } : { yields: 0, bare: true },
    ],
    ['why', ({ step }) => textOrNull(all.get(step.id), words), { under: 'rollback', in: 'page', bare: true }],
    [
      'price',
      ({ step: { quote } }) => quote && money(show.quote(quote), quote.amount),
      { yields: 3, bare: true },
    ],
  ];
  const filters = [
    { by: 'wave', choices: [...new Set(waves.map((wave) => wave.name))] },
    { by: 'region', choices: [...new Set(steps.map(({ region }) => region))] },
  ];
  const anchors = steps.map((step) => step.id);
  return tableOf(
    { id: 'changes', heading: heading ?? say.sections.changes, note: say.changesNote, filters, anchors },
    rows,
    columns.filter(([id]) => !without.includes(id)),
    words,
  );
}
