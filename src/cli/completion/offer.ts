/** What a shell offers for the word at the cursor, by the table of commands. */
import type { ArgumentRow, CommandRow, Completes, OptionRow } from '../command-row.ts';

/** All options and commands. */
export interface ProgramTable {
  /** Options of every command. */
  readonly options: readonly OptionRow[];
  /** Summaries of the commands that have subcommands. */
  readonly families: Readonly<Record<string, string>>;
  readonly commands: readonly CommandRow[];
}

/** A whole word. A value that is joined to its option has the option before it: `--format=json`. */
export interface Word {
  readonly word: string;
  readonly description: string;
}

export interface Offer {
  readonly words: readonly Word[];
  /** What the shell does besides. `open`: it adds no space, because the user continues the word. */
  readonly shell: 'nothing' | 'open' | 'files' | 'folders';
  /** The endings of the files; none means any file. */
  readonly endings: readonly string[];
  /** The part of the word before the file, such as `html=`. */
  readonly before: string;
}

/** Words that are not in the table. */
export interface OfferPorts {
  /** Codes for `explain`, names for `--fault` and `--signature`. */
  known(kind: 'codes' | 'faults' | 'signatures'): Promise<readonly string[]>;
  /** The runs that may be meant: ids of a store, or directories. @param store the value of `--store`, if typed. */
  runs(typed: string, store: string | undefined): Promise<readonly string[]>;
}

const HELP: OptionRow = { flags: '-h, --help', summary: 'show help' };
const NOTHING: Offer = { words: [], shell: 'nothing', endings: [], before: '' };

/** @param words what is typed after `refit`. The last one is at the cursor, and may be empty. */
export async function offer(
  words: readonly string[],
  table: ProgramTable,
  ports: OfferPorts,
): Promise<Offer> {
  const current = words.at(-1) ?? '';
  const typed = readTyped(words.slice(0, -1), table);
  const offered = async ({ flags, completes }: OptionRow, before: string) =>
    await offerValue(
      completes ?? byPlaceholder(flags),
      { typed: current.slice(before.length), before },
      typed,
      ports,
    );
  if (typed.open !== null) return await offered(typed.open, '');
  const joined = /^--[^=]+(?==)/.exec(current)?.[0];
  if (joined !== undefined && !typed.hasOnlyArguments) {
    const option = optionNamed(joined, typed.row, table);
    return option !== null && takesValue(option) ? await offered(option, `${joined}=`) : NOTHING;
  }
  if (current.startsWith('-') && !typed.hasOnlyArguments) return { ...NOTHING, words: flagsOf(typed, table) };
  const commands = typed.position === 0 ? commandsAfter(typed.path, table) : [];
  if (commands.length > 0) return { ...NOTHING, words: commands };
  const argument = argumentAt(typed.row?.arguments ?? [], typed.position);
  if (argument === null) return NOTHING;
  return await offerValue(argument.completes, { typed: current, before: '' }, typed, ports);
}

/** What stands before the cursor. */
interface Typed {
  /** `audit verify`, `audit`, or empty. */
  readonly path: string;
  /** null for a family, or before the command. */
  readonly row: CommandRow | null;
  /** How many arguments the command has. */
  readonly position: number;
  readonly options: readonly OptionRow[];
  /** The option whose value is at the cursor. */
  readonly open: OptionRow | null;
  readonly store: string | undefined;
  /** After `--`. */
  readonly hasOnlyArguments: boolean;
}

function readTyped(words: readonly string[], table: ProgramTable): Typed {
  let path = '';
  let position = 0;
  let store: string | undefined;
  let open: OptionRow | null = null;
  let hasOnlyArguments = false;
  const options: OptionRow[] = [];
  const rowAt = () => table.commands.find(({ name }) => name === path) ?? null;
  for (const word of words) {
    if (open !== null) {
      if (namesOf(open).includes('--store')) store = word;
      open = null;
    } else if (word === '--') hasOnlyArguments = true;
    else if (word.startsWith('-') && word !== '-' && !hasOnlyArguments) {
      const [flag, value] = word.split(/=(.*)/s) as [string, string?];
      const option = optionNamed(flag, rowAt(), table);
      if (option === null) continue;
      options.push(option);
      if (value === undefined && takesValue(option)) open = option;
      if (flag === '--store') store = value;
    } else {
      const next = path === '' ? word : `${path} ${word}`;
      if (position === 0 && commandsAfter(path, table).some((one) => one.word === word)) path = next;
      else position += 1;
    }
  }
  return { path, row: rowAt(), position, options, open, store, hasOnlyArguments };
}

