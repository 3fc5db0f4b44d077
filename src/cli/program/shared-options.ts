/** Options and arguments that several commands take, each said once. */
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
export function argument(term: string, summary: string, completes: Completes): ArgumentRow {
  return { term, summary, completes };
}

/** What every command takes. */
export const PROGRAM_OPTIONS: readonly OptionRow[] = [
  option('--version', 'print the version'),
  option('--endpoint <url>', 'one base URL for every product of the provider (plain http only to loopback)'),
  option(
    '--signature <name>',
    'TC3-HMAC-SHA256, or HmacSHA256 or HmacSHA1 where a gateway lets only the older form through',
    { completes: { kind: 'signatures' } },
  ),
  option('--region <region>', 'for plans that name none; for inventory one or more, separated by commas'),
  option('--profile <name>', 'whose keys: a section of the credentials file'),
  option('--no-color', 'no colours (NO_COLOR is honoured too)'),
  option('-q, --quiet', 'no progress and no hints: the result and refusals alone'),
  option('-v, --verbose', 'every event as it happens'),
  option('--json', 'the same as --format json'),
];

const ANY_FILE: Completes = { kind: 'files' };
const YAML: Completes = { kind: 'files', words: ['yaml', 'yml'] };
const JSON_FILE: Completes = { kind: 'files', words: ['json'] };

export const PLAN: ArgumentRow = argument('<plan>', 'plan file', YAML);
export const PLAN_OR_SAVED: ArgumentRow = argument('<plan>', 'plan file or saved plan', {
  kind: 'files',
  words: ['yaml', 'yml', 'json'],
});
export const SAVED: ArgumentRow = argument('<saved>', 'saved plan', JSON_FILE);
export const RUN: ArgumentRow = argument('<run>', 'run directory', { kind: 'runs' });
export const PLAN_FOLDER: ArgumentRow = argument('<folder>', 'the folder of the plans', ANY_FILE);
export const NAME_IN_FOLDER: ArgumentRow = argument(
  '<name>',
  "the file's name, with its ending or without",
  ANY_FILE,
);

/** What can be printed of a review, a report, a difference, and of a plan that is only checked: no changes, so no table. */
const FORMATS = {
  review: ['text', 'json', 'markdown', 'html', 'csv', 'junit', 'sarif', 'github'],
  report: ['text', 'json', 'markdown', 'html', 'csv'],
  difference: ['text', 'json', 'markdown'],
  findings: ['text', 'json', 'markdown', 'junit', 'sarif', 'github'],
} as const satisfies Readonly<Record<string, readonly ReviewFormat[]>>;

const FORMAT_FLAGS = '--format <format>';
export const TEXT_OR_JSON: OptionRow = choiceOf(FORMAT_FLAGS, ['text', 'json']);

/** `--format` and `--write`, with what the command can print. */
export function printing(what: keyof typeof FORMATS): readonly OptionRow[] {
  const formats = FORMATS[what];
  return [
    choiceOf(FORMAT_FLAGS, formats),
    option('--write <format=file>', 'also into a file, in the same formats; may be repeated', {
      repeats: true,
      completes: { kind: 'format-file', words: formats.map((format) => `${format}=`) },
    }),
  ];
}

/** The formats that `--format` takes of these options; empty: there is no such option. */
export function formatsOf(options: readonly OptionRow[]): readonly string[] {
  return options.find(({ flags }) => flags === FORMAT_FLAGS)?.completes?.words ?? [];
}

/** An option that takes one of some words. @param more what is said after their list. */
export function choiceOf(flags: string, words: readonly string[], more = ''): OptionRow {
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return option(flags, `${list}${more}`, { completes: { kind: 'words', words } });
}

export const PROGRESS: OptionRow = choiceOf(
  '--progress <how>',
  PROGRESS_MODES,
  ': how progress is shown on stderr (auto)',
);

export const OUT: OptionRow = option('-o, --out <file>', 'write it into this file');
export const OUT_SAVED: OptionRow = option(
  '-o, --out <saved>',
  'seal it into this file, for review and apply',
);
export const ALL: OptionRow = option('--all', 'show every row');
export const SUMMARY: OptionRow = option(
  '--summary',
  'the first screen and what needs attention, without the changes',
);
export const PRICE: OptionRow = option('--price', 'ask the provider for the price of every step');
export const DURATIONS: OptionRow = option(
  '--durations <path>',
  'past runs to forecast by: a folder of runs, a run or a report.json (runs)',
);
export const CHANGES_EXIT_CODE: OptionRow = option('--detailed-exitcode', 'exit 2 where there are changes');
export const RUNS_FOLDER: OptionRow = option(
  '--runs <folder>',
  'where occurrences and the schedule log are kept (<folder>/runs)',
);
export const FAULT: OptionRow = option(
  '--fault <fault>',
  'what goes wrong: name[=value][@action][:probability|#count][+from[..until]]; may be repeated',
  { repeats: true, completes: { kind: 'faults' } },
);
