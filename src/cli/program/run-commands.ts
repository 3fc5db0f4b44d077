/** The commands that apply saved plans, control their runs and schedule plans. */
import { type CommandRow, rowsOf } from '../command-row.ts';
import {
  ALL,
  argument,
  KEY,
  METRICS,
  OUT,
  option,
  PLAN_FOLDER,
  PLAN_IN_STORE,
  PLAN_OR_SAVED,
  POLICY,
  PRICE,
  PROGRESS,
  printing,
  RUN,
  RUN_EXAMPLE,
  RUNS_FOLDER,
  SAVED,
  SAVED_FILE,
  SCHEDULED_PLAN,
  SIGN,
  SIGN_HEADS,
  STORE,
  TEXT_OR_JSON,
} from './shared-options.ts';

/** A control command without parameters. */
const controlRow = (word: 'pause' | 'continue' | 'drain' | 'abort', summary: string) => ({
  summary,
  arguments: [RUN],
  options: [STORE, TEXT_OR_JSON],
  examples: [`refit ${word} ${RUN_EXAMPLE}`],
  load: async () => (await import('../commands/run/control.ts')).controlCommand(word),
});

/** Options that scheduler commands pass on to the runs that they start. */
const START_OPTIONS = [
  RUNS_FOLDER,
  STORE,
  option('--allow-hooks', 'run the hook and gate commands of the plans on this machine'),
  { ...PRICE, summary: `${PRICE.summary} when planning` },
  POLICY,
  {
    ...SIGN,
    summary:
      'sign the plans that the scheduler makes and the journals of its runs, with a key as for refit approve --key',
  },
  option('--as <name>', 'name in these signatures (default: your operating system user)'),
  TEXT_OR_JSON,
];

const STORE_EXAMPLE = 'postgres://refit@db.example/refit';

/** A command that enables or disables a plan. */
const enableOrDisable = (word: 'enable' | 'disable', summary: string) => ({
  summary,
  arguments: [SCHEDULED_PLAN],
  options: [RUNS_FOLDER, STORE, TEXT_OR_JSON],
  examples: [
    `refit schedule ${word} plans nightly`,
    `refit schedule ${word} nightly --store ${STORE_EXAMPLE}`,
  ],
  load: async () => (await import('../commands/schedule/run.ts')).enableOrDisable(word === 'enable'),
});

