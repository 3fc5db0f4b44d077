/** The commands and their options. Each command's code is loaded when it is called, so that start-up stays short. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { RefitError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { EXIT_CODE_TABLE } from './exit-code-table.ts';
import type { GlobalOptions } from './options.ts';
import { openTerminal, PROGRESS, type Progress, type Terminal } from './terminal.ts';

/** What a live run can be told in one word. */
const STEERING = [
  ['pause', 'no new order starts until it is told to continue'],
  ['continue', 'go on after a pause'],
  ['drain', 'start nothing new, follow what is under way to its end, and end'],
  ['abort', 'leave at once; the same apply goes on later'],
] as const;

/** What a run can be made a plan of. */
const FROM_RUN = [
  ['rollback', 'the inverse of what a run verified, as a plan to review and apply; reads only'],
  ['retry', 'what a run left undone, as a plan to review and apply; reads only'],
] as const;

/** Commands of which nothing but their own is set up when they come first: with all of the others that takes longer. */
const ALONE: ReadonlySet<string> = new Set([
  ...[
    'inventory',
    'validate',
    'plan',
    'show',
    'explain',
    'windows',
    'approve',
    'apply',
    'reconcile',
    'status',
  ],
  ...['set', 'report', 'audit', 'doctor', 'simulate', 'demo'],
  ...[...STEERING, ...FROM_RUN].map(([name]) => name),
]);

/** Takes a command's set-up, and does nothing with it. */
const LEFT_OUT: Command = new Proxy({} as Command, { get: () => () => LEFT_OUT });

type Run = (terminal: Terminal, options: GlobalOptions) => Promise<number>;

