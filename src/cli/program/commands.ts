/** The table of commands: one row for each, in the groups and the order of the main help. */
import { type CommandRow, rowsOf } from '../command-row.ts';
import { faultsAppendix, PLAN_COMMANDS, schemesAppendix } from './plan-commands.ts';
import { APPLY_COMMANDS, CONTROL_COMMANDS, SCHEDULE_COMMANDS } from './run-commands.ts';
import {
  argument,
  choiceOf,
  FAULT,
  KEY,
  LANGUAGE,
  OUT,
  option,
  POLICY,
  printing,
  RUN,
  RUN_EXAMPLE,
  STORE,
  TEXT_OR_JSON,
} from './shared-options.ts';
import { STORE_COMMANDS } from './store-commands.ts';
import { USAGE_COMMANDS } from './usage-commands.ts';

/** Commands that always need a subcommand, with their summaries. */
export const FAMILIES: Readonly<Record<string, string>> = {
  windows: 'show the next windows of a plan',
  policy: 'check the policy of the person who applies',
  usage: 'collect and show how much instances are used',
  schedule: 'carry out the plans of a folder or a store when due',
  store: 'make, check and copy the PostgreSQL store of many hosts',
  audit: 'check, sign and export the record of a run, offline',
};

/** The groups of the main help. Each command or family is in one of them; an array is one line of the help. */
export const GROUPS: Readonly<Record<string, readonly (string | readonly string[])[]>> = {
  Plan: [
    ...['init', 'validate', 'plan', 'show', 'diff', 'explain', 'windows', 'policy', 'rehearse'],
    ...['approve', 'decline'],
  ],
  Run: [
    ...['apply', 'status', 'runs', ['pause', 'continue', 'drain', 'abort', 'set']],
    ...['reconcile', 'retry', 'rollback'],
  ],
  Record: ['report', 'audit'],
  Fleet: ['inventory', 'usage', 'recommend'],
  Company: ['serve', 'schedule', 'worker', 'store'],
  Tools: ['doctor', 'simulate', 'demo', 'completion'],
};

const CONSOLE_COMMANDS = rowsOf({
  serve: {
    summary: 'serve the web console: see, review, approve, control',
    options: [
      STORE,
      option('--plans <folder>', 'folder of plans, saved plans and inventories to work with'),
      POLICY,
      option('--listen <address>', 'address to listen at (default: 127.0.0.1:8430)'),
      option(
        '--url <url>',
        'address under which browsers reach it, behind a proxy with HTTPS (default: http://localhost and the port)',
      ),
      option('--people <file>', 'how people sign in by OpenID Connect, and the roles of their groups'),
      option(
        '--link',
        'print a link that signs in once, also with --people and an address of other machines',
      ),
      option('--proxy <addresses>', 'proxies in front whose X-Forwarded-For counts, such as 10.0.0.0/8'),
    ],
    examples: [
      'refit serve --plans plans',
      'refit serve --store postgres://refit@db.example/refit --listen 127.0.0.1:0',
    ],
    load: async () => (await import('../commands/console/serve.ts')).serve,
  },
});

const REPORT_COMMANDS = rowsOf({
  report: {
    summary: 'print the audit report of a run, at any time',
    arguments: [RUN],
    options: [
      ...printing('report', ['terraform']),
      STORE,
      option('--columns <names>', 'columns of the CSV in this order, separated by commas'),
      LANGUAGE,
    ],
    examples: [
      `refit report ${RUN_EXAMPLE} --write html=report.html`,
      `refit report ${RUN_EXAMPLE} --format csv --columns step,outcome,orders`,
      `refit report ${RUN_EXAMPLE} --write terraform=refit.auto.tfvars.json`,
    ],
    load: async () => (await import('../commands/run/report.ts')).report,
  },
  'audit verify': {
    summary: 'check offline that a run is whole, and who signed it',
    arguments: [RUN],
    options: [
      option('--head <hash>', 'head hash that you kept elsewhere; detects missing entries at the end'),
      option(
        '--signers <file>',
        'file with names and public keys that you trust; one of them must have signed the last entry',
      ),
      option('--signed-by <file>', 'signature file outside the run; may be repeated', {
        repeats: true,
      }),
      STORE,
      TEXT_OR_JSON,
    ],
    examples: [
      `refit audit verify ${RUN_EXAMPLE}`,
      `refit audit verify ${RUN_EXAMPLE} --signers signers.yaml`,
    ],
    load: async () => (await import('../commands/audit/verify.ts')).auditVerify,
  },
  'audit replay': {
    summary: 'render the reports again and compare them byte by byte',
    arguments: [RUN],
    options: [STORE, TEXT_OR_JSON],
    examples: [`refit audit replay ${RUN_EXAMPLE}`],
    load: async () => (await import('../commands/audit/replay.ts')).auditReplay,
  },
  'audit sign': {
    summary: 'sign the head of a journal',
    arguments: [RUN],
    options: [
      KEY,
      option('--as <name>', 'name of the signer (default: your operating system user)'),
      { ...OUT, summary: 'write to this file instead of the run; - is stdout' },
      STORE,
      TEXT_OR_JSON,
    ],
    examples: [
      `refit audit sign ${RUN_EXAMPLE}`,
      `refit audit sign ${RUN_EXAMPLE} --key ~/.ssh/audit --as wei`,
    ],
    load: async () => (await import('../commands/audit/sign.ts')).auditSign,
  },
  'audit export': {
    summary: 'pack a run into one archive for a third party',
    arguments: [RUN],
    options: [
      { ...OUT, summary: '.tar.gz or .tar file; - is stdout (default: <run>.tar.gz)' },
      STORE,
      TEXT_OR_JSON,
    ],
    examples: [`refit audit export ${RUN_EXAMPLE} -o evidence.tar.gz`],
    load: async () => (await import('../commands/audit/export.ts')).auditExport,
  },
  'audit events': {
    summary: 'print the journal as CloudEvents, one JSON line per entry',
    arguments: [RUN],
    options: [OUT, STORE],
    examples: [`refit audit events ${RUN_EXAMPLE} -o events.jsonl`],
    load: async () => (await import('../commands/audit/events.ts')).auditEvents,
  },
});

