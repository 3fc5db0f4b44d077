/** The table of commands: one row each, in the order of the main help. */
import { type CommandRow, commandsIn } from '../command-row.ts';
import { faultsAppendix, PLAN_COMMANDS } from './plan-commands.ts';
import { APPLY_COMMANDS, SCHEDULE_COMMANDS, CONTROL_COMMANDS } from './run-commands.ts';
import {
  argument,
  choiceOf,
  FAULT,
  option,
  PROGRAM_OPTIONS,
  printing,
  RUN,
  RUN_EXAMPLE,
  TEXT_OR_JSON,
} from './shared-options.ts';

/** Commands that are nothing without one of their own, with what these do together. */
export const FAMILIES: Readonly<Record<string, string>> = {
  windows: 'list the coming windows of a plan',
  schedule: 'carry out a folder of plans by the clock',
  audit: 'check, sign and hand over the record of a run, offline',
};

const REPORT_COMMANDS = commandsIn('Account for:', {
  report: {
    summary: 'print the audit report of a run, at any time',
    arguments: [RUN],
    options: [
      ...printing('report'),
      option('--columns <names>', 'the columns of CSV that are wanted, separated by commas, in this order'),
    ],
    examples: [
      `refit report ${RUN_EXAMPLE} --write html=report.html`,
      `refit report ${RUN_EXAMPLE} --format csv --columns step,outcome,orders`,
    ],
    load: async () => (await import('../commands/run/report.ts')).report,
  },
  'audit verify': {
    summary: 'check offline that no byte of a journal was changed',
    arguments: [RUN],
    options: [
      option('--head <hash>', 'the head as noted elsewhere: shows entries cut off at the end'),
      option('--signers <file>', 'names with public keys: one of them must have signed the journal'),
      option(
        '--signed-by <file>',
        'a signature that lies elsewhere than in the run directory; may be repeated',
        { repeats: true },
      ),
      TEXT_OR_JSON,
    ],
    examples: [
      `refit audit verify ${RUN_EXAMPLE}`,
      `refit audit verify ${RUN_EXAMPLE} --signers signers.yaml`,
    ],
    load: async () => (await import('../commands/audit/verify.ts')).auditVerify,
  },
  'audit replay': {
    summary: 'render the reports again, and compare them byte by byte',
    arguments: [RUN],
    options: [TEXT_OR_JSON],
    examples: [`refit audit replay ${RUN_EXAMPLE}`],
    load: async () => (await import('../commands/audit/replay.ts')).auditReplay,
  },
  'audit sign': {
    summary: 'sign the head of a journal, and keep the signature with it',
    arguments: [RUN],
    options: [
      option('--key <file>', 'an Ed25519 private key without a passphrase (~/.ssh/id_ed25519)'),
      option('--as <name>', 'who signs (the user of the operating system)'),
      option('-o, --out <file>', 'write it into this file instead'),
      TEXT_OR_JSON,
    ],
    examples: [
      `refit audit sign ${RUN_EXAMPLE}`,
      `refit audit sign ${RUN_EXAMPLE} --key ~/.ssh/audit --as wei`,
    ],
    load: async () => (await import('../commands/audit/sign.ts')).auditSign,
  },
  'audit export': {
    summary: 'pack a run into one archive that a third party can check',
    arguments: [RUN],
    options: [
      option('-o, --out <file>', 'a .tar.gz or .tar file (the name of the run, .tar.gz)'),
      TEXT_OR_JSON,
    ],
    examples: [`refit audit export ${RUN_EXAMPLE} -o evidence.tar.gz`],
    load: async () => (await import('../commands/audit/export.ts')).auditExport,
  },
  'audit events': {
    summary: 'print the journal as CloudEvents, a JSON line an entry',
    arguments: [RUN],
    options: [option('-o, --out <file>', 'write them into this file')],
    examples: [`refit audit events ${RUN_EXAMPLE} -o events.jsonl`],
    load: async () => (await import('../commands/audit/events.ts')).auditEvents,
  },
});

const CONNECTION_COMMANDS = commandsIn('Look into the connection:', {
  doctor: {
    summary: 'check credentials, rights, clock and network; orders nothing',
    options: [TEXT_OR_JSON],
    examples: ['refit doctor', 'refit doctor --profile retail --region ap-guangzhou'],
    load: async () => (await import('../commands/fleet/doctor.ts')).doctor,
  },
});

const TRIAL_COMMANDS = commandsIn('Try without a cloud:', {
  simulate: {
    summary: "serve the provider's API on loopback, with faults if wanted",
    options: [
      option('--instances <n>', 'how many instances the default fleet has (60)'),
      option('--fleet <file>', 'a fleet of your own'),
      option('--port <port>', 'a free one by default'),
      FAULT,
      option('--seed <n>', 'the same seed makes the same fleet and delays (1)'),
      option(
        '--limit <n>',
        'requests a second for each action and identity; 0 = no limit (the documented ones)',
      ),
      choiceOf('--limit-counting <way>', ['calendar', 'sliding', 'bucket'], ' (calendar)'),
      option('--start-lag <range>', 'from an order to its start, as in 200ms..600ms'),
      option('--duration <range>', 'of a change, as in 1s..4s'),
      option('--lock-tail <range>', 'locked after a change, as in 1s..2s'),
      option('--balance <amount>', 'what the account holds, CNY'),
      option('--tls', 'serve https under a certificate made at start; the first line tells its path as "ca"'),
      option(
        '--account <name=n>',
        'another account with n instances, money and keys of its own; may be repeated',
        { repeats: true },
      ),
    ],
    examples: [
      'refit simulate --port 8420',
      'refit simulate --instances 280 --fault lost-answer:0.05 --fault failed-task#2',
    ],
    appendix: faultsAppendix,
    load: async () => (await import('../commands/simulator/simulate.ts')).simulate,
  },
  demo: {
    summary: 'play the whole story on a simulated fleet',
    examples: ['refit demo'],
    load: async () => (await import('../commands/simulator/demo.ts')).demo,
  },
});

const SHELL_COMMANDS = commandsIn('At the keyboard:', {
  completion: {
    summary: 'print a script by which your shell completes what you type',
    arguments: [argument('<shell>', 'bash, zsh or fish', { kind: 'words', words: ['bash', 'zsh', 'fish'] })],
    examples: [
      'refit completion bash > ~/.local/share/bash-completion/completions/refit',
      'refit completion fish > ~/.config/fish/completions/refit.fish',
    ],
    load: async () =>
      (await import('../completion/completion.ts')).completionOf({
        options: PROGRAM_OPTIONS,
        families: FAMILIES,
        commands: COMMANDS,
      }),
  },
});

export const COMMANDS: readonly CommandRow[] = [
  ...PLAN_COMMANDS,
  ...APPLY_COMMANDS,
  ...CONTROL_COMMANDS,
  ...SCHEDULE_COMMANDS,
  ...REPORT_COMMANDS,
  ...CONNECTION_COMMANDS,
  ...TRIAL_COMMANDS,
  ...SHELL_COMMANDS,
];
