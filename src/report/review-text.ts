/**
 * A plan for a terminal. The first screen answers: may it run, how much, what is wrong. The changes follow by wave,
 * and the last lines repeat the verdict, for that is where the eye is when the prompt comes back.
 */
import type { Review, Step } from '../model.ts';
import type { Cell, Column } from './columns.ts';
import { table, wrap } from './columns.ts';
import { legible } from './escape.ts';
import { findingsSection } from './findings-text.ts';
import type { Ink } from './ink.ts';
import { ink } from './ink.ts';
import * as show from './quantities.ts';
import { factLines, verdictLines } from './report-text.ts';
import type { ReviewedTarget } from './review-targets.ts';
import { firstSight, priceOfShare, reviewedTargets } from './review-targets.ts';
import { verdictOfReview } from './verdict.ts';
import { conductInWords } from './wave-conduct.ts';

/** Changes a wave that are shown unless all are asked for. */
const SHOWN_CHANGES = 15;

export function reviewText(
  hostile: Review,
  { color, width, all }: { color: boolean; width: number; all: boolean },
): string {
  const review = legible(hostile);
  const inks = ink(color);
  const { plan } = review;
  const verdict = verdictOfReview(review);
  const targets = reviewedTargets(review);
  const lines = [
    [inks.bold(plan.name), plan.change, plan.owner].filter((part) => part !== null).join('  '),
    ...verdictLines(verdict, width, inks),
    '',
    // The conduct of the waves stands under each of them.
    ...factLines(
      firstSight(review, targets).filter(([name]) => name !== 'conduct'),
      width,
      inks,
    ),
    ...findingsSection(review.findings, all, width, inks),
    ...money(review, width, inks),
    ...waves(review, targets, all, width, inks),
    '',
    ...verdictLines(verdict, width, inks),
    ...factLines(
      [
        ['digest', plan.digest === '' ? '' : `${inks.bold(plan.digest.slice(0, 8))}  ${plan.digest}`],
        ['next', verdict.next ?? ''],
      ],
      Number.POSITIVE_INFINITY,
      inks,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** What is paid where: by wave, region and account. Nothing where the plan was not priced. */
function money({ plan }: Review, width: number, inks: Ink): string[] {
  const rows = (plan.priceShares ?? []).map((share) => [
    share.by,
    share.name,
    show.counted(share.steps, 'step'),
    priceOfShare(share),
  ]);
  if (rows.length === 0) return [];
  return ['', inks.bold('Money'), ...table(rows, MONEY_COLUMNS, width, '  ')];
}

const MONEY_COLUMNS: readonly Column[] = [{}, { least: 8 }, { align: 'right' }, {}];

function waves(
  { plan }: Review,
  targets: readonly ReviewedTarget[],
  all: boolean,
  width: number,
  inks: Ink,
): string[] {
  const byInstance = new Map(targets.map((target) => [target.instance, target]));
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  // A region said once is enough where there is only one and the line is short.
  const oneRegion = new Set(plan.steps.map(({ region }) => region)).size <= 1 && width < 100;
  return plan.waves.flatMap((wave) => {
    const own = wave.steps.flatMap((id) => steps.get(id) ?? []);
    if (own.length === 0) return [];
    const shown = all ? own : own.slice(0, SHOWN_CHANGES);
    const rows = shown.map((step) => changeRow(step, byInstance.get(step.instance), oneRegion, inks));
    const lines = table(rows, CHANGE_COLUMNS, width, '  ');
    const rest = own.length - shown.length;
    const where = oneRegion ? `, ${own[0]!.region}` : '';
    return [
      '',
      inks.bold(`Wave ${wave.name}: ${show.counted(own.length, 'step')}${where}`),
      ...conduct(conductInWords(plan, wave), width, inks),
      ...lines.flatMap((line, at) => [line, ...because(shown[at]!, byInstance, width, inks)]),
      ...(rest === 0 ? [] : [inks.dim(`  ${show.counted(rest, 'more step')} not shown; --all shows all`)]),
    ];
  });
}

function conduct(words: string, width: number, inks: Ink): string[] {
  return words === '' ? [] : wrap(words, width, '  ').map(inks.dim);
}

const CHANGE_COLUMNS: readonly Column[] = [{}, { least: 6, optional: true }, {}, {}, {}, { align: 'right' }];

function changeRow(step: Step, target: ReviewedTarget | undefined, oneRegion: boolean, inks: Ink): Cell[] {
  const steps = target?.steps ?? [];
  const order = steps.length > 1 ? `${steps.findIndex(({ id }) => id === step.id) + 1}/${steps.length}` : '';
  return [
    step.instance,
    target?.name ?? '',
    oneRegion ? '' : step.region,
    { text: order, paint: inks.blue },
    show.change(step.change, step.after, step.nodes),
    step.quote === null ? '' : show.quote(step.quote),
  ];
}

/** Why the steps come in this order, or how the size was reached: once, under the first step of the instance. */
function because(
  step: Step,
  targets: ReadonlyMap<string, ReviewedTarget>,
  width: number,
  inks: Ink,
): string[] {
  const target = targets.get(step.instance);
  if (!target?.why || target.steps[0]?.id !== step.id) return [];
  return wrap(target.why, width, '    ').map(inks.dim);
}
