/** Options and arguments that several commands share. */
import { LANGUAGES } from '../../messages/language-names.ts';
import type { ReviewFormat } from '../../report/review/render-review.ts';
import type { ArgumentRow, Completes, OptionRow } from '../command-row.ts';
import { PROGRESS_MODES } from '../terminal.ts';

/** A run directory, for examples. */
export const RUN_EXAMPLE = 'runs/20261124T173000Z-1f0c2ab9';

/** One option of a command. */
export function option(
  flags: string,
  summary: string,
  more: Omit<OptionRow, 'flags' | 'summary'> = {},
): OptionRow {
  return { flags, summary, ...more };
}

/** One argument of a command. */
export function argument(
  term: string,
  summary: string,
  completes: Completes,
  more: Pick<ArgumentRow, 'dash'> = {},
): ArgumentRow {
  return { term, summary, completes, ...more };
}

/** Options that every command takes. */
export const PROGRAM_OPTIONS: readonly OptionRow[] = [
  option('--version', 'print the version; with --json also build, platform and formats'),
  option('--endpoint <url>', 'base URL for every product of the provider (plain http only on loopback)'),
  option(
    '--signature <name>',
    'TC3-HMAC-SHA256 (default); HmacSHA256 or HmacSHA1 for a gateway that accepts only the older form',
    { completes: { kind: 'signatures' } },
  ),
  option('--region <region>', 'region for plans without one; inventory takes several, separated by commas'),
  option('--profile <name>', 'section of the credentials file to take the keys from; worker takes several', {
    repeats: 'joined',
  }),
  option('--no-color', 'print without colors (NO_COLOR also works)'),
  option('-q, --quiet', 'print the result and errors only'),
  option('-v, --verbose', 'log every event'),
  option('--json', 'same as --format json'),
];

/** Serves metrics. */
export const METRICS: OptionRow = option(
  '--metrics <address>',
  'serve /metrics for Prometheus, for example 127.0.0.1:9464; 0.0.0.0:9464 also for other machines',
);

const ANY_FILE: Completes = { kind: 'files' };
const YAML: Completes = { kind: 'files', words: ['yaml', 'yml'] };
const JSON_FILE: Completes = { kind: 'files', words: ['json'] };

export const PLAN: ArgumentRow = argument('<plan>', 'plan file; - is stdin', YAML, { dash: true });
export const PLAN_OR_SAVED: ArgumentRow = argument(
  '<plan>',
  'plan file or saved plan; - is stdin',
  { kind: 'files', words: ['yaml', 'yml', 'json'] },
  { dash: true },
);
export const SAVED: ArgumentRow = argument('<saved>', 'saved plan; - is stdin', JSON_FILE, { dash: true });
/** A saved plan that must be a file, because its signature is written beside it. */
export const SAVED_FILE: ArgumentRow = argument('<saved>', 'saved plan', JSON_FILE);
export const RUN: ArgumentRow = argument('<run>', 'run directory or id, the start of one, or latest', {
  kind: 'runs',
});
/** A folder of plans. Without it, the command means a store. */
export const PLAN_FOLDER: ArgumentRow = argument('[folder]', 'folder with plans; none for a store', ANY_FILE);
/** A plan of a folder, or of a store. */
export const SCHEDULED_PLAN: ArgumentRow = argument(
  '<plan...>',
  'folder and file name, with or without its extension; for a store the name only',
  ANY_FILE,
);
/** A plan of a store. */
export const PLAN_IN_STORE: ArgumentRow = argument(
  '<name>',
  'name in the store, with or without its extension',
  {
    kind: 'anything',
  },
);

/** Formats for each kind of result. Findings of a plan that is only checked have no table, so no html and csv. */
const FORMATS = {
  review: ['text', 'json', 'markdown', 'html', 'csv', 'junit', 'sarif', 'github'],
  report: ['text', 'json', 'markdown', 'html', 'csv'],
  difference: ['text', 'json', 'markdown'],
  usage: ['text', 'json', 'csv', 'html'],
  findings: ['text', 'json', 'markdown', 'junit', 'sarif', 'github'],
} as const satisfies Readonly<Record<string, readonly ReviewFormat[]>>;

const FORMAT_FLAGS = '--format <format>';
const WRITE_FLAGS = '--write <format=file>';
export const TEXT_OR_JSON: OptionRow = choiceOf(FORMAT_FLAGS, ['text', 'json']);

