/**
 * One process of a worker: it takes jobs from the store, proves that it lives, and carries out runs with the code of
 * `refit apply`. Like the worker of Refit, but without pg-boss.
 */
import type { VirtualClock } from '../../../src/clock.ts';
import type { ApiClient } from '../../../src/cloud/calls/call.ts';
import { createCloudOver } from '../../../src/cloud/client.ts';
import type { Cloud } from '../../../src/cloud/cloud.ts';
import type { Permits } from '../../../src/cloud/limit/permits.ts';
import { type ErrorCode, RefitError } from '../../../src/errors.ts';
import { replay } from '../../../src/journal/replay.ts';
import type { JournalEvent, SavedPlan } from '../../../src/model.ts';
import { type ApplyInput, applyPlan } from '../../../src/run/apply.ts';
import { createCallCounter } from '../../../src/run/call-counter.ts';
import { type Wake, whenToWake } from '../../../src/run/decide/when-to-wake.ts';
import type { ProcessInput } from '../../../src/run/process.ts';
import { HANDING_OVER } from '../../../src/run/stop-state.ts';
import type { Random } from '../../../src/simulator/world/random.ts';
import type { ClaimedRun } from '../../../src/store/ports.ts';
import { claimStoredRun, type StoredClaim } from '../../../src/store/postgres/runs/claim.ts';
import type { Machine } from '../machine.ts';
import { createUnreliableGate, NO_BYTES } from '../plan.ts';
import type { Watcher } from '../watcher.ts';
import type { Link } from './database.ts';
import type { WorkerScript } from './scenario.ts';
import type { Job, Store } from './store.ts';

/** Between two signs of life of all jobs, and between two looks for jobs, milliseconds. */
const BEAT = 2_000;
/** Between two looks of a worker without a job, milliseconds: the store announces most of them. */
const LOOK = 20_000;

export interface WorkerInput {
  readonly host: string;
  /** The name of the process. */
  readonly name: string;
  /** Whether the process of an owner lives. */
  readonly lives: (owner: number) => boolean;
  /** A new number for each claim. */
  readonly nextOwner: () => number;
  readonly concurrency: number;
  readonly script: WorkerScript;
  /** The run rests if it only waits for so long, milliseconds. */
  readonly restAfter: number;
  readonly time: VirtualClock;
  readonly machine: Machine;
  readonly store: Store;
  readonly link: Link;
  readonly chance: Random;
  readonly watcher: Watcher;
  readonly permitsOf: (run: string) => Permits;
  readonly clientFor: (owner: number) => ApiClient;
  /** Wraps the client of a run, to disable a safeguard on purpose. */
  readonly wrapCloud: (cloud: Cloud) => Cloud;
  readonly planOf: (run: string) => SavedPlan;
  /** True once after a person continued the run. */
  readonly takeAttended: (run: string) => boolean;
  /** What the process does, for the laws. */
  readonly laws: {
    opened(owner: number, run: string, claim: ClaimedRun): void;
    appending(owner: number, run: string, event: JournalEvent): void;
    lost(owner: number, run: string): void;
  };
}

/** Runs until the process dies or ends. */
export async function runWorker(input: WorkerInput): Promise<void> {
  const { machine, script, time, watcher } = input;
  const signals = { drain: new AbortController(), leave: new AbortController() };
  const later = (ms: number | null, kind: string, act: () => void): void => {
    if (ms === null) return;
    void time.sleep(ms).then(() => {
      if (!machine.alive) return;
      watcher.recordEvent(kind, '');
      act();
    });
  };
  later(script.drainAfter, 'signal: drain', () => signals.drain.abort(HANDING_OVER));
  later(script.leaveAfter, 'signal: leave', () => {
    signals.drain.abort(HANDING_OVER);
    signals.leave.abort(143);
  });
  await Promise.race([takeJobs(input, signals), machine.death]);
  machine.stop();
}

type Signals = Readonly<Record<'drain' | 'leave', AbortController>>;

/** Takes jobs until the process drains or the store is another one. */
async function takeJobs(input: WorkerInput, { drain, leave }: Signals): Promise<void> {
  const { machine, concurrency, link, store } = input;
  const { clock } = machine;
  const active = new Map<Job, Promise<void>>();
  const over = new AbortController();
  const stop = AbortSignal.any([over.signal, drain.signal]);
  let ring: () => void = () => undefined;
  /** Waits for a ring, or for a time. */
  const awaitRing = async (ms: number): Promise<void> => {
    await Promise.race([clock.sleep(ms), new Promise<void>((resolve) => (ring = resolve))]);
    await machine.gate('wake');
  };
  stop.addEventListener('abort', () => ring(), { once: true });
  const withStore = <T>(question: () => T): Promise<T | null> =>
    link.ask(question).catch((error: unknown) => {
      if (!(error instanceof RefitError)) return null;
      // Another store than the one that this process knows: the next process begins with it.
      if (error.code === 'store-restored') over.abort();
      return null;
    });
  while (!stop.aborted) {
    const jobs = [...active.keys()];
    const job = await withStore(() => {
      for (const one of jobs) store.jobs.beat(one);
      return active.size < concurrency ? takeJob(store) : null;
    });
    if (job !== null && [...active.keys()].some(({ run }) => run === job.run)) {
      // A run that this worker lost, and got again while it still ends the first work on it.
      await withStore(() => store.jobs.finish(job));
    } else if (job !== null) {
      const work = carryOut(input, job.run, { drain, leave }, () => over.abort()).then(async () => {
        await withStore(() => store.jobs.finish(job));
        active.delete(job);
        ring();
      });
      active.set(job, work);
      if (active.size < concurrency) continue;
    }
    store.onWork(() => ring());
    await awaitRing(active.size > 0 ? BEAT : LOOK);
  }
  while (active.size > 0 && !over.signal.aborted) {
    const jobs = [...active.keys()];
    await withStore(() => jobs.map((one) => store.jobs.beat(one)));
    await awaitRing(BEAT);
  }
  await Promise.all(active.values());
}

