/**
 * Carries out the run of a store in this process: a worker does, and `refit apply --store --here`. The plan, the answer of
 * its submitter, the approvals and both policies come from the store, and the row of the run says afterwards how it goes on.
 */
import { hostname } from 'node:os';
import type { Clock } from '../../clock.ts';
import { type ErrorCode, messageOf, RefitError } from '../../errors.ts';
import { given } from '../../given.ts';
import type { Replay } from '../../journal/replay.ts';
import { textOf } from '../../messages/messages.ts';
import type { Policy, SavedPlan } from '../../model.ts';
import { effectsOf, effectsOfKind, programEffects } from '../../plan/effects.ts';
import { hookEnvironmentOf, namedPrograms, tighten, windowsOf } from '../../policy/tighten.ts';
import { type ApplyEnd, type ApplyInput, applyPlan } from '../../run/apply.ts';
import { type Wake, whenToWake } from '../../run/decide/when-to-wake.ts';
import { mustAnswer } from '../../run/in-claimed-run.ts';
import { createCommandRunner } from '../../run/notify/run-command.ts';
import type { PostgresStore } from '../../store/postgres/open-store.ts';
import type { StoredClaim } from '../../store/postgres/runs/claim.ts';
import { readSubmission, type SubmittedWith, wakeIfApproved } from '../../store/postgres/runs/submission.ts';
import { needsOf, type WorkerOffers, whyNotOffered } from '../../store/run-needs.ts';
import { VERSION } from '../../version.ts';
import { createPolicyAsk } from '../ask-policy.ts';
import type { Connection } from '../connect.ts';
import { userName } from '../machine.ts';
import { policyOfTexts } from '../read-policy.ts';

export { HANDING_OVER } from '../../run/stop-state.ts';

/** What the work on a run needs. */
export interface WorkOptions
  extends Pick<
    ApplyInput,
    'signHead' | 'onPast' | 'onStart' | 'onEntry' | 'onAppend' | 'onLive' | 'onNotice' | 'rest'
  > {
  readonly store: PostgresStore;
  readonly clock: Clock;
  /** The id of the run. */
  readonly run: string;
  /** For people: `refit worker`. */
  readonly purpose: string;
  /** Connects to the provider for a plan. This function closes the connection. */
  readonly connect: (saved: SavedPlan, policy: Policy) => Connection;
  /** The policy of this host. It is joined with that of the submitter, and the stricter one counts. */
  readonly readPolicy: () => Promise<Policy>;
  /** Who allows programs of the plan beside the submitter: the policy of this host names them, or a person said so. */
  readonly programs: 'named-by-policy' | 'allowed-by-person' | 'refused';
  /** What this process may use, if it takes runs that others submit; absent: a person chose this run. */
  readonly offers?: () => WorkerOffers;
  /** False: a person started this process, so it continues a run that stopped. */
  readonly unattended: boolean;
  readonly drain: AbortSignal;
  readonly leave: AbortSignal;
}

/**
 * Works on a run until it ends, waits, or is left.
 * @throws RefitError `locked` while another process has the run, `fenced` if another one took it over, and as `applyPlan`.
 */
export async function workOnRun(options: WorkOptions): Promise<ApplyEnd> {
  const { store, run: id, purpose } = options;
  const claim = await store.claim(id, purpose);
  const after = createAftermath(claim, options);
  try {
    const end = await carryOut(claim, options, after);
    await after.settle(null, end.exitCode);
    return end;
  } catch (error) {
    await after.settle(error);
    throw error;
  } finally {
    await claim.release();
  }
}

async function carryOut(claim: StoredClaim, options: WorkOptions, after: Aftermath): Promise<ApplyEnd> {
  const { store, run: id, drain, leave } = options;
  const { saved } = claim.run;
  const submission = await readSubmission(store.database, id);
  const submitted = await policyOfTexts(submission.policy);
  const readPolicy = async () => tighten(await options.readPolicy(), submitted);
  const policy = await readPolicy();
  after.policyWindows = windowsOf(policy);
  after.since = submission.readAt;
  const allowHooks = mayRunPrograms(saved, submission, options, await options.readPolicy());
  // A person continues the run once: the next process takes it as it is.
  if (submission.isContinued) await claim.settle({ ...NOW, waiting: null });
  const connection = options.connect(saved, policy);
  const { cloud, clock, env, transport, permits, calls } = connection;
  const runCommand = createCommandRunner(clock, env, {
    allowed: hookEnvironmentOf(policy),
    secret: effectsOfKind(effectsOf(saved), 'variable').map(({ name }) => name),
  });
  let isLeaving = false;
  try {
    mustFit(saved, submission, connection, options);
    const { signHead, onPast, onStart, onAppend, onLive, onNotice, rest } = options;
    const end = await applyPlan({
      saved,
      claim: async () => ({ ...claim, release: async () => undefined }),
      cloudFor: () => cloud,
      ...{ permits, calls, clock, drain, leave },
      by: { user: userName(), host: hostname(), pid: process.pid },
      endpoint: cloud.endpoint,
      version: VERSION,
      unattended: options.unattended && !submission.isContinued,
      gates: { askUrl: connection.askUrl, ...(allowHooks ? { runCommand } : {}) },
      async approve() {
        await mustAnswer(() => cloud, saved.steps);
        return submission.approval;
      },
      askPolicy: createPolicyAsk(saved, { read: readPolicy, connection }),
      notifyPorts: { allowHooks, runCommand, env, transport },
      onEntry(entry) {
        after.replay.add(entry);
        options.onEntry?.(entry);
      },
      ...given({ signHead, onPast, onStart, onAppend, onLive, onNotice, rest }),
    });
    isLeaving = end.wasLeft;
    return end;
  } finally {
    // After an immediate end Refit does not wait for answers: they may never come.
    if (!isLeaving && !leave.aborted) await connection.close();
  }
}

