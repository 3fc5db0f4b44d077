/** The tables of a report as data, shared by all formats. */
import { given } from '../../given.ts';
import { totals } from '../../journal/replay.ts';
import * as show from '../../messages/en/quantities.ts';
import { OUTCOMES, type Report, type ReportStep, STEP_WAITS } from '../../model.ts';
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
type TableOfRun = (report: Report, id: string) => Table;

function table<Item>(
  heading: string,
  items: (report: Report) => readonly Item[],
  columns: readonly ColumnOf<Item>[],
  noteOf: (report: Report) => string | undefined = () => undefined,
): TableOfRun {
  return (report, id) => tableOf({ id, heading, ...given({ note: noteOf(report) }) }, items(report), columns);
}

const OUTCOME: ColumnOf<ReportStep> = ['Outcome', ({ outcome }) => ({ kind: 'outcome', value: outcome })];
const STEP_INSTANCE: ColumnOf<ReportStep> = ['Instance', ({ instance }) => id(instance)];

const RUN_WAIT_NAMES = { paused: 'paused', soak: 'soak', 'no-process': 'no process running' } as const;
const STEP_WAIT_NAMES = {
  sending: 'sending of the order and its answer',
  limit: 'request limit',
  busy: 'another operation on the instance',
  resolving: 'resolving an unanswered order',
  window: 'maintenance window',
  change: 'execution of the change',
} as const;

