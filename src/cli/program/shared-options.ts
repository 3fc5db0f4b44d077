/** Options and arguments that several commands take, each said once. */
import type { PlanDiffFormat } from '../../report/plan-diff/render-plan-diff.ts';
import type { ReviewFormat } from '../../report/review/render-review.ts';
import type { ReportFormat } from '../../report/run/render-report.ts';
import type { ArgumentRow, Completes, OptionRow } from '../command-row.ts';
import { PROGRESS_MODES } from '../terminal.ts';

/** What every command takes. */
export const PROGRAM_OPTIONS: readonly OptionRow[] = [
  { flags: '--version', summary: 'print the version' },
  {
    flags: '--endpoint <url>',
    summary: 'one base URL for every product of the provider (plain http only to loopback)',
  },
  {
    flags: '--signature <name>',
    summary: 'TC3-HMAC-SHA256, or HmacSHA256 or HmacSHA1 where a gateway lets only the older form through',
    completes: { kind: 'signatures' },
  },
  {
    flags: '--region <region>',
    summary: 'for plans that name none; for inventory one or more, separated by commas',
  },
  { flags: '--profile <name>', summary: 'whose keys: a section of the credentials file' },
  { flags: '--no-color', summary: 'no colours (NO_COLOR is honoured too)' },
  { flags: '-q, --quiet', summary: 'no progress and no hints: the result and refusals alone' },
  { flags: '-v, --verbose', summary: 'every event as it happens' },
  { flags: '--json', summary: 'the same as --format json' },
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
export const WRITE: OptionRow = {
  flags: '--write <format=file>',
  summary: 'also into a file, in the same formats; may be repeated',
  repeats: true,
  completes: { kind: 'format-file', words: [] },
};
export const PROGRESS: OptionRow = choiceOf(
  '--progress <how>',
  PROGRESS_MODES,
  ': how progress is shown on stderr (auto)',
);

export const OUT: OptionRow = { flags: '-o, --out <file>', summary: 'write it into this file' };
export const OUT_SAVED: OptionRow = {
  flags: '-o, --out <saved>',
  summary: 'seal it into this file, for review and apply',
};
export const ALL: OptionRow = { flags: '--all', summary: 'show every row' };
export const SUMMARY: OptionRow = {
  flags: '--summary',
  summary: 'the first screen and what needs attention, without the changes',
};
export const PRICE: OptionRow = {
  flags: '--price',
  summary: 'ask the provider for the price of every step',
};
export const DURATIONS: OptionRow = {
  flags: '--durations <path>',
  summary: 'past runs to forecast by: a folder of runs, a run or a report.json (runs)',
};
export const CHANGES_EXIT_CODE: OptionRow = {
  flags: '--detailed-exitcode',
  summary: 'exit 2 where there are changes',
};
export const RUNS_FOLDER: OptionRow = {
  flags: '--runs <folder>',
  summary: 'where occurrences and the schedule log are kept (<folder>/runs)',
};
export const FAULT: OptionRow = {
  flags: '--fault <fault>',
  summary: 'what goes wrong: name[=value][@action][:probability|#count][+from[..until]]; may be repeated',
  repeats: true,
  completes: { kind: 'faults' },
};
