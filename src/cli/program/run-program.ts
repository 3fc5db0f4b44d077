/** The command line: reads what was typed by the table of commands, and runs one of them. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { exitCodeOf, RefitError } from '../../errors.ts';
import { given } from '../../given.ts';
import { VERSION } from '../../version.ts';
import type { ArgumentRow, CommandRow, OptionRow } from '../command-row.ts';
import type { Options } from '../options.ts';
import { outputFrom } from '../output.ts';
import { createTerminal, PROGRESS_MODES, type ProgressMode } from '../terminal.ts';
import { COMMANDS, FAMILIES } from './commands.ts';
import { formatsOf, PROGRAM_OPTIONS } from './shared-options.ts';

/** Runs a command with its arguments, its own options and those of the program. */
type RunRow = (row: CommandRow, args: readonly string[], options: Record<string, unknown>) => Promise<void>;

/** Reads the arguments and runs one command. @returns its exit code. @throws RefitError */
export async function runProgram(typed: readonly string[]): Promise<number> {
  // As other programs have it: `refit help plan` is `refit plan --help`.
  const args = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed;
  // Setting up all commands takes longer than most of them run: the others are needed for help and mistakes only.
  const row = rowOf(args);
  const wantsHelp = args.includes('--help') || args.includes('-h');
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
    // Without a command the help has been shown on stderr; that is a wrong use all the same.
    if (error.code === 'commander.help') return exitCodeOf('usage');
    const known = args.find((arg) => COMMANDS.some(({ name }) => name.split(' ')[0] === arg));
    throw new RefitError(
      'usage',
      error.message.replace(/^error: /, ''),
      `refit ${known === undefined ? '' : `${known} `}--help`,
    );
  }
}

/** The row that the first words name, behind options of the program; null where it takes all rows to tell. */
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
  args: readonly string[],
  given: Record<string, unknown>,
): Promise<number> {
  const options = given as unknown as Omit<Options, 'write'> & { readonly write?: readonly string[] };
  const { color, quiet = false, verbose = false } = options;
  const progress = progressFrom(given);
  const terminal = createTerminal({ color, quiet, verbose, progress });
  try {
    // Before anything is done, so that no work is lost to a typing error.
    const output = outputFrom(options, formatsOf(row.options));
    const run = await row.load();
    return await run(args, { ...options, ...output }, terminal);
  } catch (error) {
    if (progress !== 'json' || !(error instanceof RefitError)) throw error;
    const { message, fix, exitCode } = error;
    terminal.event({ event: 'refused', what: message, fix, exitCode });
    return exitCode;
  }
}

/** What `--progress` says. @throws RefitError `usage` */
function progressFrom({ progress = 'auto' }: Readonly<Record<string, unknown>>): ProgressMode {
  const known = PROGRESS_MODES.find((one) => one === progress);
  if (known) return known;
  throw new RefitError(
    'usage',
    `--progress ${progress}: there is no such way`,
    `one of: ${PROGRESS_MODES.join(', ')}`,
  );
}

/** The program with the commands of these rows. @param appendix what the help of the one that is called ends with. */
export function createProgram(rows: readonly CommandRow[], appendix: string | null, act: RunRow): Command {
  const program = new Command('refit')
    .description(
      'Plans, reviews and carries out size changes across a fleet of TencentDB for Redis instances.',
    )
    .version(VERSION, '--version', 'print the version')
    .usage('[options] <command>')
    .helpOption('-h, --help', 'show this; each command has its own')
    .helpCommand(false)
    .addHelpText('after', formatExitCodes)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, subcommandTerm: formatCommandTerm })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const option of PROGRAM_OPTIONS) if (option.flags !== '--version') program.addOption(createOption(option));
  for (const row of rows) addCommand(program, row, appendix, act);
  return program;
}

function addCommand(program: Command, row: CommandRow, appendix: string | null, act: RunRow): void {
  const [family, ...own] = row.name.split(' ') as [string, ...string[]];
  const parent = own.length === 0 ? program : familyIn(program, family, row.group);
  const command = parent
    .command(own[0] ?? family, given({ isDefault: row.isDefault }))
    .description(row.summary)
    .helpGroup(own.length === 0 ? row.group : 'Commands:');
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

function familyIn(program: Command, name: string, group: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).description(FAMILIES[name]!).helpGroup(group);
}

function createArgument({ term, summary, completes }: ArgumentRow): Argument {
  const argument = new Argument(term, summary);
  return completes.kind === 'words' && completes.words ? argument.choices(completes.words) : argument;
}

function createOption({ flags, summary, repeats }: OptionRow): Option {
  const option = new Option(flags, summary);
  const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];
  return repeats ? option.argParser(collect) : option;
}

/** `audit verify|replay|sign|export|events <run>`: a family is nothing without one of its own commands. */
function formatCommandTerm(command: Command): string {
  const parts = [
    command.name(),
    command.commands.map((one) => one.name()).join('|'),
    ...(command.commands[0] ?? command).registeredArguments.map(formatArgumentTerm),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** `<plan...>`, `[plan]` */
function formatArgumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** The exit codes in words, as `refit --help` and the README show them. Scripts rely on them: unknown means failure. */
const EXIT_CODES: readonly (readonly [code: string, means: string])[] = [
  ['0', 'done; for plan without --detailed-exitcode also "there are changes"'],
  ['1', 'our fault, or unclassified (the provider cannot be reached, a disk that cannot be written)'],
  ['2', 'plan --detailed-exitcode: there are changes; diff --detailed-exitcode: the plans differ'],
  ['3', 'ended, and something is not verified (failed, refused, drifted, skipped)'],
  ['4', 'halted by a threshold or a gate, or by a refusal that concerns every order (no right, no money)'],
  ['5', 'refused by a rule or a guard, or a command by the live run that was told it'],
  ['6', 'the saved plan or journal is stale, altered, expired, of an unknown format, or already carried out'],
  ['7', 'somebody else holds the lock'],
  ['8', 'outside the window or frozen; or the window closed, or finishBy is reached, with work left'],
  ['10', 'an outcome is unknown: refit reconcile'],
  ['11', 'not approved: no yes, too few signatures, or a wave that asks for its own (work is left)'],
  ['12', 'no credentials, or refused ones, also for want of a right to read'],
  ['64', 'wrong usage'],
  ['65', 'the plan file is invalid'],
  ['130, 143', 'stopped by a signal after a clean drain; 143 also by refit drain or abort'],
];

/** At the end of the main help, and not of each command's. */
function formatExitCodes({ command }: { readonly command: Command }): string {
  if (command.parent) return '';
  return `\nExit codes:\n${EXIT_CODES.map(([code, means]) => `  ${code.padEnd(8)}  ${means}`).join('\n')}`;
}
