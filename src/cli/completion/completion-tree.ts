/** What can be typed after `refit` as the tree that a shell walks: made from the table of commands, so nothing is left out. */
import type { ArgumentRow, CommandRow, Completes, OptionRow } from '../command-row.ts';

/** What fits at a place, words that were loaded included. */
export type Fits = Exclude<Completes, { readonly kind: 'codes' | 'faults' | 'signatures' }>;

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

/** Words that the table does not hold. */
export interface KnownWords {
  /** Codes that `explain` knows. */
  readonly codes: readonly string[];
  /** Names that `--fault` takes. */
  readonly faults: readonly string[];
  /** Names that `--signature` takes. */
  readonly signatures: readonly string[];
}

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

/** Every flag that a value follows. */
export function flagsWithValue(program: CommandNode): string[] {
  const flags = everyCommand(program).flatMap(({ options }) =>
    options.flatMap((option) => (option.value === null ? [] : option.flags)),
  );
  return [...new Set(flags)];
}

/** What is typed for every command but the program itself, such as `audit verify`. */
export function pathsOf(program: CommandNode): string[] {
  return everyCommand(program).flatMap(({ path }) => (path === '' ? [] : [path]));
}

function commandNode(row: CommandRow, known: KnownWords): CommandNode {
  return {
    path: row.name,
    description: row.summary,
    options: optionNodes(row.options, known),
    arguments: row.arguments.map(({ term, summary, completes }: ArgumentRow) => ({
      description: summary,
      completes: fitsOf(completes, known),
      required: term.startsWith('<'),
      repeats: /\.\.\.[>\]]$/.test(term),
    })),
    commands: [],
  };
}

function optionNodes(rows: readonly OptionRow[], known: KnownWords): OptionNode[] {
  const formats = rows.find(({ flags }) => flags.startsWith('--format '))?.completes;
  const nodes = rows.map(({ flags, summary, repeats = false, completes }): OptionNode => {
    const placeholder = /<(.+)>$/.exec(flags)?.[1];
    const value = completes ?? (placeholder === undefined ? null : byPlaceholder(placeholder));
    const isWrite = value?.kind === 'format-file' && formats?.kind === 'words';
    return {
      flags: flags.replace(/ <.*$/, '').split(', '),
      description: summary,
      value: isWrite ? { ...value, words: formats.words } : value && fitsOf(value, known),
      repeats,
    };
  });
  return [...nodes, HELP];
}

function byPlaceholder(placeholder: string): Fits {
  if (placeholder === 'file' || placeholder === 'saved') return { kind: 'files', endings: [] };
  return { kind: placeholder === 'folder' ? 'folders' : 'anything' };
}

function fitsOf(completes: Completes, known: KnownWords): Fits {
  switch (completes.kind) {
    // Parameters of a fault follow its name.
    case 'faults':
      return { kind: 'beginnings', words: known.faults };
    case 'codes':
    case 'signatures':
      return { kind: 'words', words: known[completes.kind] };
    default:
      return completes;
  }
}
