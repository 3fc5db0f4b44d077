/**
 * A plan review for a terminal. The first screen shows verdict, facts and findings; the changes follow by wave. The last
 * lines repeat the verdict, because the reader looks there when the prompt appears.
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

/** Cells of a fact, limited so that a hostile one cannot fill the screen. */
const LONGEST_FACT = 1000;
/** Rows of costs shown without `--all`. */
const SHOWN_SHARES = 20;

/** The review as text. @param summary true to leave out the changes. */
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
    // Without `summary`, the rollout options are shown under each wave.
    .filter(([fact]) => summary || fact !== 'rollout')
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

/** The digest as far as there is room: eight characters, all of it, or both. */
function digestIn(digest: string, width: number, inks: Ink): string {
  const short = inks.bold(digest.slice(0, 8));
  if (digest === '' || width < 86) return width < 74 ? short : digest;
  return `${short}  ${digest}`;
}

function changes(plan: UnsealedPlan, targets: readonly ReviewedTarget[], view: View): string[] {
  const shares = plan.priceShares ?? [];
  // With many rows, the cost of a wave is shown at the wave instead.
  const shown = view.all || shares.length <= SHOWN_SHARES ? shares : shares.filter(({ by }) => by !== 'wave');
  const most = view.all ? Number.POSITIVE_INFINITY : SHOWN_SHARES;
  return [
    ...textTable(moneyTable(shown), view, { most, elsewhere: 'use --all' }),
    ...waveSections(plan, targets, view),
  ];
}
