/** The commands as a tree for completion scripts, built from the table of commands. */
import type { CommandRow, Completes, OptionRow } from '../command-row.ts';

type LoadedKind = 'codes' | 'faults' | 'signatures';

/** The completions of an argument or a value, including loaded words. */
export interface Fits {
  readonly kind: Exclude<Completes['kind'], LoadedKind>;
  readonly words: readonly string[];
}

export interface OptionNode {
  /** For example `-o` and `--out`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** null if it takes no value. */
  readonly value: Fits | null;
  /** The user may repeat it. */
  readonly repeats: boolean;
}

export interface ArgumentNode {
  readonly description: string;
  readonly completes: Fits;
  readonly required: boolean;
  /** It takes all remaining arguments. */
  readonly repeats: boolean;
}

export interface CommandNode {
  /** `audit verify`; empty for the program itself. */
  readonly path: string;
  /** The last word of the path. */
  readonly name: string;
  readonly description: string;
  /** The options of its row. */
  readonly own: readonly OptionNode[];
  /** Its own options, and those of every command. */
  readonly options: readonly OptionNode[];
  readonly arguments: readonly ArgumentNode[];
  readonly commands: readonly CommandNode[];
}

/** The whole program. The commands of a family are below the family. */
export interface ProgramNode extends CommandNode {
  /** Every command; the program itself is first. */
  readonly all: readonly CommandNode[];
  /** The path of every command except the program itself, such as `audit verify`. */
  readonly paths: readonly string[];
  /** Every flag that takes a value. */
  readonly flagsWithValue: readonly string[];
}

/** All options and commands. */
export interface ProgramTable {
  /** Options of every command. */
  readonly options: readonly OptionRow[];
  /** Summaries of the commands that have subcommands. */
  readonly families: Readonly<Record<string, string>>;
  readonly commands: readonly CommandRow[];
}

/** Words that are not in the table: codes for `explain`, names for `--fault` and `--signature`. */
type KnownWords = Readonly<Record<LoadedKind, readonly string[]>>;

const HELP: OptionNode = { flags: ['-h', '--help'], description: 'show help', value: null, repeats: false };

/** Builds the tree. @param known words that are not in the table. */
export function completionTree(table: ProgramTable, known: KnownWords): ProgramNode {
  const shared = [...optionNodes(table.options, known), HELP];
  const nodeOf = (path: string, description: string, own: readonly OptionNode[] = []) => ({
    path,
    name: path.split(' ').at(-1)!,
    description,
    own,
    options: [...new Set([...own, HELP, ...shared])],
    arguments: [],
    commands: [],
  });
  const commandNode = (row: CommandRow): CommandNode => ({
    ...nodeOf(row.name, row.summary, optionNodes(row.options, known)),
    arguments: row.arguments.map(({ term, summary, completes }) => ({
      description: summary,
      completes: fitsOf(completes, known),
      required: term.startsWith('<'),
      repeats: /\.\.\.[>\]]$/.test(term),
    })),
  });
  const byFamily = [...Map.groupBy(table.commands, ({ name }) => name.split(' ')[0]!)];
  const program: CommandNode = {
    ...nodeOf('', ''),
    options: shared,
    commands: byFamily.map(([name, rows]): CommandNode => {
      const commands = rows.map(commandNode);
      const description = table.families[name];
      return description === undefined ? commands[0]! : { ...nodeOf(name, description), commands };
    }),
  };
  const all = everyCommand(program);
  const valued = all.flatMap(({ options }) => options.filter(({ value }) => value !== null));
  return {
    ...program,
    all,
    paths: all.slice(1).map(({ path }) => path),
    flagsWithValue: [...new Set(valued.flatMap(({ flags }) => flags))],
  };
}

function everyCommand(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(everyCommand)];
}

function optionNodes(rows: readonly OptionRow[], known: KnownWords): OptionNode[] {
  return rows.map(({ flags, summary, repeats = false, completes }): OptionNode => {
    const placeholder = /<(.+)>$/.exec(flags)?.[1];
    return {
      flags: flags.replace(/ <.*$/, '').split(', '),
      description: summary,
      value: placeholder === undefined ? null : fitsOf(completes ?? byPlaceholder(placeholder), known),
      repeats: repeats !== false,
    };
  });
}

function byPlaceholder(placeholder: string): Completes {
  if (placeholder === 'file' || placeholder === 'saved') return { kind: 'files' };
  return { kind: placeholder === 'folder' ? 'folders' : 'anything' };
}

function fitsOf({ kind, words = [] }: Completes, known: KnownWords): Fits {
  switch (kind) {
    // The parameters of a fault follow its name.
    case 'faults':
      return { kind: 'beginnings', words: known.faults };
    case 'codes':
    case 'signatures':
      return { kind: 'words', words: known[kind] };
    default:
      return { kind, words };
  }
}
