/** The help of the whole program, which fits one screen of 80 columns. */
import { COMMANDS, FAMILIES, GROUPS } from './commands.ts';

/** The word after `refit help` that lists the exit codes. */
export const EXIT_CODES_TOPIC = 'exit-codes';

/** What one line says of several commands, by the first of them. */
const TOGETHER: Readonly<Record<string, string>> = { pause: 'control a live run' };

/** Cells of the first column. */
const GROUP_CELLS = Math.max(...Object.keys(GROUPS).map((group) => group.length)) + 1;
/** Cells of the second column. */
const NAME_CELLS = Math.max(...COMMANDS.map(({ name }) => name.split(' ')[0]!.length)) + 2;

/** Every command in its group, with its summary; then what holds for all of them. @param description of Refit. */
export function formatMainHelp(usage: string, description: string): string {
  const lines = Object.entries(GROUPS).flatMap(([group, entries]) =>
    entries.map((entry, at) => inColumns(at === 0 ? group : '', ...lineOf(entry))),
  );
  return `Usage: refit ${usage}

${description}

${lines.join('\n')}

Options of every command: --endpoint, --region, --profile, --signature, --json,
--no-color, -q, -v, -h. To print the version: refit --version
refit COMMAND --help    options and examples of a command
refit help exit-codes   what each exit code means
`;
}

/** The names and the summary of a command, a family, or several commands. */
function lineOf(entry: string | readonly string[]): readonly [names: string, summary: string] {
  if (typeof entry !== 'string') return [entry.join(', '), TOGETHER[entry[0]!]!];
  return [entry, FAMILIES[entry] ?? COMMANDS.find(({ name }) => name === entry)!.summary];
}

function inColumns(group: string, names: string, summary: string): string {
  return `${group.padEnd(GROUP_CELLS)}${names.padEnd(NAME_CELLS - 2)}  ${summary}`;
}

/** The meaning of each exit code, as `refit help exit-codes` prints it. Scripts rely on them. */
export const EXIT_CODES: readonly (readonly [code: string, means: string])[] = [
  ['0', 'success; plan without --detailed-exitcode also exits 0 if there are changes'],
  ['1', 'internal or other error (provider unreachable, disk not writable)'],
  ['2', 'plan --detailed-exitcode: there are changes; diff --detailed-exitcode: plans differ'],
  ['3', 'the run ended; a step is failed, refused, drifted or skipped'],
  ['4', 'halted by a threshold, a gate or a fatal error (no permission, no money)'],
  ['5', 'refused by a rule or a guard; or the live run rejected the control command'],
  ['6', 'saved plan or journal is stale, altered, expired, of unknown format, or already applied'],
  ['7', 'another process holds the lock'],
  ['8', 'outside the windows, or in a freeze; or time ran out (window end, finishBy) with work left'],
  ['10', 'an outcome is unknown: run refit reconcile'],
  ['11', 'not approved: no "yes", too few signatures, declined, or a wave still needs its own approval'],
  ['12', 'no credentials, or refused credentials, or a missing read permission'],
  ['64', 'usage error, or a file or folder that is not safe to use'],
  ['65', 'invalid plan file'],
  ['130, 143', 'stopped by a signal after a clean drain; 143 also after refit drain or refit abort'],
];

/** A line for each exit code. */
export function formatExitCodes(): string {
  return `${EXIT_CODES.map(([code, means]) => `${code.padEnd(8)}  ${means}`).join('\n')}\n`;
}
