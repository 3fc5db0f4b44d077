/**
 * A plan for a terminal. The first screen answers: may it run, how much, what is wrong. The changes follow by wave,
 * and the last lines repeat the verdict, for that is where the eye is when the prompt comes back.
 */
import type { Review } from '../../model.ts';
import { type Column, clip, table } from '../document/columns.ts';
import { legible } from '../document/escape.ts';
import { type Ink, ink } from '../document/ink.ts';
import * as show from '../quantities.ts';
import { factLines, verdictLines } from '../run/report-text.ts';
import { verdictOfReview } from '../verdict.ts';
import { findingsSection } from './findings-text.ts';
import { waveSections } from './review-changes.ts';
import { firstSight, priceOfShare, reviewedTargets } from './review-targets.ts';

/** Cells of a fact: a hostile one must not fill the screen. */
const LONGEST_FACT = 1000;
/** Rows of money that are shown unless all are asked for. */
const SHOWN_SHARES = 20;

/** @param summary the first screen, what needs attention and the last lines, and no changes. */
export function reviewText(
  hostile: Review,
  { color, width, all, summary }: { color: boolean; width: number; all: boolean; summary?: boolean },
): string {
  const review = legible(hostile);
  const inks = ink(color);
  const { plan } = review;
  const verdict = verdictOfReview(review);
  const targets = reviewedTargets(review);
  const about = [plan.change, plan.owner].filter((part) => part !== null).map((part) => clip(part, width));
  const facts = firstSight(review, targets)
    // The conduct of the waves stands under each of them.
    .filter(([name]) => summary || name !== 'conduct')
    .map(([name, value]) => [name, clip(value, LONGEST_FACT)] as const);
  const lines = [
    [inks.bold(clip(plan.name, width)), ...about].join('  '),
    ...verdictLines(verdict, width, inks),
    '',
    ...factLines(facts, width, inks),
    ...findingsSection(review.findings, all, width, inks),
    ...(summary
      ? []
      : [...money(review, all, width, inks), ...waveSections(review, targets, { all, width, inks })]),
    '',
    ...verdictLines(verdict, width, inks),
    ...factLines(
      [
        ['digest', digestIn(plan.digest, width, inks)],
        ['next', clip(verdict.next ?? '', LONGEST_FACT)],
      ],
      Number.POSITIVE_INFINITY,
      inks,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** The first eight characters, by which people name it, and all of it where there is room for it. */
function digestIn(digest: string, width: number, inks: Ink): string {
  const short = inks.bold(digest.slice(0, 8));
  if (digest === '' || width < 86) return width < 74 ? short : digest;
  return `${short}  ${digest}`;
}

/** What is paid where: by wave, region and account. Nothing where the plan was not priced. */
function money({ plan }: Review, all: boolean, width: number, inks: Ink): string[] {
  const shares = plan.priceShares ?? [];
  // Where they are many, what each wave costs stands at the wave.
  const told = all || shares.length <= SHOWN_SHARES ? shares : shares.filter(({ by }) => by !== 'wave');
  const shown = all ? told : told.slice(0, SHOWN_SHARES);
  const rows = shown.map((share) => [
    share.by,
    clip(share.name, LONGEST_FACT),
    show.counted(share.steps, 'step'),
    priceOfShare(share),
  ]);
  if (rows.length === 0) return [];
  const rest = told.length - shown.length;
  return [
    '',
    inks.bold('Money'),
    ...table(rows, MONEY_COLUMNS, width, '  '),
    ...(rest === 0 ? [] : [inks.dim(`  ${show.counted(rest, 'more row')} not shown; --all shows all`)]),
  ];
}

const MONEY_COLUMNS: readonly Column[] = [{}, { least: 8 }, { align: 'right', optional: true }, {}];
