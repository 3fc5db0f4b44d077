/**
 * What users type that the table of commands does not have: commands, options and their forms in other tools. The fix is
 * the whole command, unless the nearest option permits something that Refit otherwise refuses.
 */
import { closest } from '../../closest-word.ts';
import { RefitError } from '../../errors.ts';
import { escapeControls } from '../../text.ts';
import type { CommandRow, OptionRow } from '../command-row.ts';
import { unknownWord } from '../unknown-word.ts';
import { COMMANDS } from './commands.ts';
import { PROGRAM_OPTIONS } from './shared-options.ts';

/** Options that permit what Refit otherwise refuses or asks for. A fix never types them for the user. */
const DANGEROUS: readonly string[] = [
  '--adopt',
  '--allow-hooks',
  '--auto-approve',
  '--force',
  '--ignore-windows',
];

/** Options under the names that they have in other tools. */
const OTHER_OPTIONS: Readonly<Record<string, string>> = {
  '--output': '--out',
  '--json': '--format json',
  '--no-colour': '--no-color',
  '--reg': '--region',
};

/** Commands under the names that they have in other tools. */
const OTHER_COMMANDS: Readonly<Record<string, string>> = {
  check: 'validate',
  lint: 'validate',
  preview: 'plan',
  'dry-run': 'plan',
  run: 'apply',
  start: 'apply',
  resume: 'apply',
  undo: 'rollback',
  stop: 'drain',
  cancel: 'abort',
  kill: 'abort',
  list: 'inventory',
  ls: 'inventory',
  version: '--version',
};

/** Single-dash words that commander would read as `-o` with a file, such as `-out=x`. @throws RefitError `usage` */
export function refuseSingleDash(args: readonly string[], row: CommandRow | null): void {
  const options = optionsOf(row);
  for (const [at, arg] of args.entries()) {
    if (arg === '--') return;
    if (takesValue(args[at - 1] ?? '', options)) continue;
    const short = /^(-[a-z])=(.*)$/i.exec(arg);
    if (short !== null && options.some(({ flags }) => namesOf(flags).includes(short[1]!)))
      throw new RefitError(
        'usage',
        `${short[1]} takes its value after a space, not after =`,
        replaced(args, at, `${short[1]} ${quoted(short[2]!)}`),
      );
    const [, name, value] = /^-([a-z][a-z-]+)(?:=(.*))?$/i.exec(arg) ?? [];
    if (name === undefined) continue;
    const meant = nearestOption(`--${name}`, options);
    if (meant === null || meant[2] !== name[0]!.toLowerCase()) continue;
    const isWhole = value !== undefined || args[at + 1] !== undefined || !takesValue(meant, options);
    throw unknownOption(args, at, value === undefined ? meant : `${meant} ${quoted(value)}`, meant, isWhole);
  }
}

/** An error of commander as one of Refit's. @param row the command, if it is known. */
export function usageError(
  error: { readonly code: string; readonly message: string },
  args: readonly string[],
  row: CommandRow | null,
): RefitError {
  const text = error.message.replace(/^error: /, '');
  if (error.code === 'commander.unknownOption') {
    const typed = /unknown option '([^'=]*)/.exec(text)?.[1] ?? '';
    const at = args.findIndex((arg) => arg === typed || arg.startsWith(`${typed}=`));
    const meant = nearestOption(typed, optionsOf(row));
    if (at >= 0 && meant !== null) {
      const value = args[at]!.slice(typed.length + 1);
      const whole = value === '' ? meant : `${meant} ${quoted(value)}`;
      return unknownOption(args, at, whole, meant.split(' ')[0]!);
    }
  }
  if (error.code === 'commander.unknownOption' && row !== null) {
    const typed = /unknown option '([^'=]*)/.exec(text)?.[1] ?? '';
    const others = COMMANDS.filter(({ options }) =>
      options.some(({ flags }) => namesOf(flags).includes(typed)),
    );
    if (others.length > 0) {
      const names = others.map(({ name }) => name).join(', ');
      const message = `refit ${row.name} has no option ${typed}; it belongs to: ${names}`;
      return new RefitError('usage', message, `refit ${row.name} --help`);
    }
  }
  const [, value, , choices] =
    /argument value '([^']*)' is invalid for argument '([^']*)'\. Allowed choices are (.*)\./.exec(text) ??
    [];
  if (value !== undefined) {
    const fixed = (near: string) => replaced(args, args.indexOf(value), near);
    return unknownWord(`${value} is none of the choices`, value, choices!.split(', '), fixed);
  }
  if (error.code === 'commander.unknownCommand') {
    const typed = /unknown command '([^']*)'/.exec(text)?.[1] ?? '';
    const unknown = unknownCommand(args, args.indexOf(typed));
    if (unknown !== null) return unknown;
  }
  const known = row?.name ?? args.find((arg) => COMMANDS.some(({ name }) => name.split(' ')[0] === arg));
  // The last line of commander's text is its own suggestion.
  const message = text.split('\n(', 1)[0]!;
  return new RefitError('usage', message, `refit ${known === undefined ? '' : `${known} `}--help`);
}

