/** The tables of a run's report, each once, as data: what every format shows of them is the same. */
import { given } from '../../given.ts';
import { totals } from '../../journal/replay.ts';
import { OUTCOMES, type Report, type ReportStep, STEP_WAITS } from '../../model.ts';
import {
  changeOf,
  describeAttempt,
  describeBill,
  heldUpBy,
  isAskedOtherwise,
  needingAttention,
} from '../describe-step.ts';
import {
  type Cell,
  type ColumnOf,
  code,
  count,
  duration,
  id,
  ids,
  money,
  name,
  SENTENCE,
  type Table,
  tableOf,
  time,
} from '../document/table.ts';
import { CODE, INSTANCE, SEVERITY, WHAT } from '../finding-columns.ts';
import { actionCalls, actionTone } from '../pictures/calls.ts';
import * as show from '../quantities.ts';
import { describeOutcomes } from '../verdict.ts';

/** A table of a report with this id. */
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

const RUN_WAIT_WORDS = { paused: 'paused', soak: 'soak', 'no-process': 'nobody carried it out' } as const;
const STEP_WAIT_WORDS = {
  sending: 'its order to leave and be answered',
  limit: 'the request limit',
  busy: 'something else under way on the instance',
  resolving: 'reading to resolve an order without an answer',
  window: 'its maintenance window',
  change: 'the change itself',
} as const;

