/**
 * Runs in a real database, against the simulated provider in virtual time. Time waits while the database works.
 */
import { setTimeout } from 'node:timers/promises';
import { createCloud } from '../../src/cloud/client.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import type { JournalEntry } from '../../src/model.ts';
import { type ApplyEnd, applyPlan } from '../../src/run/apply.ts';
import { createCallCounter } from '../../src/run/call-counter.ts';
import type { ClaimedRun } from '../../src/store/ports.ts';
import { filesAreDone } from '../attacks/run-desk.ts';
import { ALL_TO_8GB, standards } from '../run/fleets.ts';
import { type Stage, type StageOptions, setStage } from '../run/stage.ts';

/** Statements that a run waits for. */
let pending = 0;

/** Waits until nothing is pending at three moments in a row, because one statement can follow another. */
async function databaseIsDone(): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    await setTimeout(1);
    await filesAreDone();
    quiet = pending > 0 ? 0 : quiet + 1;
  }
}

/** Lets time wait for work of a test. */
export function hold<T>(work: Promise<T>): Promise<T> {
  return counted(work);
}

async function counted<T>(work: Promise<T>): Promise<T> {
  pending += 1;
  try {
    return await work;
  } finally {
    pending -= 1;
  }
}

/** The same value with methods that time waits for. */
function waitedFor<T extends object>(value: T): T {
  return new Proxy(value, {
    get(target, key) {
      const member = Reflect.get(target, key) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const result = Reflect.apply(member, target, args) as unknown;
        return result instanceof Promise ? counted(result) : result;
      };
    },
  });
}

/** A stage whose time waits for databases and files. */
export function setDatabaseStage(options: Partial<StageOptions> = {}): Promise<Stage> {
  return setStage({ fleet: standards(2), plan: ALL_TO_8GB, ...options, turn: databaseIsDone });
}

/** How a process applies. */
export interface Applying {
  /** The process exits immediately after this entry. */
  readonly leavesAt?: (entry: JournalEntry) => boolean;
  /** Receives each durable entry. */
  readonly onEntry?: (entry: JournalEntry) => void;
}

/** Applies the plan of a stage, with the run that `claim` gives. */
export function applyOn(
  stage: Stage,
  claim: () => Promise<ClaimedRun>,
  { leavesAt, onEntry }: Applying = {},
): Promise<ApplyEnd> {
  const { clock, saved } = stage;
  const permits = createPermits(clock, saved.execution.requestsPerSecond);
  const calls = createCallCounter();
  const leave = new AbortController();
  const client = {
    credentials: stage.credentials,
    endpoint: null,
    jitter: () => 0.5,
    clock,
    permits,
    onCall: calls.add,
    transport: stage.cloud.transportFor(clock, () => true),
  };
  const cloud = createCloud(client);
  return clock.run(() =>
    applyPlan({
      saved,
      async claim() {
        const claimed = await counted(claim());
        const waited = waitedFor(claimed);
        return {
          ...waited,
          ...Object.fromEntries(Object.keys(claimed).map((key) => [key, Reflect.get(waited, key)])),
          register: waitedFor(claimed.register),
          signatures: waitedFor(claimed.signatures),
          ...(claimed.inFlight && { inFlight: waitedFor(claimed.inFlight) }),
          openJournal: async () => waitedFor(await counted(claimed.openJournal())),
          openControl: async (...args) => waitedFor(await counted(claimed.openControl(...args))),
        } as ClaimedRun;
      },
      cloudFor: () => cloud,
      permits,
      calls,
      clock,
      leave: leave.signal,
      drain: new AbortController().signal,
      by: { user: 'dba', host: 'here', pid: process.pid },
      endpoint: cloud.endpoint,
      version: '0.0.0',
      approve: async () => ({ how: 'prompt', by: 'dba' }),
      onEntry(entry) {
        onEntry?.(entry);
        if (leavesAt?.(entry)) leave.abort(143);
      },
    }),
  );
}

/** The orders that the provider accepted, by instance. */
export function ordersOf({ cloud }: Stage): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { instance, accepted } of cloud.arrivals)
    if (accepted) counts[instance] = (counts[instance] ?? 0) + 1;
  return counts;
}
