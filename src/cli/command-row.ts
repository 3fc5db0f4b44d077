/** A command as a row of data: what is typed, what help and completion say of it, and where its code is. */
import type { Options } from './options.ts';
import type { Terminal } from './terminal.ts';

export interface CommandRow {
  /** As typed after `refit`, such as `audit verify`. */
  readonly name: string;
  /** The heading of the main help that it stands under. */
  readonly group: string;
  /** In the imperative, 60 characters at most. */
  readonly summary: string;
  readonly arguments: readonly ArgumentRow[];
  readonly options: readonly OptionRow[];
  /** Whole commands that can be typed as they are. */
  readonly examples: readonly string[];
  /** What its help ends with: made only when that is shown. */
  readonly appendix?: () => Promise<string>;
  /** True for the one that is meant where the last word of its name is left out. */
  readonly isDefault?: boolean;
  /** Reads its code: called only when the command is. */
  readonly load: () => Promise<CommandCode>;
}

/** The rows of the commands under one heading, by what is typed; those without arguments or options need not say so. */
export function commandsIn(
  group: string,
  rows: Readonly<
    Record<string, Omit<CommandRow, 'name' | 'group' | 'arguments' | 'options'> & Partial<CommandRow>>
  >,
): readonly CommandRow[] {
  return Object.entries(rows).map(([name, row]) => ({ name, group, arguments: [], options: [], ...row }));
}

/** What carries a command out, with the arguments and options that the row names. @returns the exit code. */
export type CommandCode<Args extends readonly string[] = readonly string[]> = {
  run(args: Readonly<Args>, options: Options, terminal: Terminal): Promise<number>;
}['run'];

export interface ArgumentRow {
  /** `<plan>`; `[plan]` where it may be left out; `<plan...>` where it takes all that follow. */
  readonly term: string;
  readonly summary: string;
  /** Where it is words, nothing else is taken. */
  readonly completes: Completes;
}

export interface OptionRow {
  /** `-o, --out <file>` */
  readonly flags: string;
  readonly summary: string;
  readonly repeats?: boolean;
  /** What fits as its value, if not said by the flags: `<file>` and `<folder>`. */
  readonly completes?: Completes;
}

/** What fits at a place. */
export interface Completes {
  readonly kind:
    | 'words'
    /** Words after which typing goes on, as `inFlight=`. */
    | 'beginnings'
    | 'files'
    | 'folders'
    /** Run directories. */
    | 'runs'
    /** `json=FILE`: the words are what stands before the file. */
    | 'format-file'
    /** Words that are loaded only for a completion script. */
    | 'codes'
    | 'faults'
    | 'signatures'
    | 'anything';
  /** Of files the endings; none: any file. */
  readonly words?: readonly string[];
}
