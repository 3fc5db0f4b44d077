/**
 * A plan review for a terminal. The first screen shows verdict, facts and findings; the changes follow by wave. The last
 * lines repeat the verdict, because the reader looks there when the prompt appears.
 */
import type { Review, UnsealedPlan } from '../../model.ts';
import { clip, clipMiddle, labelled, wrap } from '../document/columns.ts';
import { escapeControls, sanitize } from '../document/escape.ts';
import { type Ink, ink } from '../document/ink.ts';
import { cellText, firstRows } from '../document/table.ts';
import { factLines, textTable, verdictLines } from '../document/text-document.ts';
import { verdictOfReview } from '../verdict.ts';
import { findingsSection, type View } from './findings-text.ts';
import { waveSections } from './review-changes.ts';
import { factsOfReview } from './review-facts.ts';
import { planOf, type ReviewedTarget, reviewedTargets, titleOf } from './review-targets.ts';
import { effectsTable, moneyTable } from './tables.ts';

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
    ...effectsSection(hostile, view),
    '',
    ...verdictLines(verdict, width, inks),
    ...digestLines(digest, width, inks),
    ...(verdict.next === null ? [] : [`  ${inks.dim('next')}    ${clip(verdict.next, LONGEST_FACT)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The whole digest; in groups where the terminal is narrow, and after its first eight characters where there is room. */
function digestLines(digest: string | null, width: number, inks: Ink): string[] {
  if (digest === null) return [];
  const label = `  ${inks.dim('digest')}  `;
  if (width < 74) return labelled('  digest  ', digest.match(/.{1,16}/g)!.join(' '), width, label);
  return [`${label}${width < 86 ? '' : `${inks.bold(digest.slice(0, 8))}  `}${digest}`];
}

/** What the plan will do or use, just above the verdict: the reader of a question sees it. */
function effectsSection(hostile: Review, { all, width, inks }: View): string[] {
  const table = effectsTable(hostile);
  const rows = firstRows(table).map((row) => row.map((cell) => escapeControls(cellText(cell))));
  if (rows.length === 0) return [];
  const room = Math.max(...rows.map(([verb]) => verb!.length)) + 4;
  const most = all ? Number.POSITIVE_INFINITY : LONGEST_FACT;
  return [
    '',
    inks.bold(`${table.heading}:`),
    ...rows.flatMap(([verb, detail]) => {
      const label = verb!.padEnd(room - 2);
      return labelled(
        `  ${label}`,
        clipMiddle(detail!, most, '--all shows them'),
        width,
        `  ${inks.bold(label)}`,
      );
    }),
    ...(table.note === undefined ? [] : wrap(table.note, width, '  ').map(inks.dim)),
  ];
}

function changes(plan: UnsealedPlan, targets: readonly ReviewedTarget[], view: View): string[] {
  const shares = plan.priceShares ?? [];
  // With many rows, the cost of a wave is shown at the wave instead.
  const shown = view.all || shares.length <= SHOWN_SHARES ? shares : shares.filter(({ by }) => by !== 'wave');
  const most = view.all ? Number.POSITIVE_INFINITY : SHOWN_SHARES;
  return [
    ...textTable(moneyTable(plan, shown), view, { most, elsewhere: 'use --all' }),
    ...waveSections(plan, targets, view),
  ];
}
