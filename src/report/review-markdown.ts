/** A plan for the comment of a change request: verdict, counts, findings, then the changes as far as they fit. */
import type { Review } from '../model.ts';
import { legible } from './escape.ts';
import { markdownDocument } from './markdown-document.ts';
import * as show from './quantities.ts';
import { cell, identifier } from './report-markdown.ts';
import { firstSight, placeOf, priceOfShare, reviewedTargets } from './review-targets.ts';
import { verdictOfReview } from './verdict.ts';

export function reviewMarkdown(hostile: Review): string {
  const review = legible(hostile);
  const { plan } = review;
  const verdict = verdictOfReview(review);
  const targets = reviewedTargets(review);
  const facts = firstSight(review, targets).filter(([, value]) => value !== '');
  const about = [plan.change, plan.owner].filter((part) => part !== null).map((part) => cell(part, 100));
  return markdownDocument(
    [
      `## ${cell(plan.name, 100)}: ${verdict.word}`,
      `**${cell(verdict.sentence)}**${about.length > 0 ? ` · ${about.join(' · ')}` : ''}`,
      facts.map(([name, value]) => `- ${name}: ${cell(value, 160)}`).join('\n'),
    ],
    [
      {
        heading: 'Attention',
        columns: ['Severity', 'Code', 'Instance', 'What', 'Mend', 'Place'],
        rows: review.findings.map((finding) => [
          finding.severity,
          identifier(finding.code),
          identifier(finding.instance ?? ''),
          cell(finding.what),
          cell(finding.mend),
          identifier(placeOf(finding)),
        ]),
      },
      {
        heading: 'Money',
        columns: ['By', 'Name', 'Steps', 'Price'],
        numbers: [2],
        rows: (plan.priceShares ?? []).map((share) => [
          share.by,
          cell(share.name),
          show.count(share.steps),
          cell(priceOfShare(share)),
        ]),
      },
      {
        heading: 'Changes',
        columns: ['Wave', 'Instance', 'Name', 'Region', 'Change', 'Price', 'Why'],
        numbers: [5],
        rows: targets
          .flatMap((target) => target.steps.map((step, at) => ({ target, step, at })))
          .sort((a, b) => a.step.wave - b.step.wave)
          .map(({ target, step, at }) => [
            cell(plan.waves[step.wave]?.name ?? ''),
            identifier(step.instance),
            cell(target.name),
            cell(step.region),
            (target.steps.length > 1 ? `${at + 1}/${target.steps.length} ` : '') +
              cell(show.change(step.change, step.after, step.nodes)),
            step.quote === null ? '' : cell(show.quote(step.quote)),
            at === 0 ? cell(target.why ?? '') : '',
          ]),
      },
      {
        heading: 'Unchanged',
        columns: ['Instance', 'Region', 'Why'],
        rows: plan.unchanged.map(({ instance, region, why }) => [
          identifier(instance),
          cell(region),
          cell(why),
        ]),
      },
    ],
    [
      plan.digest === ''
        ? ''
        : `Digest **${identifier(plan.digest.slice(0, 8))}** (${identifier(plan.digest)})`,
      verdict.next === null ? '' : `Next: ${identifier(verdict.next)}`,
    ].filter((part) => part !== ''),
    'The HTML, CSV and JSON formats hold them all.',
  );
}