/** Takes the job of a run that is due; null: there is none. */
function takeJob(store: Store): Job | null {
  for (const row of store.tables.runs.values()) {
    const isOpen = row.state === 'queued' || row.state === 'running' || row.state === 'waiting';
    const isDue = row.wakeAt === null || row.wakeAt <= store.now();
    const waits = row.state === 'waiting' && row.wakeAt === null;
    if (isOpen && isDue && !waits && store.jobs.isFree(row.id)) return store.jobs.take(row.id);
  }
  return null;
}

async function carryOut(
  input: WorkerInput,
  run: string,
  signals: Signals,
  endProcess: () => void,
): Promise<void> {
  const { link, watcher, machine, laws, name, host, lives } = input;
  const { clock } = machine;
  const owner = input.nextOwner();
  let claim: StoredClaim | null = null;
  let failure: ErrorCode | null = null;
  try {
    claim = await claimStoredRun(link, run, 'refit worker', {
      host,
      worker: name,
      clock,
      process: { pid: owner, startTicks: null },
      lives: async ({ pid }) => lives(pid),
    });
    laws.opened(owner, run, claim);
    void claim.lost?.then(() => laws.lost(owner, run));
    await applyPlan(applyInput(input, claim, owner, signals));
  } catch (error) {
    if (error instanceof RefitError) {
      failure = error.code;
      watcher.count(`run failed: ${failure}`);
      if (failure === 'fenced') laws.lost(owner, run);
      if (failure === 'store-restored') endProcess();
    } else
      watcher.reportViolation(
        'faultless',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
  }
  if (claim === null) {
    // As the queue does before it tries again.
    await clock.sleep(1_000);
    return;
  }
  const saved = input.planOf(run);
  const row = input.store.tables.runs.get(run);
  if (row !== undefined && failure !== 'fenced' && failure !== 'store-restored') {
    const state = replay(saved, row.entries);
    const wake = whenToWake({ saved, state, now: clock.now(), error: failure });
    await claim.settle(settlementOf(wake)).catch(() => undefined);
  }
  await claim.release();
}

/** How the row of a run says when it goes on. */
function settlementOf(wake: Wake): Parameters<StoredClaim['settle']>[0] {
  const nothing = { wakeAt: null, wakesOn: null, waiting: null };
  switch (wake.kind) {
    case 'finished':
      return { ...nothing, state: 'ended' };
    case 'now':
      return { ...nothing, state: 'queued' };
    case 'at':
      return { ...nothing, state: 'waiting', wakeAt: Date.parse(wake.at) };
    default:
      return wake.event === 'operator'
        ? { ...nothing, state: 'stopped' }
        : {
            state: 'waiting',
            wakeAt: wake.orAt === null ? null : Date.parse(wake.orAt),
            wakesOn: wake.event,
            waiting: { event: wake.event },
          };
  }
}

function applyInput(
  input: WorkerInput,
  claim: StoredClaim,
  owner: number,
  { drain, leave }: Signals,
): ApplyInput & Pick<ProcessInput, 'watchJournal'> {
  const { machine, chance, laws, name } = input;
  const { clock } = machine;
  const run = claim.run.name;
  const calls = createCallCounter();
  const permits = input.permitsOf(run);
  const cloud = createCloudOver(input.clientFor(owner), {
    clock,
    permits,
    onCall: calls.add,
    jitter: chance.next,
    endpoint: null,
    transport: NO_BYTES,
  });
  const wrapped = input.wrapCloud(cloud);
  return {
    saved: claim.run.saved,
    // The worker says first how the run goes on.
    claim: async () => ({ ...claim, release: async () => undefined }),
    cloudFor: () => wrapped,
    permits,
    calls,
    clock,
    drain: drain.signal,
    leave: leave.signal,
    approve: async () => ({ how: 'auto-approve', by: 'dba' }),
    by: { user: 'dba', host: name, pid: owner },
    endpoint: cloud.endpoint,
    version: '0.0.0',
    unattended: !input.takeAttended(run),
    rest: { afterMs: input.restAfter },
    gates: createUnreliableGate(clock, chance),
    // Sees each event before its entry is in the store.
    watchJournal: (journal) => ({
      get replay() {
        return journal.replay;
      },
      get failed() {
        return journal.failed;
      },
      get latency() {
        return journal.latency;
      },
      unwritten: journal.unwritten,
      fail: (reason) => journal.fail(reason),
      appendSoon: (event) => journal.appendSoon(event),
      appendWithNextGroup: (event) => journal.appendWithNextGroup(event),
      appendDurably(event) {
        laws.appending(owner, run, event);
        return journal.appendDurably(event);
      },
    }),
  };
}