/** `--format` and `--write` with the formats of that kind of result. @param files formats only for `--write`. */
export function printing(what: keyof typeof FORMATS, files: readonly string[] = []): readonly OptionRow[] {
  const formats: readonly string[] = FORMATS[what];
  return [
    choiceOf(FORMAT_FLAGS, formats),
    option(
      WRITE_FLAGS,
      `also write a format${files.length === 0 ? '' : `, or ${files.join(', ')},`} to a file; may be repeated`,
      {
        writes: true,
        repeats: true,
        completes: { kind: 'format-file', words: [...formats, ...files].map((format) => `${format}=`) },
      },
    ),
  ];
}

/** The language of a page. */
export const LANGUAGE: OptionRow = choiceOf('--language <language>', LANGUAGES, ', for HTML (default: en)');

/** The formats that `--format` takes; empty if there is no such option. */
export function formatsOf(options: readonly OptionRow[]): readonly string[] {
  return options.find(({ flags }) => flags === FORMAT_FLAGS)?.completes?.words ?? [];
}

/** The formats that `--write` takes; empty if there is no such option. */
export function writtenFormatsOf(options: readonly OptionRow[]): readonly string[] {
  const words = options.find(({ flags }) => flags === WRITE_FLAGS)?.completes?.words ?? [];
  return words.map((word) => word.replace(/=$/, ''));
}

/** An option that takes one of some words. @param more text after the list. */
export function choiceOf(flags: string, words: readonly string[], more = ''): OptionRow {
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return option(flags, `${list}${more}`, { completes: { kind: 'words', words } });
}

export const PROGRESS: OptionRow = choiceOf(
  '--progress <how>',
  PROGRESS_MODES,
  ': form of progress on stderr (default: auto)',
);

export const OUT: OptionRow = option('-o, --out <file>', 'write to this file; - is stdout', {
  writes: true,
  dash: true,
});
export const OUT_SAVED: OptionRow = option(
  '-o, --out <saved>',
  'write the saved plan to this file, for review and apply; - is stdout, and the review goes to stderr',
  { writes: true, dash: true },
);
export const INVENTORY = (summary: string): OptionRow =>
  option('--inventory <file>', `${summary}; - is stdin`, { dash: true });
export const KEY: OptionRow = option(
  '--key <key>',
  'your Ed25519 key: a private key file; or a public key file or SHA256:... whose private key ssh-agent holds (default: ~/.ssh/id_ed25519)',
  { completes: { kind: 'files' } },
);
export const SIGN: OptionRow = option(
  '--sign <key>',
  'sign the saved plan as the person who planned it, with a key as for refit approve --key',
  { completes: { kind: 'files' } },
);
/** The options of commands that write journals. */
export const SIGN_HEADS: readonly OptionRow[] = [
  {
    ...SIGN,
    summary:
      'sign the journal at each end of a wave and at the end, with a key as for refit audit sign --key',
  },
  option('--as <name>', 'name in these signatures (default: your operating system user)'),
];
export const ALL: OptionRow = option('--all', 'show every row');
export const SUMMARY: OptionRow = option(
  '--summary',
  'show the summary and what needs attention, without the list of changes',
);
export const PRICE: OptionRow = option('--price', 'ask the provider for the price of every step');
export const DURATIONS: OptionRow = option(
  '--durations <path>',
  'past runs for the forecast: a folder of runs, a run (also latest, or of a store) or a report.json (default: runs)',
  { completes: { kind: 'runs' } },
);
export const POLICY: OptionRow = option(
  '--policy <file>',
  'policy file, beside those of the machine and the user; it can only demand more',
);
export const STORE: OptionRow = option(
  '--store <url>',
  'PostgreSQL store: postgres://USER@HOST/DATABASE, or folder (default: REFIT_STORE, else folder)',
  { completes: { kind: 'anything' } },
);
export const CHANGES_EXIT_CODE: OptionRow = option('--detailed-exitcode', 'exit 2 if there are changes');
export const RUNS_FOLDER: OptionRow = option(
  '--runs <folder>',
  'folder for occurrences and the schedule log (default: <folder>/runs)',
);
export const FAULT: OptionRow = option(
  '--fault <fault>',
  'inject a fault: NAME[=VALUE][@ACTION][:PROBABILITY|#COUNT][+FROM[..UNTIL]]; may be repeated',
  { repeats: true, completes: { kind: 'faults' } },
);
