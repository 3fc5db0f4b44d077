/** What can be typed after `refit` as the tree that a shell walks: made from the table of commands, so nothing is left out. */
import type { CommandRow, Completes, OptionRow } from '../command-row.ts';

type LoadedKind = 'codes' | 'faults' | 'signatures';

/** What fits at a place, words that were loaded included. */
export interface Fits {
  readonly kind: Exclude<Completes['kind'], LoadedKind>;
  readonly words: readonly string[];
}

export interface OptionNode {
  /** As typed, such as `-o` and `--out`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** null: it takes no value. */
  readonly value: Fits | null;
  /** May be given more than once. */
  readonly repeats: boolean;
}

export interface ArgumentNode {
  readonly description: string;
  readonly completes: Fits;
  readonly required: boolean;
  /** The last one takes all that follow. */
  readonly repeats: boolean;
}

export interface CommandNode {
  /** `audit verify`; empty for the program itself. */
  readonly path: string;
  readonly description: string;
  readonly options: readonly OptionNode[];
  readonly arguments: readonly ArgumentNode[];
  readonly commands: readonly CommandNode[];
}

/** All that there is to type. */
export interface ProgramTable {
  /** What every command takes. */
  readonly options: readonly OptionRow[];
  /** Summaries of the commands that have commands of their own. */
  readonly families: Readonly<Record<string, string>>;
  readonly commands: readonly CommandRow[];
}

/** Words that the table does not hold: codes that `explain` knows, names that `--fault` and `--signature` take. */
export type KnownWords = Readonly<Record<LoadedKind, readonly string[]>>;

const HELP: OptionNode = { flags: ['-h', '--help'], description: 'show help', value: null, repeats: false };

/** The whole program, the commands of a family below it. */
export function completionTree(
  { options, families, commands }: ProgramTable,
  known: KnownWords,
): CommandNode {
  const byFamily = Map.groupBy(commands, ({ name }) => name.split(' ')[0]!);
  return {
    path: '',
    description: '',
    options: optionNodes(options, known),
    arguments: [],
    commands: [...byFamily].map(([name, rows]): CommandNode => {
      const nodes = rows.map((row) => commandNode(row, known));
      const description = families[name];
      if (description === undefined) return nodes[0]!;
      return { path: name, description, options: [HELP], arguments: [], commands: nodes };
    }),
  };
}

/** Every command that can be typed, the program itself first. */
export function everyCommand(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(everyCommand)];
}

/** The options of a command and those of the program, each once. */
export function optionsOf(node: CommandNode, program: CommandNode): OptionNode[] {
  return [...new Set([...node.options, ...program.options])];
}

/** Every flag that a value follows. */
export function flagsWithValue(program: CommandNode): string[] {
  const valued = everyCommand(program).flatMap(({ options }) => options.filter(({ value }) => value));
  return [...new Set(valued.flatMap(({ flags }) => flags))];
}

/** What is typed for every command but the program itself, such as `audit verify`. */
export function pathsOf(program: CommandNode): string[] {
  return everyCommand(program).flatMap(({ path }) => path || []);
}

/** The last word of what is typed for a command. */
export function lastWordOf({ path }: CommandNode): string {
  return path.split(' ').at(-1)!;
}

function commandNode(row: CommandRow, known: KnownWords): CommandNode {
  return {
    path: row.name,
    description: row.summary,
    options: optionNodes(row.options, known),
    arguments: row.arguments.map(({ term, summary, completes }) => ({
      description: summary,
      completes: fitsOf(completes, known),
      required: term.startsWith('<'),
      repeats: /\.\.\.[>\]]$/.test(term),
    })),
    commands: [],
  };
}

function optionNodes(rows: readonly OptionRow[], known: KnownWords): OptionNode[] {
  const nodes = rows.map(({ flags, summary, repeats = false, completes }): OptionNode => {
    const placeholder = /<(.+)>$/.exec(flags)?.[1];
    return {
      flags: flags.replace(/ <.*$/, '').split(', '),
      description: summary,
      value: placeholder === undefined ? null : fitsOf(completes ?? byPlaceholder(placeholder), known),
      repeats,
    };
  });
  return [...nodes, HELP];
}

function byPlaceholder(placeholder: string): Completes {
  if (placeholder === 'file' || placeholder === 'saved') return { kind: 'files' };
  return { kind: placeholder === 'folder' ? 'folders' : 'anything' };
}

function fitsOf({ kind, words = [] }: Completes, known: KnownWords): Fits {
  switch (kind) {
    // Parameters of a fault follow its name.
    case 'faults':
      return { kind: 'beginnings', words: known.faults };
    case 'codes':
    case 'signatures':
      return { kind: 'words', words: known[kind] };
    default:
      return { kind, words };
  }
}
