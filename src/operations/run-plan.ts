import { hostname } from 'node:os';
import { createReader } from '../cloud/client.ts';
import { given } from '../given.ts';
import type { Policy, SavedPlan } from '../model.ts';
import { effectsOf, effectsOfKind } from '../plan/effects.ts';
import { type ApplyEnd, type ApplyInput, type Approval, applyPlan } from '../run/apply.ts';
import { mustAnswer } from '../run/in-claimed-run.ts';
import { createCommandRunner } from '../run/notify/run-command.ts';
import { type ReconcileEnd, reconcileClaimedRun } from '../run/reconcile.ts';
import { claimRunDirectory } from '../store/folder/claim-run.ts';
import type { RunReader } from '../store/ports.ts';
import { VERSION } from '../version.ts';
import { createPolicyAsk } from './ask-policy.ts';
import { type Connection, type ConnectOptions, createParts } from './connect.ts';
import { stateDirectoryOf, userName } from './machine.ts';
import { readPolicy } from './read-policy.ts';
import { readerAt } from './runs/open-runs.ts';

export { formatStartCommand } from '../run/apply-again.ts';
export type { ApplyEnd, Approval, ReconcileEnd };

/** What a run needs besides the saved plan. */
export interface ApplyOptions
  extends Pick<
    ApplyInput,
    | 'atEntry'
    | 'adopt'
    | 'asksAgain'
    | 'signHead'
    | 'onPast'
    | 'onStart'
    | 'onEntry'
    | 'onAppend'
    | 'onLive'
    | 'onNotice'
  > {
  readonly connection: Connection;
  /** The path of the saved plan. Refit looks for approvals beside it, and always in the run directory. */
  readonly savedFile?: string;
  /** Asks for approval once, before any order; null = not approved. */
  readonly approve: (saved: SavedPlan) => Promise<Approval | null>;
  /** The run directory; default: the newest unfinished run of this plan below `runsRoot`, or a new one. */
  readonly runDirectory?: string | null;
  /** Default: `runs`. */
  readonly runsRoot?: string;
  /** The folder for locks and the register of applied plans; default: as the connection has it. */
  readonly stateDirectory?: string;
  /** Abort it to drain: nothing new starts, and orders in flight are followed to their end. */
  readonly drain?: AbortSignal;
  /** Abort it to stop immediately; the same call resumes the run later. */
  readonly leave?: AbortSignal;
  /** Run the hook and gate commands of the plan, as this user. Without it Refit refuses a plan with such commands. */
  readonly allowHooks?: boolean;
  /** The policy of the person who applies: read again before each wave. Default: the files of `readPolicy`. */
  readonly readPolicy?: () => Promise<Policy>;
  /** Environment variables that hook and gate commands get, as the policy lists them. Default: none. */
  readonly hookEnvironment?: readonly string[];
}

/**
 * Applies a saved plan, or resumes its run. Journal and reports are in the run directory.
 * @throws RefitError, see `run/apply.ts`.
 */
export function applySavedPlan(saved: SavedPlan, options: ApplyOptions): Promise<ApplyEnd> {
  const { connection, approve } = options;
  const never = new AbortController().signal;
  const allowHooks = options.allowHooks ?? false;
  const runCommand = createCommandRunner(connection.clock, connection.env, {
    allowed: options.hookEnvironment ?? [],
    secret: effectsOfKind(effectsOf(saved), 'variable').map(({ name }) => name),
  });
  const { savedFile, atEntry, adopt, asksAgain, signHead } = options;
  const { onPast, onStart, onEntry, onAppend, onLive, onNotice } = options;
  return applyPlan({
    saved,
    claim: () =>
      claimRunDirectory(
        {
          saved,
          savedFile: savedFile ?? null,
          runsRoot: options.runsRoot ?? 'runs',
          runDirectory: options.runDirectory ?? null,
        },
        {
          stateDirectory: options.stateDirectory ?? connection.stateDirectory,
          clock: connection.clock,
          endpoint: connection.cloud.endpoint,
          host: hostname(),
        },
      ),
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
    askPolicy: createPolicyAsk(saved, {
      read: options.readPolicy ?? (() => readPolicy({ env: connection.env })),
      connection,
    }),
    notifyPorts: { allowHooks, runCommand, env: connection.env, transport: connection.transport },
    ...given({ atEntry, adopt, asksAgain, signHead, onPast, onStart, onEntry, onAppend, onLive, onNotice }),
  });
}

/** How this process identifies itself in a journal. */
function processInfo(endpoint: string) {
  return { by: { user: userName(), host: hostname(), pid: process.pid }, endpoint, version: VERSION };
}

/** What a reconcile needs besides the run directory. */
export interface ReconcileOptions
  extends ConnectOptions,
    Pick<ApplyInput, 'signHead' | 'onPast' | 'onStart' | 'onEntry' | 'onAppend' | 'onNotice'> {
  /** The folder for locks of a run directory; default: from the environment. */
  readonly stateDirectory?: string;
  /** Abort it to stop immediately; its reason is the exit code. */
  readonly leave?: AbortSignal;
}

/**
 * Resolves unknown outcomes of a run by reading, and follows executed orders to their end. It starts no step, and its
 * client cannot order.
 * @param target the run, or its directory.
 * @throws RefitError, see `run/reconcile.ts`.
 */
export async function reconcileRun(
  target: RunReader | string,
  options: ReconcileOptions,
): Promise<ReconcileEnd> {
  const { stateDirectory = stateDirectoryOf(options.env ?? process.env) } = options;
  const run = typeof target === 'string' ? readerAt(target, { stateDirectory }) : target;
  const { requestsPerSecond } = (await run.readPlan()).execution;
  const { cloudOptions, shared } = createParts({ requestsPerSecond, ...options });
  const reader = createReader(cloudOptions);
  try {
    const { signHead, onPast, onStart, onEntry, onAppend, onNotice } = options;
    return await reconcileClaimedRun({
      claim: () => run.claim(reader.endpoint),
      cloudFor: () => reader,
      permits: shared.permits,
      calls: shared.calls,
      clock: shared.clock,
      leave: options.leave ?? new AbortController().signal,
      ...processInfo(reader.endpoint),
      ...given({ signHead, onPast, onStart, onEntry, onAppend, onNotice }),
    });
  } finally {
    // After an immediate end Refit does not wait for answers: they may never come.
    if (!options.leave?.aborted) await reader.close();
  }
}
