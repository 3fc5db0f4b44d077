/** The tables of a report as data, shared by all formats. */
import { given } from '../../given.ts';
import { totals } from '../../journal/replay.ts';
import { between } from '../../messages/en/quantities.ts';
import { english, type Words } from '../../messages/words.ts';
import { OUTCOMES, type Report, type ReportStep, STEP_WAITS } from '../../model.ts';
import { withoutLone } from '../../money.ts';
import { actionCalls, actionTone } from '../charts/calls.ts';
import {
  changeOf,
  describeAttempt,
  describeBill,
  describeDelays,
  fixOf,
  hasUnusualAttempts,
  stepsNeedingAttention,
} from '../describe-step.ts';
import {
  BELOW_ROW,
  type Cell,
  type ColumnOf,
  code,
  count,
  duration,
  id,
  ids,
  money,
  name,
  type Table,
  tableOf,
  time,
} from '../document/table.ts';
import { CODE, INSTANCE, MESSAGE_COLUMNS, SEVERITY } from '../finding-columns.ts';
import { describeOutcomes } from '../verdict.ts';
import { describeSigned } from './describe-run.ts';

/** Makes a table with this id from a report. */
type TableOfRun = (report: Report, id: RunTableId, words: Words) => Table;

type RunTableId = keyof Words['report']['tables'];

function table<Item>(
  items: (report: Report) => readonly Item[],
  columns: readonly ColumnOf<Item>[],
  noteOf: (report: Report, words: Words) => string | undefined = () => undefined,
): TableOfRun {
  return (report, id, words) => {
    const head = { id, heading: words.report.tables[id], ...given({ note: noteOf(report, words) }) };
    return tableOf(head, items(report), columns, words);
  };
}

const OUTCOME: ColumnOf<ReportStep> = ['outcome', ({ outcome }) => ({ kind: 'outcome', value: outcome })];
const STEP_INSTANCE: ColumnOf<ReportStep> = ['instance', ({ instance }) => id(instance)];

