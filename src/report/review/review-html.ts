/** A plan review as an HTML page for the approver. */

import * as show from '../../messages/en/quantities.ts';
import { type Review, totalMemory, type UnsealedPlan } from '../../model.ts';
import { amountsChart } from '../charts/amounts.ts';
import { markup, type Raw, sanitize } from '../document/escape.ts';
import { htmlTable } from '../document/html-table.ts';
import { page, pageHeader, section } from '../document/page.ts';
import { unchangedTable } from '../run/tables.ts';
import { unchangedTargets } from '../unchanged.ts';
import { verdictOfReview } from '../verdict.ts';
import { factsOfReview } from './review-facts.ts';
import { planOf, reviewedTargets, titleOf } from './review-targets.ts';
import { changesTable, effectsTable, findingsTable, moneyTable } from './tables.ts';

export function reviewHtml(hostile: Review): string {
  const review = sanitize(hostile);
  const { findings, next } = review;
  const plan = planOf(review);
  const { name, about, digest } = titleOf(review);
  const targets = reviewedTargets(review);
  const found = section('attention', 'Findings', htmlTable(findingsTable(findings)));
  // Errors come before everything else.
  const isUrgent = findings.some(({ severity }) => severity === 'error');
  return page(`${name}: plan review`, [
    pageHeader(
      { kind: 'Refit plan review', name, about },
      verdictOfReview(review),
      [
        ...factsOfReview(review, targets),
        ['digest', digest === null ? '' : markup`<code>${digest.slice(0, 8)}</code>`],
        ['next', next === null ? '' : markup`<code>${next}</code>`],
      ],
      isUrgent && found,
    ),
    markup`<main>
${!isUrgent && found}${
  plan !== null && [
    section('effects-of', 'Effects', htmlTable(effectsTable(hostile))),
    section('memory-of', 'Memory', memory(plan)),
    section('money-of', 'Cost', htmlTable(moneyTable(plan, plan.priceShares ?? []))),
    section('changes-of', 'Changes', htmlTable(changesTable(plan, targets, plan.steps))),
    section('unchanged-of', 'Unchanged targets', htmlTable(unchangedTable(unchangedTargets(plan)))),
  ]
}</main>
<footer>
<p>${plan === null || digest === null ? 'This plan is not sealed and has no digest.' : markup`Digest <code>${digest}</code>, sealed ${show.instant(plan.sealedAt)}.`}</p>
</footer>
`,
  ]);
}

function memory({ steps, preconditions }: UnsealedPlan): Raw | null {
  if (steps.length === 0) return null;
  const [before, after] = preconditions.reduce(
    ([from, to], { size, target }) => [from + totalMemory(size), to + totalMemory(target)],
    [0, 0],
  );
  return markup`<div class="pair"><figure>${amountsChart('memory', 'Memory of all planned instances', [
    { name: 'before', label: 'before', value: before, text: show.memory(before), tone: 'm0' },
    { name: 'planned', label: 'planned', value: after, text: show.memory(after), tone: 'm2' },
  ])}<figcaption>Total of all instances that change, replicas included.</figcaption></figure></div>
`;
}