/** By id, in the order in which they are read: what needs a person first, what may be long last. */
const TABLES = {
  /** Steps that need a person's eyes. */
  attention: table('Attention', needingAttention, [
    OUTCOME,
    STEP_INSTANCE,
    ['Name', (step) => name(step.name), { least: 6 }],
    ['Change', changeOf],
    ['Code', (step) => code(step.code), { yields: 1, bare: true }],
    ['What', ({ message: what }) => what, SENTENCE],
    ['Warning', ({ warning = null }) => warning, { below: true }],
  ]),
  waves: table('Waves', wavesWithOutcomes, [
    ['Wave', (wave) => wave.name, { least: 8 }],
    ['Steps', (wave) => count(wave.steps)],
    ['Outcomes', (wave) => describeOutcomes(wave.outcomes), { yields: 1, bare: true }],
    ['Began', (wave) => time(wave.startedAt) ?? 'not started'],
    ['Ended', (wave) => time(wave.endedAt, wave.startedAt)],
    ['Took', (wave) => duration(show.between(wave.startedAt, wave.endedAt))],
  ]),
  /** Who signed the plan and its waves, in order. */
  signatures: table('Signed by', ({ run }) => run.signatures ?? [], [
    ['At', ({ at }) => time(at)],
    ['Who', ({ by }) => by],
    ['What', ({ wave }) => signedWhat(wave)],
    ['Signed at', ({ issuedAt }) => time(issuedAt), { yields: 3 }],
    ['Good until', ({ expiresAt }) => time(expiresAt), { yields: 2 }],
    ['Key', ({ key }) => code(key), { yields: 1 }],
  ]),
  /** What the gates judged after the waves, in the order of the waves. */
  gates: table('Gates', gatesOf, [
    ['At', ({ at }) => time(at)],
    ['Wave', ({ wave }) => wave],
    ['Judged', ({ judge }) => judge],
    ['Outcome', ({ outcome, shadow }) => (shadow ? `${outcome} (shadow)` : outcome)],
    ['What', ({ message: what }) => what, SENTENCE],
  ]),
  processes: table('Processes', ({ run }) => run.processes, [
    ['At', ({ at }) => time(at)],
    ['User', ({ user }) => user, { least: 8 }],
    ['Host', ({ host }) => host, { least: 8 }],
    ['Pid', ({ pid }) => String(pid)],
    ['Version', ({ version }) => version, { yields: 1 }],
    ['Torn bytes cut off', ({ cutOff }) => count(cutOff || null), { yields: 2 }],
    ['Remarks', (process) => show.remarks(process), SENTENCE],
  ]),
  /** What people told the run to do while it was live, in order. */
  commands: table('Commands to the run', ({ run }) => run.controlCommands ?? [], [
    ['At', ({ at }) => time(at)],
    ['User', ({ by }) => by.user, { least: 8 }],
    ['Host', ({ by }) => by.host, { least: 8 }],
    ['Pid', ({ by }) => String(by.pid), { yields: 1 }],
    ['Command', ({ command, value }) => (value === null ? command : `${command} ${value}`)],
    ['Answer', ({ accepted }) => (accepted ? 'accepted' : 'refused')],
    ['What', ({ message: what }) => what, SENTENCE],
  ]),
  /** Who was notified of the run while it was live, and who could not be, in order. */
  notifications: table('Notifications', ({ run }) => run.notifications ?? [], [
    ['At', ({ at }) => time(at)],
    ['Event', ({ event }) => event],
    ['By', ({ by }) => by],
    ['To', ({ to }) => to, { yields: 1 }],
    ['Delivered', ({ ok }) => (ok ? 'yes' : 'NO')],
    ['What', ({ message: what }) => what, SENTENCE],
  ]),
  'run-waits': table('Waits of the run', ({ run }) => run.waits ?? [], [
    ['From', ({ from }) => time(from)],
    ['To', ({ from, to }) => time(to, from)],
    ['For', (wait) => RUN_WAIT_WORDS[wait.for]],
    ['What', ({ reason: what }) => what, { least: 20, yields: 1, bare: true }],
    ['Lasted', ({ from, to }) => duration(show.between(from, to)) ?? 'not over yet'],
  ]),
  'step-waits': table('Waits of the steps', stepWaits, [
    ['For', ({ reason }) => STEP_WAIT_WORDS[reason], { least: 20 }],
    ['Steps', ({ waits }) => count(waits.length)],
    ['Times', ({ waits }) => count(sum(waits.map(({ times }) => times)))],
    ['In all', ({ waits }) => duration(sum(waits.map(({ ms }) => ms)))],
    ['At most', ({ waits }) => duration(waits.reduce((most, { ms }) => Math.max(most, ms), 0))],
  ]),
  attempts: table('Asked more than once, or without a plain answer', attemptsOf, [
    ['Instance', ({ step }) => id(step.instance)],
    ['Change', ({ step }) => changeOf(step)],
    ['Attempt', ({ attempt }) => describeAttempt(attempt), SENTENCE],
  ]),
  /** Warnings and notes that stood in the plan when it was approved. */
  'approved-with': table('Approved with', ({ plan }) => plan.findings, [SEVERITY, CODE, INSTANCE, ...WHAT]),
  /** What was quoted beside what was billed. */
  money: table(
    'Money',
    ({ money: { shares } }) => shares,
    [
      ['By', ({ by }) => by],
      ['Name', (share) => name(share.name), { least: 8 }],
      ['Steps', ({ steps }) => count(steps), { in: 'documents' }],
      ['Quoted', ({ quoted }) => money(show.quotes(quoted))],
      ['Verified', ({ verified }) => money(show.quotes(verified)), { in: 'documents' }],
      ['Billed', ({ billed }) => money(show.amounts(billed)), { yields: 2 }],
    ],
    ({ money: { quoted } }) =>
      quoted.some(({ basis }) => basis === 'hourly')
        ? 'Of what is paid by the hour, nothing is billed at once.'
        : undefined,
  ),
  'billed-otherwise': table(
    'Billed otherwise than quoted',
    ({ steps }) => steps.filter(({ bill }) => bill === 'differs'),
    [STEP_INSTANCE, ['Change', changeOf], ['Bill', describeBill, { yields: 1, bare: true }]],
    // It explains most differences.
    () =>
      'A prepaid quote is for the term that is left: what is ordered on a later day is billed, or paid back, for fewer days.',
  ),
  /** Targets that never became a step, one row a finding. */
  blocked: table('Blocked, never a step', blockedFindings, [
    INSTANCE,
    ['Region', ({ region }) => region],
    CODE,
    ...WHAT,
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

/** `the plan`, `wave tenth`. */
export function signedWhat(wave: string | null): string {
  return wave === null ? 'the plan' : `wave ${wave}`;
}

function gatesOf({ waves }: Report) {
  return waves.flatMap(({ name: wave, gate = [] }) => gate.map((one) => ({ wave, ...one })));
}

/** The waits of all steps by reason; reasons for which none waited a millisecond are left out. */
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
    .filter(isAskedOtherwise)
    .flatMap((step) => step.attemptDetails.map((attempt) => ({ step, attempt })));
}

function blockedFindings({ blocked }: Report) {
  return blocked.flatMap(({ instance, region, findings }) =>
    findings.map((finding) => ({ ...finding, instance, region })),
  );
}

/** What a page alone has room for: under the outcome, or under the change. */
const UNDER_OUTCOME = { under: 'Outcome', in: 'page', bare: true } as const;
const UNDER_CHANGE = { under: 'Change', in: 'page' } as const;

/** Every step with its one outcome. */
function stepsTable(report: Report, id: string): Table {
  const choices = OUTCOMES.filter((outcome) => report.totals[outcome] > 0);
  const began = report.run.startedAt;
  const columns: readonly ColumnOf<ReportStep>[] = [
    OUTCOME,
    ['Code', (step) => unlessVerified(step, step.code), UNDER_OUTCOME],
    ['What', (step) => (isTold(step) ? step.message : null), UNDER_OUTCOME],
    ['Warning', ({ warning = null }) => warning, { under: 'Outcome', in: 'page' }],
    ['Attempts', attemptList, UNDER_OUTCOME],
    ['Waited', heldUpBy, { under: 'Outcome', in: 'page' }],
    STEP_INSTANCE,
    ['Name', (step) => name(step.name), { under: 'Instance', least: 10, yields: 4, bare: true }],
    ['Region', ({ region }) => region, { under: 'Instance', in: 'documents', bare: true }],
    ['Wave', ({ wave }) => wave, { in: 'documents' }],
    ['Change', changeOf],
    ['Why', ({ because = null }) => because, { ...UNDER_CHANGE, bare: true }],
    ['Found', (step) => (step.readBack && isTold(step) ? show.size(step.readBack) : null), UNDER_CHANGE],
    ['Began', ({ startedAt }) => time(startedAt, began), { in: 'documents' }],
    ['Took', ({ startedAt, endedAt }) => duration(show.between(startedAt, endedAt)), { yields: 3 }],
    ['Orders', ({ orders }) => ids(orders), { yields: 2 }],
    ['Request ids', (step) => ids(step.requestIds), { under: 'Orders', in: 'documents', bare: true }],
    ['Quoted', ({ quote }) => quote && money(show.quote(quote), quote.amount), { in: 'documents' }],
    ['Billed', billOf, { under: 'Quoted', in: 'documents', bare: true }],
  ];
  return tableOf({ id, heading: 'Steps', filter: { by: 'Outcome', choices } }, report.steps, columns);
}

/** How a step stands needs words where it is neither as it should be nor untouched. */
function isTold({ outcome }: ReportStep): boolean {
  return outcome !== 'verified' && outcome !== 'not-run';
}

function unlessVerified({ outcome }: ReportStep, text: string | null): Cell {
  return outcome === 'verified' ? null : text;
}

function attemptList(step: ReportStep): Cell {
  return isAskedOtherwise(step) ? { kind: 'list', items: step.attemptDetails.map(describeAttempt) } : null;
}

function billOf(step: ReportStep): Cell {
  const text = describeBill(step);
  return step.bill === 'differs' ? { kind: 'strong', text } : text;
}

/** Targets that already fit. */
export function unchangedTable(unchanged: Report['unchanged']): Table {
  return tableOf({ id: 'unchanged', heading: 'Unchanged, nothing to order' }, unchanged, [
    ['Instance', ({ instance }) => id(instance)],
    ['Region', ({ region }) => region],
    ['Why', ({ why }) => why, { yields: 1, bare: true }],
  ]);
}

/** The calls of each action, orders first. */
export function actionsTable(report: Report): Table {
  return tableOf({ id: 'actions', heading: 'Calls by action' }, actionCalls(report), [
    ['Action', ({ action }, at) => ({ kind: 'action', text: action, tone: actionTone(at) })],
    ['Calls', (calls) => count(calls.count)],
    ['Most in one second', ({ peak }) => count(peak)],
    ['Refused by limit', ({ refusedByLimit }) => count(refusedByLimit)],
  ]);
}
