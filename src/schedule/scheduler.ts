/**
 * The loop of a scheduler: read the folder and the time, decide, append, start. Except for its child processes, it holds
 * nothing that is not on disk. Therefore the next scheduler continues wherever this one died.
 */

import { messageOf, RefitError } from '../errors.ts';
import { textOf } from '../messages/messages.ts';
import { SECOND } from '../units.ts';
import {
  type AttemptStart,
  type Decision,
  decide,
  type FolderView,
  nextEventAt,
  REMOVED_AFTER,
  type RunRequest,
} from './decide.ts';
import { type AttemptPorts, type Child, runAttempt } from './run-attempt.ts';
import { SCHEDULE_FORMAT, type ScheduleEvent, type ScheduleState } from './schedule-log.ts';
import type { ScheduleLog } from './schedule-log-file.ts';

/** Milliseconds between two readings of the folder. */
const READ_EVERY = 2 * SECOND;

export interface SchedulerPorts
  extends Omit<AttemptPorts, 'append' | 'planLog' | 'drain' | 'log' | 'onChild'> {
  readonly scheduleLog: ScheduleLog;
  readonly readFolder: () => Promise<FolderView>;
  readonly dropRequest: (id: string) => Promise<void>;
  readonly by: { readonly user: string; readonly host: string; readonly pid: number };
  readonly version: string;
  /** Receives what an operator should read. `plan` is null if the text concerns no plan. */
  readonly log: (plan: string | null, text: string) => void;
  /** Aborted to start nothing new and wait for attempts in progress. The reason is the exit code. */
  readonly drain: AbortSignal;
  /** Aborted to exit immediately. */
  readonly leave: AbortSignal;
}

/** The status of a scheduler, for health and metrics. Times are from the clock's `monotonic`. */
export interface SchedulerStatus {
  readonly state: ScheduleState;
  /** The folder as Refit read it last; null before the first reading. */
  readonly view: FolderView | null;
  /** Plans with an attempt in this process. */
  readonly inProgress: readonly string[];
  readonly lastRoundAt: number | null;
  /** Why the last reading of the folder failed; null if it succeeded. */
  readonly folderError: string | null;
  readonly draining: boolean;
}

export function createScheduler(ports: SchedulerPorts) {
  const seen: Loop['seen'] = { view: null, lastRoundAt: null, folderError: null };
  const attempts = createAttempts(ports);
  return {
    /** @returns the exit code. @throws if the schedule log cannot be written, after attempts in progress are drained. */
    run: () => run({ ports, attempts, absentSince: new Map(), reportedFaults: new Map(), seen }),
    status: (): SchedulerStatus => ({
      ...seen,
      state: ports.scheduleLog.state(),
      inProgress: [...attempts.plans()],
      draining: ports.drain.aborted,
    }),
  };
}

/** What the loop remembers between two rounds. The next scheduler finds all of it again. */
interface Loop {
  readonly ports: SchedulerPorts;
  readonly attempts: ReturnType<typeof createAttempts>;
  /** Since when the file of a plan is missing, by the clock's `monotonic`. */
  readonly absentSince: Map<string, number>;
  /** The fault that was logged for each file. */
  readonly reportedFaults: Map<string, string>;
  readonly seen: { -readonly [Key in 'view' | 'lastRoundAt' | 'folderError']: SchedulerStatus[Key] };
}

async function run(loop: Loop): Promise<number> {
  const { attempts } = loop;
  const { clock, scheduleLog, drain, leave, by, version } = loop.ports;
  let fault: unknown = null;
  try {
    await scheduleLog.append({ kind: 'started', format: SCHEDULE_FORMAT, version, by });
    while (!drain.aborted && attempts.fault() === null) {
      const next = await round(loop);
      // Operators set the wall clock and replace files, so the loop never sleeps longer.
      const sleep = Math.min(READ_EVERY, next === null ? READ_EVERY : next - clock.now());
      await clock.sleep(Math.max(1, sleep), AbortSignal.any([drain, attempts.changed()]));
    }
  } catch (error) {
    fault = error;
  }
  await attempts.empty();
  fault ??= attempts.fault();
  if (fault !== null) throw fault;
  const exitCode = typeof drain.reason === 'number' ? drain.reason : 0;
  if (!leave.aborted) await scheduleLog.append({ kind: 'stopped', exitCode });
  return exitCode;
}

/** One round. @returns when the next decision is due, milliseconds since 1970 UTC; null if none is known. */
async function round(loop: Loop): Promise<number | null> {
  const { ports, attempts, seen } = loop;
  const { clock, scheduleLog } = ports;
  const view = await readFolder(loop);
  if (view === null) {
    seen.lastRoundAt = clock.monotonic();
    return null;
  }
  logFaults(view, loop.reportedFaults, ports.log);
  const now = clock.now();
  const input = { view, now, removed: removedPlans(loop, view), inProgress: attempts.plans() };
  await carryOutDecisions(decide({ ...input, state: scheduleLog.state() }), scheduleLog, attempts.start);
  for (const { id } of view.requests) if (scheduleLog.state().requests.has(id)) await ports.dropRequest(id);
  seen.lastRoundAt = clock.monotonic();
  return nextEventAt({ state: scheduleLog.state(), view, now });
}

/** Reads the folder; null if that fails, which is logged once. */
async function readFolder({ ports, seen }: Loop): Promise<FolderView | null> {
  try {
    seen.view = await ports.readFolder();
    seen.folderError = null;
    return seen.view;
  } catch (error) {
    const reason = messageOf(error);
    if (seen.folderError === null) ports.log(null, `${reason}; Refit tries again`);
    seen.folderError = reason;
    return null;
  }
}

