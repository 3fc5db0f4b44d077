/** What every page has in English: filters of tables, names of values, labels of facts and verdicts. */
import type { HookPhase, NoticeEvent, Outcome, ReportAttempt, Severity, StepWait } from '../../../model.ts';

/** The filters of a table. The script writes what is around its numbers. */
export const frame = {
  find: 'Find',
  all: 'all',
  /** `3 of 12 shown`: the texts before, between and after the two numbers. */
  shown: ['', ' of ', ' shown'],
  filtered: 'Filtered: ',
  /** The script of a page: how it names a filter in use. */
  filterOf: "field.name + ' ' + field.value",
  next: 'Next: ',
  /** Several things in one line. */
  list: (all: readonly string[]): string => all.join(', '),
  /** The label before a value. */
  label: (title: string): string => `${title.toLowerCase()}: `,
  /** A choice of a filter, by the column. */
  choice: (_column: string, choice: string): string => choice,
  spaces: (spaces: number): string => `[${spaces} spaces]`,
};

/** Values in words. */
export const names = {
  outcome: {
    verified: 'verified',
    failed: 'failed',
    refused: 'refused',
    drifted: 'drifted',
    skipped: 'skipped',
    unknown: 'unknown',
    'not-run': 'not run',
  } satisfies Record<Outcome, string>,
  severity: { error: 'error', warning: 'warning', note: 'note' } satisfies Record<Severity, string>,
  answer: {
    accepted: 'accepted',
    refused: 'refused',
    'no-answer': 'no answer',
    'not-sent': 'not sent',
    'none-yet': 'no answer recorded',
  } satisfies Record<ReportAttempt['answer'], string>,
  /** Waits of one step, in one line. */
  delay: {
    sending: 'sending',
    limit: 'request limit',
    busy: 'busy instance',
    resolving: 'resolving an unanswered order',
    window: 'maintenance window',
    change: 'change',
  } satisfies Record<StepWait['for'], string>,
  stepWait: {
    sending: 'sending of the order and its answer',
    limit: 'request limit',
    busy: 'another operation on the instance',
    resolving: 'resolving an unanswered order',
    window: 'maintenance window',
    change: 'execution of the change',
  } satisfies Record<StepWait['for'], string>,
  runWait: { paused: 'paused', soak: 'soak', 'no-process': 'no process running' },
  judge: {
    failed: 'failed',
    unknown: 'unknown',
    duration: 'duration',
    metric: 'metric',
    command: 'command',
    url: 'url',
  },
  gateOutcome: { success: 'success', failure: 'failure', inconclusive: 'inconclusive' },
  /** What costs are grouped by. */
  share: { wave: 'wave', region: 'region', account: 'account' },
  event: {
    'run-start': 'run-start',
    'wave-start': 'wave-start',
    'wave-end': 'wave-end',
    gate: 'gate',
    approval: 'approval',
    halt: 'halt',
    unknown: 'unknown',
    'run-end': 'run-end',
    end: 'end',
  } satisfies Record<HookPhase | NoticeEvent, string>,
};

/** The labels of facts, by what they are about. */
export const facts = {
  adopted: 'adopted',
  'all steps': 'all steps',
  approvals: 'approvals',
  billed: 'billed',
  'by month': 'by month',
  calls: 'calls',
  confirmed: 'confirmed',
  cost: 'cost',
  digest: 'digest',
  durations: 'durations',
  ended: 'ended',
  endpoint: 'endpoint',
  faults: 'faults',
  fleet: 'fleet',
  forecast: 'forecast',
  halts: 'halts',
  identity: 'identity',
  maintenance: 'maintenance',
  memory: 'memory',
  monitoring: 'monitoring',
  next: 'next',
  operator: 'operator',
  orders: 'orders',
  outcomes: 'outcomes',
  patience: 'patience',
  plan: 'plan',
  'planned by': 'planned by',
  withdrawn: 'withdrawn',
  policy: 'policy',
  processes: 'processes',
  reads: 'reads',
  rests: 'rests',
  rollback: 'rollback',
  rollout: 'rollout',
  'run ends': 'run ends',
  'run time': 'run time',
  runs: 'runs',
  spread: 'spread',
  started: 'started',
  targets: 'targets',
  version: 'version',
  warnings: 'warnings',
  waves: 'waves',
  window: 'window',
  windows: 'windows',
};

/** A fact of a run or a plan: what it is about, and its value. Formats leave out empty values. */
export type Fact = [fact: keyof typeof facts, value: string];
