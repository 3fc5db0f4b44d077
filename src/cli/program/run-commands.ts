/** The commands that carry saved plans out, and that control the runs of them. */
import { type CommandRow, commandsIn } from '../command-row.ts';
import {
  argument,
  NAME_IN_FOLDER,
  option,
  PLAN_FOLDER,
  PRICE,
  PROGRESS,
  printing,
  RUN,
  RUN_EXAMPLE,
  RUNS_FOLDER,
  SAVED,
  TEXT_OR_JSON,
} from './shared-options.ts';

/** A command that says one word to a live run. */
const controlRow = (word: 'pause' | 'continue' | 'drain' | 'abort', summary: string) => ({
  summary,
  arguments: [RUN],
  options: [TEXT_OR_JSON],
  examples: [`refit ${word} ${RUN_EXAMPLE}`],
  load: async () => (await import('../commands/run/control.ts')).controlCommand(word),
});

/** What the commands that start runs by themselves hand on. */
const START_OPTIONS = [
  RUNS_FOLDER,
  option('--allow-hooks', 'run the commands that the plans name, of hooks and gates, on this machine'),
  { ...PRICE, summary: `${PRICE.summary} when planning` },
  TEXT_OR_JSON,
];

/** A command that switches a plan on or off. */
const enableOrDisable = (word: 'enable' | 'disable', summary: string) => ({
  summary,
  arguments: [PLAN_FOLDER, NAME_IN_FOLDER],
  options: [RUNS_FOLDER, TEXT_OR_JSON],
  examples: [`refit schedule ${word} plans nightly`],
  load: async () => (await import('../commands/schedule/run.ts')).enableOrDisable(word === 'enable'),
});

export const APPLY_COMMANDS: readonly CommandRow[] = commandsIn('Carry out:', {
  approve: {
    summary: 'sign a saved plan, or one of its waves, with your key',
    arguments: [SAVED],
    options: [
      option(
        '--key <file>',
        'your Ed25519 private key, OpenSSH or PKCS#8, without a passphrase (~/.ssh/id_ed25519)',
      ),
      option('--as <name>', 'which approver you are: refused where the key is of another'),
      option('--wave <name>', 'a wave that asks for an approval of its own'),
      option('--expires <duration>', 'how long a run, or the wave, may begin by it (24h)'),
      option('-o, --out <file>', 'write it into this file (<saved>.approval-<name>.json)'),
      TEXT_OR_JSON,
    ],
    examples: [
      'refit approve saved-plan.json',
      'refit approve saved-plan.json --wave rest --key ~/.ssh/id_ed25519 --expires 8h',
    ],
    load: async () => (await import('../commands/plan/approve.ts')).approve,
  },
  apply: {
    summary: 'carry a saved plan out, or go on where it stopped',
    arguments: [SAVED],
    options: [
      option('--auto-approve', 'approve without asking'),
      option('--run-dir <folder>', 'the run directory (default: runs/<utc>-<digest8>/)'),
      option(
        '--at-entry <n>',
        'only where its journal has so many entries: nobody else has gone on meanwhile',
      ),
      option(
        '--allow-hooks',
        'run the commands that the plan names, of hooks and gates, on this machine, as you',
      ),
      PROGRESS,
      ...printing('report'),
    ],
    examples: [
      'refit apply saved-plan.json',
      `refit apply saved-plan.json --run-dir ${RUN_EXAMPLE}`,
      'refit apply saved-plan.json --auto-approve --progress json',
    ],
    load: async () => (await import('../commands/run/apply.ts')).apply,
  },
  reconcile: {
    summary: 'resolve by reading what is unknown of a run; orders nothing',
    arguments: [RUN],
    options: [PROGRESS, TEXT_OR_JSON],
    examples: [`refit reconcile ${RUN_EXAMPLE}`],
    load: async () => (await import('../commands/run/reconcile.ts')).reconcile,
  },
  status: {
    summary: 'show where a run stands',
    arguments: [RUN],
    options: [option('--watch', 'look again every two seconds until it has ended'), TEXT_OR_JSON],
    examples: [`refit status ${RUN_EXAMPLE}`, `refit status ${RUN_EXAMPLE} --watch`],
    load: async () => (await import('../commands/run/status.ts')).status,
  },
});

export const CONTROL_COMMANDS: readonly CommandRow[] = commandsIn('Steer a live run:', {
  pause: controlRow('pause', 'hold back new orders of a run until refit continue'),
  continue: controlRow('continue', 'go on after a pause'),
  drain: controlRow('drain', 'start nothing new, follow what is in flight, and end'),
  abort: controlRow('abort', 'leave immediately; the same apply goes on later'),
  set: {
    summary: 'set inFlight or requestsPerSecond, up to what was approved',
    arguments: [
      RUN,
      argument('<setting...>', 'inFlight=N or requestsPerSecond=N', {
        kind: 'beginnings',
        words: ['inFlight=', 'requestsPerSecond='],
      }),
    ],
    options: [TEXT_OR_JSON],
    examples: [`refit set ${RUN_EXAMPLE} inFlight=5`, `refit set ${RUN_EXAMPLE} requestsPerSecond=10`],
    load: async () => (await import('../commands/run/control.ts')).set,
  },
});

export const SCHEDULE_COMMANDS: readonly CommandRow[] = commandsIn('Carry out by the clock:', {
  'schedule run': {
    summary: 'watch a folder of plans, and carry out what is due',
    isDefault: true,
    arguments: [{ ...PLAN_FOLDER, summary: 'plan files and saved plans with a schedule' }],
    options: [
      ...START_OPTIONS,
      option('--listen <address>', '/healthz, /readyz and /metrics on loopback, as in 127.0.0.1:9464'),
    ],
    examples: ['refit schedule run plans', 'refit schedule run plans --listen 127.0.0.1:9464 --price'],
    load: async () => (await import('../commands/schedule/run.ts')).scheduleRun,
  },
  'schedule list': {
    summary: 'list what is scheduled, how it went and when it is due',
    arguments: [PLAN_FOLDER],
    options: [RUNS_FOLDER, TEXT_OR_JSON],
    examples: ['refit schedule list plans'],
    load: async () => (await import('../commands/schedule/list.ts')).scheduleList,
  },
  'schedule next': {
    summary: 'list the coming times, by the clock of their zone and in UTC',
    arguments: [PLAN_FOLDER],
    options: [option('--count <n>', 'how many times (10)'), RUNS_FOLDER, TEXT_OR_JSON],
    examples: ['refit schedule next plans --count 20'],
    load: async () => (await import('../commands/schedule/list.ts')).scheduleNext,
  },
  'schedule run-now': {
    summary: 'begin a plan now, or go on with what it left',
    arguments: [PLAN_FOLDER, NAME_IN_FOLDER],
    options: START_OPTIONS,
    examples: ['refit schedule run-now plans nightly.yaml'],
    load: async () => (await import('../commands/schedule/run.ts')).scheduleRunNow,
  },
  'schedule disable': enableOrDisable('disable', 'ignore the due times of a plan'),
  'schedule enable': enableOrDisable('enable', 'heed the due times of a plan again, from now on'),
});
