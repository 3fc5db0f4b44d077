/** The report as an HTML page for auditors: approvals, changes, every order number. */

import type { Fact } from '../../messages/en/page/frame.ts';
import { english, type Words } from '../../messages/words.ts';
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
const CHARTED: readonly Fact[0][] = ['outcomes', 'memory', 'cost', 'calls'];

/**
 * The page in a language. @param hostile built in the same language. A rehearsal is in English only.
 */
export function reportHtml(hostile: Report, { words = english }: { readonly words?: Words } = {}): string {
  const { report: say } = words;
  const report = sanitize(hostile);
  const { plan } = report;
  const verdict = verdictOfRun(report, {}, words);
  const { rehearsed } = report;
  const problems = rehearsed ? `Problems in the run of seed ${rehearsed.seeds.first}` : say.sections.problems;
  const title = report.rehearsal ? `${plan.name}: rehearsal, not an audit report` : say.title(plan.name);
  const facts = factsOf(report, words).filter(([name]) => !CHARTED.includes(name));
  return page(
    title,
    [
      report.rehearsal &&
        markup`<p class="verdict warn" role="note"><strong>${REHEARSAL_BANNER}</strong></p>\n`,
      pageHeader(
        {
          kind: report.rehearsal ? 'Refit rehearsal' : say.kind,
          name: plan.name,
          about: [plan.change, plan.owner],
        },
        verdict,
        [...rehearsalFacts(report), ...facts],
        [
          verdict.next !== null && markup`<p>${words.frame.next}<code>${verdict.next}</code></p>\n`,
          section('urgent', problems, urgent(report, words)),
        ],
        words,
      ),
      markup`<main>
${sections(report, words)}</main>
`,
      footer(report, words),
    ],
    words,
  );
}

/** The steps that need attention, with cause and fix. */
function urgent(report: Report, words: Words): Raw | null {
  const table = tablesOfRun(report, ['attention'], words)[0]!;
  const of = table.rows.length;
  if (of <= MOST_URGENT) return htmlTable(table);
  const note = words.report.mostUrgent(MOST_URGENT, of);
  return htmlTable({ ...table, rows: firstRows(table, MOST_URGENT), note });
}

function sections(report: Report, words: Words): Piece[] {
  const { sections: headings } = words.report;
  const tables = (...ids: RunTable[]) => tablesOfRun(report, ids, words).map(htmlTable);
  return [
    section('approvals', headings.approvals, tables('signatures')),
    section('over-all', 'All runs', rehearsalTables(report).map(htmlTable)),
    section('outcomes-of', headings.outcomes, report.steps.length > 0 && outcomesChart(report.totals, words)),
    section('amounts', headings.amounts, [amounts(report, words), tables('money', 'billed-otherwise')]),
    section('approval', headings.approval, tables('approved-with')),
    section('time', headings.time, [
      timeline(report, words),
      durationsChart(report.steps, words),
      tables('waves', 'step-waits', 'run-waits', 'gates', 'processes', 'commands', 'notifications'),
    ]),
    section('rate', headings.rate, [callsChart(report, words), htmlTable(actionsTable(report, words))]),
    section('all', headings.all, tables('steps', 'blocked', 'unchanged')),
  ];
}

function timeline(report: Report, words: Words): Raw | null {
  const { charts } = words.report;
  const marks = marksOf(report, words);
  const chart = timelineChart(report, marks, words);
  if (chart === null) return null;
  const marked = marks.length > 0 && charts.marksCaption;
  return markup`<figure><div class="scroll" role="region" aria-label="${charts.timelineRegion}" tabindex="0">${chart}</div>
<figcaption>${charts.timelineCaption}${marked}</figcaption></figure>
`;
}

function amounts({ memory, money }: Report, words: Words): Raw | null {
  const { show } = words;
  const { charts } = words.report;
  const prices = money.quoted.flatMap((sum, index) =>
    sum.amount === 0 ? [] : [priceChart(sum, index, money, words)],
  );
  if (memory.before + memory.planned === 0 && prices.length === 0) return null;
  return markup`<div class="pair"><figure><h3>${charts.memoryTitle}</h3>
${amountsChart('memory', charts.memoryTitle, [
  {
    name: 'before',
    label: charts.before,
    value: memory.before,
    text: show.memory(memory.before),
    tone: 'm0',
  },
  {
    name: 'planned',
    label: charts.planned,
    value: memory.planned,
    text: show.memory(memory.planned),
    tone: 'm1',
  },
  { name: 'now', label: charts.now, value: memory.now, text: show.memory(memory.now), tone: 'm2' },
])}<figcaption>${charts.memoryCaption}</figcaption></figure>
${prices.length > 0 && markup`<div>${prices}</div>`}</div>
`;
}

/** A chart of one currency and basis: quoted, verified and, for one-time costs, billed. */
function priceChart(sum: PriceSum, index: number, { verified, billed }: Report['money'], words: Words): Raw {
  const { show } = words;
  const { charts } = words.report;
  const matches = (one: PriceSum) => one.currency === sum.currency && one.basis === sum.basis;
  const done = { ...sum, amount: verified.find(matches)?.amount ?? 0 };
  const bill = sum.basis === 'once' ? billed.find(({ currency }) => currency === sum.currency) : undefined;
  const bars: Amount[] = [
    { name: 'quoted', label: charts.quoted, value: sum.amount, text: show.quote(sum), tone: 'm1' },
    { name: 'verified', label: charts.verified, value: done.amount, text: show.quote(done), tone: 'm2' },
  ];
  if (bill)
    bars.push({
      name: 'billed',
      label: charts.billed,
      value: bill.amount,
      text: show.amounts([bill]),
      tone: 'm3',
    });
  const title = charts.priceTitle(sum.basis, sum.currency);
  return markup`<figure><h3>${title}</h3>
${amountsChart(`money-${index}`, title, bars)}<figcaption>${charts.priceCaption(bill !== undefined)}</figcaption></figure>
`;
}

function footer({ plan, head, entries, format, rehearsal }: Report, { report: say }: Words): Raw {
  if (rehearsal)
    return markup`<footer>
<p>Plan <code>${plan.digest}</code></p>
<p>${REHEARSAL_BANNER}</p>
<p>Format <code>${format}</code>, with <code>rehearsal: true</code>.</p>
</footer>
`;
  return markup`<footer>
<p>${say.plan}<code>${plan.digest}</code></p>
<p>${say.journalHead}<code>${head}</code>${say.toCheck(entries)}<code>refit audit verify RUN --head ${head}</code></p>
<p>${say.computed}<code>${format}</code>${say.end}</p>
</footer>
`;
}
