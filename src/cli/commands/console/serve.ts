/** `refit serve`: the web console, until a signal. The first line on stdout is JSON with `url`, which signs its reader in. */
import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { ConsoleProvider } from '../../../console/server/context.ts';
import type { Console } from '../../../console/server/start-server.ts';
import { RefitError } from '../../../errors.ts';
import { createProcessPermits } from '../../../operations/connect.ts';
import { readInstalledFolder } from '../../../operations/installed-files.ts';
import { shortPath, stateDirectoryOf, userName } from '../../../operations/machine.ts';
import { type ActionLog, openActionLog } from '../../../operations/people/action-log.ts';
import type { SignIn } from '../../../operations/people/open-sign-in.ts';
import { proxiesFrom } from '../../../operations/people/trusted-proxies.ts';
import { openPlanFolder } from '../../../operations/plans/plan-folder.ts';
import { openRuns, type RunsOfStore } from '../../../operations/runs/open-runs.ts';
import { createRunStarter, type RunStarter } from '../../../operations/runs/start-run.ts';
import { databaseOf } from '../../../operations/runs/store-choice.ts';
import { jsonLine } from '../../../report/document/escape.ts';
import { escapeControls } from '../../../text.ts';
import { VERSION } from '../../../version.ts';
import type { CommandCode } from '../../command-row.ts';
import { connectionOf, type Options, regionsFrom } from '../../options.ts';
import { onSignals } from '../../signals.ts';
import type { Terminal } from '../../terminal.ts';
import { openSchedule } from './open-schedule.ts';
import { startApply } from './start-apply.ts';

const LISTEN = '127.0.0.1:8430';
/** Where the build puts the pages. */
const PAGES = 'dist/console-pages';

const STOPPING = 'stopping: the console ends; runs go on';

export const serve: CommandCode<[]> = async (_args, options, terminal) => {
  // Young objects would take 48 MB after a large reading, and the memory of a server counts all day.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Garbage may take a tenth of what is kept. By default, V8 waits until the heap has doubled.
  setFlagsFromString('--heap-growing-percent=10');
  const { clock, env } = terminal;
  const { isLoopbackAddress, listenAddressFrom } = await import('../../../telemetry/listen-address.ts');
  const listen = listenAddressFrom('--listen', options.listen ?? LISTEN, 'any');
  const url = urlFrom(options.url);
  if (!isLoopbackAddress(listen) && url === null)
    throw new RefitError(
      'usage',
      `--listen ${listen.host}:${listen.port}: other machines can reach it, so people need an address with HTTPS`,
      'put a proxy with HTTPS in front, and add --url https://refit.example.com',
    );
  const provider = providerOf(options, terminal);
  const plans = options.plans === undefined ? null : await openPlanFolder(options.plans);
  const [{ startConsole }, { createRunFeeds }, { createRecord }, { randomToken }, pages] = await Promise.all([
    import('../../../console/server/start-server.ts'),
    import('../../../console/server/run-feed.ts'),
    import('../../../console/server/record/record.ts'),
    import('../../../console/server/random-token.ts'),
    readInstalledFolder(PAGES),
  ]);
  const signIn = await signInOf(options, terminal);
  const runs = await openRuns({ store: options.store, env, clock });
  const starter = starterOf(runs, provider, options, terminal);
  const signals = onSignals(terminal, undefined, STOPPING);
  const feeds = createRunFeeds(clock);
  const schedule = await openSchedule(options, terminal, plans);
  const record = createRecord({ clock, runs, plans, schedule: schedule?.access ?? null, provider });
  try {
    const server = await startConsole({
      ...{
        clock,
        runs,
        feeds,
        record,
        plans,
        provider,
        starter,
        host: hostname(),
        pid: process.pid,
        listen,
        url,
        pages,
      },
      ...{ store: placeOfStore(options, terminal), version: VERSION, random: randomToken },
      ...{ signIn, proxies: proxiesFrom(options.proxy), actions: actionsOf(terminal) },
      onSignInRefused: ({ reason, message }) =>
        terminal.err(`a sign-in was refused (${reason}): ${escapeControls(message)}\n`),
      onFault: (error) => terminal.err(`${escapeControls(String((error as Error)?.stack ?? error))}\n`),
    });
    await announce(server, signIn, options, terminal);
    await abortOf(signals.drain);
    feeds.close();
    record.close();
    await server.close();
  } finally {
    signals.close();
    await schedule?.close();
    await signIn?.close();
    await runs.close();
  }
  return 0;
};

