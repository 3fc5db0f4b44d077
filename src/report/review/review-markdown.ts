/**
 * A plan review as Markdown for the comment of a change request. Verdict, facts and findings come first; then the
 * changes, folded by wave, as far as they fit.
 */

import * as show from '../../messages/en/quantities.ts';
import type { Finding, Review, UnsealedPlan } from '../../model.ts';
import { sumPrices } from '../../money.ts';
import { sanitize } from '../document/escape.ts';
import {
  commandSpan,
  identifier,
  type MarkdownTable,
  markdownDocument,
  markdownHead,
  plainName,
} from '../document/markdown-document.ts';
import { unchangedTable } from '../run/tables.ts';
import { unchangedTargets } from '../unchanged.ts';
import { verdictOfReview } from '../verdict.ts';
import { factsOfReview } from './review-facts.ts';
import {
  changeKinds,
  planOf,
  type ReviewedTarget,
  reviewedTargets,
  titleOf,
  wavesOf,
} from './review-targets.ts';
import {
  changesTable,
  effectsTable,
  findingsTable,
  groupedFindingsTable,
  kindsTable,
  moneyTable,
} from './tables.ts';

/** The number of waves with their own fold. Later waves share one. */
const OWN_FOLDS = 12;
/** From this number of steps, a summary by kind comes before the changes. */
const MANY_STEPS = 50;

export function reviewMarkdown(
  hostile: Review,
  { elsewhere = 'refit show SAVED --all' }: { readonly elsewhere?: string } = {},
): string {
  const review = sanitize(hostile);
  const verdict = verdictOfReview(review);
  const targets = reviewedTargets(review);
  const plan = planOf(review);
  const { name, about, digest } = titleOf(review);
  return markdownDocument(
    markdownHead(name, about, verdict, factsOfReview(review, targets)),
    [
      { table: effectsTable(hostile), share: 0.3 },
      ...attention(review.findings),
      ...(plan === null ? [] : changes(plan, targets)),
    ],
    [
      digest === null ? '' : `Digest **${identifier(digest.slice(0, 8))}** (${identifier(digest)})`,
      verdict.next === null ? '' : `Next: ${commandSpan(verdict.next)}`,
    ],
    `To show all rows: ${commandSpan(elsewhere)}, or the HTML, CSV or JSON format.`,
  );
}

/** The findings, grouped so that hundreds of blocked targets do not hide others. If grouped, a fold lists them all. */
function attention(findings: readonly Finding[]): MarkdownTable[] {
  const table = groupedFindingsTable(findings);
  const open = { table, share: 0.4 };
  return table.rows.length === findings.length
    ? [open]
    : [open, { table: findingsTable(findings, 'All findings'), folded: true }];
}

function changes(plan: UnsealedPlan, targets: readonly ReviewedTarget[]): MarkdownTable[] {
  const kinds = plan.steps.length < MANY_STEPS ? [] : changeKinds(plan.steps);
  return [
    { table: moneyTable(plan, plan.priceShares ?? []), folded: true, share: 0.15 },
    { table: kindsTable(kinds), folded: true, share: 0.1 },
    ...changesByWave(plan, targets),
    { table: unchangedTable(unchangedTargets(plan)), folded: true },
  ];
}

function changesByWave(plan: UnsealedPlan, targets: readonly ReviewedTarget[]): MarkdownTable[] {
  const waves = wavesOf(plan);
  const alone = waves.length <= OWN_FOLDS + 1 ? waves : waves.slice(0, OWN_FOLDS);
  const together = waves.slice(alone.length);
  const rest = together.flatMap(({ own }) => own);
  const heading = `${show.counted(together.length, 'more wave')}: ${show.counted(rest.length, 'step')}`;
  return [
    ...alone.map(({ wave, own }) => {
      const price = show.quotes(sumPrices(own));
      const title = `Wave ${plainName(wave.name)}: ${show.counted(own.length, 'step')}${price === '' ? '' : `, ${price}`}`;
      const table = changesTable(plan, targets, own, { heading: title, without: ['wave'] });
      return { table, folded: true };
    }),
    { table: changesTable(plan, targets, rest, { heading }), folded: true },
  ];
}