/** The commands that may follow: those of a family, or all. */
function commandsAfter(path: string, { families, commands }: ProgramTable): readonly Word[] {
  if (path !== '' && families[path] === undefined) return [];
  const start = path === '' ? '' : `${path} `;
  const found = new Map<string, string>();
  for (const { name, summary } of commands) {
    if (!name.startsWith(start)) continue;
    const word = name.slice(start.length).split(' ')[0]!;
    found.set(word, path === '' ? (families[word] ?? summary) : summary);
  }
  return [...found].map(([word, description]) => ({ word, description }));
}

/** The flags that may follow. An option that is typed already is left out, unless it repeats. */
function flagsOf({ row, options }: Typed, table: ProgramTable): readonly Word[] {
  return [...(row?.options ?? []), ...table.options, HELP]
    .filter((option) => option.repeats || !options.includes(option))
    .flatMap((option) => namesOf(option).map((word) => ({ word, description: option.summary })));
}

/** An option of the command, of every command, or of any other command. */
function optionNamed(flag: string, row: CommandRow | null, table: ProgramTable): OptionRow | null {
  const all = [
    ...(row?.options ?? []),
    ...table.options,
    HELP,
    ...table.commands.flatMap(({ options }) => options),
  ];
  return all.find((option) => namesOf(option).includes(flag)) ?? null;
}

function argumentAt(all: readonly ArgumentRow[], position: number): ArgumentRow | null {
  const last = all.at(-1);
  return all[position] ?? (last !== undefined && /\.\.\.[>\]]$/.test(last.term) ? last : null);
}

/** @param at the typed part of the value, and what stands before it in the word. */
async function offerValue(
  { kind, words = [] }: Completes,
  { typed, before }: { readonly typed: string; readonly before: string },
  { store }: Typed,
  ports: OfferPorts,
): Promise<Offer> {
  const offered = (all: readonly string[], shell: Offer['shell'] = 'nothing'): Offer => ({
    ...NOTHING,
    shell,
    words: all.map((word) => ({ word: before + word, description: '' })),
  });
  switch (kind) {
    case 'words':
      return offered(words);
    case 'beginnings':
      return offered(words, 'open');
    case 'format-file': {
      const format = words.find((word) => typed.startsWith(word));
      if (format === undefined) return offered(words, 'open');
      return { ...NOTHING, shell: 'files', before: before + format };
    }
    case 'files':
      return { ...NOTHING, shell: 'files', endings: words, before };
    case 'folders':
      return { ...NOTHING, shell: 'folders', before };
    case 'runs': {
      const runs = await ports.runs(typed, store);
      return runs.length > 0 ? offered(runs) : { ...NOTHING, shell: 'folders', before };
    }
    // The parameters of a fault follow its name.
    case 'faults':
      return offered(await ports.known(kind), 'open');
    case 'codes':
    case 'signatures':
      return offered(await ports.known(kind));
    case 'anything':
      return NOTHING;
  }
}

/** `-o` and `--out` of `-o, --out <file>`. */
function namesOf({ flags }: OptionRow): readonly string[] {
  return flags.replace(/ <.*$/, '').split(', ');
}

function takesValue({ flags }: OptionRow): boolean {
  return flags.endsWith('>');
}

/** What completes `--fleet <file>` without more words. */
function byPlaceholder(flags: string): Completes {
  const placeholder = /<(.+)>$/.exec(flags)?.[1];
  if (placeholder === 'file' || placeholder === 'saved') return { kind: 'files' };
  return { kind: placeholder === 'folder' ? 'folders' : 'anything' };
}