/** The error about the first word, if no command has that name; null if there is no suggestion. */
export function unknownCommand(args: readonly string[], at: number): RefitError | null {
  const typed = args[at];
  if (typed === undefined) return null;
  const family = args[at - 1] ?? '';
  const inFamily = COMMANDS.filter(({ name }) => name.startsWith(`${family} `)).map(
    ({ name }) => name.split(' ')[1]!,
  );
  const names =
    inFamily.length > 0 ? inFamily : [...new Set(COMMANDS.map(({ name }) => name.split(' ')[0]!))];
  const meant = OTHER_COMMANDS[typed] ?? closest(typed, names);
  if (meant === null || (inFamily.length > 0 && !names.includes(meant))) return null;
  const command = commandLine(args.with(at, meant));
  return new RefitError('usage', `unknown command ${escapeControls(typed)}; did you mean ${meant}?`, command);
}

/** @param isWhole whether the command with this option has all that it needs. */
function unknownOption(
  args: readonly string[],
  at: number,
  whole: string,
  meant: string,
  isWhole = true,
): RefitError {
  const name = args[at]!.split('=', 1)[0]!;
  const command = args.find((arg) => !arg.startsWith('-')) ?? '';
  const message = `unknown option ${escapeControls(name)}, did you mean ${meant}?`;
  const isSafe = isWhole && !DANGEROUS.includes(meant);
  return new RefitError('usage', message, isSafe ? replaced(args, at, whole) : `refit ${command} --help`);
}

/** The whole command with another text for one argument. */
function replaced(args: readonly string[], at: number, whole: string): string {
  const words = [...args.slice(0, at).map(quoted), whole, ...args.slice(at + 1).map(quoted)];
  return `refit ${words.join(' ')}`;
}

function optionsOf(row: CommandRow | null): readonly OptionRow[] {
  return [...PROGRAM_OPTIONS, ...(row?.options ?? [])];
}

/** `-o` and `--out` of `-o, --out <file>`. */
function namesOf(flags: string): string[] {
  return flags.split(/[ ,]+/).filter((word) => word.startsWith('-'));
}

function takesValue(arg: string, options: readonly OptionRow[]): boolean {
  return options.some(({ flags }) => flags.endsWith('>') && namesOf(flags).includes(arg));
}

/** The long option that a word most likely means; null if none is near. */
function nearestOption(typed: string, options: readonly OptionRow[]): string | null {
  const names = options.flatMap(({ flags }) => namesOf(flags)).filter((name) => name.startsWith('--'));
  const other = OTHER_OPTIONS[typed.toLowerCase()];
  if (other !== undefined && names.includes(other.split(' ')[0]!)) return other;
  const near = closest(
    typed.slice(2),
    names.map((name) => name.slice(2)),
  );
  return near === null ? null : `--${near}`;
}

function commandLine(args: readonly string[]): string {
  return `refit ${args.map(quoted).join(' ')}`;
}

/** An argument in a command line. Options stay options. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