/**
 * Prints the address. With a provider and an address of other machines, it signs nobody in unless `--link` asks for that.
 */
async function announce(
  server: Console,
  signIn: SignIn | null,
  { link }: Options,
  terminal: Terminal,
): Promise<void> {
  const isLocal = new URL(server.origin).hostname === 'localhost';
  const hasLink = signIn === null || isLocal || link === true;
  const url = hasLink ? server.loginLink({ name: userName(), roles: ['admin'] }) : server.origin;
  await terminal.out(jsonLine({ url }));
  const open = hasLink ? 'open the url above, which works once' : `people sign in by ${signIn.host}`;
  terminal.hint(`the console is at ${server.origin}; ${open} (stop with Ctrl-C)`);
}

/** What people do in the console is on record in the state folder of this user. */
function actionsOf({ env, clock }: Terminal): ActionLog {
  return openActionLog({ stateDirectory: stateDirectoryOf(env), host: hostname(), clock });
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** How people sign in; null without `--people`. Only then a package for it is loaded. */
async function signInOf({ people }: Options, { env, clock }: Terminal): Promise<SignIn | null> {
  if (people === undefined) return null;
  const [{ readPeople }, { openSignIn }] = await Promise.all([
    import('../../../operations/people/read-people.ts'),
    import('../../../operations/people/open-sign-in.ts'),
  ]);
  return openSignIn({ people: await readPeople(people), env, clock });
}

function providerOf(options: Options, terminal: Terminal): ConsoleProvider {
  return {
    connection: {
      ...{ ...connectionOf(options, terminal), clock: terminal.clock },
      permits: createProcessPermits(terminal.clock),
    },
    profile: options.profile ?? null,
    regions: regionsFrom(options),
    policy: options.policy ?? null,
    store: options.store,
  };
}

/** Starts runs where the console shows them, with the same provider and policy. */
function starterOf(
  runs: RunsOfStore,
  { connection, policy }: ConsoleProvider,
  { store }: Options,
  { env, clock, err }: Terminal,
): RunStarter {
  return createRunStarter({
    ...{ choice: { store, env, clock }, runs, connection, policy },
    startApply: (args) => startApply(args, env),
    onNotice: (text) => err(`${escapeControls(text)}\n`),
  });
}

/** The host and name of a database, or the folder of runs, for people. */
function placeOfStore(options: Options, { env }: Terminal): string {
  const named = databaseOf({ store: options.store, env });
  if (named === null) return shortPath('runs');
  try {
    const { host, pathname } = new URL(named);
    return `${host}${pathname}`;
  } catch {
    return 'PostgreSQL';
  }
}

/** The address under which browsers reach the console; null without `--url`. @throws RefitError `usage` */
function urlFrom(typed: string | undefined): string | null {
  if (typed === undefined) return null;
  const refuse = (reason: string) =>
    new RefitError('usage', `--url ${typed}: ${reason}`, '--url https://refit.example.com');
  if (!URL.canParse(typed)) throw refuse('it is not an address');
  const url = new URL(typed);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && url.hostname === 'localhost'))
    throw refuse('browsers accept passkeys and safe cookies only over HTTPS, or at http://localhost');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    throw refuse('it must be a scheme, a host and a port only');
  return url.origin;
}
