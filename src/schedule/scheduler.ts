/**
 * The loop: looks at the folder and the time, decides, writes down, begins. It holds nothing that is not on disk but the
 * processes in its hands, so that a next scheduler goes on wherever this one died.
 */

import { messageOf, RefitError } from '../errors.ts';
import { SECOND } from '../units.ts';
import { type Carrier, type Child, carryOut } from './carry-out.ts';
import {
  type Beginning,
  type Decision,
  decide,
  type FolderView,
  nextMoment,
  REMOVED_AFTER,
  type RunRequest,
} from './decide.ts';
import { SCHEDULE_FORMAT, type ScheduleEvent, type ScheduleState } from './schedule-log.ts';
import type { ScheduleLog } from './schedule-log-file.ts';

/** How often the folder is looked at, milliseconds. */
const LOOK_EVERY = 2 * SECOND;

/** What a scheduler is given. */
export interface SchedulerPorts extends Omit<Carrier, 'record' | 'account' | 'drain' | 'log' | 'onChild'> {
  readonly account: ScheduleLog;
  readonly look: () => Promise<FolderView>;
  readonly dropRequest: (id: string) => Promise<void>;
  readonly by: { readonly user: string; readonly host: string; readonly pid: number };
  readonly version: string;
  /** Told what a person should read; `plan` is null where it is about none. */
  readonly log: (plan: string | null, what: string) => void;
  /** Aborted to begin nothing new and wait for what is under way; the reason is the exit code. */
  readonly drain: AbortSignal;
  /** Aborted to leave at once. */
  readonly leave: AbortSignal;
}

/** How a scheduler stands, for health and metrics. Moments are of the clock's `monotonic`, but for `now`. */
export interface SchedulerStatus {
  readonly state: ScheduleState;
  /** The folder as it was looked at last; null: not yet. */
  readonly view: FolderView | null;
  readonly inHand: readonly string[];
  readonly roundAt: number | null;
  /** Why the folder could not be looked at the last time; null where it could. */
  readonly blind: string | null;
  readonly draining: boolean;
}

export function createScheduler(ports: SchedulerPorts) {
  const seen: Loop['seen'] = { view: null, roundAt: null, blind: null };
  const hands = createChildProcesses(ports);
  return {
    /** @returns the exit code. @throws where the account cannot be written any more, once what is under way is drained. */
    run: () => run({ ports, hands, absent: new Map(), told: new Map(), seen }),
    standing: (): SchedulerStatus => ({
      ...seen,
      state: ports.account.state(),
      inHand: [...hands.plans()],
      draining: ports.drain.aborted,
    }),
  };
}

/** What the loop knows between two rounds. A next scheduler finds all of it again. */
interface Loop {
  readonly ports: SchedulerPorts;
  readonly hands: ReturnType<typeof createChildProcesses>;
  /** Since when the file of a plan is away, by the clock's `monotonic`. */
  readonly absent: Map<string, number>;
  /** What was said of each faulty file. */
  readonly told: Map<string, string>;
  readonly seen: { -readonly [Key in 'view' | 'roundAt' | 'blind']: SchedulerStatus[Key] };
}

async function run(loop: Loop): Promise<number> {
  const { hands } = loop;
  const { clock, account, drain, leave, by, version } = loop.ports;
  let fault: unknown = null;
  try {
    await account.record({ kind: 'started', format: SCHEDULE_FORMAT, version, by });
    while (!drain.aborted && hands.fault() === null) {
      const next = await round(loop);
      // The wall clock may be set, and files come and go: never asleep for longer.
      const sleep = Math.min(LOOK_EVERY, next === null ? LOOK_EVERY : next - clock.now());
      await clock.sleep(Math.max(1, sleep), AbortSignal.any([drain, hands.changed()]));
    }
  } catch (error) {
    fault = error;
  }
  await hands.empty();
  fault ??= hands.fault();
  if (fault !== null) throw fault;
  const exitCode = typeof drain.reason === 'number' ? drain.reason : 0;
  if (!leave.aborted) await account.record({ kind: 'stopped', exitCode });
  return exitCode;
}

/** @returns when something is to be done next, milliseconds since 1970 UTC; null: nothing that is known. */
async function round(loop: Loop): Promise<number | null> {
  const { ports, hands, seen } = loop;
  const { clock, account } = ports;
  const view = await look(loop);
  if (view === null) {
    seen.roundAt = clock.monotonic();
    return null;
  }
  logFaults(view, loop.told, ports.log);
  const now = clock.now();
  const asked = { view, now, gone: goneFrom(loop, view), inHand: hands.plans() };
  await carry(decide({ ...asked, state: account.state() }), account, hands.begin);
  for (const { id } of view.requests) if (account.state().requests.has(id)) await ports.dropRequest(id);
  seen.roundAt = clock.monotonic();
  return nextMoment({ state: account.state(), view, now });
}

/** The folder as it is; null where it cannot be looked at, which is said once. */
async function look({ ports, seen }: Loop): Promise<FolderView | null> {
  try {
    seen.view = await ports.look();
    seen.blind = null;
    return seen.view;
  } catch (error) {
    const why = messageOf(error);
    if (seen.blind === null) ports.log(null, `${why}; it is looked at again`);
    seen.blind = why;
    return null;
  }
}

