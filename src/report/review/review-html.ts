/** A plan review as an HTML page for the approver. */

import { english, type Words } from '../../messages/words.ts';
import { type Review, totalMemory, type UnsealedPlan } from '../../model.ts';
import { amountsChart } from '../charts/amounts.ts';
import { markup, type Raw, sanitize } from '../document/escape.ts';
import { htmlTable } from '../document/html-table.ts';
import { page, pageHeader, section } from '../document/page.ts';
import { inWords } from '../finding-words.ts';
import { unchangedTable } from '../run/tables.ts';
import { unchangedTargets } from '../unchanged.ts';
import { verdictOfReview } from '../verdict.ts';
import { factsOfReview } from './review-facts.ts';
import { planOf, reviewedTargets, titleOf } from './review-targets.ts';
import { changesTable, effectsTable, findingsTable, moneyTable } from './tables.ts';

/** The page in a language, in which it also writes the findings. */
export function reviewHtml(given: Review, { words = english }: { readonly words?: Words } = {}): string {
  const { review: say } = words;
  const hostile = { ...given, findings: given.findings.map((finding) => inWords(finding, words)) };
  const review = sanitize(hostile);
  const { findings, next } = review;
  const plan = planOf(review);
  const { name, about, digest } = titleOf(review);
  const targets = reviewedTargets(review, words);
  const found = section(
    'attention',
    say.sections.findings,
    htmlTable(findingsTable(findings, undefined, words)),
  );
  // Errors come before everything else.
  const isUrgent = findings.some(({ severity }) => severity === 'error');
  return page(
    say.title(name),
    [
      pageHeader(
        { kind: say.kind, name, about },
        verdictOfReview(review, words),
        [
          ...factsOfReview(review, targets, words),
          ['digest', digest === null ? '' : markup`<code>${digest.slice(0, 8)}</code>`],
          ['next', next === null ? '' : markup`<code>${next}</code>`],
        ],
        isUrgent && found,
        words,
      ),
      markup`<main>
${!isUrgent && found}${
  plan !== null && [
    section('effects-of', say.sections.effects, htmlTable(effectsTable(hostile, words))),
    section('memory-of', say.sections.memory, memory(plan, words)),
    section('money-of', say.sections.cost, htmlTable(moneyTable(plan, plan.priceShares ?? [], words))),
    section(
      'changes-of',
      say.sections.changes,
      htmlTable(changesTable(plan, targets, plan.steps, {}, words)),
    ),
    section(
      'unchanged-of',
      say.sections.unchanged,
      htmlTable(unchangedTable(unchangedTargets(plan, words), words)),
    ),
  ]
}</main>
<footer>
<p>${plan === null || digest === null ? say.notSealed : markup`${say.digest}<code>${digest}</code>${say.sealed(plan.sealedAt)}`}</p>
</footer>
`,
    ],
    words,
  );
}

function memory({ steps, preconditions }: UnsealedPlan, { review: say, show }: Words): Raw | null {
  if (steps.length === 0) return null;
  const [before, after] = preconditions.reduce(
    ([from, to], { size, target }) => [from + totalMemory(size), to + totalMemory(target)],
    [0, 0],
  );
  return markup`<div class="pair"><figure>${amountsChart('memory', say.memoryTitle, [
    { name: 'before', label: say.before, value: before, text: show.memory(before), tone: 'm0' },
    { name: 'planned', label: say.planned, value: after, text: show.memory(after), tone: 'm2' },
  ])}<figcaption>${say.memoryCaption}</figcaption></figure></div>
`;
}