/**
 * The row of a run says what it needs, and a submitter can write anything there. So the plan itself decides.
 * @throws RefitError `policy-refused` if the plan needs keys that this worker must not use, or another provider.
 */
function mustFit(
  saved: SavedPlan,
  { endpoint }: SubmittedWith,
  { cloud }: Connection,
  { offers }: WorkOptions,
): void {
  const needs = { ...needsOf(saved, endpoint), programs: [] };
  const reason = whyNotOffered(needs, {
    ...{ endpoint: cloud.endpoint, programs: [] },
    profiles: offers?.().profiles ?? needs.profiles,
  });
  if (reason === null) return;
  throw new RefitError(
    'policy-refused',
    `${hostname()}: ${textOf(reason)}; nothing was ordered`,
    `refit show ${saved.name}   shows what the plan needs; submit it again: refit apply SAVED`,
  );
}

/** @throws RefitError `policy-refused` if this host must not run a program of the plan. */
function mayRunPrograms(
  saved: SavedPlan,
  { allowHooks }: SubmittedWith,
  { programs }: WorkOptions,
  own: Policy,
): boolean {
  const wanted = programEffects(effectsOf(saved)).map(({ program }) => program);
  if (wanted.length === 0) return true;
  // `applyPlan` refuses, and names the commands.
  if (!allowHooks || programs === 'refused') return false;
  const named = namedPrograms(own);
  const refused = wanted.filter((program) => !named.includes(program));
  if (programs === 'allowed-by-person' || refused.length === 0) return true;
  throw new RefitError(
    'policy-refused',
    `the policy of ${hostname()} names no ${refused.join(', ')} among the programs that hooks may run; nothing was ordered`,
    `add it to the list of programs in the policy of the worker, or run it yourself: refit apply ${saved.name} --here --allow-hooks`,
  );
}

/** The state of a run whose process has ended, or was refused. */
interface Aftermath {
  readonly replay: Replay;
  policyWindows: ReturnType<typeof windowsOf>;
  /** Approvals that were offered since then may be unknown to the process; null: nothing was read. */
  since: number | null;
  /**
   * Says in the row of the run how it goes on. @param error what the process threw; null: nothing.
   * @param exitCode of a process that threw nothing: a run that an operator aborted has no end with a code in its journal.
   */
  settle(error: unknown, exitCode?: number): Promise<void>;
}

const NOW = { state: 'queued', wakeAt: null, wakesOn: null } as const;

function createAftermath(claim: StoredClaim, { clock, store }: WorkOptions): Aftermath {
  const { saved } = claim.run;
  const replay = claim.run.replay.copy();
  const after: Aftermath = {
    replay,
    policyWindows: [],
    since: null,
    async settle(error, exitCode) {
      const code: ErrorCode | null =
        error === null ? null : error instanceof RefitError ? error.code : 'internal';
      // Another process decides, or nobody can write.
      if (code === 'fenced' || code === 'store-restored') return;
      const { policyWindows } = after;
      const now = clock.now();
      const wake = whenToWake({ saved, state: replay.state(), now, policyWindows, error: code });
      if (wake.kind === 'finished') return;
      const details = code === null ? given({ exitCode }) : detailsOf(error, code);
      const waiting = { reason: textOf(wake.because), about: wake.because, ...details };
      await claim.settle({ ...rowOf(wake), waiting }).catch(() => undefined);
      const { since } = after;
      if (since === null || wake.kind !== 'on' || wake.event !== 'approval') return;
      await wakeIfApproved(store.database, claim.run.name, since).catch(() => undefined);
    },
  };
  return after;
}

function detailsOf(error: unknown, code: ErrorCode) {
  return { code, message: messageOf(error), fix: error instanceof RefitError ? error.fix : null };
}

function rowOf(wake: Exclude<Wake, { kind: 'finished' }>) {
  switch (wake.kind) {
    case 'now':
      return NOW;
    case 'at':
      return { state: 'waiting', wakeAt: Date.parse(wake.at), wakesOn: 'time' } as const;
    case 'on': {
      const wakeAt = wake.orAt === null ? null : Date.parse(wake.orAt);
      return wake.event === 'operator'
        ? ({ state: 'stopped', wakeAt: null, wakesOn: null } as const)
        : ({ state: 'waiting', wakeAt, wakesOn: wake.event } as const);
    }
  }
}
