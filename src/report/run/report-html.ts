/** The report as a page for an auditor: what was approved, what was done, and where every order number is. */
import {
  type BlockedTarget,
  type Finding,
  OUTCOMES,
  type Rehearsed,
  type Report,
  type ReportSignature,
  type ReportSteered,
  type ReportStep,
  type ReportTold,
} from '../../model.ts';
import { legible, markup, type Piece, type Raw } from '../document/escape.ts';
import { page, pageHeader, pageTable, section, sieve } from '../document/page.ts';
import { amountsPicture } from '../pictures/amounts.ts';
import { actionCalls, actionTone, callsPicture } from '../pictures/calls.ts';
import { durationsPicture } from '../pictures/durations.ts';
import { outcomeName, outcomesPicture } from '../pictures/outcomes.ts';
import { timelinePicture } from '../pictures/timeline.ts';
import * as show from '../quantities.ts';
import { changeOf } from '../report-steps.ts';
import { verdictOfRun } from '../verdict.ts';
import {
  askedOtherwise,
  attemptInWords,
  heldUpBy,
  lasted,
  RUN_WAIT_WORDS,
  WAIT_WORDS,
  waitSums,
} from './account-in-words.ts';
import { billInWords } from './bills-in-words.ts';
import { gateOutcome, gatesOf } from './gates-in-words.ts';
import {
  EFFECT_COLUMNS,
  effectRows,
  REHEARSAL_BANNER,
  rehearsalFacts,
  wavesRehearsed,
} from './rehearsal-in-words.ts';
import { commandInWords, factsOf } from './report-text.ts';

export function reportHtml(hostile: Report): string {
  const report = legible(hostile);
  const { plan } = report;
  const pictured = ['outcomes', 'memory', 'money', 'calls'];
  return page(`${plan.name}: ${report.rehearsal ? 'rehearsal, no audit report' : 'audit report'}`, [
    report.rehearsal && banner(),
    pageHeader(
      report.rehearsal ? 'Refit rehearsal' : 'Refit audit report',
      plan.name,
      [plan.change, plan.owner],
      verdictOfRun(report),
      [...rehearsalFacts(report), ...factsOf(report).filter(([name]) => !pictured.includes(name))],
    ),
    markup`<main>
${report.rehearsed !== undefined && section('rehearsed', 'Over all runs', overAllRuns(report.rehearsed))}${section('outcomes-of', 'Outcomes', outcomesPicture(report.totals))}${section('amounts', 'Memory and money', amounts(report))}${plan.findings.length > 0 && section('approved-with', 'Approved with', approvedWith(plan.findings))}${section('time', 'The run in time', time(report))}${section('rate', 'Calls', calls(report))}${section('all', 'Steps', steps(report))}${report.blocked.length > 0 && section('blocked', 'Blocked targets', blockedTable(report.blocked))}${report.unchanged.length > 0 && section('unchanged', 'Unchanged targets', unchangedTable(report.unchanged))}</main>
`,
    footer(report),
  ]);
}

function banner(): Raw {
  return markup`<p class="verdict warn" role="note"><strong>${REHEARSAL_BANNER}</strong></p>
`;
}

function overAllRuns(rehearsed: Rehearsed): Piece {
  const effects = effectRows(rehearsed);
  const waveColumns = ['Wave', 'Reached by', 'Ends after'].map((title) => ({ title }));
  return [
    pageTable(
      'rehearsed-waves',
      'When each wave ends, over all runs',
      waveColumns,
      wavesRehearsed(rehearsed),
    ),
    effects.length > 0 &&
      pageTable(
        'effects',
        'What the faults do',
        EFFECT_COLUMNS.map((title) => ({ title })),
        effects,
      ),
    pageTable(
      'assumed',
      'What is taken for granted',
      [{ title: 'What' }],
      rehearsed.assumed.map((one) => [one]),
    ),
  ];
}

