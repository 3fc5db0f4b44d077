/** The report as an HTML page for auditors: approvals, changes, every order number. */

import * as show from '../../messages/en/quantities.ts';
import type { PriceSum, Report } from '../../model.ts';
import { type Amount, amountsChart } from '../charts/amounts.ts';
import { callsChart } from '../charts/calls.ts';
import { durationsChart } from '../charts/durations.ts';
import { outcomesChart } from '../charts/outcomes.ts';
import { timelineChart } from '../charts/timeline.ts';
import { markup, type Piece, type Raw, sanitize } from '../document/escape.ts';
import { htmlTable } from '../document/html-table.ts';
import { page, pageHeader, section } from '../document/page.ts';
import { firstRows } from '../document/table.ts';
import { verdictOfRun } from '../verdict.ts';
import { REHEARSAL_BANNER, rehearsalFacts, rehearsalTables } from './describe-rehearsal.ts';
import { factsOf } from './describe-run.ts';
import { marksOf } from './run-marks.ts';
import { actionsTable, type RunTable, tablesOfRun } from './tables.ts';

/** The most steps that are shown above everything else. */
const MOST_URGENT = 50;

/** Facts that a chart shows. */
const CHARTED: readonly string[] = ['outcomes', 'memory', 'cost', 'calls'];

export function reportHtml(hostile: Report): string {
  const report = sanitize(hostile);
  const { plan } = report;
  const verdict = verdictOfRun(report);
  const { rehearsed } = report;
  const problems = rehearsed ? `Problems in the run of seed ${rehearsed.seeds.first}` : 'Problems';
  return page(`${plan.name}: ${report.rehearsal ? 'rehearsal, not an audit report' : 'audit report'}`, [
    report.rehearsal &&
      markup`<p class="verdict warn" role="note"><strong>${REHEARSAL_BANNER}</strong></p>\n`,
    pageHeader(
      {
        kind: report.rehearsal ? 'Refit rehearsal' : 'Refit audit report',
        name: plan.name,
        about: [plan.change, plan.owner],
      },
      verdict,
      [...rehearsalFacts(report), ...factsOf(report).filter(([name]) => !CHARTED.includes(name))],
      [
        verdict.next !== null && markup`<p>Next: <code>${verdict.next}</code></p>\n`,
        section('urgent', problems, urgent(report)),
      ],
    ),
    markup`<main>
${sections(report)}</main>
`,
    footer(report),
  ]);
}

/** The steps that need attention, with cause and fix. */
function urgent(report: Report): Raw | null {
  const table = tablesOfRun(report, ['attention'])[0]!;
  const of = table.rows.length;
  if (of <= MOST_URGENT) return htmlTable(table);
  const note = `The ${MOST_URGENT} most severe of ${show.count(of)}. The table of all steps has the others.`;
  return htmlTable({ ...table, rows: firstRows(table, MOST_URGENT), note });
}

function sections(report: Report): Piece[] {
  const tables = (...ids: RunTable[]) => tablesOfRun(report, ids).map(htmlTable);
  return [
    section('approvals', 'Approvals', tables('signatures')),
    section('over-all', 'All runs', rehearsalTables(report).map(htmlTable)),
    section('outcomes-of', 'Outcomes', report.steps.length > 0 && outcomesChart(report.totals)),
    section('amounts', 'Memory and cost', [amounts(report), tables('money', 'billed-otherwise')]),
    section('approval', 'Findings at approval', tables('approved-with')),
    section('time', 'Timeline', [
      timeline(report),
      durationsChart(report.steps),
      tables('waves', 'step-waits', 'run-waits', 'gates', 'processes', 'commands', 'notifications'),
    ]),
    section('rate', 'Calls', [callsChart(report), htmlTable(actionsTable(report))]),
    section('all', 'All targets', tables('steps', 'blocked', 'unchanged')),
  ];
}

function timeline(report: Report): Raw | null {
  const marks = marksOf(report);
  const chart = timelineChart(report, marks);
  if (chart === null) return null;
  const marked =
    marks.length > 0 &&
    ' Dashed lines mark control commands and the ends and starts of processes; no process worked on the run in grey times.';
  return markup`<figure><div class="scroll" role="region" aria-label="Chart of the timeline" tabindex="0">${chart}</div>
<figcaption>One bar for each step, from its first order to its end, coloured by outcome, times in UTC. A pale bar with a dashed edge has no recorded end.${marked}</figcaption></figure>
`;
}

function amounts({ memory, money }: Report): Raw | null {
  const prices = money.quoted.flatMap((sum, index) =>
    sum.amount === 0 ? [] : [priceChart(sum, index, money)],
  );
  if (memory.before + memory.planned === 0 && prices.length === 0) return null;
  return markup`<div class="pair"><figure><h3>Memory of all planned instances</h3>
${amountsChart('memory', 'Memory of all planned instances', [
  { label: 'before', value: memory.before, text: show.memory(memory.before), tone: 'm0' },
  { label: 'planned', value: memory.planned, text: show.memory(memory.planned), tone: 'm1' },
  { label: 'now', value: memory.now, text: show.memory(memory.now), tone: 'm2' },
])}<figcaption>Replicas included. “Now” is the last size that Refit read.</figcaption></figure>
${prices.length > 0 && markup`<div>${prices}</div>`}</div>
`;
}

/** A chart of one currency and basis: quoted, verified and, for one-time costs, billed. */
function priceChart(sum: PriceSum, index: number, { verified, billed }: Report['money']): Raw {
  const matches = (one: PriceSum) => one.currency === sum.currency && one.basis === sum.basis;
  const done = { ...sum, amount: verified.find(matches)?.amount ?? 0 };
  const bill = sum.basis === 'once' ? billed.find(({ currency }) => currency === sum.currency) : undefined;
  const bars: Amount[] = [
    { label: 'quoted', value: sum.amount, text: show.quote(sum), tone: 'm1' },
    { label: 'verified', value: done.amount, text: show.quote(done), tone: 'm2' },
  ];
  if (bill) bars.push({ label: 'billed', value: bill.amount, text: show.amounts([bill]), tone: 'm3' });
  const title = `${sum.basis === 'once' ? 'One-time cost' : 'Price per hour'}, ${sum.currency}`;
  return markup`<figure><h3>${title}</h3>
${amountsChart(`money-${index}`, title, bars)}<figcaption>The provider’s quotes for all steps and for the verified steps${bill && ', and the bills'}.</figcaption></figure>
`;
}

function footer({ plan, head, entries, format, rehearsal }: Report): Raw {
  if (rehearsal)
    return markup`<footer>
<p>Plan <code>${plan.digest}</code></p>
<p>${REHEARSAL_BANNER}</p>
<p>Format <code>${format}</code>, with <code>rehearsal: true</code>.</p>
</footer>
`;
  return markup`<footer>
<p>Plan <code>${plan.digest}</code></p>
<p>Journal head <code>${head}</code>, ${show.counted(entries, 'entry', 'entries')}. To check it offline: <code>refit audit verify RUN --head ${head}</code></p>
<p>Refit computed this report from the saved plan and the journal only. Format <code>${format}</code>.</p>
</footer>
`;
}