/** The tables by id, in reading order: approvals and urgent ones first, long ones last. */
const TABLES = {
  signatures: table(signaturesOf, [
    ['approver', ({ by }) => by],
    ['signed', (signature, _, words) => describeSigned(signature, words)],
    ['planDigest', ({ digest }) => code(digest.slice(0, 8))],
    ['signedAt', ({ issuedAt }) => time(issuedAt), { yields: 3 }],
    ['validUntil', ({ expiresAt }) => time(expiresAt), { yields: 2 }],
    ['verifiedAt', ({ at }) => time(at), { yields: 1 }],
    ['key', ({ key }) => code(key), { below: true }],
  ]),
  attention: table(stepsNeedingAttention, [
    OUTCOME,
    ['instance', ({ instance, id }) => ({ kind: 'link', text: instance, to: id })],
    ['name', (step) => name(step.name), { under: 'instance', minWidth: 6, bare: true }],
    ['change', (step, _, words) => changeOf(step, words)],
    ['code', (step) => code(step.code), { under: 'outcome', yields: 1, bare: true }],
    ['message', ({ message }) => message, BELOW_ROW],
    ['fix', (step, _, words) => fixOf(step, words), { under: 'message', in: 'documents' }],
    ['warning', ({ warning = null }) => warning, { under: 'message', below: true }],
  ]),
  waves: table(wavesWithOutcomes, [
    ['wave', (wave) => wave.name, { minWidth: 8 }],
    ['steps', (wave) => count(wave.steps)],
    ['outcomes', (wave, _, words) => describeOutcomes(wave.outcomes, [], words), { yields: 1, bare: true }],
    ['started', (wave, _, { report }) => time(wave.startedAt) ?? report.notStarted],
    ['ended', (wave) => time(wave.endedAt, wave.startedAt)],
    ['duration', (wave) => duration(between(wave.startedAt, wave.endedAt))],
  ]),
  gates: table(gatesOf, [
    ['at', ({ at }) => time(at)],
    ['wave', ({ wave }) => wave],
    ['check', ({ judge }, _, { names }) => names.judge[judge]],
    [
      'outcome',
      ({ outcome, shadow }, _, { names, report }) =>
        shadow ? report.shadow(names.gateOutcome[outcome]) : names.gateOutcome[outcome],
    ],
    ['message', ({ message }) => message, BELOW_ROW],
  ]),
  processes: table(
    ({ run }) => run.processes,
    [
      ['at', ({ at }) => time(at)],
      ['user', ({ user }) => user, { minWidth: 8 }],
      ['host', ({ host }) => host, { minWidth: 8 }],
      ['pid', ({ pid }) => String(pid)],
      ['version', ({ version }) => version, { yields: 1 }],
      ['incompleteBytesRemoved', ({ cutOff }) => count(cutOff || null), { yields: 2 }],
      ['details', (process, _, { show }) => show.describeProcess(process), BELOW_ROW],
    ],
  ),
  commands: table(
    ({ run }) => run.controlCommands ?? [],
    [
      ['at', ({ at }) => time(at)],
      ['user', ({ by }) => by.user, { minWidth: 8 }],
      ['host', ({ by }) => by.host, { minWidth: 8 }],
      ['pid', ({ by }) => String(by.pid), { yields: 1 }],
      ['command', ({ command, value }) => (value === null ? command : `${command} ${value}`)],
      ['answer', ({ accepted }, _, { report }) => (accepted ? report.accepted : report.refused)],
      ['message', ({ message }) => message, BELOW_ROW],
    ],
  ),
  notifications: table(
    ({ run }) => run.notifications ?? [],
    [
      ['at', ({ at }) => time(at)],
      ['event', ({ event }, _, { names }) => names.event[event]],
      ['sentBy', ({ by }) => by],
      ['to', ({ to }) => to, { yields: 1 }],
      ['delivered', ({ ok }, _, { report }) => (ok ? report.delivered : report.notDelivered)],
      ['message', ({ message }) => message, BELOW_ROW],
    ],
  ),
  'run-waits': table(
    ({ run }) => run.waits ?? [],
    [
      ['from', ({ from }) => time(from)],
      ['to', ({ from, to }) => time(to, from)],
      ['reason', (wait, _, { names }) => names.runWait[wait.for]],
      ['details', ({ reason }) => reason, { minWidth: 20, yields: 1, bare: true }],
      ['duration', ({ from, to }, _, { report }) => duration(between(from, to)) ?? report.inProgress],
    ],
  ),
  'step-waits': table(stepWaits, [
    ['reason', ({ reason }, _, { names }) => names.stepWait[reason], { minWidth: 20 }],
    ['steps', ({ waits }) => count(waits.length)],
    ['count', ({ waits }) => count(sum(waits.map(({ times }) => times)))],
    ['total', ({ waits }) => duration(sum(waits.map(({ ms }) => ms)))],
    ['longest', ({ waits }) => duration(waits.reduce((most, { ms }) => Math.max(most, ms), 0))],
  ]),
  attempts: table(attemptsOf, [
    ['instance', ({ step }) => id(step.instance)],
    ['change', ({ step }, _, words) => changeOf(step, words)],
    ['attempt', ({ attempt }, _, words) => describeAttempt(attempt, words), BELOW_ROW],
  ]),
  /** The warnings and notes of the plan when people approved it. */
  'approved-with': table(({ plan }) => plan.findings, [SEVERITY, CODE, INSTANCE, ...MESSAGE_COLUMNS]),
  money: table(
    ({ money: { shares } }) => withoutLone(shares),
    [
      ['by', ({ by }, _, { names }) => names.share[by]],
      ['name', (share) => name(share.name), { minWidth: 8 }],
      ['steps', ({ steps }) => count(steps), { in: 'documents' }],
      ['quoted', ({ quoted }, _, { show }) => money(show.quotes(quoted))],
      ['verified', ({ verified }, _, { show }) => money(show.quotes(verified)), { in: 'documents' }],
      ['billed', ({ billed }, _, { show }) => money(show.amounts(billed)), { yields: 2 }],
    ],
    ({ money: { quoted } }, words) =>
      quoted.some(({ basis }) => basis === 'hourly') ? words.report.hourlyNote : undefined,
  ),
  'billed-otherwise': table(
    ({ steps }) => steps.filter(({ bill }) => bill === 'differs'),
    [
      STEP_INSTANCE,
      ['change', (step, _, words) => changeOf(step, words)],
      ['bill', (step, _, words) => describeBill(step, words), { yields: 1, bare: true }],
    ],
    // This is the cause of most differences.
    (_, words) => words.report.differsNote,
  ),
  /** One row for each finding of a blocked target. */
  blocked: table(blockedFindings, [INSTANCE, ['region', ({ region }) => region], CODE, ...MESSAGE_COLUMNS]),
  steps: stepsTable,
  unchanged: ({ unchanged }, _, words) => unchangedTable(unchanged, words),
} as const satisfies Record<string, TableOfRun>;

export type RunTable = keyof typeof TABLES;

/** The tables with these ids; all of them unless named. */
export function tablesOfRun(
  report: Report,
  ids = Object.keys(TABLES) as readonly RunTable[],
  words: Words = english,
): Table[] {
  return ids.map((id) => TABLES[id](report, id, words));
}

function wavesWithOutcomes({ waves, steps }: Report) {
  const byWave = Map.groupBy(steps, ({ wave }) => wave);
  return waves.map((wave) => ({ ...wave, outcomes: totals(byWave.get(wave.name) ?? []) }));
}

function signaturesOf({ run, plan: { digest } }: Report) {
  return (run.signatures ?? []).map((signature) => ({ ...signature, digest }));
}

function gatesOf({ waves }: Report) {
  return waves.flatMap(({ name: wave, gate = [] }) => gate.map((one) => ({ wave, ...one })));
}

