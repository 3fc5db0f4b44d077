/** Parses the command line by the table of commands, and runs one command. */
import { Argument, Command, CommanderError, Help, Option } from 'commander';
import { exitCodeOf, RefitError } from '../../errors.ts';
import { FileLedger } from '../../files/file-ledger.ts';
import { given } from '../../given.ts';
import { mayReplace } from '../../operations/named-files.ts';
import { databaseOf } from '../../operations/runs/store-choice.ts';
import { json } from '../../report/document/escape.ts';
import { escapeControls } from '../../text.ts';
import { VERSION } from '../../version.ts';
import type { ArgumentRow, CommandRow, OptionRow } from '../command-row.ts';
import { type Options, withConnectionInFix } from '../options.ts';
import { outputFrom } from '../output.ts';
import {
  createTerminal,
  PROGRESS_MODES,
  type ProgressMode,
  type Terminal,
  withResultOnStderr,
} from '../terminal.ts';
import { unknownWord } from '../unknown-word.ts';
import { COMMANDS, FAMILIES } from './commands.ts';
import { dashesOf, filesOf, longFlag, nameOf } from './files-of.ts';
import { EXIT_CODES_TOPIC, formatExitCodes, formatMainHelp } from './main-help.ts';
import { formatsOf, PROGRAM_OPTIONS, writtenFormatsOf } from './shared-options.ts';
import { refuseSingleDash, unknownCommand, usageError } from './usage-error.ts';

/** Runs a command with its arguments, its own options and those of the program. */
type RunRow = (row: CommandRow, args: readonly string[], options: Record<string, unknown>) => Promise<void>;

/** Reads the arguments and runs one command. @returns its exit code. @throws RefitError */
export async function runProgram(typed: readonly string[]): Promise<number> {
  if (isVersionAsJson(typed)) return await printVersionFacts();
  if (typed[0] === 'help' && typed[1] === EXIT_CODES_TOPIC) {
    process.stdout.write(formatExitCodes());
    return 0;
  }
  if (typed[0] === 'complete' && typed[1] === '--') {
    const { answerShell } = await import('../completion/answer-shell.ts');
    await answerShell(typed.slice(2), { options: PROGRAM_OPTIONS, families: FAMILIES, commands: COMMANDS });
    return 0;
  }
  // As in other programs, `refit help plan` is `refit plan --help`.
  const args = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed;
  // Setting up all commands takes longer than most commands run. Only help and errors need the others.
  const row = rowOf(args);
  refuseSingleDash(args, row);
  const wantsHelp = args.includes('--help') || args.includes('-h');
  // Help for an unknown command would be the help of all of them.
  const word = args.findIndex((arg) => !arg.startsWith('-'));
  if (row === null && wantsHelp && word === 0 && FAMILIES[args[0]!] === undefined) {
    const unknown = unknownCommand(args, word);
    if (unknown !== null) throw unknown;
  }
  const appendix = wantsHelp && row?.appendix ? await row.appendix() : null;
  let exitCode = 0;
  const program = createProgram(row === null ? COMMANDS : [row], appendix, async (...called) => {
    exitCode = await runCommand(...called);
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    // Without a command commander prints the help on stderr. That is still a usage error.
    if (error.code === 'commander.help') return exitCodeOf('usage');
    throw usageError(error, args, row);
  }
}

/** `refit --version --json`, in either order. */
function isVersionAsJson(typed: readonly string[]): boolean {
  return typed.length === 2 && typed.includes('--version') && typed.includes('--json');
}

async function printVersionFacts(): Promise<number> {
  const { readVersionFacts } = await import('../../operations/version/version-facts.ts');
  process.stdout.write(json(await readVersionFacts()));
  return 0;
}

/** The row of the command in the arguments, after program options; null if all rows are needed. */
export function rowOf(args: readonly string[]): CommandRow | null {
  let at = 0;
  while (args[at]?.startsWith('-')) {
    const option = PROGRAM_OPTIONS.find(({ flags }) => flags.split(/[ ,]+/).includes(args[at]!));
    if (option === undefined) return null;
    at += option.flags.endsWith('>') ? 2 : 1;
  }
  const words = [args[at], `${args[at]} ${args[at + 1]}`];
  return COMMANDS.find(({ name }) => words.includes(name)) ?? null;
}

/** Loads a command's code and runs it. @returns the exit code. */
async function runCommand(
  row: CommandRow,
  typedArgs: readonly string[],
  typedOptions: Record<string, unknown>,
): Promise<number> {
  const typed = typedOptions as unknown as Omit<Options, 'write'> & { readonly write?: readonly string[] };
  const { color, quiet = false, verbose = false } = typed;
  const progress = progressFrom(typedOptions);
  const terminal = createTerminal({ color, quiet, verbose, progress });
  try {
    const { toStdout } = dashesOf(row, typedArgs, typedOptions);
    const { args, given } = await withNamedRuns(row, typedArgs, typedOptions, terminal);
    // Checked first, so that a typing error loses no work.
    const output = outputFrom(typed, formatsOf(row.options), writtenFormatsOf(row.options));
    const ledger = new FileLedger();
    await ledger.declare(filesOf(row, args, given), mayReplace);
    const run = await row.load();
    const printing = toStdout ? withResultOnStderr(terminal) : terminal;
    return await ledger.during(() => run(args, { ...typed, ...given, ...output }, printing));
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    const { code, message, exitCode, about } = error;
    const fix = withConnectionInFix(error.fix, typedOptions as unknown as Options);
    if (progress !== 'json') throw new RefitError(code, message, fix, { cause: error, about });
    const sentence = { messageId: about?.id ?? null, params: about?.params ?? null };
    terminal.event({ event: 'refused', message, ...sentence, fix, code, exitCode });
    return exitCode;
  }
}

/**
 * Replaces each run that has its name or `latest` by its directory. A run in a database has none: the command finds it.
 * @throws RefitError as `RunsOfStore.find` does.
 */
async function withNamedRuns(
  row: CommandRow,
  typed: readonly string[],
  given: Record<string, unknown>,
  terminal: Terminal,
): Promise<{ readonly args: readonly string[]; readonly given: Record<string, unknown> }> {
  const find = async ({ completes }: ArgumentRow | OptionRow, word: unknown) => {
    // A path, as the completion gives it, needs no search.
    if (completes?.kind !== 'runs' || typeof word !== 'string' || word.includes('/')) return word;
    const { openRuns } = await import('../../operations/runs/open-runs.ts');
    const { env, clock } = terminal;
    const { name: directory } = await (await openRuns({ env: { ...env, REFIT_STORE: '' }, clock })).find(
      word,
    );
    if (directory !== word) terminal.hint(`run     ${escapeControls(directory)}`);
    return directory;
  };
  const args = [...typed];
  const hasStore = row.options.some((part) => longFlag(part) === '--store');
  const isStored = (word: string) =>
    hasStore && databaseOf({ store: given.store as string | undefined, env: terminal.env }, word) !== null;
  for (const [at, part] of row.arguments.entries())
    if (args[at] !== undefined && !isStored(args[at])) args[at] = String(await find(part, args[at]));
  const found = { ...given };
  for (const part of row.options) {
    const name = nameOf(longFlag(part));
    if (!(name in given)) continue;
    const isInStore = part.completes?.kind === 'runs' && (await namesStoredRun(given, name, terminal));
    if (!isInStore) found[name] = await find(part, given[name]);
  }
  return { args, given: found };
}

/** Whether the value of an option names a run in a database, which the command finds. */
async function namesStoredRun(
  given: Readonly<Record<string, unknown>>,
  name: string,
  { env }: Terminal,
): Promise<boolean> {
  const { meansRun } = await import('../../operations/runs/open-plan.ts');
  return await meansRun(String(given[name]), { store: given.store as string | undefined, env });
}

/** The mode that `--progress` names. @throws RefitError `usage` */
function progressFrom({ progress = 'auto' }: Readonly<Record<string, unknown>>): ProgressMode {
  const known = PROGRESS_MODES.find((one) => one === progress);
  if (known) return known;
  const what = `--progress ${progress}: unknown mode`;
  throw unknownWord(what, String(progress), PROGRESS_MODES, (near) => `--progress ${near}`);
}

/** Creates the program with the commands of these rows. @param appendix the end of the called command's help. */
export function createProgram(rows: readonly CommandRow[], appendix: string | null, act: RunRow): Command {
  const program = new Command('refit')
    .description('Plans, reviews and applies size changes across TencentDB for Redis fleets.')
    .version(VERSION, '--version', PROGRAM_OPTIONS[0]!.summary)
    .usage('<command> [options]')
    .helpOption('-h, --help', 'show the help of this command')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, subcommandTerm, formatHelp })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const option of PROGRAM_OPTIONS)
    if (option.flags !== '--version') program.addOption(createOption(option));
  for (const row of rows) addCommand(program, row, appendix, act);
  return program;
}