/** Plans whose files have been away for long enough. */
function goneFrom({ ports: { clock, account }, absent }: Loop, { files }: FolderView): Set<string> {
  const present = new Set(files.map(({ name }) => name));
  for (const [name, { removed }] of account.state().plans) {
    if (present.has(name) || removed) absent.delete(name);
    else if (!absent.has(name)) absent.set(name, clock.monotonic());
  }
  const gone = [...absent].filter(([, since]) => clock.monotonic() - since >= REMOVED_AFTER);
  return new Set(gone.map(([name]) => name));
}

/**
 * Begins one plan now and waits for the end of the attempt: what `refit schedule run-now` does where no scheduler lives.
 * @returns the entry that it ended with; null where it was stopped before its end.
 * @throws RefitError `blocked-by-rule` where it is refused.
 */
export async function runOnce(ports: SchedulerPorts, request: RunRequest): Promise<ScheduleEvent | null> {
  const { account, clock } = ports;
  const { files, switches } = await ports.look();
  const hands = createChildProcesses(ports);
  const view = { files: files.filter(({ name }) => name === request.plan), switches, requests: [request] };
  const asked = { view, now: clock.now(), gone: new Set<string>(), inHand: new Set<string>() };
  const decisions = decide({ ...asked, state: account.state() });
  // What is due besides is the scheduler's, when there is one again; but what was under way goes on first.
  const own = decisions.filter((one) =>
    one.kind === 'note'
      ? one.deed.kind === 'seen' || ('request' in one.deed && one.deed.request === request.id)
      : one.begin.request === request.id || one.begin.because === 'taken-up',
  );
  let ended: ScheduleEvent | null = null;
  await carry(own, account, (begin) => {
    hands.begin(begin, (deed) => {
      ended = deed;
    });
  });
  await hands.empty();
  if (hands.fault() !== null) throw hands.fault();
  const [no] = own.flatMap((one) => (one.kind === 'note' && one.deed.kind === 'refused' ? [one.deed] : []));
  const takenUp = own.some((one) => one.kind === 'begin' && one.begin.because === 'taken-up');
  if (no && !takenUp)
    throw new RefitError('blocked-by-rule', `${no.plan}: ${no.what}`, 'wait for its end, then ask again');
  return ended;
}

async function carry(
  decisions: readonly Decision[],
  account: ScheduleLog,
  begin: (begin: Beginning) => void,
): Promise<void> {
  for (const decision of decisions) {
    if (decision.kind === 'note') await account.record(decision.deed);
    else begin(decision.begin);
  }
}

/** The occurrences in the hands of this process. */
function createChildProcesses(ports: SchedulerPorts) {
  const { account, drain, leave } = ports;
  const held = new Map<string, Promise<void>>();
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
  const carrier: Carrier = {
    ...ports,
    drain: stopping.signal,
    record: (deed) => account.record(deed),
    account: (plan) => account.state().plans.get(plan) ?? null,
    onChild(child) {
      children.add(child);
      // Begun in the very moment of the signal.
      if (stopping.signal.aborted) child.stop();
      void child.ended.then(() => children.delete(child)).catch(() => undefined);
    },
  };
  return {
    plans: () => new Set(held.keys()),
    begin(begin: Beginning, onEnd?: (deed: ScheduleEvent | null) => void): void {
      const carried = carryOut(begin, carrier)
        .then((deed) => onEnd?.(deed))
        .catch((error: unknown) => {
          fault ??= error;
        })
        .finally(() => {
          held.delete(begin.plan);
          change.abort();
        });
      held.set(begin.plan, carried);
    },
    /** Aborted when one of them ends. */
    changed(): AbortSignal {
      const { signal } = change;
      // What ended since it was asked for last is told by it, too.
      if (signal.aborted) change = new AbortController();
      return signal;
    },
    /** What stopped the account from being written; null as long as it can be. */
    fault: () => fault,
    /** Resolves when none is left, or at once when told to leave: signals are passed on. */
    async empty(): Promise<void> {
      if (fault !== null) stopAll();
      const left = new Promise<void>((resolve) => {
        if (leave.aborted) resolve();
        leave.addEventListener('abort', () => resolve(), { once: true });
      });
      while (held.size > 0 && !leave.aborted) await Promise.race([Promise.all(held.values()), left]);
    },
  };
}

/** Says once of each file what is wrong with it, and when it is right again. */
function logFaults(
  { files }: FolderView,
  told: Map<string, string>,
  log: (plan: string, what: string) => void,
): void {
  const faults = new Map(
    files.flatMap((one) => (one.kind === 'invalid' ? [[one.name, `${one.what}; fix: ${one.fix}`]] : [])),
  );
  for (const [name, what] of faults) if (told.get(name) !== what) log(name, `not scheduled: ${what}`);
  for (const name of told.keys())
    if (!faults.has(name))
      log(name, files.some((one) => one.name === name) ? 'is in order again' : 'is gone');
  told.clear();
  for (const [name, what] of faults) told.set(name, what);
}
