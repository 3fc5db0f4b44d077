/**
 * A plan for a terminal. The first screen answers: may it run, how much, what is wrong. The changes follow by wave,
 * and the last lines repeat the verdict, for that is where the eye is when the prompt comes back.
 */
import type { Review, UnsealedPlan } from '../../model.ts';
import { clip } from '../document/columns.ts';
import { sanitize } from '../document/escape.ts';
import { type Ink, ink } from '../document/ink.ts';
import { factLines, textTable, verdictLines } from '../document/text-document.ts';
import { verdictOfReview } from '../verdict.ts';
import { findingsSection, type View } from './findings-text.ts';
import { waveSections } from './review-changes.ts';
import { factsOfReview } from './review-facts.ts';
import { planOf, type ReviewedTarget, reviewedTargets, titleOf } from './review-targets.ts';
import { moneyTable } from './tables.ts';

/** Cells of a fact: a hostile one must not fill the screen. */
const LONGEST_FACT = 1000;
/** Rows of money that are shown unless all are asked for. */
const SHOWN_SHARES = 20;

/** @param summary the first screen, what needs attention and the last lines, and no changes. */
export function reviewText(
  hostile: Review,
  { color, width, all, summary }: { color: boolean; width: number; all: boolean; summary?: boolean },
): string {
  const review = sanitize(hostile);
  const inks = ink(color);
  const view = { all, width, inks };
  const verdict = verdictOfReview(review);
  const targets = reviewedTargets(review);
  const plan = planOf(review);
  const { name, about, digest } = titleOf(review);
  const facts = factsOfReview(review, targets)
    // The conduct of the waves stands under each of them.
    .filter(([fact]) => summary || fact !== 'conduct')
    .map(([fact, value]) => [fact, clip(value, LONGEST_FACT)] as const);
  const lines = [
    [inks.bold(clip(name, width)), ...about.flatMap((part) => (part === null ? [] : clip(part, width)))].join(
      '  ',
    ),
    ...verdictLines(verdict, width, inks),
    '',
    ...factLines(facts, width, inks),
    ...findingsSection(review.findings, view),
    ...(summary || plan === null ? [] : changes(plan, targets, view)),
    '',
    ...verdictLines(verdict, width, inks),
    ...factLines(
      [
        ['digest', digestIn(digest ?? '', width, inks)],
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

function changes(plan: UnsealedPlan, targets: readonly ReviewedTarget[], view: View): string[] {
  const shares = plan.priceShares ?? [];
  // Where they are many, what each wave costs stands at the wave.
  const told = view.all || shares.length <= SHOWN_SHARES ? shares : shares.filter(({ by }) => by !== 'wave');
  const most = view.all ? Number.POSITIVE_INFINITY : SHOWN_SHARES;
  return [
    ...textTable(moneyTable(told), view, { most, elsewhere: '--all shows all' }),
    ...waveSections(plan, targets, view),
  ];
}