/** The tables by id, in reading order: approvals and urgent ones first, long ones last. */
const TABLES = {
  signatures: table('Approvals', signaturesOf, [
    ['Approver', ({ by }) => by],
    ['Signed', describeSigned],
    ['Plan digest', ({ digest }) => code(digest.slice(0, 8))],
    ['Signed at', ({ issuedAt }) => time(issuedAt), { yields: 3 }],
    ['Valid until', ({ expiresAt }) => time(expiresAt), { yields: 2 }],
    ['Verified at', ({ at }) => time(at), { yields: 1 }],
    ['Key', ({ key }) => code(key), { below: true }],
  ]),
  attention: table('Needs attention', stepsNeedingAttention, [
    OUTCOME,
    ['Instance', ({ instance, id }) => ({ kind: 'link', text: instance, to: id })],
    ['Name', (step) => name(step.name), { under: 'Instance', minWidth: 6, bare: true }],
    ['Change', changeOf],
    ['Code', (step) => code(step.code), { under: 'Outcome', yields: 1, bare: true }],
    ['Message', ({ message }) => message, BELOW_ROW],
    ['Fix', fixOf, { under: 'Message', in: 'documents' }],
    ['Warning', ({ warning = null }) => warning, { under: 'Message', below: true }],
  ]),
  waves: table('Waves', wavesWithOutcomes, [
    ['Wave', (wave) => wave.name, { minWidth: 8 }],
    ['Steps', (wave) => count(wave.steps)],
    ['Outcomes', (wave) => describeOutcomes(wave.outcomes), { yields: 1, bare: true }],
    ['Started', (wave) => time(wave.startedAt) ?? 'not started'],
    ['Ended', (wave) => time(wave.endedAt, wave.startedAt)],
    ['Duration', (wave) => duration(show.between(wave.startedAt, wave.endedAt))],
  ]),
  gates: table('Gates', gatesOf, [
    ['At', ({ at }) => time(at)],
    ['Wave', ({ wave }) => wave],
    ['Check', ({ judge }) => judge],
    ['Outcome', ({ outcome, shadow }) => (shadow ? `${outcome} (shadow)` : outcome)],
    ['Message', ({ message }) => message, BELOW_ROW],
  ]),
  processes: table('Processes', ({ run }) => run.processes, [
    ['At', ({ at }) => time(at)],
    ['User', ({ user }) => user, { minWidth: 8 }],
    ['Host', ({ host }) => host, { minWidth: 8 }],
    ['Pid', ({ pid }) => String(pid)],
    ['Version', ({ version }) => version, { yields: 1 }],
    ['Incomplete bytes removed', ({ cutOff }) => count(cutOff || null), { yields: 2 }],
    ['Details', (process) => show.describeProcess(process), BELOW_ROW],
  ]),
  commands: table('Control commands', ({ run }) => run.controlCommands ?? [], [
    ['At', ({ at }) => time(at)],
    ['User', ({ by }) => by.user, { minWidth: 8 }],
    ['Host', ({ by }) => by.host, { minWidth: 8 }],
    ['Pid', ({ by }) => String(by.pid), { yields: 1 }],
    ['Command', ({ command, value }) => (value === null ? command : `${command} ${value}`)],
    ['Answer', ({ accepted }) => (accepted ? 'accepted' : 'refused')],
    ['Message', ({ message }) => message, BELOW_ROW],
  ]),
  notifications: table('Notifications', ({ run }) => run.notifications ?? [], [
    ['At', ({ at }) => time(at)],
    ['Event', ({ event }) => event],
    ['Sent by', ({ by }) => by],
    ['To', ({ to }) => to, { yields: 1 }],
    ['Delivered', ({ ok }) => (ok ? 'yes' : 'NO')],
    ['Message', ({ message }) => message, BELOW_ROW],
  ]),
  'run-waits': table('Waits of the run', ({ run }) => run.waits ?? [], [
    ['From', ({ from }) => time(from)],
    ['To', ({ from, to }) => time(to, from)],
    ['Reason', (wait) => RUN_WAIT_NAMES[wait.for]],
    ['Details', ({ reason }) => reason, { minWidth: 20, yields: 1, bare: true }],
    ['Duration', ({ from, to }) => duration(show.between(from, to)) ?? 'in progress'],
  ]),
  'step-waits': table('Waits of the steps', stepWaits, [
    ['Reason', ({ reason }) => STEP_WAIT_NAMES[reason], { minWidth: 20 }],
    ['Steps', ({ waits }) => count(waits.length)],
    ['Count', ({ waits }) => count(sum(waits.map(({ times }) => times)))],
    ['Total', ({ waits }) => duration(sum(waits.map(({ ms }) => ms)))],
    ['Longest', ({ waits }) => duration(waits.reduce((most, { ms }) => Math.max(most, ms), 0))],
  ]),
  attempts: table('Steps with several attempts or without a clear answer', attemptsOf, [
    ['Instance', ({ step }) => id(step.instance)],
    ['Change', ({ step }) => changeOf(step)],
    ['Attempt', ({ attempt }) => describeAttempt(attempt), BELOW_ROW],
  ]),
  /** The warnings and notes of the plan when people approved it. */
  'approved-with': table('Findings at approval', ({ plan }) => plan.findings, [
    SEVERITY,
    CODE,
    INSTANCE,
    ...MESSAGE_COLUMNS,
  ]),
  money: table(
    'Cost',
    ({ money: { shares } }) => shares,
    [
      ['By', ({ by }) => by],
      ['Name', (share) => name(share.name), { minWidth: 8 }],
      ['Steps', ({ steps }) => count(steps), { in: 'documents' }],
      ['Quoted', ({ quoted }) => money(show.quotes(quoted))],
      ['Verified', ({ verified }) => money(show.quotes(verified)), { in: 'documents' }],
      ['Billed', ({ billed }) => money(show.amounts(billed)), { yields: 2 }],
    ],
    ({ money: { quoted } }) =>
      quoted.some(({ basis }) => basis === 'hourly')
        ? 'Changes that are paid by the hour have no one-time bill.'
        : undefined,
  ),
  'billed-otherwise': table(
    'Bills that differ from the quote',
    ({ steps }) => steps.filter(({ bill }) => bill === 'differs'),
    [STEP_INSTANCE, ['Change', changeOf], ['Bill', describeBill, { yields: 1, bare: true }]],
    // This is the cause of most differences.
    () =>
      'A prepaid quote covers the rest of the term. If Refit orders on a later day, the bill or refund covers fewer days. Check other differences.',
  ),
  /** One row for each finding of a blocked target. */
  blocked: table('Blocked targets', blockedFindings, [
    INSTANCE,
    ['Region', ({ region }) => region],
    CODE,
    ...MESSAGE_COLUMNS,
  ]),
  steps: stepsTable,
  unchanged: ({ unchanged }) => unchangedTable(unchanged),
} as const satisfies Record<string, TableOfRun>;

export type RunTable = keyof typeof TABLES;

