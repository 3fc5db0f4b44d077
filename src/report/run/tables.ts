/** The tables of a run's report, each once, as data: what every format shows of them is the same. */
import {
  type BlockedTarget,
  OUTCOMES,
  type Report,
  type ReportStep,
  type RunWait,
  STEP_WAITS,
  type StepWait,
} from '../../model.ts';
import {
  askedOtherwise,
  billedOtherwise,
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

/** All of them in the order in which they are read, what needs a person first; what may be long comes last. */
export function tablesOfRun(report: Report): Table[] {
  return [
    attentionTable(report),
    wavesTable(report),
    signaturesTable(report),
    gatesTable(report),
    processesTable(report),
    commandsTable(report),
    notificationsTable(report),
    runWaitsTable(report),
    stepWaitsTable(report),
    attemptsTable(report),
    approvedWithTable(report),
    moneyTable(report),
    billedOtherwiseTable(report),
    blockedTable(report.blocked),
    stepsTable(report),
    unchangedTable(report.unchanged),
  ];
}

export function wavesTable({ waves, steps }: Report): Table {
  const byWave = Map.groupBy(steps, ({ wave }) => wave);
  return tableOf({ id: 'waves', heading: 'Waves' }, waves, [
    ['Wave', (wave) => wave.name, { least: 8 }],
    ['Steps', (wave) => count(wave.steps)],
    ['Outcomes', (wave) => outcomesOf(byWave.get(wave.name) ?? []), { yields: 1, bare: true }],
    ['Began', (wave) => time(wave.startedAt) ?? 'not started'],
    ['Ended', (wave) => time(wave.endedAt, wave.startedAt)],
    ['Took', (wave) => duration(show.between(wave.startedAt, wave.endedAt))],
  ]);
}

function outcomesOf(steps: readonly ReportStep[]): string {
  const totals = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Report['totals'] &
    Record<ReportStep['outcome'], number>;
  for (const { outcome } of steps) totals[outcome] += 1;
  return describeOutcomes(totals);
}

/** Who signed the plan and its waves, in order. */
export function signaturesTable({ run }: Report): Table {
  return tableOf({ id: 'signatures', heading: 'Signed by' }, run.signatures ?? [], [
    ['At', ({ at }) => time(at)],
    ['Who', ({ by }) => by],
    ['What', ({ wave }) => signedWhat(wave)],
    ['Signed at', ({ issuedAt }) => time(issuedAt), { yields: 3 }],
    ['Good until', ({ expiresAt }) => time(expiresAt), { yields: 2 }],
    ['Key', ({ key }) => code(key), { yields: 1 }],
  ]);
}

/** `the plan`, `wave tenth`. */
export function signedWhat(wave: string | null): string {
  return wave === null ? 'the plan' : `wave ${wave}`;
}

/** What the gates judged after the waves, in the order of the waves. */
export function gatesTable({ waves }: Report): Table {
  const gates = waves.flatMap(({ name: wave, gate = [] }) => gate.map((one) => ({ wave, ...one })));
  return tableOf({ id: 'gates', heading: 'Gates' }, gates, [
    ['At', ({ at }) => time(at)],
    ['Wave', ({ wave }) => wave],
    ['Judged', ({ judge }) => judge],
    ['Outcome', ({ outcome, shadow }) => (shadow ? `${outcome} (shadow)` : outcome)],
    ['What', ({ what }) => what, SENTENCE],
  ]);
}

export function processesTable({ run }: Report): Table {
  return tableOf({ id: 'processes', heading: 'Processes' }, run.processes, [
    ['At', ({ at }) => time(at)],
    ['User', ({ user }) => user, { least: 8 }],
    ['Host', ({ host }) => host, { least: 8 }],
    ['Pid', ({ pid }) => String(pid)],
    ['Version', ({ version }) => version, { yields: 1 }],
    ['Torn bytes cut off', ({ cutOff }) => count(cutOff || null), { yields: 2 }],
    ['Remarks', (process) => show.remarks(process), SENTENCE],
  ]);
}

/** What people told the run to do while it was live, in order. */
export function commandsTable({ run }: Report): Table {
  return tableOf({ id: 'commands', heading: 'Commands to the run' }, run.steered ?? [], [
    ['At', ({ at }) => time(at)],
    ['User', ({ by }) => by.user, { least: 8 }],
    ['Host', ({ by }) => by.host, { least: 8 }],
    ['Pid', ({ by }) => String(by.pid), { yields: 1 }],
    ['Command', ({ command, value }) => (value === null ? command : `${command} ${value}`)],
    ['Answer', ({ accepted }) => (accepted ? 'accepted' : 'refused')],
    ['What', ({ what }) => what, SENTENCE],
  ]);
}

/** Who was notified of the run while it was live, and who could not be, in order. */
export function notificationsTable({ run }: Report): Table {
  return tableOf({ id: 'notifications', heading: 'Notifications' }, run.told ?? [], [
    ['At', ({ at }) => time(at)],
    ['Event', ({ event }) => event],
    ['By', ({ by }) => by],
    ['To', ({ to }) => to, { yields: 1 }],
    ['Delivered', ({ ok }) => (ok ? 'yes' : 'NO')],
    ['What', ({ what }) => what, SENTENCE],
  ]);
}

const RUN_WAIT_WORDS: Readonly<Record<RunWait['for'], string>> = {
  paused: 'paused',
  soak: 'soak',
  'no-process': 'nobody carried it out',
};

export function runWaitsTable({ run }: Report): Table {
  return tableOf({ id: 'run-waits', heading: 'Waits of the run' }, run.waits ?? [], [
    ['From', ({ from }) => time(from)],
    ['To', ({ from, to }) => time(to, from)],
    ['For', (wait) => RUN_WAIT_WORDS[wait.for]],
    ['What', ({ what }) => what, { least: 20, yields: 1, bare: true }],
    ['Lasted', ({ from, to }) => duration(show.between(from, to)) ?? 'not over yet'],
  ]);
}

const STEP_WAIT_WORDS: Readonly<Record<StepWait['for'], string>> = {
  sending: 'its order to leave and be answered',
  limit: 'the request limit',
  busy: 'something else under way on the instance',
  settling: 'what became of an attempt without an answer',
  window: 'its maintenance window',
  change: 'the change itself',
};

/** The waits of all steps by reason; reasons for which none waited a millisecond are left out. */
export function stepWaitsTable({ steps }: Report): Table {
  const sums = STEP_WAITS.flatMap((reason) => {
    const waits = steps.flatMap((step) => step.waits.filter((wait) => wait.for === reason && wait.ms > 0));
    return waits.length === 0 ? [] : [{ reason, waits }];
  });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return tableOf({ id: 'step-waits', heading: 'Waits of the steps' }, sums, [
    ['For', ({ reason }) => STEP_WAIT_WORDS[reason], { least: 20 }],
    ['Steps', ({ waits }) => count(waits.length)],
    ['Times', ({ waits }) => count(sum(waits.map(({ times }) => times)))],
    ['In all', ({ waits }) => duration(sum(waits.map(({ ms }) => ms)))],
    ['At most', ({ waits }) => duration(waits.reduce((most, { ms }) => Math.max(most, ms), 0))],
  ]);
}

/** Steps that need a person's eyes. */
export function attentionTable(report: Report): Table {
  return tableOf({ id: 'attention', heading: 'Attention' }, needingAttention(report), [
    OUTCOME,
    STEP_INSTANCE,
    ['Name', (step) => name(step.name), { least: 6 }],
    ['Change', changeOf],
    ['Code', (step) => code(step.code), { yields: 1, bare: true }],
    ['What', ({ what }) => what, SENTENCE],
    ['Warning', ({ warning = null }) => warning, { below: true }],
  ]);
}

/** Each attempt of the steps that were asked for more than once, or without a plain answer. */
export function attemptsTable(report: Report): Table {
  const attempts = askedOtherwise(report).flatMap((step) => step.asked.map((attempt) => ({ step, attempt })));
  const heading = 'Asked more than once, or without a plain answer';
  return tableOf({ id: 'attempts', heading }, attempts, [
    ['Instance', ({ step }) => id(step.instance)],
    ['Change', ({ step }) => changeOf(step)],
    ['Attempt', ({ attempt }) => describeAttempt(attempt), SENTENCE],
  ]);
}

/** Warnings and notes that stood in the plan when it was approved. */
export function approvedWithTable({ plan }: Report): Table {
  return tableOf({ id: 'approved-with', heading: 'Approved with' }, plan.findings, [
    SEVERITY,
    CODE,
    INSTANCE,
    ...WHAT,
  ]);
}

/** What was quoted beside what was billed. */
export function moneyTable({ money: { quoted: all, shares } }: Report): Table {
  const isHourly = all.some(({ basis }) => basis === 'hourly');
  const note = isHourly && { note: 'Of what is paid by the hour, nothing is billed at once.' };
  return tableOf({ id: 'money', heading: 'Money', ...note }, shares, [
    ['By', ({ by }) => by],
    ['Name', (share) => name(share.name), { least: 8 }],
    ['Steps', ({ steps }) => count(steps), { in: 'documents' }],
    ['Quoted', ({ quoted }) => money(show.quotes(quoted))],
    ['Verified', ({ verified }) => money(show.quotes(verified)), { in: 'documents' }],
    ['Billed', ({ billed }) => money(show.amounts(billed)), { yields: 2 }],
  ]);
}

export function billedOtherwiseTable(report: Report): Table {
  // It explains most differences.
  const note =
    'A prepaid quote is for the term that is left: what is ordered on a later day is billed, or paid back, for fewer days.';
  return tableOf(
    { id: 'billed-otherwise', heading: 'Billed otherwise than quoted', note },
    billedOtherwise(report),
    [STEP_INSTANCE, ['Change', changeOf], ['Bill', describeBill, { yields: 1, bare: true }]],
  );
}

const OUTCOME: ColumnOf<ReportStep> = ['Outcome', ({ outcome }) => ({ kind: 'outcome', value: outcome })];
const STEP_INSTANCE: ColumnOf<ReportStep> = ['Instance', ({ instance }) => id(instance)];
/** What a page alone has room for: under the outcome, or under the change. */
const UNDER_OUTCOME = { under: 'Outcome', in: 'page', bare: true } as const;
const UNDER_CHANGE = { under: 'Change', in: 'page' } as const;

/** Every step with its one outcome. */
export function stepsTable(report: Report): Table {
  const choices = OUTCOMES.filter((outcome) => report.totals[outcome] > 0);
  const began = report.run.startedAt;
  const columns: readonly ColumnOf<ReportStep>[] = [
    OUTCOME,
    ['Code', (step) => unlessVerified(step, step.code), UNDER_OUTCOME],
    ['What', (step) => (isTold(step) ? step.what : null), UNDER_OUTCOME],
    ['Warning', ({ warning = null }) => warning, { under: 'Outcome', in: 'page' }],
    ['Attempts', attemptsOf, UNDER_OUTCOME],
    ['Waited', heldUpBy, { under: 'Outcome', in: 'page' }],
    STEP_INSTANCE,
    ['Name', (step) => name(step.name), { under: 'Instance', least: 10, yields: 4, bare: true }],
    ['Region', ({ region }) => region, { under: 'Instance', in: 'documents', bare: true }],
    ['Wave', ({ wave }) => wave, { in: 'documents' }],
    ['Change', changeOf],
    ['Why', ({ because = null }) => because, { ...UNDER_CHANGE, bare: true }],
    ['Found', (step) => (step.found && isTold(step) ? show.size(step.found) : null), UNDER_CHANGE],
    ['Began', ({ startedAt }) => time(startedAt, began), { in: 'documents' }],
    ['Took', ({ startedAt, endedAt }) => duration(show.between(startedAt, endedAt)), { yields: 3 }],
    ['Orders', ({ orders }) => ids(orders), { yields: 2 }],
    ['Request ids', (step) => ids(step.requestIds), { under: 'Orders', in: 'documents', bare: true }],
    ['Quoted', ({ quote }) => quote && money(show.quote(quote), quote.amount), { in: 'documents' }],
    ['Billed', billOf, { under: 'Quoted', in: 'documents', bare: true }],
  ];
  return tableOf(
    { id: 'steps', heading: 'Steps', filter: { by: 'Outcome', choices } },
    report.steps,
    columns,
  );
}

/** How a step stands needs words where it is neither as it should be nor untouched. */
function isTold({ outcome }: ReportStep): boolean {
  return outcome !== 'verified' && outcome !== 'not-run';
}

function unlessVerified({ outcome }: ReportStep, text: string | null): Cell {
  return outcome === 'verified' ? null : text;
}

function attemptsOf(step: ReportStep): Cell {
  return isAskedOtherwise(step) ? { kind: 'list', items: step.asked.map(describeAttempt) } : null;
}

function billOf(step: ReportStep): Cell {
  const text = describeBill(step);
  return step.bill === 'differs' ? { kind: 'strong', text } : text;
}

/** Targets that never became a step, one row a finding. */
export function blockedTable(blocked: readonly BlockedTarget[]): Table {
  const rows = blocked.flatMap(({ instance, region, findings }) =>
    findings.map((finding) => ({ ...finding, instance, region })),
  );
  return tableOf({ id: 'blocked', heading: 'Blocked, never a step' }, rows, [
    INSTANCE,
    ['Region', ({ region }) => region],
    CODE,
    ...WHAT,
  ]);
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
