/** Options and arguments that several commands take, each said once. */
import type { PlanDiffFormat } from '../../report/plan-diff/render-plan-diff.ts';
import type { ReviewFormat } from '../../report/review/render-review.ts';
import type { ReportFormat } from '../../report/run/render-report.ts';
import type { ArgumentRow, Completes, OptionRow } from '../command-row.ts';
import { PROGRESS_MODES } from '../terminal.ts';

/** One option of a command. */
export function option(
  flags: string,
  summary: string,
  more: Omit<OptionRow, 'flags' | 'summary'> = {},
): OptionRow {
  return { flags, summary, ...more };
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

const files = (...endings: readonly string[]): Completes => ({ kind: 'files', endings });

export const PLAN: ArgumentRow = {
  term: '<plan>',
  summary: 'plan file',
  completes: files('yaml', 'yml'),
};
export const PLAN_OR_SAVED: ArgumentRow = {
  term: '<plan>',
  summary: 'plan file or saved plan',
  completes: files('yaml', 'yml', 'json'),
};
export const SAVED: ArgumentRow = { term: '<saved>', summary: 'saved plan', completes: files('json') };
export const RUN: ArgumentRow = { term: '<run>', summary: 'run directory', completes: { kind: 'runs' } };
export const PLAN_FOLDER: ArgumentRow = {
  term: '<folder>',
  summary: 'the folder of the plans',
  completes: files(),
};
export const NAME_IN_FOLDER: ArgumentRow = {
  term: '<name>',
  summary: "the file's name, with its ending or without",
  completes: files(),
};

export const REVIEW: readonly ReviewFormat[] = [
  'text',
  'json',
  'markdown',
  'html',
  'csv',
  'junit',
  'sarif',
  'github',
];
export const REPORT: readonly ReportFormat[] = ['text', 'json', 'markdown', 'html', 'csv'];
export const PLAN_DIFF: readonly PlanDiffFormat[] = ['text', 'json', 'markdown'];
/** What a pipeline wants of a text: no changes, so no table of them. */
export const FINDINGS: readonly ReviewFormat[] = ['text', 'json', 'markdown', 'junit', 'sarif', 'github'];

const FORMAT_FLAGS = '--format <format>';

/** `--format`, with what the command can print. */
export function formatIn(formats: readonly string[]): OptionRow {
  return choiceOf(FORMAT_FLAGS, formats);
}

/** The formats that `--format` takes of these options; empty: there is no such option. */
export function formatsOf(options: readonly OptionRow[]): readonly string[] {
  const completes = options.find(({ flags }) => flags === FORMAT_FLAGS)?.completes;
  return completes?.kind === 'words' ? completes.words : [];
}

/** An option that takes one of some words. @param more what is said after their list. */
export function choiceOf(flags: string, words: readonly string[], more = ''): OptionRow {
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return { flags, summary: `${list}${more}`, completes: { kind: 'words', words } };
}

export const TEXT_OR_JSON: OptionRow = formatIn(['text', 'json']);
export const WRITE: OptionRow = option(
  '--write <format=file>',
  'also into a file, in the same formats; may be repeated',
  { repeats: true, completes: { kind: 'format-file', words: [] } },
);
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