/** The waits of all steps by reason, without waits of zero milliseconds. */
function stepWaits({ steps }: Report) {
  return STEP_WAITS.flatMap((reason) => {
    const waits = steps.flatMap((step) => step.waits.filter((wait) => wait.for === reason && wait.ms > 0));
    return waits.length === 0 ? [] : [{ reason, waits }];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function attemptsOf({ steps }: Report) {
  return steps
    .filter(hasUnusualAttempts)
    .flatMap((step) => step.attemptDetails.map((attempt) => ({ step, attempt })));
}

function blockedFindings({ blocked }: Report) {
  return blocked.flatMap(({ instance, region, findings }) =>
    findings.map((finding) => ({ ...finding, instance, region })),
  );
}

/** Details that only an HTML page has room for. */
const UNDER_OUTCOME = { under: 'outcome', in: 'page', bare: true } as const;
const UNDER_CHANGE = { under: 'change', in: 'page' } as const;

/** Every step with its outcome. */
function stepsTable(report: Report, id: RunTableId, words: Words): Table {
  const filters = [
    { by: 'outcome', choices: OUTCOMES.filter((outcome) => report.totals[outcome] > 0) },
    { by: 'wave', choices: [...new Set(report.waves.map((wave) => wave.name))] },
    { by: 'region', choices: [...new Set(report.steps.map(({ region }) => region))] },
  ];
  const anchors = report.steps.map((step) => step.id);
  const runStart = report.run.startedAt;
  const columns: readonly ColumnOf<ReportStep>[] = [
    OUTCOME,
    ['code', (step) => unlessVerified(step, step.code), UNDER_OUTCOME],
    ['message', (step) => (needsExplanation(step) ? step.message : null), UNDER_OUTCOME],
    ['warning', ({ warning = null }) => warning, { under: 'outcome', in: 'page' }],
    ['attempts', (step) => attemptList(step, words), UNDER_OUTCOME],
    ['waits', (step) => describeDelays(step, words), { under: 'outcome', in: 'page' }],
    STEP_INSTANCE,
    ['name', (step) => name(step.name), { under: 'instance', minWidth: 10, yields: 4, bare: true }],
    ['region', ({ region }) => region, { under: 'instance', in: 'documents', bare: true }],
    ['wave', ({ wave }) => wave, { in: 'documents' }],
    ['change', (step, _, words) => changeOf(step, words)],
    ['reason', ({ reason = null }) => reason, { ...UNDER_CHANGE, bare: true }],
    [
      'found',
      (step) => (step.readBack && needsExplanation(step) ? words.show.size(step.readBack) : null),
      UNDER_CHANGE,
    ],
    ['started', ({ startedAt }) => time(startedAt, runStart), { in: 'documents' }],
    ['duration', ({ startedAt, endedAt }) => duration(between(startedAt, endedAt)), { yields: 3 }],
    ['orders', ({ orders }) => ids(orders), { yields: 2 }],
    ['requestIds', (step) => ids(step.requestIds), { under: 'orders', in: 'documents', bare: true }],
    ['quoted', ({ quote }) => quote && money(words.show.quote(quote), quote.amount), { in: 'documents' }],
    ['billed', (step) => billCell(step, words), { under: 'quoted', in: 'documents', bare: true }],
  ];
  const head = { id, heading: words.report.tables[id], filters, anchors };
  return tableOf(head, report.steps, columns, words);
}

/** True for a step whose outcome needs a message: all except verified and not-run. */
function needsExplanation({ outcome }: ReportStep): boolean {
  return outcome !== 'verified' && outcome !== 'not-run';
}

function unlessVerified({ outcome }: ReportStep, text: string | null): Cell {
  return outcome === 'verified' ? null : text;
}

function attemptList(step: ReportStep, words: Words): Cell {
  if (!hasUnusualAttempts(step)) return null;
  return { kind: 'list', items: step.attemptDetails.map((attempt) => describeAttempt(attempt, words)) };
}

function billCell(step: ReportStep, words: Words): Cell {
  const text = describeBill(step, words);
  return step.bill === 'differs' ? { kind: 'strong', text } : text;
}

/** Targets that already have the requested size. */
export function unchangedTable(unchanged: Report['unchanged'], words: Words = english): Table {
  const columns: readonly ColumnOf<Report['unchanged'][number]>[] = [
    ['instance', ({ instance }) => id(instance)],
    ['region', ({ region }) => region],
    ['reason', ({ reason }) => reason, { yields: 1, bare: true }],
  ];
  return tableOf({ id: 'unchanged', heading: words.report.tables.unchanged }, unchanged, columns, words);
}

/** The calls of each action, orders first. */
export function actionsTable(report: Report, words: Words = english): Table {
  const columns: readonly ColumnOf<ReturnType<typeof actionCalls>[number]>[] = [
    ['action', ({ action }, at) => ({ kind: 'action', text: action, tone: actionTone(at) })],
    ['calls', (calls) => count(calls.count)],
    ['peakPerSecond', ({ peak }) => count(peak)],
    ['refusedByTheRequestLimit', ({ refusedByLimit }) => count(refusedByLimit)],
  ];
  return tableOf(
    { id: 'actions', heading: words.report.tables.actions },
    actionCalls(report),
    columns,
    words,
  );
}