export const APPLY_COMMANDS: readonly CommandRow[] = rowsOf({
  approve: {
    summary: 'sign a saved plan, or one of its waves, with your key',
    arguments: [{ ...SAVED_FILE, summary: 'saved plan, or a run in the store' }],
    options: [
      KEY,
      option('--as <name>', 'your name in the approvers file; your key must be the one listed there'),
      option('--wave <name>', 'approve this wave, which needs its own approval'),
      option(
        '--expires <duration>',
        'the run or wave must start within this time, at most 7d or what the policy allows (default: 24h)',
      ),
      {
        ...OUT,
        summary: 'write to this file; - is stdout (default: <saved>.approval-<name>.json, or only the store)',
      },
      { ...STORE, summary: `keep the approval in this ${STORE.summary}` },
      POLICY,
      TEXT_OR_JSON,
    ],
    examples: [
      'refit approve saved-plan.json',
      'refit approve saved-plan.json --wave rest --key ~/.ssh/id_ed25519 --expires 8h',
    ],
    load: async () => (await import('../commands/plan/approve.ts')).approve,
  },
  decline: {
    summary: 'decline a saved plan with a reason, or withdraw that',
    arguments: [{ ...SAVED_FILE, summary: 'saved plan, or a run in the store' }],
    options: [
      option('--reason <text>', 'why; it is shown to everybody who reviews or applies the plan'),
      option('--withdraw', 'withdraw what you declined; you need the same key, or the same name and login'),
      { ...KEY, summary: KEY.summary.replace(/ \(default.*\)$/, ' (default: nobody signs)') },
      option('--as <name>', 'your name (default: your user name)'),
      { ...STORE, summary: `keep the decline in this ${STORE.summary}` },
      POLICY,
      TEXT_OR_JSON,
    ],
    examples: [
      'refit decline saved-plan.json --reason wave-2-covers-the-sale',
      'refit decline saved-plan.json --withdraw --key ~/.ssh/id_ed25519',
    ],
    load: async () => (await import('../commands/plan/decline.ts')).decline,
  },
  apply: {
    summary: 'apply a saved plan, or resume its run',
    arguments: [
      {
        ...SAVED,
        summary: 'saved plan, or with --store a run; - is stdin, with --auto-approve and --digest',
      },
    ],
    options: [
      option('--auto-approve', 'answer the question with yes; required signatures are still needed'),
      option(
        '--confirmed-by <name>',
        'the person who said yes in the web console, for the journal; the console passes it',
      ),
      option('--run-dir <folder>', 'run directory (default: runs/<utc>-<digest8>/)'),
      option(
        '--at-entry <n>',
        'start only if the journal has exactly this many entries, which shows that no other process resumed the run',
      ),
      option(
        '--adopt',
        "continue a run that this user's state does not know, or whose journal lacks entries",
      ),
      option('--allow-hooks', 'run the hook and gate commands of the plan on this machine, as you'),
      ...SIGN_HEADS,
      option('--digest <sha256>', 'apply only the saved plan with this digest: 64 hexadecimal digits'),
      STORE,
      option('--detach', 'with --store: submit the plan, print the id of its run, and end'),
      option('--here', 'with --store: carry out the run in this process, without a worker'),
      POLICY,
      METRICS,
      PROGRESS,
      ...printing('report'),
    ],
    examples: [
      'refit apply saved-plan.json',
      'refit apply saved-plan.json --auto-approve --progress json',
      'refit apply saved-plan.json --store postgres://refit@db.example/refit',
    ],
    load: async () => (await import('../commands/run/apply.ts')).apply,
  },
  reconcile: {
    summary: 'resolve unknown outcomes by reading; order nothing',
    arguments: [RUN],
    options: [...SIGN_HEADS, STORE, PROGRESS, TEXT_OR_JSON],
    examples: [`refit reconcile ${RUN_EXAMPLE}`],
    load: async () => (await import('../commands/run/reconcile.ts')).reconcile,
  },
  worker: {
    summary: 'carry out runs of a PostgreSQL store, on any host',
    options: [
      STORE,
      option('--concurrency <n>', 'runs at the same time (default: 10)'),
      option(
        '--rest-after <duration>',
        'a run that only waits for this long gives its worker back (default: 5m)',
      ),
      {
        ...METRICS,
        summary: METRICS.summary.replace('/metrics for Prometheus', '/metrics, /healthz and /readyz'),
      },
      ...SIGN_HEADS,
      POLICY,
      TEXT_OR_JSON,
    ],
    examples: [
      'refit worker --store postgres://refit@db.example/refit',
      'refit worker --store postgres://refit@db.example/refit --profile retail --profile wholesale --concurrency 4',
    ],
    load: async () => (await import('../commands/run/worker.ts')).worker,
  },
  status: {
    summary: 'show the state of a run',
    arguments: [RUN],
    options: [option('--watch', 'refresh every two seconds until the run has ended'), STORE, TEXT_OR_JSON],
    examples: [`refit status ${RUN_EXAMPLE}`, 'refit status latest --watch'],
    load: async () => (await import('../commands/run/status.ts')).status,
  },
  runs: {
    summary: 'list runs with state, plan, time and outcome',
    options: [{ ...ALL, summary: 'show all runs, not only the newest 20' }, STORE, TEXT_OR_JSON],
    examples: ['refit runs', 'refit runs --all --format json'],
    load: async () => (await import('../commands/run/runs.ts')).runs,
  },
});

export const CONTROL_COMMANDS: readonly CommandRow[] = rowsOf({
  pause: controlRow('pause', 'stop new orders of a run until refit continue'),
  continue: controlRow('continue', 'continue a paused run'),
  drain: controlRow('drain', 'start nothing new, follow orders in flight, and end'),
  abort: controlRow('abort', 'end immediately; the same apply command resumes the run'),
  set: {
    summary: 'set inFlight, requestsPerSecond or both, as far as approved',
    arguments: [
      RUN,
      argument('<setting...>', 'inFlight=N, requestsPerSecond=N or both', {
        kind: 'beginnings',
        words: ['inFlight=', 'requestsPerSecond='],
      }),
    ],
    options: [STORE, TEXT_OR_JSON],
    examples: [`refit set ${RUN_EXAMPLE} inFlight=5`, 'refit set latest inFlight=5 requestsPerSecond=10'],
    load: async () => (await import('../commands/run/control.ts')).set,
  },
});

