/** The report for a ticket or a comment: verdict, facts, what needs a person, then the steps as far as they fit. */
import type { Report } from '../model.ts';
import { clip } from './columns.ts';
import { code, legible, markdown } from './escape.ts';
import { markdownDocument } from './markdown-document.ts';
import * as show from './quantities.ts';
import { changeOf, needingAttention } from './report-steps.ts';
import { factsOf } from './report-text.ts';
import { verdictOfRun } from './verdict.ts';

/** Text of a cell, cut where a hostile one could fill the document. */
export function cell(text: string, most = 300): string {
  return markdown`${clip(text, most)}`.raw;
}

/** An identifier as a code span; empty for an empty one. */
export function identifier(text: string): string {
  return code(clip(text, 100)).raw;
}

export function reportMarkdown(hostile: Report): string {
  const report = legible(hostile);
  const verdict = verdictOfRun(report);
  const { plan } = report;
  const about = [plan.change, plan.owner].filter((part) => part !== null).map((part) => cell(part, 100));
  const facts = factsOf(report)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `- ${name}: ${cell(value, 160)}`);
  return markdownDocument(
    [
      `## ${cell(plan.name, 100)}: ${verdict.word}`,
      `**${cell(verdict.sentence)}**${about.length > 0 ? ` · ${about.join(' · ')}` : ''}`,
      facts.join('\n'),
    ],
    [
      {
        heading: 'Attention',
        columns: ['Outcome', 'Instance', 'Name', 'Change', 'Code', 'What'],
        rows: needingAttention(report).map((step) => [
          step.outcome,
          identifier(step.instance),
          cell(step.name),
          cell(changeOf(step)),
          identifier(step.code ?? ''),
          cell(step.what),
        ]),
      },
      {
        heading: 'Waves',
        columns: ['Wave', 'Steps', 'Began', 'Ended'],
        numbers: [1],
        rows: report.waves.map((wave) => [
          cell(wave.name),
          show.count(wave.steps),
          show.instant(wave.startedAt),
          show.instant(wave.endedAt),
        ]),
      },
      {
        heading: 'Blocked, never a step',
        columns: ['Instance', 'Region', 'Code', 'What'],
        rows: report.blocked.flatMap(({ instance, region, findings }) =>
          findings.map((finding) => [
            identifier(instance),
            cell(region),
            identifier(finding.code),
            cell(finding.what),
          ]),
        ),
      },
      {
        heading: 'Steps',
        columns: ['Outcome', 'Instance', 'Name', 'Region', 'Wave', 'Change', 'Took', 'Orders', 'Request ids'],
        numbers: [6],
        rows: report.steps.map((step) => {
          const took = show.between(step.startedAt, step.endedAt);
          return [
            step.outcome,
            identifier(step.instance),
            cell(step.name),
            cell(step.region),
            cell(step.wave),
            cell(changeOf(step)),
            took === null ? '' : show.duration(took),
            step.orders.map(identifier).join(' '),
            step.requestIds.map(identifier).join(' '),
          ];
        }),
      },
      {
        heading: 'Unchanged, nothing to order',
        columns: ['Instance', 'Region', 'Why'],
        rows: report.unchanged.map(({ instance, region, why }) => [
          identifier(instance),
          cell(region),
          cell(why),
        ]),
      },
    ],
    [
      verdict.next === null ? '' : `Next: ${identifier(verdict.next)}`,
      `Plan ${identifier(plan.digest)}  \nJournal head ${identifier(report.head)}, ${show.counted(report.entries, 'entry', 'entries')}`,
    ].filter((part) => part !== ''),
    'The HTML, CSV and JSON reports hold them all.',
  );
}
