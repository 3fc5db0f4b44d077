/** What a scheduler process has besides its carrier: signals, logs, traces, health and metrics. */
import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { iso } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import { stateDirectoryOf, userName } from '../../../operations/machine.ts';
import { thisProgram } from '../../../operations/this-program.ts';
import { cronFault } from '../../../plan/windows/due-times.ts';
import { escapeControls, jsonLine } from '../../../report/document/escape.ts';
import type { AttemptTraces, SpanSink } from '../../../schedule/attempt-trace.ts';
import { collectAtTimes } from '../../../schedule/collect-usage.ts';
import { openHealthServer } from '../../../schedule/health-server.ts';
import { createLauncher } from '../../../schedule/lock-folder.ts';
import { scheduleFamilies } from '../../../schedule/metrics.ts';
import type { AttemptPorts } from '../../../schedule/run-attempt.ts';
import { formatScheduleEvent, scheduleEventJson } from '../../../schedule/schedule-entry.ts';
import type { ScheduleEntry } from '../../../schedule/schedule-log.ts';
import { createScheduler, type SchedulerPorts } from '../../../schedule/scheduler.ts';
import { listenAddressFrom } from '../../../telemetry/listen-address.ts';
import { VERSION } from '../../../version.ts';
import type { Options } from '../../options.ts';
import { print } from '../../output.ts';
import { onSignals, type Signals } from '../../signals.ts';
import { telemetryFor } from '../../telemetry.ts';
import type { Terminal } from '../../terminal.ts';

const STOPPING =
  'stopping: nothing new starts, and runs in progress drain (signal again to stop immediately); the next scheduler resumes them';

/** What every scheduler of this process uses, with any carrier. */
export type ProcessPorts = Omit<SchedulerPorts, 'carrier'> & ReturnType<typeof createLogger>;

/** The parts of a process that `withPorts` gets. */
export interface SchedulerProcess {
  readonly signals: Signals;
  readonly traces: AttemptTraces | null;
}

/**
 * Runs a scheduler until a signal. @param watched how people name what it watches, and the same for programs.
 * @param withPorts makes the ports, calls the function, and cleans up.
 */
export async function serveScheduler(
  watched: { readonly text: string; readonly json: object },
  options: Options,
  terminal: Terminal,
  withPorts: (self: SchedulerProcess, use: (ports: SchedulerPorts) => Promise<number>) => Promise<number>,
): Promise<number> {
  const { listen } = options;
  const address = listen === undefined ? null : listenAddressFrom('--listen', listen, 'loopback');
  const collect = collectorFrom(options, terminal);
  const telemetry = await telemetryFor(options, terminal, { hasRuns: false });
  const traces = telemetry?.spans ? await createTraces(telemetry.spans) : null;
  const signals = onSignals(terminal, () => undefined, STOPPING);
  try {
    return await withPorts({ signals, traces }, async (ports) => {
      const scheduler = createScheduler(ports);
      const { status } = scheduler;
      const { clock } = terminal;
      telemetry?.watch(() => scheduleFamilies(status(), clock.now(), VERSION));
      const families = () => telemetry?.families() ?? [];
      const server = address && (await openHealthServer({ address, status, families, clock }));
      const url = server?.url ?? null;
      const health =
        url === null
          ? 'no health and metrics endpoints (--listen is not set)'
          : `${url}/healthz ${url}/metrics`;
      await print(terminal, options, {
        text: () => `watching ${escapeControls(watched.text)}; ${health}\n`,
        json: { ...watched.json, url },
      });
      const over = new AbortController();
      const collecting = collect?.(ports, AbortSignal.any([signals.drain, over.signal]));
      try {
        return await scheduler.run();
      } finally {
        over.abort();
        await collecting;
        await server?.close();
      }
    });
  } finally {
    signals.close();
    traces?.close(terminal.clock.now());
    await telemetry?.close(signals.leave.aborted ? 0 : undefined);
  }
}

