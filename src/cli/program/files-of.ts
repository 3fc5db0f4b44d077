/** Finds the files that a command line names, and where `-` stands for stdin or stdout. Pure. */
import { RefitError } from '../../errors.ts';
import type { NamedFile } from '../../files/file-ledger.ts';
import type { ArgumentRow, CommandRow, OptionRow } from '../command-row.ts';

/** Stands for stdin where a file is read, and for stdout where one is written. A file with this name is `./-`. */
export const DASH = '-';

/**
 * The outputs by the options that write, and every other value as a possible input: only those that name a file count.
 * @param options the values by the names that code uses, such as `fromTerraform`.
 */
export function filesOf(
  row: Pick<CommandRow, 'arguments' | 'options'>,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): NamedFile[] {
  return valuesOf(row, args, options).flatMap(({ value, typed, part }) => {
    const path = part.completes?.kind === 'format-file' ? value.slice(value.indexOf('=') + 1) : value;
    if (path === DASH) return [];
    return [
      { path, access: 'writes' in part && part.writes ? ('writes' as const) : ('reads' as const), typed },
    ];
  });
}

/**
 * Checks every `-` of a command line.
 * @returns whether the command writes its file to stdout. @throws RefitError `usage` where `-` is not possible.
 */
export function dashesOf(
  row: Pick<CommandRow, 'arguments' | 'options'>,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): { readonly toStdout: boolean } {
  const readers: string[] = [];
  let toStdout = false;
  for (const { value, typed, part } of valuesOf(row, args, options)) {
    const isFormat = part.completes?.kind === 'format-file';
    if (isFormat && value.endsWith(`=${DASH}`))
      throw new RefitError(
        'usage',
        `${typed} ${value}: the result is on stdout without this option`,
        `--format ${value.slice(0, -2)}`,
      );
    if (value !== DASH || !namesFile(part)) continue;
    const name = typed === value ? nameOfArgument(part) : typed;
    if (!part.dash)
      throw new RefitError(
        'usage',
        `${name} cannot be - (stdin or stdout): it must name a file or a folder`,
        'write to a file first, then use the file; a file with the name - is ./-',
      );
    if ('writes' in part && part.writes) toStdout = true;
    else readers.push(name);
  }
  if (readers.length > 1)
    throw new RefitError(
      'usage',
      `${readers.join(' and ')} are both - (stdin), which can be read only once`,
      'write one of them to a file first, then use the file',
    );
  return { toStdout };
}

/** A value that the user typed, with the row that takes it. `typed`: the option, or the value of an argument. */
interface Typed {
  readonly value: string;
  readonly typed: string;
  readonly part: ArgumentRow | OptionRow;
}

function valuesOf(
  row: Pick<CommandRow, 'arguments' | 'options'>,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Typed[] {
  const own = args.flatMap((value, at): Typed[] => {
    const part = row.arguments[at] ?? row.arguments.at(-1);
    return part === undefined ? [] : [{ value, typed: value, part }];
  });
  const optional = row.options.flatMap((part) => {
    const typed = longFlag(part);
    return [options[nameOf(typed)]]
      .flat()
      .flatMap((value): Typed[] => (typeof value === 'string' ? [{ value, typed, part }] : []));
  });
  return [...own, ...optional];
}

/** Kinds of values that are never a file or a folder. */
const NO_FILES: readonly string[] = ['words', 'beginnings', 'codes', 'faults', 'signatures', 'anything'];

/** Whether a value names a file or a folder. An option shows it by its placeholder, such as `<file>`. */
export function namesFile(part: ArgumentRow | OptionRow): boolean {
  if (part.completes) return !NO_FILES.includes(part.completes.kind);
  return 'flags' in part && /<(file|folder|saved|path|key)>/.test(part.flags);
}

function nameOfArgument(part: ArgumentRow | OptionRow): string {
  return 'term' in part ? part.term.replace('...', '') : longFlag(part);
}

/** `--out` of `-o, --out <file>`. */
export function longFlag({ flags }: Pick<OptionRow, 'flags'>): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}

/** `runDir` for `--run-dir`. */
export function nameOf(flag: string): string {
  return flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
