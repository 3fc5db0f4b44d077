/**
 * Runs in real directories, against the simulated provider in virtual time. Attackers of the tests change the directories
 * between two processes, as somebody could who can write the folder.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { createCloud, createReader } from '../../src/cloud/client.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import { canonical } from '../../src/digest.ts';
import { given } from '../../src/given.ts';
import { type ChainEnd, decode, EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import type { JournalEntry, JournalEvent } from '../../src/model.ts';
import { type ApplyEnd, type ApplyInput, applyPlan } from '../../src/run/apply.ts';
import { createCallCounter } from '../../src/run/call-counter.ts';
import { type ReconcileEnd, reconcileClaimedRun } from '../../src/run/reconcile.ts';
import { claimExistingDirectory, claimRunDirectory } from '../../src/store/folder/claim-run.ts';
import { prepareRunDirectory, RUN_FILES } from '../../src/store/folder/run-directory.ts';
import { ALL_TO_8GB, standards } from '../run/fleets.ts';
import { type Stage, type StageOptions, setStage } from '../run/stage.ts';

/** Who applies, and where. Absent members are those of the first user. */
export interface Applying
  extends Partial<Pick<ApplyInput, 'adopt' | 'approve' | 'atEntry' | 'signHead' | 'onNotice'>> {
  readonly directory?: string | null;
  readonly state?: string;
  readonly user?: string;
  readonly savedFile?: string;
  /** The process exits immediately after this entry. */
  readonly leavesAt?: (entry: JournalEntry) => boolean;
}

export type RunDesk = Awaited<ReturnType<typeof runDesk>>;

export async function runDesk(options: Partial<StageOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'refit-evidence-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const stage = await setStage({ fleet: standards(2), plan: ALL_TO_8GB, ...options, turn: filesAreDone });
  const path = (name: string) => join(folder, name);
  const run = path('run');
  let asked = 0;
  const inputOf = ({ user = 'dba', leavesAt }: Applying) => {
    const { clock } = stage;
    const permits = createPermits(clock, stage.saved.execution.requestsPerSecond);
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
    return {
      client,
      input: {
        permits,
        calls,
        clock,
        leave: leave.signal,
        by: { user, host: 'here', pid: process.pid },
        endpoint: createReader(client).endpoint,
        version: '0.0.0',
        onEntry: (entry: JournalEntry) => {
          if (leavesAt?.(entry)) leave.abort(143);
        },
      },
    };
  };
  const locksOf = ({ state = path('state') }: Applying, endpoint: string) => ({
    stateDirectory: state,
    clock: stage.clock,
    endpoint,
    host: 'here',
  });
  return {
    folder,
    stage,
    run,
    path,
    /** How often Refit asked for a yes. */
    get asked() {
      return asked;
    },
    apply(how: Applying = {}): Promise<ApplyEnd> {
      const { client, input } = inputOf(how);
      const { directory = run, user = 'dba', adopt = false, savedFile, signHead, onNotice } = how;
      const approve = async () => {
        asked += 1;
        return { how: 'prompt' as const, by: user };
      };
      return stage.clock.run(() =>
        applyPlan({
          ...input,
          saved: stage.saved,
          claim: () =>
            claimRunDirectory(
              {
                saved: stage.saved,
                savedFile: savedFile ?? null,
                runsRoot: path('runs'),
                runDirectory: directory,
              },
              locksOf(how, input.endpoint),
            ),
          adopt,
          cloudFor: () => createCloud(client),
          drain: new AbortController().signal,
          approve: how.approve ?? approve,
          ...given({ signHead, onNotice }),
        }),
      );
    },
    reconcile(how: Applying & { directory?: string } = {}): Promise<ReconcileEnd> {
      const { client, input } = inputOf(how);
      const { directory = run } = how;
      return stage.clock.run(() =>
        reconcileClaimedRun({
          ...input,
          claim: () => claimExistingDirectory(directory, locksOf(how, input.endpoint)),
          cloudFor: () => createReader(client),
        }),
      );
    },
    async entries(directory = run): Promise<readonly JournalEntry[]> {
      return decode(await readFile(join(directory, RUN_FILES.journal), 'utf8')).entries;
    },
    /** Makes a run directory as an attacker does: without a key, and with any events. */
    async plant(directory: string, events: readonly JournalEvent[]): Promise<void> {
      await prepareRunDirectory(directory, stage.saved);
      await writeFile(join(directory, RUN_FILES.journal), chained(events));
    },
    copy: (from: string, to: string) => cp(from, to, { recursive: true }),
    /** The orders that the provider accepted, by instance. */
    orders(): Record<string, number> {
      const counts: Record<string, number> = {};
      for (const { instance, accepted } of stage.cloud.arrivals)
        if (accepted) counts[instance] = (counts[instance] ?? 0) + 1;
      return counts;
    },
    /** All ordering calls that reached the provider. */
    arrivals: () => stage.cloud.arrivals.length,
  };
}

/** The text of a journal with more events, in a sound chain. */
export function extended(past: readonly JournalEntry[], events: readonly JournalEvent[]): string {
  const lines = past.map((entry) => `${canonical(entry)}\n`).join('');
  return lines + chained(events, past.at(-1));
}

/** Events as a journal with a sound chain. @param end the entry before the first one. */
export function chained(
  events: readonly JournalEvent[],
  end: ChainEnd = EMPTY_CHAIN,
  at = '2026-01-05T02:00:00.000Z',
): string {
  return events
    .map((event) => {
      const entry = seal(end, at, event);
      end = { seq: entry.seq, hash: entry.hash };
      return `${canonical(entry)}\n`;
    })
    .join('');
}

/** The events of entries, without their places in a chain. */
export function eventsOf(entries: readonly JournalEntry[]): JournalEvent[] {
  return entries.map(({ seq: _, at: __, prev: ___, hash: ____, ...event }) => event as JournalEvent);
}

/** The events with which an attacker pretends that the run started and was approved. */
export function forgedStart({ saved }: Stage): JournalEvent[] {
  return [
    {
      kind: 'run-started',
      format: 'refit.journal/1',
      plan: saved.name,
      digest: saved.digest,
      resumed: false,
      cutOff: 0,
      by: { user: 'dba', host: 'here', pid: 1 },
      endpoint: 'redis.tencentcloudapi.com',
      version: '0.0.0',
    },
    { kind: 'approved', how: 'prompt', by: 'dba' },
    { kind: 'wave-started', wave: 0, name: saved.waves[0]!.name },
  ];
}

/** The events with which an attacker pretends that every step is verified. */
export function forgedEnd({ saved }: Stage): JournalEvent[] {
  return [
    ...saved.steps.map(
      ({ id, after }): JournalEvent => ({
        kind: 'step-ended',
        step: id,
        outcome: 'verified',
        code: null,
        message: { id: 'run.ordered', params: {} },
        size: after,
        billed: null,
      }),
    ),
    { kind: 'wave-ended', wave: 0, name: saved.waves[0]!.name },
    { kind: 'run-ended', because: 'done', exitCode: 0 },
  ];
}

/**
 * Waits until no file operation of this process is pending, because virtual time must not overtake the disk. Closing a file
 * and starting the control socket count too.
 */
export async function filesAreDone(): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    await setImmediate();
    const isBusy = process
      .getActiveResourcesInfo()
      .some((kind) => /^(?:FSReq|CloseReq|FileHandle)/.test(kind));
    quiet = isBusy ? 0 : quiet + 1;
  }
}