function amounts({ memory, money }: Report): Raw {
  const verified = (sum: Report['money']['quoted'][number]) =>
    money.verified.find(({ currency, basis }) => currency === sum.currency && basis === sum.basis)?.amount ??
    0;
  const prices = money.quoted.map((sum, index) => {
    const done = { ...sum, amount: verified(sum) };
    const kind = sum.basis === 'once' ? 'Paid once' : 'Price an hour';
    const billed = sum.basis === 'once' && money.billed.find(({ currency }) => currency === sum.currency);
    return markup`<figure><h3>${kind}, ${sum.currency}</h3>
${amountsPicture(`money-${index}`, `${kind}, ${sum.currency}`, [
  { label: 'quoted', value: sum.amount, text: show.quote(sum), tone: 'm1' },
  { label: 'verified', value: done.amount, text: show.quote(done), tone: 'm2' },
  ...(billed
    ? [
        {
          label: 'billed',
          value: billed.amount,
          text: show.money(billed.amount, billed.currency),
          tone: 'm3' as const,
        },
      ]
    : []),
])}<figcaption>The provider’s own quotes: of all steps, and of the verified ones${billed && '; beside what was billed'}.</figcaption></figure>
`;
  });
  return markup`<div class="pair"><figure><h3>Memory of all planned instances</h3>
${amountsPicture('memory', 'Memory of all planned instances', [
  { label: 'before', value: memory.before, text: show.memory(memory.before), tone: 'm0' },
  { label: 'planned', value: memory.planned, text: show.memory(memory.planned), tone: 'm1' },
  { label: 'now', value: memory.now, text: show.memory(memory.now), tone: 'm2' },
])}<figcaption>Replicas included. “Now” is what was last read back.</figcaption></figure>
<div>${prices}${prices.length === 0 && markup`<p class="note">The plan was not priced.</p>`}</div></div>
${money.shares.length > 0 && sharesTable(money)}`;
}

function sharesTable({ shares }: Report['money']): Raw {
  const rows = shares.map(({ by, name, steps, quoted, verified, billed }) => [
    by,
    name,
    show.count(steps),
    show.quotes(quoted),
    show.quotes(verified),
    billed.map(({ amount, currency }) => show.money(amount, currency)).join(', '),
  ]);
  const columns = [
    { title: 'By' },
    { title: 'Name' },
    ...['Steps', 'Quoted', 'Verified', 'Billed'].map((title) => ({ title, number: true })),
  ];
  const caption =
    'Quoted beside billed, by wave, region and account; of what is paid by the hour nothing is billed at once';
  return pageTable('money', caption, columns, rows);
}

function approvedWith(findings: readonly Finding[]): Raw {
  const rows = findings.map(({ severity, code, instance, what, mend }) => [
    markup`<span class="o ${severity === 'note' ? 'note-s' : severity}">${severity}</span>`,
    markup`<code>${code}</code>`,
    markup`<span class="id">${instance}</span>`,
    markup`${what}${mend !== '' && markup`<small>mend: ${mend}</small>`}`,
  ]);
  const columns = ['Severity', 'Code', 'Instance', 'What, and what to do'].map((title) => ({ title }));
  return pageTable(
    'approved-with',
    'Warnings and notes that stood in the plan when it was approved',
    columns,
    rows,
  );
}

function processesTable({ processes }: Report['run']): Raw {
  const remarked = processes.some((one) => show.remarks(one) !== '');
  const rows = processes.map(({ at, user, host, pid, cutOff, version, ...others }) => [
    markup`<span class="nb">${show.instant(at)}</span>`,
    user,
    host,
    String(pid),
    version,
    cutOff === 0 ? '' : show.count(cutOff),
    ...(remarked ? [show.remarks(others)] : []),
  ]);
  const columns = [
    { title: 'At' },
    { title: 'User' },
    { title: 'Host' },
    { title: 'Pid', number: true },
    { title: 'Version' },
    { title: 'Torn bytes cut off', number: true },
    ...(remarked ? [{ title: 'Remarks' }] : []),
  ];
  return pageTable('processes', 'Processes that took the run up, in order', columns, rows);
}

function signaturesTable(signatures: readonly ReportSignature[]): Raw {
  const rows = signatures.map((one) => [
    markup`<span class="nb">${show.instant(one.at)}</span>`,
    one.by,
    one.wave === null ? 'the plan' : `wave ${one.wave}`,
    show.instant(one.issuedAt),
    show.instant(one.expiresAt),
    markup`<code>${one.key}</code>`,
  ]);
  const columns = ['At', 'Who', 'What', 'Signed at', 'Good until', 'Key'].map((title) => ({ title }));
  return pageTable('signatures', 'Who signed the plan and its waves, in order', columns, rows);
}

function steeredTable(steered: readonly ReportSteered[]): Raw {
  const rows = steered.map((one) => [
    markup`<span class="nb">${show.instant(one.at)}</span>`,
    one.by.user,
    one.by.host,
    String(one.by.pid),
    commandInWords(one),
    one.accepted ? 'accepted' : 'refused',
    one.what,
  ]);
  const columns = [
    { title: 'At' },
    { title: 'User' },
    { title: 'Host' },
    { title: 'Pid', number: true },
    { title: 'Command' },
    { title: 'Answer' },
    { title: 'What' },
  ];
  return pageTable('steered', 'What the run was told while it was live, in order', columns, rows);
}

