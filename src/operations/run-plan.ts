import { hostname } from 'node:os';
import { createReader } from '../cloud/client.ts';
import { given } from '../given.ts';
import type { SavedPlan } from '../model.ts';
import {
  type ApplyEnd,
  type ApplyInput,
  type Approval,
  applyPlan as applyInDirectory,
} from '../run/apply.ts';
import { mustAnswer } from '../run/in-directory.ts';
import { commandRunner } from '../run/notify/run-command.ts';
import { type ReconcileEnd, reconcileInDirectory } from '../run/reconcile.ts';
import { readRun } from '../store/folder/run-directory.ts';
import { VERSION } from '../version.ts';
import { type Connection, type ConnectOptions, createParts } from './connect.ts';
import { userName } from './machine.ts';

export type { ApplyEnd, Approval, ReconcileEnd };

/** What carrying a plan out needs beside the plan. */
export interface ApplyOptions
  extends Pick<ApplyInput, 'savedFile' | 'atEntry' | 'onStart' | 'onEntry' | 'onLive' | 'onNotice'> {
  readonly connection: Connection;
  /** Who approved it, and how. Asked once, before anything is ordered; null = not approved. */
  readonly approve: (saved: SavedPlan) => Promise<Approval | null>;
  /** The run directory; without it the newest unfinished run of this plan below `runsRoot`, or a new one. */
  readonly runDirectory?: string | null;
  /** `runs` */
  readonly runsRoot?: string;
  /** Where locks and the register of plans carried out live, if not where the connection says. */
  readonly stateDirectory?: string;
  /** Aborted to drain: nothing new starts, what is under way is followed to its end. */
  readonly drain?: AbortSignal;
  /** Aborted to leave at once; the same call goes on later. */
  readonly leave?: AbortSignal;
  /** Run the commands of the plan's hooks and gates, as this user. Without it a plan that has some is refused. */
  readonly allowHooks?: boolean;
}

/**
 * Carries a saved plan out, or goes on where an earlier call stopped; leaves journal and reports in the run directory.
 * @throws RefitError, see `run/apply.ts`.
 */
export function applySavedPlan(saved: SavedPlan, options: ApplyOptions): Promise<ApplyEnd> {
  const { connection, approve } = options;
  const never = new AbortController().signal;
  const allowHooks = options.allowHooks ?? false;
  const runCommand = commandRunner(connection.clock, connection.env);
  const { savedFile, atEntry, onStart, onEntry, onLive, onNotice } = options;
  return applyInDirectory({
    saved,
    runsRoot: options.runsRoot ?? 'runs',
    runDirectory: options.runDirectory ?? null,
    stateDirectory: options.stateDirectory ?? connection.stateDirectory,
    cloudFor: () => connection.cloud,
    permits: connection.permits,
    calls: connection.calls,
    clock: connection.clock,
    drain: options.drain ?? never,
    leave: options.leave ?? never,
    ...processInfo(connection.cloud.endpoint),
    gates: { askUrl: connection.askUrl, ...(allowHooks ? { runCommand } : {}) },
    async approve() {
      await mustAnswer(() => connection.cloud, saved.steps);
      return approve(saved);
    },
    outside: { allowHooks, runCommand, env: connection.env, transport: connection.transport },
    ...given({ savedFile, atEntry, onStart, onEntry, onLive, onNotice }),
  });
}

/** What this process says of itself in a journal. */
function processInfo(endpoint: string) {
  return { by: { user: userName(), host: hostname(), pid: process.pid }, endpoint, version: VERSION };
}

/** What a reconcile needs beside the run directory. */
export interface ReconcileOptions extends ConnectOptions, Pick<ApplyInput, 'onStart' | 'onEntry'> {
  /** Where locks live, if not where the environment says. */
  readonly stateDirectory?: string;
  /** Aborted to leave at once; its reason is the exit code. */
  readonly leave?: AbortSignal;
}

/**
 * Settles by reading what is unknown of a run, and follows what had landed to its end. The client that it makes for
 * itself has no way to order; no step is started.
 * @throws RefitError, see `run/reconcile.ts`.
 */
export async function reconcileRun(directory: string, options: ReconcileOptions): Promise<ReconcileEnd> {
  const { requestsPerSecond } = (await readRun(directory)).saved.execution;
  const { cloudOptions, joint } = createParts({ requestsPerSecond, ...options });
  const reader = createReader(cloudOptions);
  try {
    const { onStart, onEntry } = options;
    return await reconcileInDirectory({
      directory,
      stateDirectory: options.stateDirectory ?? joint.stateDirectory,
      cloudFor: () => reader,
      permits: joint.permits,
      calls: joint.calls,
      clock: joint.clock,
      leave: options.leave ?? new AbortController().signal,
      ...processInfo(reader.endpoint),
      ...given({ onStart, onEntry }),
    });
  } finally {
    // Left at once, nobody waits for answers that may never come.
    if (!options.leave?.aborted) await reader.close();
  }
}