/**
 * What `--collect-usage` asks for; null without it. The times are in the zone of this machine, `TZ`.
 * @throws RefitError `usage` for a text that is not cron.
 */
function collectorFrom(options: Options, { clock, env }: Terminal) {
  const { collectUsage: cron, store } = options;
  if (cron === undefined) return null;
  const fault = cronFault(cron);
  if (fault !== null)
    throw new RefitError(
      'usage',
      `--collect-usage ${escapeControls(cron)}: ${escapeControls(fault)}`,
      `--collect-usage '30 2 * * *'`,
    );
  const folder = join(stateDirectoryOf(env), 'usage');
  const output = join(folder, 'collect.log');
  const launcher = createLauncher(thisProgram(), env);
  const args = ['usage', 'collect', '--quiet', ...flagsOf(options).collect];
  return ({ log }: SchedulerPorts, over: AbortSignal) =>
    collectAtTimes({
      ...{ clock, cron, output, over },
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      log: (text) => log(null, text),
      async launch() {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await rm(output, { force: true });
        // Other users of the machine can see arguments, and a URL may have a password.
        return await launcher(args, output, store === undefined ? {} : { REFIT_STORE: store });
      },
    });
}

/** The ports that do not depend on the carrier. */
export function processPorts(
  options: Options,
  terminal: Terminal,
  { signals: { drain, leave }, traces }: SchedulerProcess,
): ProcessPorts {
  return {
    clock: terminal.clock,
    by: { user: userName(), host: hostname(), pid: process.pid },
    version: VERSION,
    ...{ drain, leave },
    ...createLogger(options, terminal, traces),
  };
}

/** Loads the traces of the scheduler, which only few schedulers send. */
async function createTraces(sink: SpanSink): Promise<AttemptTraces> {
  const { createAttemptTraces } = await import('../../../schedule/attempt-trace.ts');
  return createAttemptTraces(sink);
}

/** Prints one line on stderr for each entry and each remark: text, or JSON. */
function createLogger({ format }: Options, terminal: Terminal, traces: AttemptTraces | null) {
  const write = (at: string, text: string) => terminal.err(`${at} ${escapeControls(text)}\n`);
  return {
    onEntry(entry: ScheduleEntry) {
      traces?.entry(entry);
      if (terminal.quiet && isRoutine(entry)) return;
      if (format === 'json') terminal.err(jsonLine(scheduleEventJson(entry)));
      else write(entry.at, formatScheduleEvent(entry));
    },
    log(plan: string | null, message: string) {
      const at = iso(terminal.clock.now());
      if (format === 'json') terminal.err(jsonLine({ at, kind: 'remark', plan, message }));
      else write(at, plan === null ? message : `${plan}: ${message}`);
    },
  };
}

/** Whether an entry needs no attention from people. */
function isRoutine(entry: ScheduleEntry): boolean {
  return (
    ['started', 'stopped', 'scheduled', 'attempt-started', 'submitted', 'put'].includes(entry.kind) ||
    ('exitCode' in entry && entry.exitCode === 0)
  );
}

/** The options for the commands that the scheduler starts. */
export function flagsOf({
  endpoint,
  signature,
  region,
  profile,
  allowHooks = false,
  price = false,
  policy,
  sign,
  as,
}: Options): AttemptPorts['flags'] & { readonly collect: readonly string[] } {
  const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const connection = [...flag('--endpoint', endpoint), ...flag('--signature', signature)];
  const keep = flag('--policy', policy === undefined ? undefined : resolve(policy));
  const defaults = [...flag('--region', region), ...flag('--profile', profile)];
  return {
    collect: [...connection, ...defaults],
    plan: [...connection, ...defaults, ...keep, ...(price ? ['--price'] : [])],
    // Occurrences of a folder are run directories, also if the environment names a store.
    apply: [...connection, ...keep, '--store', 'folder', ...(allowHooks ? ['--allow-hooks'] : [])],
    sign: sign === undefined ? [] : ['--sign', sign, ...flag('--as', as)],
  };
}
