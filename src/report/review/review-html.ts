/** A plan as a page for the person who approves it. */
import { type Finding, type PriceShare, type Review, totalMemory } from '../../model.ts';
import { legible, markup, type Piece, type Raw } from '../document/escape.ts';
import { page, pageHeader, pageTable, section, sieve } from '../document/page.ts';
import { amountsPicture } from '../pictures/amounts.ts';
import * as show from '../quantities.ts';
import { unchangedTable } from '../run/report-html.ts';
import { verdictOfReview } from '../verdict.ts';
import { firstSight, placeOf, type ReviewedTarget, reviewedTargets } from './review-targets.ts';

export function reviewHtml(hostile: Review): string {
  const review = legible(hostile);
  const { plan, findings, next } = review;
  const targets = reviewedTargets(review);
  return page(`${plan.name}: plan under review`, [
    pageHeader('Refit plan under review', plan.name, [plan.change, plan.owner], verdictOfReview(review), [
      ...firstSight(review, targets),
      ['digest', plan.digest === '' ? '' : markup`<code>${plan.digest.slice(0, 8)}</code>`],
      ['next', next === null ? '' : markup`<code>${next}</code>`],
    ]),
    markup`<main>
${findings.length > 0 && section('attention', 'Attention', findingsTable(findings))}${plan.steps.length > 0 && section('memory-of', 'Memory', memory(review))}${plan.priceShares !== undefined && section('money-of', 'Money', money(plan.priceShares))}${plan.steps.length > 0 && section('changes-of', 'Changes', changes(review, targets))}${plan.unchanged.length > 0 && section('unchanged-of', 'Unchanged targets', unchangedTable(plan.unchanged))}</main>
<footer>
<p>${plan.digest === '' ? 'Nothing was sealed: this plan has no digest.' : markup`Digest <code>${plan.digest}</code>, sealed ${show.instant(plan.sealedAt)}.`}</p>
</footer>
`,
  ]);
}

function findingsTable(findings: readonly Finding[]): Piece {
  const rows = findings.map((finding) => [
    {
      show: markup`<span class="o ${finding.severity === 'note' ? 'note-s' : finding.severity}">${finding.severity}</span>`,
      sort: finding.severity,
    },
    markup`<code>${finding.code}</code>`,
    markup`<span class="id">${finding.instance}</span>`,
    markup`${finding.what}${finding.mend !== '' && markup`<small>mend: ${finding.mend}</small>`}${finding.excerpt !== null && markup`<pre>${excerptLines(finding.excerpt)}</pre>`}`,
    markup`<code>${placeOf(finding)}</code>`,
  ]);
  const columns = ['Severity', 'Code', 'Instance', 'What, and what to do', 'Place'].map((title) => ({
    title,
  }));
  const kinds = [...new Set(findings.map(({ severity }) => severity))];
  return [
    sieve('findings', 0, 'Severity', kinds),
    pageTable('findings', 'Findings, those that block first', columns, rows),
  ];
}

/** Line by line, because a template shows a line feed as the character it is. */
function excerptLines(excerpt: string): Piece {
  return excerpt.split('\n').map((line) => markup`${line}\n`);
}

function memory({ plan }: Review): Raw {
  const [before, after] = plan.preconditions.reduce(
    ([from, to], { size, target }) => [from + totalMemory(size), to + totalMemory(target)],
    [0, 0],
  );
  return markup`<div class="pair"><figure>${amountsPicture('memory', 'Memory of all planned instances', [
    { label: 'before', value: before, text: show.memory(before), tone: 'm0' },
    { label: 'planned', value: after, text: show.memory(after), tone: 'm2' },
  ])}<figcaption>Of all instances that change, replicas included.</figcaption></figure></div>
`;
}

function money(shares: readonly PriceShare[]): Raw {
  const rows = shares.map((share) => [
    share.by,
    share.name,
    show.count(share.steps),
    markup`${show.quotes(share.sums)}${share.unpriced > 0 && markup`<small>${show.counted(share.unpriced, 'step')} without a price</small>`}`,
  ]);
  const columns = [
    { title: 'By' },
    { title: 'Name' },
    { title: 'Steps', number: true },
    { title: 'Price', number: true },
  ];
  return pageTable('money', 'The provider’s quotes by wave, region and account', columns, rows);
}

function changes({ plan }: Review, targets: readonly ReviewedTarget[]): Piece {
  const byInstance = new Map(targets.map((target) => [target.instance, target]));
  const priced = plan.steps.some(({ quote }) => quote !== null);
  const names = plan.waves.map(({ name }) => name);
  const rows = plan.steps.map((step) => {
    const target = byInstance.get(step.instance);
    const own = target?.steps ?? [];
    const wave = names[step.wave] ?? '';
    const place = own.length > 1 ? `${own.indexOf(step) + 1} of ${own.length}` : '';
    const first = own[0]?.id === step.id;
    return [
      { show: wave, sort: wave },
      markup`<span class="id">${step.instance}</span>${target && target.name !== '' && markup`<small><bdi>${target.name}</bdi></small>`}`,
      markup`<span class="nb">${step.region}</span>`,
      step.edition,
      place,
      markup`${show.change(step.change, step.after, step.nodes)}${first && target?.why && markup`<small>${target.why}</small>`}`,
      show.size(step.before),
      show.size(step.after),
      ...(priced ? [{ show: step.quote && show.quote(step.quote), sort: step.quote?.amount ?? '' }] : []),
    ];
  });
  const columns = [
    ...['Wave', 'Instance', 'Region', 'Edition', 'Step', 'Change', 'Before', 'After'].map((title) => ({
      title,
    })),
    ...(priced ? [{ title: 'Price', number: true }] : []),
  ];
  const caption = `All ${show.counted(plan.steps.length, 'step')}, one order each; memory is per shard`;
  return [sieve('changes', 0, 'Wave', [...new Set(names)]), pageTable('changes', caption, columns, rows)];
}