const CONNECTION_COMMANDS = rowsOf({
  doctor: {
    summary: 'check credentials, permissions, clock and network',
    options: [TEXT_OR_JSON],
    examples: ['refit doctor', 'refit doctor --profile retail --region ap-guangzhou'],
    load: async () => (await import('../commands/fleet/doctor.ts')).doctor,
  },
});

const TRIAL_COMMANDS = rowsOf({
  simulate: {
    summary: "serve the provider's API on loopback, with optional faults",
    options: [
      option('--instances <n>', 'number of instances in the default fleet (default: 60)'),
      option('--fleet <file>', 'file with your own fleet, or an inventory; - is stdin', { dash: true }),
      option('--port <port>', 'port (default: a free port)'),
      FAULT,
      option('--seed <n>', 'seed for the fleet and the delays (default: 1)'),
      option(
        '--limit <n>',
        'requests per second for each action and identity; 0: no limit (default: the documented limits)',
      ),
      choiceOf(
        '--limit-counting <way>',
        ['calendar', 'sliding', 'bucket'],
        ': how the request limit counts a second (default: calendar)',
      ),
      option('--order-numbers <scheme>', 'how the numbers of an order relate, listed below (default: one)', {
        completes: { kind: 'words', words: ['one', 'short-id', 'big-deal', 'unrelated', 'random'] },
      }),
      option('--start-lag <range>', 'time from an order to the start of its change, such as 200ms..600ms'),
      option('--duration <range>', 'duration of a change, such as 1s..4s'),
      option('--lock-tail <range>', 'how long an instance stays locked after a change, such as 1s..2s'),
      option(
        '--tls',
        'serve https with a temporary certificate; "ca" in the first line of output is its path',
      ),
      option(
        '--account <name=n>',
        'another account with n instances and its own keys and balance; may be repeated',
        { repeats: true },
      ),
    ],
    examples: [
      'refit simulate --port 8420',
      'refit simulate --instances 280 --fault lost-answer:0.05 --fault failed-task#2',
    ],
    appendix: async () => `${await schemesAppendix()}\n\n${await faultsAppendix()}`,
    load: async () => (await import('../commands/simulator/simulate.ts')).simulate,
  },
  demo: {
    summary: 'plan, apply and audit a simulated fleet',
    examples: ['refit demo'],
    load: async () => (await import('../commands/simulator/demo.ts')).demo,
  },
});

const SHELL_COMMANDS = rowsOf({
  completion: {
    summary: 'print a completion script for your shell',
    arguments: [argument('<shell>', 'bash, zsh or fish', { kind: 'words', words: ['bash', 'zsh', 'fish'] })],
    examples: [
      'refit completion bash > ~/.local/share/bash-completion/completions/refit',
      'refit completion fish > ~/.config/fish/completions/refit.fish',
    ],
    load: async () => (await import('../completion/completion.ts')).completion,
  },
});

const ROWS: readonly CommandRow[] = [
  ...PLAN_COMMANDS,
  ...USAGE_COMMANDS,
  ...APPLY_COMMANDS,
  ...CONTROL_COMMANDS,
  ...CONSOLE_COMMANDS,
  ...SCHEDULE_COMMANDS,
  ...REPORT_COMMANDS,
  ...STORE_COMMANDS,
  ...CONNECTION_COMMANDS,
  ...TRIAL_COMMANDS,
  ...SHELL_COMMANDS,
];

export const COMMANDS: readonly CommandRow[] = Object.values(GROUPS)
  .flat(2)
  .flatMap((word) => ROWS.filter(({ name }) => name.split(' ')[0] === word));
