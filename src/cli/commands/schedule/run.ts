/**
 * `refit schedule run DIR`: watches a folder of plans and applies each plan when it is due.
 * `refit schedule run-now|disable|enable DIR NAME`: starts one plan now, or changes whether it follows its due times.
 */

import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { iso } from '../../../clock.ts';
import { EXIT_COMMAND_REFUSED, RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import { stateDirectoryOf, userName } from '../../../operations/machine.ts';
import { createPlannerCheck } from '../../../operations/sign-plan.ts';
import { escapeControls, jsonLine } from '../../../report/document/escape.ts';
import type { AttemptTraces, SpanSink } from '../../../schedule/attempt-trace.ts';
import { requestRun, switchPlan } from '../../../schedule/control-schedule.ts';
import { openHealthServer } from '../../../schedule/health-server.ts';
import { lockFolder } from '../../../schedule/lock-folder.ts';
import { scheduleFamilies } from '../../../schedule/metrics.ts';
import { createOccurrenceStore, liveHolder } from '../../../schedule/occurrence-directory.ts';
import { fileNamed, readSchedule, rootOf } from '../../../schedule/read-schedule.ts';
import type { AttemptPorts } from '../../../schedule/run-attempt.ts';
import {
  formatScheduleEvent,
  type ScheduleEntry,
  type ScheduleEvent,
  scheduleEventJson,
} from '../../../schedule/schedule-log.ts';
import { createScheduler, runOnce, type SchedulerPorts } from '../../../schedule/scheduler.ts';
import { listenAddressFrom } from '../../../telemetry/listen-address.ts';
import { VERSION } from '../../../version.ts';
import type { CommandCode } from '../../command-row.ts';
import type { Options } from '../../options.ts';
import { print } from '../../output.ts';
import { onSignals, type Signals } from '../../signals.ts';
import { telemetryFor } from '../../telemetry.ts';
import type { Terminal } from '../../terminal.ts';

const STOPPING =
  'stopping: nothing new starts, and runs in progress drain (signal again to stop immediately); the next scheduler resumes them';

export const scheduleRun: CommandCode<[string]> = async ([folder], options, terminal) => {
  const { listen } = options;
  const address = listen === undefined ? null : listenAddressFrom('--listen', listen, 'loopback');
  const telemetry = await telemetryFor(options, terminal, { hasRuns: false });
  const traces = telemetry?.spans ? await createTraces(telemetry.spans) : null;
  const signals = onSignals(terminal, () => undefined, STOPPING);
  try {
    return await withPorts(folder, options, terminal, { ...signals, traces }, async (ports) => {
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
        text: () => `watching ${escapeControls(folder)}; ${health}\n`,
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
    traces?.close(terminal.clock.now());
    await telemetry?.close(signals.leave.aborted ? 0 : undefined);
  }
};

/** Asks the live scheduler, else runs the plan in this process. @returns 0 if a scheduler accepted, else the code of the occurrence. */
export const scheduleRunNow: CommandCode<[string, string]> = async ([folder, name], options, terminal) => {
  const { root, view } = await readSchedule(folder, options.runs);
  const file = fileNamed(name, view, folder);
  if (file.kind !== 'scheduled')
    throw new RefitError('usage', `${file.name} cannot start: ${file.message}`, file.fix);
  const at = terminal.clock.now();
  const id = `${iso(at).replace(/[^0-9A-Z]/g, '')}-${process.pid}`;
  const request = { id, plan: file.name, at, by: userName() };
  if ((await liveHolder(root, hostname())) !== null) {
    const answer = await requestRun({ root, folder }, request, terminal.clock);
    await printEvent(answer, root, options, terminal);
    return answer.kind === 'refused' ? EXIT_COMMAND_REFUSED : 0;
  }
  const signals = onSignals(terminal);
  try {
    const ended = await withPorts(folder, options, terminal, signals, (ports) => runOnce(ports, request));
    if (ended !== null) await printEvent(ended, root, options, terminal);
    if (ended !== null && 'exitCode' in ended) return ended.exitCode;
    return typeof signals.drain.reason === 'number' ? signals.drain.reason : 1;
  } finally {
    signals.close();
  }
};

function printEvent(event: ScheduleEvent, root: string, options: Options, terminal: Terminal): Promise<void> {
  const directory =
    'due' in event ? createOccurrenceStore(root, hostname()).directoryOf(event.plan, event.due) : null;
  const where = event.kind === 'refused' || directory === null ? '' : `\n${directory}`;
  return print(terminal, options, {
    text: () => `${escapeControls(formatScheduleEvent(event))}${where}\n`,
    json: { ...scheduleEventJson(event), directory },
  });
}

/** `enable` and `disable`. */
export function enableOrDisable(enabled: boolean): CommandCode<[string, string]> {
  return async ([folder, name], options, terminal) => {
    const read = await readSchedule(folder, options.runs);
    const plan = fileNamed(name, read.view, folder).name;
    const at = terminal.clock.now();
    const changed = await switchPlan(read, plan, { enabled, at, by: userName() });
    await print(terminal, options, {
      text: () => `${escapeControls(switchText(plan, enabled, changed))}\n`,
      json: { plan, enabled, changed },
    });
    return 0;
  };
}

function switchText(plan: string, enabled: boolean, changed: boolean): string {
  if (!changed) return `${plan} is already ${enabled ? 'enabled' : 'disabled'}`;
  return enabled
    ? `${plan} is enabled: Refit does not make up for missed due times`
    : `${plan} is disabled: it ignores its due times; a run in progress continues`;
}

/** Loads the traces of the scheduler, which only few schedulers send. */
async function createTraces(sink: SpanSink): Promise<AttemptTraces> {
  const { createAttemptTraces } = await import('../../../schedule/attempt-trace.ts');
  return createAttemptTraces(sink);
}

/** Locks the folder for this process. @throws RefitError as `lockFolder` and `createPlannerCheck` do. */
async function withPorts<T>(
  folder: string,
  options: Options,
  terminal: Terminal,
  { drain, leave, traces = null }: Signals & { readonly traces?: AttemptTraces | null },
  use: (ports: SchedulerPorts) => Promise<T>,
): Promise<T> {
  const { clock, env } = terminal;
  const whyNotPlan = await createPlannerCheck(options, { env, named: options.policy ?? null });
  const holding = {
    folder,
    root: rootOf(folder, options.runs),
    stateDirectory: stateDirectoryOf(env),
    clock,
    env,
    program: [process.execPath, ...process.execArgv, process.argv[1]!],
    flags: flagsOf(options),
    whyNotPlan,
    by: { user: userName(), host: hostname(), pid: process.pid },
    version: VERSION,
    drain,
    leave,
    ...logger(options, terminal, traces),
    ...given({ environmentOf: traces?.environment }),
  };
  return lockFolder(holding, use);
}

/** The options for the commands that the scheduler starts. */
function flagsOf({
  endpoint,
  signature,
  region,
  profile,
  allowHooks = false,
  price = false,
  policy,
  sign,
  as,
}: Options): AttemptPorts['flags'] {
  const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const connection = [...flag('--endpoint', endpoint), ...flag('--signature', signature)];
  const keep = flag('--policy', policy === undefined ? undefined : resolve(policy));
  const defaults = [...flag('--region', region), ...flag('--profile', profile)];
  return {
    plan: [...connection, ...defaults, ...keep, ...(price ? ['--price'] : [])],
    // Occurrences are run directories, also if the environment names a store.
    apply: [...connection, ...keep, '--store', 'folder', ...(allowHooks ? ['--allow-hooks'] : [])],
    sign: sign === undefined ? [] : ['--sign', sign, ...flag('--as', as)],
  };
}

/** Prints one line on stderr for each entry and each remark: text, or JSON. */
function logger({ format }: Options, terminal: Terminal, traces: AttemptTraces | null) {
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
    ['started', 'stopped', 'scheduled', 'attempt-started'].includes(entry.kind) ||
    ('exitCode' in entry && entry.exitCode === 0)
  );
}