/** Plans whose files have been missing for longer than `REMOVED_AFTER`. */
function removedPlans(
  { ports: { clock, scheduleLog }, absentSince }: Loop,
  { files }: FolderView,
): Set<string> {
  const present = new Set(files.map(({ name }) => name));
  for (const [name, { removed }] of scheduleLog.state().plans) {
    if (present.has(name) || removed) absentSince.delete(name);
    else if (!absentSince.has(name)) absentSince.set(name, clock.monotonic());
  }
  const removed = [...absentSince].filter(([, since]) => clock.monotonic() - since >= REMOVED_AFTER);
  return new Set(removed.map(([name]) => name));
}

/**
 * Starts one plan now and waits for the end of the attempt. `refit schedule run-now` does this if no scheduler is running.
 * @returns the entry at the end; null if the attempt was stopped before.
 * @throws RefitError `blocked-by-rule` if the request is refused.
 */
export async function runOnce(ports: SchedulerPorts, request: RunRequest): Promise<ScheduleEvent | null> {
  const { scheduleLog, clock } = ports;
  const { files, switches } = await ports.readFolder();
  const attempts = createAttempts(ports);
  const view = { files: files.filter(({ name }) => name === request.plan), switches, requests: [request] };
  const input = { view, now: clock.now(), removed: new Set<string>(), inProgress: new Set<string>() };
  const decisions = decide({ ...input, state: scheduleLog.state() });
  // The next scheduler handles other due plans. An attempt that was in progress is resumed first.
  const own = decisions.filter((one) =>
    one.kind === 'append'
      ? one.event.kind === 'scheduled' || ('request' in one.event && one.event.request === request.id)
      : one.start.request === request.id || one.start.reason === 'resumed',
  );
  let ended: ScheduleEvent | null = null;
  await carryOutDecisions(own, scheduleLog, (start) => {
    attempts.start(start, (event) => {
      ended = event;
    });
  });
  await attempts.empty();
  if (attempts.fault() !== null) throw attempts.fault();
  const [refused] = own.flatMap((one) =>
    one.kind === 'append' && one.event.kind === 'refused' ? [one.event] : [],
  );
  const isResumed = own.some((one) => one.kind === 'start' && one.start.reason === 'resumed');
  if (refused && !isResumed)
    throw new RefitError(
      'blocked-by-rule',
      `${refused.plan}: ${textOf(refused.message)}`,
      'wait until it has ended, then repeat the command',
    );
  return ended;
}

async function carryOutDecisions(
  decisions: readonly Decision[],
  scheduleLog: ScheduleLog,
  start: (start: AttemptStart) => void,
): Promise<void> {
  for (const decision of decisions) {
    if (decision.kind === 'append') await scheduleLog.append(decision.event);
    else start(decision.start);
  }
}

/** The attempts in this process, each with its child processes. */
function createAttempts(ports: SchedulerPorts) {
  const { scheduleLog, drain, leave } = ports;
  const running = new Map<string, Promise<void>>();
  const children = new Set<Child>();
  let fault: unknown = null;
  let change = new AbortController();
  const stopping = new AbortController();
  const stopAll = (): void => {
    stopping.abort();
    for (const child of children) child.stop();
  };
  drain.addEventListener('abort', stopAll, { once: true });
  leave.addEventListener('abort', stopAll, { once: true });
  if (drain.aborted) stopAll();
  const attemptPorts: AttemptPorts = {
    ...ports,
    drain: stopping.signal,
    append: (event) => scheduleLog.append(event),
    planLog: (plan) => scheduleLog.state().plans.get(plan) ?? null,
    onChild(child) {
      children.add(child);
      // The signal arrived while the process started.
      if (stopping.signal.aborted) child.stop();
      void child.ended.then(() => children.delete(child)).catch(() => undefined);
    },
  };
  return {
    plans: () => new Set(running.keys()),
    start(start: AttemptStart, onEnd?: (event: ScheduleEvent | null) => void): void {
      const attempt = runAttempt(start, attemptPorts)
        .then((event) => onEnd?.(event))
        .catch((error: unknown) => {
          fault ??= error;
        })
        .finally(() => {
          running.delete(start.plan);
          change.abort();
        });
      running.set(start.plan, attempt);
    },
    /** A signal that is aborted when an attempt ends. */
    changed(): AbortSignal {
      const { signal } = change;
      // An attempt that ended since the last call has aborted this signal.
      if (signal.aborted) change = new AbortController();
      return signal;
    },
    /** The error that stopped the schedule log; null while it can be written. */
    fault: () => fault,
    /** Resolves when no attempt is left, or immediately on `leave`. */
    async empty(): Promise<void> {
      if (fault !== null) stopAll();
      const left = new Promise<void>((resolve) => {
        if (leave.aborted) resolve();
        leave.addEventListener('abort', () => resolve(), { once: true });
      });
      while (running.size > 0 && !leave.aborted) await Promise.race([Promise.all(running.values()), left]);
    },
  };
}

/** Logs each fault of a file once, and the end of the fault. */
function logFaults(
  { files }: FolderView,
  reported: Map<string, string>,
  log: (plan: string, text: string) => void,
): void {
  const faults = new Map(
    files.flatMap((one) => (one.kind === 'invalid' ? [[one.name, `${one.message}; fix: ${one.fix}`]] : [])),
  );
  for (const [name, fault] of faults) if (reported.get(name) !== fault) log(name, `not scheduled: ${fault}`);
  for (const name of reported.keys())
    if (!faults.has(name))
      log(name, files.some((one) => one.name === name) ? 'the file is valid again' : 'the file was removed');
  reported.clear();
  for (const [name, fault] of faults) reported.set(name, fault);
}