function gatesTable(report: Report): Piece {
  const rows = gatesOf(report).map(({ wave, gate }) => [
    show.instant(gate.at),
    wave,
    gate.judge,
    gateOutcome(gate),
    gate.what,
  ]);
  const columns = [
    { title: 'At' },
    { title: 'Wave' },
    { title: 'Judged' },
    { title: 'Outcome' },
    { title: 'What' },
  ];
  return pageTable('gates', 'What the gates judged after the waves', columns, rows);
}

function toldTable(told: readonly ReportTold[]): Raw {
  const rows = told.map((one) => [
    markup`<span class="nb">${show.instant(one.at)}</span>`,
    one.event,
    one.by,
    one.to,
    one.ok ? 'yes' : 'no',
    one.what,
  ]);
  const columns = ['At', 'Event', 'By', 'To', 'Told', 'What'].map((title) => ({ title }));
  return pageTable('told', 'Who was told of the run while it was live, in order', columns, rows);
}

function time(report: Report): Piece {
  const rows = report.waves.map((wave) => {
    const own = report.steps.filter((step) => step.wave === wave.name);
    const took = show.between(wave.startedAt, wave.endedAt);
    return [
      wave.name,
      show.count(wave.steps),
      show.count(own.filter(({ outcome }) => outcome === 'verified').length),
      show.instant(wave.startedAt),
      show.instant(wave.endedAt),
      took === null ? '' : show.duration(took),
    ];
  });
  const columns = [
    { title: 'Wave' },
    { title: 'Steps', number: true },
    { title: 'Verified', number: true },
    { title: 'Began' },
    { title: 'Ended' },
    { title: 'Took', number: true },
  ];
  return [
    markup`<figure><div class="scroll" role="region" aria-label="Timeline, picture" tabindex="0">${timelinePicture(report)}</div>
<figcaption>One bar a step, from its first order to its end, coloured by outcome, times UTC. A pale bar with a dashed edge had not ended when the journal did.</figcaption></figure>
`,
    durationsPicture(report.steps),
    pageTable('waves', 'Waves in order; each begins when the one before is settled', columns, rows),
    stepWaitsTable(report),
    report.run.waits !== undefined && runWaitsTable(report.run.waits),
    report.run.signatures !== undefined && signaturesTable(report.run.signatures),
    gatesOf(report).length > 0 && gatesTable(report),
    report.run.processes.length > 0 && processesTable(report.run),
    report.run.steered !== undefined && steeredTable(report.run.steered),
    report.run.told !== undefined && toldTable(report.run.told),
  ];
}

function stepWaitsTable({ steps }: Report): Piece {
  const sums = waitSums(steps);
  if (sums.length === 0) return null;
  const rows = sums.map((sum) => [
    WAIT_WORDS[sum.for],
    show.count(sum.steps),
    show.count(sum.times),
    show.duration(sum.ms),
    show.duration(sum.longest),
  ]);
  const columns = [
    { title: 'Waited for' },
    ...['Steps', 'Times', 'In all', 'At most'].map((title) => ({ title, number: true })),
  ];
  return pageTable('waited', 'What the steps waited for, and how long', columns, rows);
}

function runWaitsTable(waits: NonNullable<Report['run']['waits']>): Raw {
  const rows = waits.map((wait) => {
    const took = lasted(wait);
    return [
      markup`<span class="nb">${show.instant(wait.from)}</span>`,
      markup`<span class="nb">${show.instant(wait.to)}</span>`,
      RUN_WAIT_WORDS[wait.for],
      wait.what,
      took === null ? 'not over yet' : show.duration(took),
    ];
  });
  const columns = [
    { title: 'From' },
    { title: 'To' },
    { title: 'For' },
    { title: 'What' },
    { title: 'Lasted', number: true },
  ];
  return pageTable('run-waits', 'When the whole run waited', columns, rows);
}

function calls(report: Report): Piece {
  const rows = actionCalls(report).map(({ action, count, refusedByLimit, peak }, index) => [
    markup`<span class="key ${actionTone(index)}">${action}</span>`,
    show.count(count),
    show.count(peak),
    show.count(refusedByLimit),
  ]);
  const columns = [
    { title: 'Action' },
    { title: 'Calls', number: true },
    { title: 'Most in one second', number: true },
    { title: 'Refused by limit', number: true },
  ];
  if (rows.length === 0) return callsPicture(report);
  return [callsPicture(report), pageTable('actions', 'Calls by action', columns, rows)];
}