/** The tables with these ids; all of them unless named. */
export function tablesOfRun(report: Report, ids = Object.keys(TABLES) as readonly RunTable[]): Table[] {
  return ids.map((id) => TABLES[id](report, id));
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
const UNDER_OUTCOME = { under: 'Outcome', in: 'page', bare: true } as const;
const UNDER_CHANGE = { under: 'Change', in: 'page' } as const;

/** Every step with its outcome. */
function stepsTable(report: Report, id: string): Table {
  const filters = [
    { by: 'Outcome', choices: OUTCOMES.filter((outcome) => report.totals[outcome] > 0) },
    { by: 'Wave', choices: [...new Set(report.waves.map((wave) => wave.name))] },
    { by: 'Region', choices: [...new Set(report.steps.map(({ region }) => region))] },
  ];
  const anchors = report.steps.map((step) => step.id);
  const runStart = report.run.startedAt;
  const columns: readonly ColumnOf<ReportStep>[] = [
    OUTCOME,
    ['Code', (step) => unlessVerified(step, step.code), UNDER_OUTCOME],
    ['Message', (step) => (needsExplanation(step) ? step.message : null), UNDER_OUTCOME],
    ['Warning', ({ warning = null }) => warning, { under: 'Outcome', in: 'page' }],
    ['Attempts', attemptList, UNDER_OUTCOME],
    ['Waits', describeDelays, { under: 'Outcome', in: 'page' }],
    STEP_INSTANCE,
    ['Name', (step) => name(step.name), { under: 'Instance', minWidth: 10, yields: 4, bare: true }],
    ['Region', ({ region }) => region, { under: 'Instance', in: 'documents', bare: true }],
    ['Wave', ({ wave }) => wave, { in: 'documents' }],
    ['Change', changeOf],
    ['Reason', ({ reason = null }) => reason, { ...UNDER_CHANGE, bare: true }],
    [
      'Found',
      (step) => (step.readBack && needsExplanation(step) ? show.size(step.readBack) : null),
      UNDER_CHANGE,
    ],
    ['Started', ({ startedAt }) => time(startedAt, runStart), { in: 'documents' }],
    ['Duration', ({ startedAt, endedAt }) => duration(show.between(startedAt, endedAt)), { yields: 3 }],
    ['Orders', ({ orders }) => ids(orders), { yields: 2 }],
    ['Request ids', (step) => ids(step.requestIds), { under: 'Orders', in: 'documents', bare: true }],
    ['Quoted', ({ quote }) => quote && money(show.quote(quote), quote.amount), { in: 'documents' }],
    ['Billed', billCell, { under: 'Quoted', in: 'documents', bare: true }],
  ];
  return tableOf({ id, heading: 'Steps', filters, anchors }, report.steps, columns);
}

/** True for a step whose outcome needs a message: all except verified and not-run. */
function needsExplanation({ outcome }: ReportStep): boolean {
  return outcome !== 'verified' && outcome !== 'not-run';
}

function unlessVerified({ outcome }: ReportStep, text: string | null): Cell {
  return outcome === 'verified' ? null : text;
}

function attemptList(step: ReportStep): Cell {
  return hasUnusualAttempts(step) ? { kind: 'list', items: step.attemptDetails.map(describeAttempt) } : null;
}

function billCell(step: ReportStep): Cell {
  const text = describeBill(step);
  return step.bill === 'differs' ? { kind: 'strong', text } : text;
}

/** Targets that already have the requested size. */
export function unchangedTable(unchanged: Report['unchanged']): Table {
  return tableOf({ id: 'unchanged', heading: 'Unchanged targets' }, unchanged, [
    ['Instance', ({ instance }) => id(instance)],
    ['Region', ({ region }) => region],
    ['Reason', ({ reason }) => reason, { yields: 1, bare: true }],
  ]);
}

/** The calls of each action, orders first. */
export function actionsTable(report: Report): Table {
  return tableOf({ id: 'actions', heading: 'Calls by action' }, actionCalls(report), [
    ['Action', ({ action }, at) => ({ kind: 'action', text: action, tone: actionTone(at) })],
    ['Calls', (calls) => count(calls.count)],
    ['Peak per second', ({ peak }) => count(peak)],
    ['Refused by the request limit', ({ refusedByLimit }) => count(refusedByLimit)],
  ]);
}
