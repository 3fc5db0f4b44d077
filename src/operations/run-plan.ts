import { hostname } from 'node:os';
import { openReader } from '../cloud/client.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { JournalEntry, SavedPlan } from '../model.ts';
import { type ApplyEnd, type Approval, applyPlan as applyInDirectory } from '../run/apply.ts';
import type { Standing } from '../run/control/run-status.ts';
import { commandRunner } from '../run/notify/run-command.ts';
import { type ReconcileEnd, reconcileInDirectory } from '../run/reconcile.ts';
import { readRun } from '../store/folder/run-directory.ts';
import { VERSION } from '../version.ts';
import { type Connection, type ConnectOptions, joinParts } from './connect.ts';
import { userName } from './machine.ts';

export type { ApplyEnd, Approval, ReconcileEnd };

/** What carrying a plan out needs beside the plan. */
export interface ApplyOptions {
  readonly connection: Connection;
  /** Who approved it, and how. Asked once, before anything is ordered; null = not approved. */
  readonly approve: (saved: SavedPlan) => Promise<Approval | null>;
  /** The saved plan's path: where it wants approvals, they are looked for beside it, and in the run directory. */
  readonly savedFile?: string;
  /** The run directory; without it the newest unfinished run of this plan below `runsRoot`, or a new one. */
  readonly runDirectory?: string | null;
  /** Refused where the run's journal has another number of entries: somebody else has gone on with it. */
  readonly atEntry?: number;
  /** `runs` */
  readonly runsRoot?: string;
  /** Where locks and the register of plans carried out live, if not where the connection says. */
  readonly stateDirectory?: string;
  /** Aborted to drain: nothing new starts, what is under way is followed to its end. */
  readonly drain?: AbortSignal;
  /** Aborted to leave at once; the same call goes on later. */
  readonly leave?: AbortSignal;
  readonly onStart?: (run: { readonly directory: string; readonly entries: readonly JournalEntry[] }) => void;
  readonly onEntry?: (entry: JournalEntry) => void;
  /** Told once how to ask the run how it stands beside its journal: what it waits for, and how fast it may go now. */
  readonly onLive?: (standing: () => Standing) => void;
  /** Told once where something is missing that the run goes on without, such as its control socket. */
  readonly onNotice?: (what: string) => void;
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
  return applyInDirectory({
    saved,
    runsRoot: options.runsRoot ?? 'runs',
    runDirectory: options.runDirectory ?? null,
    ...(options.atEntry === undefined ? {} : { atEntry: options.atEntry }),
    stateDirectory: options.stateDirectory ?? connection.stateDirectory,
    cloudFor: () => connection.cloud,
    permits: connection.permits,
    calls: connection.calls,
    clock: connection.clock,
    drain: options.drain ?? never,
    leave: options.leave ?? never,
    by: { user: userName(), host: hostname(), pid: process.pid },
    endpoint: connection.cloud.endpoint,
    version: VERSION,
    gates: { askUrl: connection.askUrl, ...(allowHooks ? { runCommand } : {}) },
    async approve() {
      await mustAnswer(connection.cloud, saved);
      return approve(saved);
    },
    ...(options.savedFile === undefined ? {} : { savedFile: options.savedFile }),
    outside: { allowHooks, runCommand, env: connection.env, transport: connection.transport },
    ...(options.onStart ? { onStart: options.onStart } : {}),
    ...(options.onEntry ? { onEntry: options.onEntry } : {}),
    ...(options.onLive ? { onLive: options.onLive } : {}),
    ...(options.onNotice ? { onNotice: options.onNotice } : {}),
  });
}

/** What a reconcile needs beside the run directory. */
export interface ReconcileOptions extends ConnectOptions {
  /** Where locks live, if not where the environment says. */
  readonly stateDirectory?: string;
  /** Aborted to leave at once; its reason is the exit code. */
  readonly leave?: AbortSignal;
  readonly onStart?: (run: { readonly directory: string; readonly entries: readonly JournalEntry[] }) => void;
  readonly onEntry?: (entry: JournalEntry) => void;
}

/**
 * Settles by reading what is unknown of a run, and follows what had landed to its end. The client that it makes for
 * itself has no way to order; no step is started.
 * @throws RefitError, see `run/reconcile-run.ts`.
 */
export async function reconcileRun(directory: string, options: ReconcileOptions): Promise<ReconcileEnd> {
  const { requestsPerSecond } = (await readRun(directory)).saved.execution;
  const { cloudOptions, joint } = joinParts({ requestsPerSecond, ...options });
  const reader = openReader(cloudOptions);
  try {
    return await reconcileInDirectory({
      directory,
      stateDirectory: options.stateDirectory ?? joint.stateDirectory,
      cloudFor: () => reader,
      calls: joint.calls,
      clock: joint.clock,
      leave: options.leave ?? new AbortController().signal,
      by: { user: userName(), host: hostname(), pid: process.pid },
      endpoint: reader.endpoint,
      version: VERSION,
      ...(options.onStart ? { onStart: options.onStart } : {}),
      ...(options.onEntry ? { onEntry: options.onEntry } : {}),
    });
  } finally {
    // Left at once, nobody waits for answers that may never come.
    if (!options.leave?.aborted) await reader.close();
  }
}

/**
 * One read of each region and profile before a run begins: nobody is asked about, and no run begins of, what has no
 * keys, refused keys or nobody at the other end. A run under way waits for a provider that is away; this does not.
 */
async function mustAnswer(cloud: Cloud, saved: SavedPlan): Promise<void> {
  const scopes = new Map(saved.steps.map((step) => [`${step.region} ${step.profile}`, step]));
  await Promise.all([...scopes.values()].map((step) => cloud.describeInstances(step, [step.instance])));
}