/** Parses the arguments and runs one command. @returns its exit code. @throws RefitError, CommanderError */
export async function runProgram(typed: readonly string[]): Promise<number> {
  // As other programs have it: `refit help plan` is `refit plan --help`.
  const args = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed;
  let exitCode = 0;
  const program = new Command('refit')
    .description(
      'Plans, reviews and carries out size changes across a fleet of TencentDB for Redis instances.',
    )
    .version(VERSION, '--version', 'print the version')
    .usage('[options] <command>')
    .helpOption('-h, --help', 'show this; each command has its own')
    .helpCommand(false)
    .option(
      '--endpoint <url>',
      'one base URL for every product of the provider (plain http only to loopback)',
    )
    .option(
      '--signature <name>',
      'TC3-HMAC-SHA256, or HmacSHA256 or HmacSHA1 where a gateway lets only the older form through',
    )
    .option('--region <region>', 'for plans that name none; for inventory one or more, separated by commas')
    .option('--profile <name>', 'whose keys: a section of the credentials file')
    .option('--no-color', 'no colours (NO_COLOR is honoured too)')
    .option('-q, --quiet', 'no progress and no hints: the result and refusals alone')
    .option('-v, --verbose', 'every deed as it happens')
    .option('--json', 'the same as --format json')
    .addHelpText('after', exitCodes)
    .configureHelp({
      showGlobalOptions: true,
      sortSubcommands: false,
      subcommandTerm: (command) =>
        // `audit` is nothing without one of its own commands.
        [
          command.name(),
          command.commands.map((one) => one.name()).join('|'),
          ...(command.commands[0] ?? command).registeredArguments.map(argumentTerm),
        ]
          .filter((part) => part !== '')
          .join(' '),
    })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => undefined });

  /** Runs a command's code with the terminal and all options, its own and the program's. */
  const action =
    (load: (args: string[], options: Record<string, unknown>) => Promise<Run>) =>
    async (...called: unknown[]) => {
      const command = called.at(-1) as Command;
      const options = command.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
      const { color, quiet = false, verbose = false } = options;
      const progress = progressFrom(options);
      const terminal = openTerminal({ color, quiet, verbose, progress });
      try {
        exitCode = await (await load(called.slice(0, -2) as string[], options))(terminal, options);
      } catch (error) {
        if (progress !== 'json' || !(error instanceof RefitError)) throw error;
        const { message, mend } = error;
        terminal.event({ event: 'refused', what: message, mend, exitCode: error.exitCode });
        exitCode = error.exitCode;
      }
    };
  const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];
  const progress = () =>
    new Option('--progress <how>', 'auto, plain or json: how it is told on stderr (auto)');
  const format = (formats: string) => new Option('--format <format>', formats);
  const durations = () =>
    new Option(
      '--durations <path>',
      'past runs to forecast by: a folder of runs, a run or a report.json (runs)',
    );
  const write = () =>
    new Option('--write <format=file>', 'also into a file, in the same formats; may be repeated').argParser(
      collect,
    );

  const alone = args[0];
  if (alone !== undefined && ALONE.has(alone)) {
    const add = program.command.bind(program);
    program.command = ((name: string) => (name === alone ? add(name) : LEFT_OUT)) as Command['command'];
  }
  program.commandsGroup('Plan and review:');
  program
    .command('inventory')
    .description('read the live fleet, to plan offline from')
    .option('-o, --out <file>', 'write it into this file')
    .option('--used', 'with the memory in use of what is running, by counted calls of the monitor product')
    .addOption(format('text or json'))
    .action(
      action(async () => {
        const { inventory } = await import('./commands/inventory.ts');
        return (terminal, options) => inventory(options, terminal);
      }),
    );
  program
    .command('init')
    .description('a plan to begin from: every instance with the size it has; changes nothing until edited')
    .option('-o, --out <file>', 'write it into this file')
    .option('--force', 'also where the file is there already')
    .option(
      '--select <condition>',
      'name=cart-*, tags.env=prod,stage, id=, region=, edition= or status=; may be repeated, each must hold',
      collect,
    )
    .option('--inventory <file>', 'from a file of refit inventory instead of the live fleet')
    .option('--from-terraform <file>', 'from what terraform show -json prints, or a state file of version 4')
    .action(
      action(async () => {
        const { init } = await import('./commands/init.ts');
        return (terminal, options) => init(options, terminal);
      }),
    );
  program
    .command('validate')
    .description('check plan files offline: no network, no credentials')
    .argument('<plan...>', 'plan files')
    .addOption(format('text, json, markdown, junit, sarif or github'))
    .addOption(write())
    .action(async (files: string[], _: unknown, command: Command) =>
      action(async () => {
        const { validate } = await import('./commands/validate.ts');
        return (terminal, options) => validate(files, options, terminal);
      })(command),
    );
  program
    .command('plan')
    .description('the dry run: what would be ordered, what is blocked and why; reads only')
    .argument('<plan>', 'plan file')
    .option('-o, --out <saved>', 'seal it into this file, for review and apply')
    .option('--inventory <file>', 'plan offline from a file of refit inventory')
    .option('--price', 'ask the provider for the price of every step')
    .addOption(durations())
    .option('--all', 'show every row')
    .option('--summary', 'the first screen and what needs attention, without the changes')
    .option('--detailed-exitcode', 'exit 2 where there are changes')
    .option('--dry-run', 'accepted, and changes nothing: a plan is a dry run')
    .addOption(format('text, json, markdown, html, csv, junit, sarif or github'))
    .addOption(write())
    .action(
      action(async ([file]) => {
        const { plan } = await import('./commands/plan.ts');
        return (terminal, options) => plan(file!, options, terminal);
      }),
    );
  program
    .command('show')
    .description('a saved plan again, in any format')
    .argument('<saved>', 'saved plan')
    .option('--live', 'look at its instances again: what is no longer as it was planned')
    .option('--all', 'show every row')
    .option('--summary', 'the first screen and what needs attention, without the changes')
    .addOption(format('text, json, markdown, html, csv, junit, sarif or github'))
    .addOption(write())
    .action(
      action(async ([file]) => {
        const { show } = await import('./commands/show.ts');
        return (terminal, options) => show(file!, options, terminal);
      }),
    );
  program
    .command('diff')
    .description('what changed from one saved plan to another')
    .argument('<from>', 'saved plan')
    .argument('<to>', 'saved plan')
    .option('--all', 'show every row')
    .option('--detailed-exitcode', 'exit 2 where they differ')
    .addOption(format('text, json or markdown'))
    .addOption(write())
    .action(
      action(async ([from, to]) => {
        const { diff } = await import('./commands/diff.ts');
        return (terminal, options) => diff(from!, to!, options, terminal);
      }),
    );
  for (const [kind, description] of FROM_RUN) {
    program
      .command(kind)
      .description(description)
      .argument('<run>', 'run directory')
      .option('-o, --out <saved>', 'seal it into this file, for review and apply')
      .option('--price', 'ask the provider for the price of every step')
      .option('--ignore-windows', "leave out windows and freezes of the run's plan: it may begin at once")
      .addOption(durations())
      .option('--all', 'show every row')
      .option('--summary', 'the first screen and what needs attention, without the changes')
      .option('--detailed-exitcode', 'exit 2 where there are changes')
      .addOption(format('text, json, markdown, html, csv, junit, sarif or github'))
      .addOption(write())
      .action(
        action(async ([directory]) => {
          const { fromRun } = await import('./commands/from-run.ts');
          return (terminal, options) => fromRun(kind, directory!, options, terminal);
        }),
      );
  }
  program
    .command('explain')
    .description('a rule; or why an instance is blocked, selected or not')
    .argument('<code|instance>', 'such as ResourceUnavailable.SaleOut or crs-5qlrlhux')
    .argument('[plan]', 'plan file')
    .option('--inventory <file>', 'look into this file instead of the live fleet')
    .action(
      action(async ([subject, file]) => {
        const { explain } = await import('./commands/explain.ts');
        return (terminal, options) => explain(subject!, file, options, terminal);
      }),
    );
  program
    .command('windows')
    .description('the coming windows of a plan, and whether its forecast fits')
    .command('next')
    .description('the coming windows of a plan or saved plan, and whether its forecast fits')
    .argument('<plan>', 'plan file or saved plan')
    .option('--count <n>', 'how many windows (5)')
    .option('--inventory <file>', 'for the forecast of a plan file: a file of refit inventory')
    .addOption(durations())
    .addOption(format('text or json'))
    .action(
      action(async ([file]) => {
        const { windowsNext } = await import('./commands/windows.ts');
        return (terminal, options) => windowsNext(file!, options, terminal);
      }),
    );
  program
    .command('rehearse')
    .description('a saved plan by the real executor against a simulated provider in virtual time; offline')
    .argument('<saved>', 'saved plan')
    .option('--fault <fault>', 'what goes wrong, as refit simulate takes it; may be repeated', collect)
    .option('--seeds <n>', 'how many runs, each from a seed of its own (5)')
    .option('--seed <n>', 'the first of the seeds (1)')
    .option('--duration <range>', 'of a change, as in 2m..15m (as the forecast of the plan has it)')
    .option('--start-lag <range>', 'from an order to its start (1s..10s)')
    .option('--lock-tail <range>', 'locked after a change (0s..2m)')
    .option('--detailed-exitcode', 'exit as a run like the worst of them would')
    .addOption(format('text, json, markdown, html or csv'))
    .addOption(write())
    .addHelpText('after', await faultHelp(args))
    .action(
      action(async ([file]) => {
        const { rehearse } = await import('./commands/rehearse.ts');
        return (terminal, options) => rehearse(file!, options, terminal);
      }),
    );
  program.commandsGroup('Carry out:');
  program
    .command('approve')
    .description('sign a saved plan that wants approvals, or one of its waves, with your Ed25519 key')
    .argument('<saved>', 'saved plan')
    .option('--key <file>', 'your private key, OpenSSH or PKCS#8, without a passphrase (~/.ssh/id_ed25519)')
    .option('--as <name>', 'which approver you are: refused where the key is of another')
    .option('--wave <name>', 'a wave that asks for an approval of its own')
    .option('--expires <duration>', 'how long a run, or the wave, may begin by it (24h)')
    .option('-o, --out <file>', 'write it into this file (<saved>.approval-<name>.json)')
    .addOption(format('text or json'))
    .action(
      action(async ([file]) => {
        const { approve } = await import('./commands/approve.ts');
        return (terminal, options) => approve(file!, options, terminal);
      }),
    );
  program
    .command('apply')
    .description('carry a saved plan out; the same command goes on where it stopped')
    .argument('<saved>', 'saved plan')
    .option('--auto-approve', 'approve without asking')
    .option('--run-dir <folder>', 'the run directory (default: runs/<utc>-<digest8>/)')
    .option('--at-entry <n>', 'only where its journal has so many entries: nobody else has gone on meanwhile')
    .option(
      '--allow-hooks',
      'run the commands that the plan names, of hooks and gates, on this machine, as you',
    )
    .addOption(progress())
    .addOption(format('text, json, markdown, html or csv'))
    .addOption(write())
    .action(
      action(async ([file]) => {
        const { apply } = await import('./commands/apply.ts');
        return (terminal, options) => apply(file!, options, terminal);
      }),
    );
  program
    .command('reconcile')
    .description('settle by reading what is unknown of a run; orders nothing')
    .argument('<run>', 'run directory')
    .addOption(progress())
    .addOption(format('text or json'))
    .action(
      action(async ([directory]) => {
        const { reconcile } = await import('./commands/reconcile.ts');
        return (terminal, options) => reconcile(directory!, options, terminal);
      }),
    );
  program
    .command('status')
    .description('where a run stands')
    .argument('<run>', 'run directory')
    .option('--watch', 'look again every two seconds until it has ended')
    .addOption(format('text or json'))
    .action(
      action(async ([directory]) => {
        const { status } = await import('./commands/status.ts');
        return (terminal, options) => status(directory!, options, terminal);
      }),
    );
  program.commandsGroup('Steer a live run:');
  for (const [kind, description] of STEERING) {
    program
      .command(kind)
      .description(description)
      .argument('<run>', 'run directory')
      .addOption(format('text or json'))
      .action(
        action(async ([directory]) => {
          const { steer } = await import('./commands/steer.ts');
          return (terminal, options) => steer(directory!, { kind }, options, terminal);
        }),
      );
  }
  program
    .command('set')
    .description('inFlight or requestsPerSecond, up to what was approved')
    .argument('<run>', 'run directory')
    .argument('<setting...>', 'inFlight=N or requestsPerSecond=N')
    .addOption(format('text or json'))
    .action(async (directory: string, typed: string[], _: unknown, command: Command) =>
      action(async () => {
        const { settingFrom, steer } = await import('./commands/steer.ts');
        return (terminal, options) => steer(directory, settingFrom(directory, typed), options, terminal);
      })(command),
    );
  program.commandsGroup('Carry out by the clock:');
  const schedule = program.command('schedule').description('carry out a folder of plans by the clock');
  const runs = () =>
    new Option('--runs <folder>', 'where occurrences and their account are kept (<folder>/runs)');
  const carrying = (command: Command) =>
    command
      .addOption(runs())
      .option('--allow-hooks', 'run the commands that the plans name, of hooks and gates, on this machine')
      .option('--price', 'ask the provider for the price of every step when planning')
      .addOption(format('text or json'));
  carrying(
    schedule
      .command('run', { isDefault: true })
      .description('watch a folder of plans, and carry each out when it is due, until told to stop')
      .argument('<folder>', 'plan files and saved plans with a schedule'),
  )
    .option('--listen <address>', '/healthz, /readyz and /metrics on loopback, as in 127.0.0.1:9464')
    .action(
      action(async ([folder]) => {
        const { scheduleRun } = await import('./commands/schedule.ts');
        return (terminal, options) => scheduleRun(folder!, options, terminal);
      }),
    );
  schedule
    .command('list')
    .description('what is scheduled, how it went last, and when it is due next')
    .argument('<folder>', 'the folder of the plans')
    .addOption(runs())
    .addOption(format('text or json'))
    .action(
      action(async ([folder]) => {
        const { scheduleList } = await import('./commands/schedule-tell.ts');
        return (terminal, options) => scheduleList(folder!, options, terminal);
      }),
    );
  schedule
    .command('next')
    .description('the coming times, by the clock of their zone and in UTC')
    .argument('<folder>', 'the folder of the plans')
    .option('--count <n>', 'how many times (10)')
    .addOption(runs())
    .addOption(format('text or json'))
    .action(
      action(async ([folder]) => {
        const { scheduleNext } = await import('./commands/schedule-tell.ts');
        return (terminal, options) => scheduleNext(folder!, options, terminal);
      }),
    );
  carrying(
    schedule
      .command('run-now')
      .description('begin one now, or go on with what it left: by the live scheduler, else here')
      .argument('<folder>', 'the folder of the plans')
      .argument('<name>', "the file's name, with its ending or without"),
  ).action(
    action(async ([folder, name]) => {
      const { scheduleRunNow } = await import('./commands/schedule-steer.ts');
      return (terminal, options) => scheduleRunNow(folder!, name!, options, terminal);
    }),
  );
  for (const [kind, enabled] of [
    ['disable', false],
    ['enable', true],
  ] as const) {
    schedule
      .command(kind)
      .description(enabled ? 'heed its due times again, from now on' : 'begin nothing of it by itself')
      .argument('<folder>', 'the folder of the plans')
      .argument('<name>', "the file's name, with its ending or without")
      .addOption(runs())
      .addOption(format('text or json'))
      .action(
        action(async ([folder, name]) => {
          const { scheduleSwitch } = await import('./commands/schedule-steer.ts');
          return (terminal, options) => scheduleSwitch(folder!, name!, enabled, options, terminal);
        }),
      );
  }
  program.commandsGroup('Account for:');
  program
    .command('report')
    .description('the audit report of a run, at any time')
    .argument('<run>', 'run directory')
    .addOption(format('text, json, markdown, html or csv'))
    .addOption(write())
    .option('--columns <names>', 'the columns of CSV that are wanted, separated by commas, in this order')
    .action(
      action(async ([directory]) => {
        const { report } = await import('./commands/report.ts');
        return (terminal, options) => report(directory!, options, terminal);
      }),
    );
  const audit = program
    .command('audit')
    .description('check, sign and hand over the account of a run, offline')
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  audit
    .command('verify')
    .description('recompute the chain of a journal offline: that no byte of it was changed')
    .argument('<run>', 'run directory')
    .option('--head <hash>', 'the head as noted elsewhere: shows entries cut off at the end')
    .option('--signers <file>', 'names with public keys: one of them must have signed the journal')
    .option(
      '--signed-by <file>',
      'a signature that lies elsewhere than in the run directory; may be repeated',
      collect,
    )
    .addOption(format('text or json'))
    .action(
      action(async ([directory]) => {
        const { auditVerify } = await import('./commands/audit.ts');
        return (terminal, options) => auditVerify(directory!, options, terminal);
      }),
    );
  audit
    .command('replay')
    .description('render the reports again from plan and journal, and compare them byte by byte')
    .argument('<run>', 'run directory')
    .addOption(format('text or json'))
    .action(
      action(async ([directory]) => {
        const { auditReplay } = await import('./commands/audit-replay.ts');
        return (terminal, options) => auditReplay(directory!, options, terminal);
      }),
    );
  audit
    .command('sign')
    .description('sign the head of the journal; the signature is kept in the run directory')
    .argument('<run>', 'run directory')
    .option('--key <file>', 'an Ed25519 private key without a passphrase (~/.ssh/id_ed25519)')
    .option('--as <name>', 'who signs (the user of the operating system)')
    .option('-o, --out <file>', 'write it into this file instead')
    .addOption(format('text or json'))
    .action(
      action(async ([directory]) => {
        const { auditSign } = await import('./commands/audit-sign.ts');
        return (terminal, options) => auditSign(directory!, options, terminal);
      }),
    );
  audit
    .command('export')
    .description('plan, approvals, journal, reports and schemas as one archive that a third party can check')
    .argument('<run>', 'run directory')
    .option('-o, --out <file>', 'a .tar.gz or .tar file (the name of the run, .tar.gz)')
    .addOption(format('text or json'))
    .action(
      action(async ([directory]) => {
        const { auditExport } = await import('./commands/audit-export.ts');
        return (terminal, options) => auditExport(directory!, options, terminal);
      }),
    );
  audit
    .command('events')
    .description('the journal as CloudEvents, a JSON line for each entry')
    .argument('<run>', 'run directory')
    .option('-o, --out <file>', 'write them into this file')
    .action(
      action(async ([directory]) => {
        const { auditEvents } = await import('./commands/audit-events.ts');
        return (terminal, options) => auditEvents(directory!, options, terminal);
      }),
    );
  program.commandsGroup('Look into the connection:');
  program
    .command('doctor')
    .description(
      'whose keys are used, which rights are missing, and how the provider is reached; orders nothing',
    )
    .addOption(format('text or json'))
    .action(
      action(async () => {
        const { doctor } = await import('./commands/doctor.ts');
        return (terminal, options) => doctor(options, terminal);
      }),
    );
  program.commandsGroup('Try without a cloud:');
  program
    .command('simulate')
    .description("the provider's API on loopback, with a fleet and faults of your choice")
    .option('--instances <n>', 'how many instances the default fleet has (60)')
    .option('--fleet <file>', 'a fleet of your own')
    .option('--port <port>', 'a free one by default')
    .option(
      '--fault <fault>',
      'what goes wrong: name[=value][@action][:probability|#count][+from[..until]]; may be repeated',
      collect,
    )
    .option('--seed <n>', 'the same seed makes the same fleet and delays (1)')
    .option(
      '--limit <n>',
      'requests a second for each action and identity; 0 = no limit (the documented ones)',
    )
    .option('--limit-counting <way>', 'calendar, sliding or bucket (calendar)')
    .option('--start-lag <range>', 'from an order to its start, as in 200ms..600ms')
    .option('--duration <range>', 'of a change, as in 1s..4s')
    .option('--lock-tail <range>', 'locked after a change, as in 1s..2s')
    .option('--balance <amount>', 'what the account holds, CNY')
    .option('--tls', 'serve https under a certificate made at start; the first line tells its path as "ca"')
    .option(
      '--account <name=n>',
      'another account with n instances, money and keys of its own; may be repeated',
      collect,
    )
    .addHelpText('after', await faultHelp(args))
    .action(
      action(async () => {
        const { simulate } = await import('./commands/simulate.ts');
        return (terminal, options) => simulate(options, terminal);
      }),
    );
  program
    .command('demo')
    .description('the whole story on a simulated fleet: plan, apply at the limit, report')
    .action(
      action(async () => {
        const { demo } = await import('./commands/demo.ts');
        return (terminal) => demo(terminal);
      }),
    );
  program.commandsGroup('At the keyboard:');
  program
    .command('completion')
    .description('a script by which your shell completes commands, options, files and codes')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish']))
    .action(
      action(async ([shell]) => {
        const { completion } = await import('./commands/completion.ts');
        return (terminal) => completion(shell!, program, terminal);
      }),
    );
  for (const command of program.commands)
    command.exitOverride().configureOutput({ outputError: () => undefined });

  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    // Without a command the help has been shown on stderr; that is a wrong use all the same.
    if (error.code === 'commander.help') return new RefitError('usage', '', '').exitCode;
    throw new RefitError(
      'usage',
      error.message.replace(/^error: /, ''),
      `refit ${commandIn(program, args)}--help`,
    );
  }
  return exitCode;
}

