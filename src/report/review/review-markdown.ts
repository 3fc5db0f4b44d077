/**
 * A plan for the comment of a change request: verdict, facts and what needs attention first; the changes folded, wave
 * by wave, as far as they fit.
 */
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
import * as show from '../quantities.ts';
import { unchangedTable } from '../run/tables.ts';
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
import { attentionTable, changesTable, findingsTable, kindsTable, moneyTable } from './tables.ts';

/** Waves that have a fold of their own; those after them share one. */
const OWN_FOLDS = 12;
/** Steps from which on the changes are summed up by kind before they are listed. */
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
    [...attention(review.findings), ...(plan === null ? [] : changes(plan, targets))],
    [
      digest === null ? '' : `Digest **${identifier(digest.slice(0, 8))}** (${identifier(digest)})`,
      verdict.next === null ? '' : `Next: ${commandSpan(verdict.next)}`,
    ],
    `All of them: ${commandSpan(elsewhere)}; the HTML, CSV and JSON formats hold them too.`,
  );
}

/** What needs attention, open, so that hundreds blocked do not hide what shrinks; where it leaves some out, all of them follow. */
function attention(findings: readonly Finding[]): MarkdownTable[] {
  const table = attentionTable(findings);
  const open = { table, share: 0.4 };
  return table.rows.length === findings.length
    ? [open]
    : [open, { table: findingsTable(findings, 'All findings'), folded: true }];
}

function changes(plan: UnsealedPlan, targets: readonly ReviewedTarget[]): MarkdownTable[] {
  const kinds = plan.steps.length < MANY_STEPS ? [] : changeKinds(plan.steps);
  return [
    { table: moneyTable(plan.priceShares ?? []), folded: true, share: 0.15 },
    { table: kindsTable(kinds), folded: true, share: 0.1 },
    ...changesByWave(plan, targets),
    { table: unchangedTable(plan.unchanged), folded: true },
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
      const table = changesTable(plan, targets, own, { heading: title, without: ['Wave'] });
      return { table, folded: true };
    }),
    { table: changesTable(plan, targets, rest, { heading }), folded: true },
  ];
}
