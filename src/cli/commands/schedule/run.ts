/** `refit schedule run DIR`: watches a folder of plans and carries each out when it is due, until it is told to stop. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { iso } from '../../../clock.ts';
import { stateDirectoryOf, userName } from '../../../operations/machine.ts';
import { visible } from '../../../report/document/escape.ts';
import { type ScheduleEntry, sayDeed } from '../../../schedule/account.ts';
import { loopbackFrom, openHealthServer } from '../../../schedule/health-server.ts';
import { holdFolder } from '../../../schedule/hold-folder.ts';
import { rootOf } from '../../../schedule/read-schedule.ts';
import { openScheduler, type SchedulerPorts } from '../../../schedule/scheduler.ts';
import { VERSION } from '../../../version.ts';
import type { GlobalOptions } from '../../options.ts';
import { print } from '../../output.ts';
import { onSignals, type Signals } from '../../signals.ts';
import type { Terminal } from '../../terminal.ts';

export interface ScheduleOptions extends GlobalOptions {
  /** Where occurrences, switches, requests and the log are. */
  readonly runs?: string;
}

export interface ScheduleRunOptions extends ScheduleOptions {
  readonly listen?: string;
  readonly allowHooks?: boolean;
  readonly price?: boolean;
}

const STOPPING =
  'stopping: nothing new begins, what is under way is drained (again: leave at once); the next scheduler goes on with it';

export async function scheduleRun(
  [folder]: readonly [string],
  options: ScheduleRunOptions,
  terminal: Terminal,
): Promise<number> {
  const address = options.listen === undefined ? null : loopbackFrom(options.listen);
  const signals = onSignals(terminal, () => undefined, STOPPING);
  try {
    return await withPorts(folder, options, terminal, signals, async (ports) => {
      const scheduler = openScheduler(ports);
      const { standing } = scheduler;
      const server =
        address &&
        (await openHealthServer({ ...address, standing, clock: terminal.clock, version: VERSION }));
      const url = server?.url ?? null;
      const health = url === null ? 'no --listen, so no health and metrics' : `${url}/healthz ${url}/metrics`;
      await print(terminal, options, {
        text: () => `watching ${visible(folder)}; ${health}\n`,
        json: { folder: resolve(folder), runs: rootOf(folder, options.runs), url },
      });
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

/** Holds the folder for this process. @throws RefitError as `holdFolder` does. */
export function withPorts<T>(
  folder: string,
  options: ScheduleRunOptions,
  terminal: Terminal,
  { drain, leave }: Signals,
  use: (ports: SchedulerPorts) => Promise<T>,
): Promise<T> {
  const { clock, env } = terminal;
  const holding = {
    folder,
    root: rootOf(folder, options.runs),
    stateDirectory: stateDirectoryOf(env),
    clock,
    env,
    program: [process.execPath, ...process.execArgv, process.argv[1]!],
    flags: flagsOf(options),
    by: { user: userName(), host: hostname(), pid: process.pid },
    version: VERSION,
    drain,
    leave,
    ...logger(options, terminal),
  };
  return holdFolder(holding, use);
}

/** What is passed on to the commands that are started. */
function flagsOf({
  endpoint,
  signature,
  region,
  profile,
  allowHooks = false,
  price = false,
}: ScheduleRunOptions): SchedulerPorts['flags'] {
  const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const connection = [...flag('--endpoint', endpoint), ...flag('--signature', signature)];
  const defaults = [...flag('--region', region), ...flag('--profile', profile)];
  return {
    plan: [...connection, ...defaults, ...(price ? ['--price'] : [])],
    apply: [...connection, ...(allowHooks ? ['--allow-hooks'] : [])],
  };
}

/** One line on stderr for each entry and each remark: words, or JSON. */
function logger({ format }: ScheduleOptions, terminal: Terminal) {
  const say = (at: string, words: string) => terminal.err(`${at} ${visible(words)}\n`);
  return {
    onEntry(entry: ScheduleEntry) {
      if (terminal.quiet && isPlain(entry)) return;
      if (format === 'json') terminal.err(`${JSON.stringify(entry)}\n`);
      else say(entry.at, sayDeed(entry));
    },
    log(plan: string | null, what: string) {
      const at = iso(terminal.clock.now());
      if (format === 'json') terminal.err(`${JSON.stringify({ at, kind: 'remark', plan, what })}\n`);
      else say(at, plan === null ? what : `${plan}: ${what}`);
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
