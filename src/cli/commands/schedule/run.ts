/** `refit schedule run DIR`: watches a folder of plans and carries each out when it is due, until it is told to stop. */
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { iso } from '../../../clock.ts';
import { stateDirectoryOf, userName } from '../../../operations/machine.ts';
import { visible } from '../../../report/document/escape.ts';
import type { ScheduleEntry } from '../../../schedule/account.ts';
import { openAccountFile } from '../../../schedule/account-file.ts';
import { loopbackFrom, openHealthServer } from '../../../schedule/health-server.ts';
import { launcher } from '../../../schedule/launch.ts';
import { openOccurrenceDisk } from '../../../schedule/occurrence-directory.ts';
import { sayDeed } from '../../../schedule/say-entry.ts';
import { openScheduler, type SchedulerPorts } from '../../../schedule/scheduler.ts';
import { takeSchedulerLock } from '../../../schedule/scheduler-lock.ts';
import { dropRequest, watchFolder } from '../../../schedule/watched-folder.ts';
import { VERSION } from '../../../version.ts';
import type { GlobalOptions } from '../../options.ts';
import { onSignals, type Signals } from '../../signals.ts';
import type { Terminal } from '../../terminal.ts';

export interface ScheduleOptions extends GlobalOptions {
  /** Where occurrences, switches, requests and the account are. */
  readonly runs?: string;
}

export interface ScheduleRunOptions extends ScheduleOptions {
  readonly listen?: string;
  readonly allowHooks?: boolean;
  readonly price?: boolean;
}

/** Where a watched folder keeps what is not its plans. */
export function rootOf(folder: string, { runs }: ScheduleOptions): string {
  return resolve(runs ?? join(folder, 'runs'));
}

export async function scheduleRun(
  [folder]: readonly [string],
  options: ScheduleRunOptions,
  terminal: Terminal,
): Promise<number> {
  const json = options.format === 'json';
  const address = options.listen === undefined ? null : loopbackFrom(options.listen);
  const signals = onSignals(terminal, () => undefined, STOPPING);
  try {
    return await withPorts(folder, options, terminal, signals, async (ports) => {
      const scheduler = openScheduler(ports);
      const { clock } = terminal;
      const server =
        address &&
        (await openHealthServer({ ...address, standing: scheduler.standing, clock, version: VERSION }));
      const url = server?.url ?? null;
      const root = rootOf(folder, options);
      await terminal.out(
        json
          ? `${JSON.stringify({ folder: resolve(folder), runs: root, url })}\n`
          : `watching ${visible(folder)}; ${url === null ? 'no --listen, so no health and metrics' : `${url}/healthz ${url}/metrics`}\n`,
      );
      try {
        return await scheduler.run();
      } finally {
        await server?.close();
      }
    });
  } finally {
    signals.close();
  }
}

const STOPPING =
  'stopping: nothing new begins, what is under way is drained (again: leave at once); the next scheduler goes on with it';

/**
 * Takes the folder's lock, opens its account, and hands on all that a scheduler needs.
 * @throws RefitError `usage` where the folder cannot be read, `locked` where it has a scheduler.
 */
export async function withPorts<T>(
  folder: string,
  options: ScheduleRunOptions,
  terminal: Terminal,
  signals: Signals,
  use: (ports: SchedulerPorts) => Promise<T>,
): Promise<T> {
  const { clock, env } = terminal;
  const root = rootOf(folder, options);
  const watched = watchFolder(folder, root);
  await watched.look();
  const host = hostname();
  const stateDirectory = stateDirectoryOf(env);
  const purpose = `refit schedule of ${resolve(folder)}`;
  const lock = await takeSchedulerLock({ folder, root, stateDirectory }, { host, purpose }, clock);
  const log = logger(options, terminal);
  try {
    const account = await openAccountFile(root, clock, log.entry);
    try {
      return await use({
        clock,
        account,
        disk: openOccurrenceDisk(root, host),
        launch: launcher([process.execPath, ...process.execArgv, process.argv[1]!], env),
        look: watched.look,
        dropRequest: (id) => dropRequest(root, id),
        pathOf: (name) => join(resolve(folder), name),
        flags: flagsOf(options),
        by: { user: userName(), host, pid: process.pid },
        version: VERSION,
        log: log.line,
        drain: signals.drain,
        leave: signals.leave,
      });
    } finally {
      await account.close().catch(() => undefined);
    }
  } finally {
    await lock.release().catch(() => undefined);
  }
}

/** What is passed on to the commands that are started. */
function flagsOf(options: ScheduleRunOptions): SchedulerPorts['flags'] {
  const { endpoint, signature, region, profile, allowHooks = false, price = false } = options;
  const connection = [
    ...(endpoint === undefined ? [] : ['--endpoint', endpoint]),
    ...(signature === undefined ? [] : ['--signature', signature]),
  ];
  const defaults = [
    ...(region === undefined ? [] : ['--region', region]),
    ...(profile === undefined ? [] : ['--profile', profile]),
  ];
  return {
    plan: [...connection, ...defaults, ...(price ? ['--price'] : [])],
    apply: [...connection, ...(allowHooks ? ['--allow-hooks'] : [])],
  };
}

/** One line on stderr for each entry and each remark: words, or JSON. */
function logger(
  options: ScheduleOptions,
  terminal: Terminal,
): { entry(entry: ScheduleEntry): void; line(plan: string | null, what: string): void } {
  const json = options.format === 'json';
  const say = (at: string, words: string) => terminal.err(`${at} ${visible(words)}\n`);
  return {
    entry(entry) {
      if (terminal.quiet && isPlain(entry)) return;
      if (json) return terminal.err(`${JSON.stringify(entry)}\n`);
      say(entry.at, sayDeed(entry));
    },
    line(plan, what) {
      const at = iso(terminal.clock.now());
      if (json) return terminal.err(`${JSON.stringify({ at, kind: 'remark', plan, what })}\n`);
      say(at, plan === null ? what : `${plan}: ${what}`);
    },
  };
}

/** What asks nothing of anybody. */
function isPlain(entry: ScheduleEntry): boolean {
  return (
    ['started', 'stopped', 'seen', 'began'].includes(entry.kind) ||
    ('exitCode' in entry && entry.exitCode === 0)
  );
}