export const SCHEDULE_COMMANDS: readonly CommandRow[] = rowsOf({
  'schedule run': {
    summary: 'carry out the plans of a folder or a store when due',
    isDefault: true,
    arguments: [
      { ...PLAN_FOLDER, summary: 'plan files and saved plans with a schedule; optional with a store' },
    ],
    options: [
      ...START_OPTIONS,
      option(
        '--listen <address>',
        'serve /healthz, /readyz and /metrics on loopback, for example 127.0.0.1:9464',
      ),
      METRICS,
      option(
        '--collect-usage <cron>',
        'also run refit usage collect at these times, in the zone of this machine',
      ),
    ],
    examples: [
      'refit schedule run plans',
      'refit schedule run plans --listen 127.0.0.1:9464 --price',
      `refit schedule run --store ${STORE_EXAMPLE}`,
    ],
    load: async () => (await import('../commands/schedule/run.ts')).scheduleRun,
  },
  'schedule put': {
    summary: 'put a plan or a saved plan on schedule in a store',
    arguments: [{ ...PLAN_OR_SAVED, summary: 'plan or saved plan with a schedule; - is stdin' }],
    options: [
      option('--name <name>', 'name in the store (default: that of the file)', {
        completes: { kind: 'anything' },
      }),
      STORE,
      TEXT_OR_JSON,
    ],
    examples: [
      `refit schedule put nightly.yaml --store ${STORE_EXAMPLE}`,
      `refit schedule put saved-plan.json --name board-1124 --store ${STORE_EXAMPLE}`,
    ],
    load: async () => (await import('../commands/schedule/stored.ts')).schedulePut,
  },
  'schedule remove': {
    summary: 'take a plan of a store off schedule',
    arguments: [PLAN_IN_STORE],
    options: [STORE, TEXT_OR_JSON],
    examples: [`refit schedule remove nightly --store ${STORE_EXAMPLE}`],
    load: async () => (await import('../commands/schedule/stored.ts')).scheduleRemove,
  },
  'schedule list': {
    summary: 'list scheduled plans with last result and next due time',
    arguments: [PLAN_FOLDER],
    options: [RUNS_FOLDER, STORE, TEXT_OR_JSON],
    examples: ['refit schedule list plans', `refit schedule list --store ${STORE_EXAMPLE}`],
    load: async () => (await import('../commands/schedule/list.ts')).scheduleList,
  },
  'schedule next': {
    summary: 'list the next due times, in local time and in UTC',
    arguments: [PLAN_FOLDER],
    options: [option('--count <n>', 'number of due times (default: 10)'), RUNS_FOLDER, STORE, TEXT_OR_JSON],
    examples: ['refit schedule next plans --count 20', `refit schedule next --store ${STORE_EXAMPLE}`],
    load: async () => (await import('../commands/schedule/list.ts')).scheduleNext,
  },
  'schedule log': {
    summary: 'print what was due, started, skipped, and how it ended',
    arguments: [
      argument('[folder]', 'folder with plans; for a store the name of a plan, or nothing', {
        kind: 'files',
      }),
      argument('[name]', 'only the entries of this plan', { kind: 'anything' }),
    ],
    options: [
      option('--count <n>', 'the newest entries (default: 50)'),
      option('--review', 'print the review of the last occurrence, which the store keeps'),
      RUNS_FOLDER,
      STORE,
      TEXT_OR_JSON,
    ],
    examples: ['refit schedule log plans nightly', `refit schedule log nightly --store ${STORE_EXAMPLE}`],
    load: async () => (await import('../commands/schedule/log.ts')).scheduleLog,
  },
  'schedule run-now': {
    summary: 'start a plan now, or resume its open occurrence',
    arguments: [SCHEDULED_PLAN],
    options: START_OPTIONS,
    examples: [
      'refit schedule run-now plans nightly.yaml',
      `refit schedule run-now nightly --store ${STORE_EXAMPLE}`,
    ],
    load: async () => (await import('../commands/schedule/run.ts')).scheduleRunNow,
  },
  'schedule disable': enableOrDisable('disable', 'ignore the due times of a plan'),
  'schedule enable': enableOrDisable('enable', 'follow the due times of a plan again, from now on'),
});