function steps(report: Report): Piece {
  const priced = report.steps.some(({ quote, billed }) => quote !== null || billed !== null);
  const otherwise = new Set(askedOtherwise(report).map(({ id }) => id));
  const columns = [
    { title: 'Outcome' },
    { title: 'Instance' },
    { title: 'Wave' },
    { title: 'Change' },
    { title: 'Order numbers, request ids' },
    { title: 'Began (UTC)' },
    { title: 'Took', number: true },
    ...(priced ? [{ title: 'Quoted, billed', number: true }] : []),
  ];
  const caption = `All ${show.counted(report.steps.length, 'step')} of the plan, each with its one outcome; asked for once and answered unless said`;
  return [
    sieve(
      'steps',
      0,
      'Outcome',
      OUTCOMES.filter((outcome) => report.totals[outcome] > 0),
    ),
    pageTable(
      'steps',
      caption,
      columns,
      report.steps.map((step) => stepRow(step, priced, otherwise.has(step.id))),
    ),
  ];
}

function stepRow(step: ReportStep, priced: boolean, otherwise: boolean) {
  const heldUp = heldUpBy(step);
  const took = show.between(step.startedAt, step.endedAt);
  const told = step.outcome !== 'verified' && step.outcome !== 'not-run';
  const said = markup`${step.code !== null && step.outcome !== 'verified' && markup`<small>${step.code}</small>`}${told && markup`<small>${step.what}</small>`}${step.warning !== undefined && markup`<small>${step.warning}</small>`}${otherwise && step.asked.map((one) => markup`<small>${attemptInWords(one)}</small>`)}${heldUp !== '' && markup`<small>waited: ${heldUp}</small>`}`;
  const bill = billInWords(step);
  const billed =
    bill !== '' &&
    markup`<small>${step.bill === 'differs' ? markup`<strong>${bill}</strong>` : bill}</small>`;
  return [
    {
      show: markup`<span class="o ${step.outcome}">${outcomeName(step.outcome)}</span>${said}`,
      sort: step.outcome,
    },
    markup`<span class="id">${step.instance}</span>${step.name !== '' && markup`<small><bdi>${step.name}</bdi></small>`}<small>${step.region}</small>`,
    step.wave,
    markup`<span class="nb">${changeOf(step)}</span>${step.because !== undefined && markup`<small>${step.because}</small>`}${step.found && told && markup`<small>found ${show.size(step.found)}</small>`}`,
    markup`${step.orders.length > 0 && markup`<span class="id">${step.orders.join(' ')}</span>`}${step.requestIds.map((id) => markup`<small class="id">${id}</small>`)}`,
    step.startedAt === null
      ? { show: '', sort: '' }
      : { show: markup`<span class="nb">${step.startedAt.slice(11, 19)}</span>`, sort: step.startedAt },
    took === null ? { show: '', sort: '' } : { show: show.duration(took), sort: took },
    ...(priced
      ? [{ show: markup`${step.quote && show.quote(step.quote)}${billed}`, sort: step.quote?.amount ?? '' }]
      : []),
  ];
}

/** Targets that never became a step, one row a finding. */
export function blockedTable(blocked: readonly BlockedTarget[]): Raw {
  const rows = blocked.flatMap(({ instance, region, findings }) =>
    findings.map(({ code, what, mend }) => [
      markup`<span class="id">${instance}</span>`,
      region,
      markup`<code>${code}</code>`,
      markup`${what}${mend !== '' && markup`<small>mend: ${mend}</small>`}`,
    ]),
  );
  const columns = [
    { title: 'Instance' },
    { title: 'Region' },
    { title: 'Code' },
    { title: 'Why, and what to do' },
  ];
  return pageTable('blocked', 'Left out of the plan: nothing was ordered for them', columns, rows);
}

/** Targets that already fit. */
export function unchangedTable(unchanged: Report['unchanged']): Raw {
  const rows = unchanged.map(({ instance, region, why }) => [
    markup`<span class="id">${instance}</span>`,
    region,
    why,
  ]);
  return pageTable(
    'unchanged',
    'Already as the plan asks: nothing to order',
    [{ title: 'Instance' }, { title: 'Region' }, { title: 'Why' }],
    rows,
  );
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
<p>Journal head <code>${head}</code>, ${show.counted(entries, 'entry', 'entries')}. Check it offline with <code>refit audit verify RUN --head ${head}</code></p>
<p>Computed from the saved plan and the journal alone, format <code>${format}</code>.</p>
</footer>
`;
}
