/** The report for a ticket or a comment: verdict, facts, what needs a person, then the steps as far as they fit. */
import type { Report } from '../../model.ts';
import { clip } from '../document/columns.ts';
import { code, legible, markdown } from '../document/escape.ts';
import { markdownDocument } from '../document/markdown-document.ts';
import * as show from '../quantities.ts';
import { changeOf, needingAttention, wordsOf } from '../report-steps.ts';
import { verdictOfRun } from '../verdict.ts';
import {
  askedOtherwise,
  attemptInWords,
  lasted,
  RUN_WAIT_WORDS,
  WAIT_WORDS,
  waitSums,
} from './account-in-words.ts';
import { billedOtherwise, billInWords } from './bills-in-words.ts';
import { gateOutcome, gatesOf } from './gates-in-words.ts';
import {
  EFFECT_COLUMNS,
  effectRows,
  REHEARSAL_BANNER,
  rehearsalFacts,
  wavesRehearsed,
} from './rehearsal-in-words.ts';
import { commandInWords, factsOf } from './report-text.ts';

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
  const priced = report.money.shares.length > 0;
  const remarked = report.run.processes.some((one) => show.remarks(one) !== '');
  const about = [plan.change, plan.owner].filter((part) => part !== null).map((part) => cell(part, 100));
  const { rehearsed } = report;
  const facts = [...rehearsalFacts(report), ...factsOf(report)]
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `- ${name}: ${cell(value, 160)}`);
  return markdownDocument(
    [
      ...(report.rehearsal ? [`> **${REHEARSAL_BANNER}**`] : []),
      `## ${cell(plan.name, 100)}: ${verdict.word}`,
      `**${cell(verdict.sentence)}**${about.length > 0 ? ` · ${about.join(' · ')}` : ''}`,
      facts.join('\n'),
    ],
    [
      ...(rehearsed === undefined
        ? []
        : [
            {
              heading: 'Waves over all runs',
              columns: ['Wave', 'Reached by', 'Ends after'],
              rows: wavesRehearsed(rehearsed).map((row) => row.map((text) => cell(text))),
            },
            {
              heading: 'What the faults do',
              columns: EFFECT_COLUMNS,
              rows: effectRows(rehearsed).map((row) => row.map((text) => cell(text))),
            },
            {
              heading: 'Taken for granted',
              columns: ['What'],
              rows: rehearsed.assumed.map((text) => [cell(text)]),
            },
          ]),
      {
        heading: 'Attention',
        columns: ['Outcome', 'Instance', 'Name', 'Change', 'Code', 'What'],
        rows: needingAttention(report).map((step) => [
          step.outcome,
          identifier(step.instance),
          cell(step.name),
          cell(changeOf(step)),
          identifier(step.code ?? ''),
          cell(wordsOf(step)),
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
        heading: 'Signed by',
        columns: ['At', 'Who', 'What', 'Signed at', 'Good until', 'Key'],
        rows: (report.run.signatures ?? []).map((one) => [
          show.instant(one.at),
          cell(one.by),
          cell(one.wave === null ? 'the plan' : `wave ${one.wave}`),
          show.instant(one.issuedAt),
          show.instant(one.expiresAt),
          identifier(one.key),
        ]),
      },
      {
        heading: 'Gates',
        columns: ['At', 'Wave', 'What', 'Outcome', 'Because'],
        rows: gatesOf(report).map(({ wave, gate }) => [
          show.instant(gate.at),
          cell(wave),
          gate.judge,
          gateOutcome(gate),
          cell(gate.what),
        ]),
      },
      {
        heading: 'Processes that took it up',
        columns: ['At', 'User', 'Host', 'Pid', 'Torn bytes cut off', ...(remarked ? ['Remarks'] : [])],
        numbers: [3, 4],
        rows: report.run.processes.map(({ at, user, host, pid, cutOff, version: _, ...others }) => [
          show.instant(at),
          cell(user),
          cell(host),
          String(pid),
          cutOff === 0 ? '' : show.count(cutOff),
          ...(remarked ? [cell(show.remarks(others))] : []),
        ]),
      },
      {
        heading: 'Told while it ran',
        columns: ['At', 'User', 'Host', 'Pid', 'Command', 'Answer', 'What'],
        numbers: [3],
        rows: (report.run.steered ?? []).map((one) => [
          show.instant(one.at),
          cell(one.by.user),
          cell(one.by.host),
          String(one.by.pid),
          commandInWords(one),
          one.accepted ? 'accepted' : 'refused',
          cell(one.what),
        ]),
      },
      {
        heading: 'Who was told',
        columns: ['At', 'Event', 'By', 'To', 'Told', 'What'],
        rows: (report.run.told ?? []).map((one) => [
          show.instant(one.at),
          one.event,
          one.by,
          cell(one.to),
          one.ok ? 'yes' : 'no',
          cell(one.what),
        ]),
      },
      {
        heading: 'Waits of the run',
        columns: ['From', 'To', 'For', 'What', 'Lasted'],
        rows: (report.run.waits ?? []).map((wait) => {
          const took = lasted(wait);
          return [
            show.instant(wait.from),
            show.instant(wait.to),
            RUN_WAIT_WORDS[wait.for],
            cell(wait.what),
            took === null ? 'not over yet' : show.duration(took),
          ];
        }),
      },
      {
        heading: 'Waits of the steps',
        columns: ['For', 'Steps', 'Times', 'In all', 'At most'],
        numbers: [1, 2, 3, 4],
        rows: waitSums(report.steps).map((sum) => [
          WAIT_WORDS[sum.for],
          show.count(sum.steps),
          show.count(sum.times),
          show.duration(sum.ms),
          show.duration(sum.longest),
        ]),
      },
      {
        heading: 'Asked more than once, or without a plain answer',
        columns: ['Instance', 'Change', 'Attempt'],
        rows: askedOtherwise(report).flatMap((step) =>
          step.asked.map((one) => [
            identifier(step.instance),
            cell(changeOf(step)),
            cell(attemptInWords(one)),
          ]),
        ),
      },
      {
        heading: 'Approved with',
        columns: ['Severity', 'Code', 'Instance', 'What'],
        rows: plan.findings.map((finding) => [
          finding.severity,
          identifier(finding.code),
          identifier(finding.instance ?? ''),
          cell(finding.what),
        ]),
      },
      {
        heading: 'Money',
        columns: ['By', 'Name', 'Steps', 'Quoted', 'Verified', 'Billed'],
        numbers: [2],
        rows: report.money.shares.map(({ by, name, steps, quoted, verified, billed }) => [
          by,
          cell(name),
          show.count(steps),
          cell(show.quotes(quoted)),
          cell(show.quotes(verified)),
          cell(billed.map(({ amount, currency }) => show.money(amount, currency)).join(', ')),
        ]),
      },
      {
        heading: 'Billed otherwise than quoted',
        columns: ['Instance', 'Change', 'Bill'],
        rows: billedOtherwise(report).map((step) => [
          identifier(step.instance),
          cell(changeOf(step)),
          cell(billInWords(step)),
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
        columns: [
          ...['Outcome', 'Instance', 'Name', 'Region', 'Wave', 'Change', 'Took', 'Orders', 'Request ids'],
          ...(priced ? ['Quoted', 'Billed'] : []),
        ],
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
            ...(priced
              ? [step.quote === null ? '' : cell(show.quote(step.quote)), cell(billInWords(step))]
              : []),
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
      report.rehearsal
        ? `Plan ${identifier(plan.digest)}  \n**${REHEARSAL_BANNER}**`
        : `Plan ${identifier(plan.digest)}  \nJournal head ${identifier(report.head)}, ${show.counted(report.entries, 'entry', 'entries')}`,
    ].filter((part) => part !== ''),
    'The HTML, CSV and JSON reports hold them all.',
  );
}
