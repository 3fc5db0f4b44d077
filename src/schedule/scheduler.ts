/**
 * The loop of a scheduler: read the schedule and the time, decide, append, start. Except for its child processes, it holds
 * nothing that its carrier does not keep. Therefore the next scheduler continues wherever this one died.
 */

import type { Clock } from '../clock.ts';
import { messageOf, RefitError } from '../errors.ts';
import { textOf } from '../messages/messages.ts';
import { SECOND } from '../units.ts';
import type { AttemptControl, Child, ScheduleCarrier, ScheduleReading } from './carrier.ts';
import {
  type AttemptStart,
  type Decision,
  decide,
  type FolderView,
  nextEventAt,
  REMOVED_AFTER,
  type RunRequest,
} from './decide.ts';
import { SCHEDULE_FORMAT, type ScheduleEvent, type ScheduleState } from './schedule-log.ts';

/** Milliseconds between two readings of the schedule. */
const READ_EVERY = 2 * SECOND;

/** Errors after which no reading can succeed. */
const STOPS: readonly string[] = ['store-restored', 'journal-broken'];
/** An error of a store that is away. It is back later, and nothing is lost meanwhile. */
const AWAY = 'store-unreachable';

export interface SchedulerPorts {
  readonly clock: Clock;
  readonly carrier: ScheduleCarrier;
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
  /** The schedule as Refit read it last; null before the first reading. */
  readonly view: FolderView | null;
  /** Plans with an attempt in this process. */
  readonly inProgress: readonly string[];
  readonly lastRoundAt: number | null;
  /** Why the last reading failed; null if it succeeded. */
  readonly readError: string | null;
  readonly draining: boolean;
}

export function createScheduler(ports: SchedulerPorts) {
  const seen: Loop['seen'] = { view: null, lastRoundAt: null, readError: null };
  const attempts = createAttempts(ports);
  return {
    /** @returns the exit code. @throws if the schedule log cannot be written, after attempts in progress are drained. */
    run: () => run({ ports, attempts, absentSince: new Map(), reportedFaults: new Map(), seen }),
    status: (): SchedulerStatus => ({
      ...seen,
      state: ports.carrier.state(),
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
  readonly seen: { -readonly [Key in 'view' | 'lastRoundAt' | 'readError']: SchedulerStatus[Key] };
}

async function run(loop: Loop): Promise<number> {
  const { attempts } = loop;
  const { clock, carrier, drain, leave, by, version } = loop.ports;
  let fault: unknown = null;
  try {
    await carrier.record({ kind: 'started', format: SCHEDULE_FORMAT, version, by });
    while (!drain.aborted && attempts.fault() === null) {
      const sleep = await tryRound(loop);
      await clock.sleep(Math.max(1, sleep), AbortSignal.any([drain, attempts.changed()]));
    }
  } catch (error) {
    fault = error;
  }
  await attempts.empty();
  fault ??= attempts.fault();
  if (fault !== null) throw fault;
  const exitCode = typeof drain.reason === 'number' ? drain.reason : 0;
  if (!leave.aborted) await carrier.record({ kind: 'stopped', exitCode });
  return exitCode;
}

/** One round. @returns how long to sleep after it, milliseconds. */
async function tryRound(loop: Loop): Promise<number> {
  const { ports, seen } = loop;
  const { clock } = ports;
  try {
    const reading = await readSchedule(loop);
    return reading === null ? READ_EVERY : await round(loop, reading);
  } catch (error) {
    if (!isAway(error)) throw error;
    noteReadError(loop, error);
    return READ_EVERY;
  } finally {
    seen.lastRoundAt = clock.monotonic();
  }
}

/** @returns how long to sleep, milliseconds: operators set the wall clock and replace files, so never longer than that. */
async function round(loop: Loop, reading: ScheduleReading): Promise<number> {
  const { ports, attempts } = loop;
  const { clock, carrier } = ports;
  const { view, now, runs } = reading;
  const since = clock.monotonic();
  logFaults(view, loop.reportedFaults, ports.log);
  const removed = removedPlans(loop, reading);
  const inProgress = new Set([...attempts.plans(), ...reading.elsewhere]);
  const decisions = decide({ state: carrier.state(), view, now, removed, inProgress, runs });
  if (!(await carryOutDecisions(decisions, carrier, attempts.start))) return 0;
  for (const { id } of view.requests) if (carrier.state().requests.has(id)) await carrier.dropRequest(id);
  const next = nextEventAt({ state: carrier.state(), view, now });
  return next === null ? READ_EVERY : Math.min(READ_EVERY, next - now - (clock.monotonic() - since));
}

/** Reads the schedule; null if that fails, which is logged once. */
async function readSchedule(loop: Loop): Promise<ScheduleReading | null> {
  const { ports, seen } = loop;
  try {
    const reading = await ports.carrier.read();
    seen.view = reading.view;
    seen.readError = null;
    return reading;
  } catch (error) {
    if (error instanceof RefitError && STOPS.includes(error.code)) throw error;
    noteReadError(loop, error);
    return null;
  }
}

function noteReadError({ ports, seen }: Loop, error: unknown): void {
  const reason = messageOf(error);
  if (seen.readError === null) ports.log(null, `${reason}; Refit tries again`);
  seen.readError = reason;
}

const isAway = (error: unknown): boolean => error instanceof RefitError && error.code === AWAY;

/** Plans whose files have been missing for longer than `REMOVED_AFTER`. */
function removedPlans(
  { ports: { clock, carrier }, absentSince }: Loop,
  { view, others }: ScheduleReading,
): Set<string> {
  const present = new Set([...view.files.map(({ name }) => name), ...others]);
  for (const [name, { removed }] of carrier.state().plans) {
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
  const { carrier } = ports;
  const { view: read, now } = await carrier.read();
  const attempts = createAttempts(ports);
  const files = read.files.filter(({ name }) => name === request.plan);
  const view = { files, switches: read.switches, requests: [request] };
  const input = { view, now, removed: new Set<string>(), inProgress: new Set<string>() };
  const decisions = decide({ ...input, state: carrier.state() });
  // The next scheduler handles other due plans. An attempt that was in progress is resumed first.
  const own = decisions.filter((one) =>
    one.kind === 'append'
      ? one.event.kind === 'scheduled' || ('request' in one.event && one.event.request === request.id)
      : one.start.request === request.id || one.start.reason === 'resumed',
  );
  let ended: ScheduleEvent | null = null;
  await carryOutDecisions(own, carrier, (start) => {
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

/** @returns false if somebody else decided meanwhile: then the rest of the decisions is void. */
async function carryOutDecisions(
  decisions: readonly Decision[],
  carrier: ScheduleCarrier,
  start: (start: AttemptStart) => void,
): Promise<boolean> {
  for (const decision of decisions) {
    if (decision.kind === 'start') start(decision.start);
    else if (!(await carrier.append(decision.event))) return false;
  }
  return true;
}

/** The attempts in this process, each with its child processes. */
function createAttempts(ports: SchedulerPorts) {
  const { carrier, drain, leave } = ports;
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
  const control: AttemptControl = {
    drain: stopping.signal,
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
      const attempt = carrier
        .attempt(start, control)
        .then((event) => onEnd?.(event))
        .catch((error: unknown) => {
          // While a store is away, its occurrences wait there for the next attempt.
          if (isAway(error)) ports.log(start.plan, messageOf(error));
          else fault ??= error;
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