function addCommand(program: Command, row: CommandRow, appendix: string | null, act: RunRow): void {
  const [family, ...own] = row.name.split(' ') as [string, ...string[]];
  const parent = own.length === 0 ? program : familyIn(program, family);
  const command = parent
    .command(own[0] ?? family, given({ isDefault: row.isDefault }))
    .description(row.summary);
  for (const argument of row.arguments) command.addArgument(createArgument(argument));
  for (const option of row.options) command.addOption(createOption(option));
  command.addHelpText('after', `\nEXAMPLES\n${row.examples.map((example) => `  ${example}`).join('\n')}`);
  if (appendix !== null) command.addHelpText('after', `\n${appendix}`);
  command.action(() =>
    act(
      row,
      command.processedArgs.flat().filter((arg) => arg !== undefined),
      command.optsWithGlobals(),
    ),
  );
}

function familyIn(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).description(FAMILIES[name]!);
}

function createArgument({ term, summary, completes }: ArgumentRow): Argument {
  const argument = new Argument(term, summary);
  return completes.kind === 'words' && completes.words ? argument.choices(completes.words) : argument;
}

function createOption({ flags, summary, repeats }: OptionRow): Option {
  const option = new Option(flags, summary);
  if (!repeats) return option;
  if (repeats === 'joined')
    return option.argParser((value, before?: string) =>
      before === undefined ? value : `${before},${value}`,
    );
  return option.argParser((value, before?: readonly string[]) => [...(before ?? []), value]);
}

/** The help of the program has a form of its own. */
function formatHelp(command: Command, helper: Help): string {
  return command.parent === null
    ? formatMainHelp(command.usage(), command.description())
    : Help.prototype.formatHelp.call(helper, command, helper);
}

/** `verify <run>`, in the help of a family. */
function subcommandTerm(command: Command): string {
  return [command.name(), ...command.registeredArguments.map(formatArgumentTerm)].join(' ');
}

/** `<plan...>`, `[plan]` */
function formatArgumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}
