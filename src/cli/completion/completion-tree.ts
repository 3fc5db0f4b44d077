/**
 * What can be typed after `refit`, as plain data, read from the commands as they are defined: so a completion script
 * knows every command and option there is, and no other.
 */

/** What fits at a place. */
export type Completes =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Words after which typing goes on, as `inFlight=`. */
  | { readonly kind: 'beginnings'; readonly words: readonly string[] }
  /** Files that end so; empty: any. */
  | { readonly kind: 'files'; readonly endings: readonly string[] }
  | { readonly kind: 'folders' }
  /** Run directories. */
  | { readonly kind: 'runs' }
  /** `json=FILE`. */
  | { readonly kind: 'format-file'; readonly words: readonly string[] }
  | { readonly kind: 'anything' };

export interface OptionNode {
  /** As typed, such as `-o` and `--out`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** null: it takes no value. */
  readonly value: Completes | null;
  /** May be given more than once. */
  readonly repeats: boolean;
}

export interface ArgumentNode {
  readonly name: string;
  readonly description: string;
  readonly completes: Completes;
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

/** As much of a command's definition as is read here. */
export interface CommandDefinition {
  name(): string;
  description(): string;
  readonly commands: readonly CommandDefinition[];
  readonly options: readonly {
    readonly short?: string | undefined;
    readonly long?: string | undefined;
    readonly flags: string;
    readonly description: string;
    readonly hidden: boolean;
    readonly argChoices?: readonly string[] | undefined;
    readonly parseArg?: unknown;
  }[];
  readonly registeredArguments: readonly {
    name(): string;
    readonly description: string;
    readonly required: boolean;
    readonly variadic: boolean;
    readonly argChoices?: readonly string[] | undefined;
  }[];
}

/** Words that the definitions do not hold. */
export interface KnownWords {
  /** Codes that `explain` knows. */
  readonly codes: readonly string[];
  /** Names that `--fault` takes. */
  readonly faults: readonly string[];
  /** Names that `--signature` takes. */
  readonly signatures: readonly string[];
}

const HELP: OptionNode = { flags: ['-h', '--help'], description: 'show help', value: null, repeats: false };

/** Reads a command and all below it. */
export function completionTree(
  definition: CommandDefinition,
  known: KnownWords,
  path: readonly string[] = [],
): CommandNode {
  return {
    path: path.join(' '),
    description: definition.description(),
    options: [
      ...definition.options
        .filter(({ hidden }) => !hidden)
        .map(({ short, long, flags, description, argChoices, parseArg }) => ({
          flags: [short, long].filter((flag) => flag !== undefined),
          description,
          value: optionValue(flags, long ?? '', description, argChoices, known),
          repeats: parseArg !== undefined,
        })),
      HELP,
    ],
    arguments: definition.registeredArguments.map((argument) => ({
      name: argument.name(),
      description: argument.description,
      completes: argument.argChoices
        ? { kind: 'words', words: argument.argChoices }
        : argumentOf(argument.name(), argument.description, known),
      required: argument.required,
      repeats: argument.variadic,
    })),
    commands: definition.commands.map((command) => completionTree(command, known, [...path, command.name()])),
  };
}

/** Every command that can be typed, the program itself first. */
export function everyCommand(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(everyCommand)];
}

function optionValue(
  flags: string,
  long: string,
  description: string,
  choices: readonly string[] | undefined,
  known: KnownWords,
): Completes | null {
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1];
  if (placeholder === undefined) return null;
  if (choices) return { kind: 'words', words: choices };
  if (long === '--fault') return { kind: 'beginnings', words: known.faults };
  if (long === '--signature') return { kind: 'words', words: known.signatures };
  switch (placeholder) {
    case 'format':
    case 'how':
    case 'way':
      return wordsOrAnything(choicesIn(description));
    case 'format=file':
      return { kind: 'format-file', words: [] };
    case 'file':
    case 'saved':
      return { kind: 'files', endings: [] };
    case 'folder':
      return { kind: 'folders' };
    default:
      return { kind: 'anything' };
  }
}

function wordsOrAnything(words: readonly string[]): Completes {
  return words.length === 0 ? { kind: 'anything' } : { kind: 'words', words };
}

/** `text, json or csv`, as the descriptions have it, also before `:` or in front of a default. */
function choicesIn(description: string): string[] {
  const list = /^([a-z]+(?:, [a-z]+)*) or ([a-z]+)(?=$|[ :])/.exec(description);
  return list ? [...list[1]!.split(', '), list[2]!] : [];
}

function argumentOf(name: string, description: string, known: KnownWords): Completes {
  switch (name) {
    case 'plan':
      return { kind: 'files', endings: ['yaml', 'yml', ...(/saved/.test(description) ? ['json'] : [])] };
    case 'saved':
      return { kind: 'files', endings: ['json'] };
    case 'run':
      return { kind: 'runs' };
    case 'code|instance':
      return { kind: 'words', words: known.codes };
    case 'setting':
      return {
        kind: 'beginnings',
        words: [...description.matchAll(/\b(\w+)=/g)].map(([, word]) => `${word}=`),
      };
    default:
      return { kind: 'files', endings: [] };
  }
}

/** The formats of `--write` are those of `--format` beside it. */
export function withFormats(node: CommandNode): CommandNode {
  const format = node.options.find(({ flags }) => flags.includes('--format'))?.value;
  const words = format?.kind === 'words' ? format.words : [];
  return {
    ...node,
    options: node.options.map((option) =>
      option.value?.kind === 'format-file' ? { ...option, value: { kind: 'format-file', words } } : option,
    ),
    commands: node.commands.map(withFormats),
  };
}
