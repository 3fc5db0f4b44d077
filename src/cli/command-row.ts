/** A command as a row of data: its name, its help, its completion and its code. */
import type { Options } from './options.ts';
import type { Terminal } from './terminal.ts';

export interface CommandRow {
  /** The words after `refit`, such as `audit verify`. */
  readonly name: string;
  /** In the imperative, 60 characters at most. */
  readonly summary: string;
  readonly arguments: readonly ArgumentRow[];
  readonly options: readonly OptionRow[];
  /** Complete commands that users can copy. */
  readonly examples: readonly string[];
  /** Creates the end of its help, only when Refit shows the help. */
  readonly appendix?: () => Promise<string>;
  /** True for the default command of a family: its last word is optional. */
  readonly isDefault?: boolean;
  /** Loads its code, only when the command runs. */
  readonly load: () => Promise<CommandCode>;
}

/** Rows by name. Arguments and options are optional. */
export function rowsOf(
  rows: Readonly<Record<string, Omit<CommandRow, 'name' | 'arguments' | 'options'> & Partial<CommandRow>>>,
): readonly CommandRow[] {
  return Object.entries(rows).map(([name, row]) => ({ name, arguments: [], options: [], ...row }));
}

/** The code of a command. It gets the arguments and options of the row. @returns the exit code. */
export type CommandCode<Args extends readonly string[] = readonly string[]> = {
  run(args: Readonly<Args>, options: Options, terminal: Terminal): Promise<number>;
}['run'];

export interface ArgumentRow {
  /** `<plan>`; `[plan]` if it is optional; `<plan...>` if it takes all remaining arguments. */
  readonly term: string;
  readonly summary: string;
  /** If the kind is `words`, Refit accepts only these words. */
  readonly completes: Completes;
  /** True if `-` is stdin. */
  readonly dash?: true;
}

export interface OptionRow {
  /** `-o, --out <file>` */
  readonly flags: string;
  readonly summary: string;
  /** True if each value counts. `joined`: they become one value, separated by commas. */
  readonly repeats?: boolean | 'joined';
  /** What completes its value. Not needed for `<file>` and `<folder>`. */
  readonly completes?: Completes;
  /** True if the command writes the file that it names. No input may be the same file. */
  readonly writes?: true;
  /** True if `-` is stdin, or stdout for a file that the command writes. */
  readonly dash?: true;
}

/** What the shell offers as completion. */
export interface Completes {
  readonly kind:
    | 'words'
    /** Words that the user continues, such as `inFlight=`. */
    | 'beginnings'
    | 'files'
    | 'folders'
    /** Run directories. */
    | 'runs'
    /** `json=FILE`: the words come before the file. */
    | 'format-file'
    /** Words that Refit loads only when a shell asks for them. */
    | 'codes'
    | 'faults'
    | 'signatures'
    | 'anything';
  /** For files, the extensions; none means any file. */
  readonly words?: readonly string[];
}