/** What `--progress` says. @throws RefitError `usage` */
function progressFrom({ progress = 'auto' }: Readonly<Record<string, unknown>>): Progress {
  const known = PROGRESS.find((one) => one === progress);
  if (known) return known;
  throw new RefitError(
    'usage',
    `--progress ${progress}: there is no such way`,
    `one of: ${PROGRESS.join(', ')}`,
  );
}

/** `<plan...>`, `[plan]` */
function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** At the end of the main help, and not of each command's. */
function exitCodes({ command }: { readonly command: Command }): string {
  if (command.parent) return '';
  return `\nExit codes:\n${EXIT_CODE_TABLE.map(([code, means]) => `  ${code.padEnd(8)}  ${means}`).join('\n')}`;
}

function commandIn(program: Command, args: readonly string[]): string {
  const named = program.commands.find((command) => args.includes(command.name()));
  return named ? `${named.name()} ` : '';
}

/** The faults by name, only where somebody asks for them. */
async function faultHelp(args: readonly string[]): Promise<string> {
  if (
    !args.some((arg) => arg === 'simulate' || arg === 'rehearse') ||
    !args.some((arg) => arg === '--help' || arg === '-h')
  )
    return '';
  const { ALL_FAULTS } = await import('../simulator/world/faults.ts');
  const width = Math.max(...ALL_FAULTS.map(({ name }) => name.length));
  return `\nFaults:\n${ALL_FAULTS.map((fault) => `  ${fault.name.padEnd(width)}  ${fault.sentence}`).join('\n')}`;
}
