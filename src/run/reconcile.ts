/** `reconcile` on a run directory: takes its locks, reads what is unknown, journals it, and renders the reports anew. */
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import type { JournalEntry, Outcome, Report, SavedPlan, Step } from '../model.ts';
import { claimInstances } from '../store/folder/claims.ts';
import type { HeldLock } from '../store/folder/held-locks.ts';
import { takeLock } from '../store/folder/lock.ts';
import { RUN_FILES, type RunOnDisk, readRun } from '../store/folder/run-directory.ts';
import { withLost } from '../store/unwritten-entries.ts';
import { finish, mustBeSameEndpoint, mustBeWhole } from './apply.ts';
import type { CallCounter } from './engine/call-counter.ts';
import { lastExitCode, reconcileSteps, unsettledSteps } from './engine/reconcile-steps.ts';
import { mustBeSameAccount, tellCallers } from './identities.ts';
import { openRun, recordStart, unlessLeft } from './open-run.ts';

export interface ReconcileInput {
  readonly directory: string;
  readonly stateDirectory: string;
  /** Cannot order: a reader has no such function. */
  readonly cloudFor: (profile: string) => CloudReader;
  readonly calls: CallCounter;
  readonly clock: Clock;
  /** Aborted to leave at once; its reason is the exit code, 130 or 143. */
  readonly leave: AbortSignal;
  readonly by: { readonly user: string; readonly host: string; readonly pid: number };
  readonly endpoint: string;
  readonly version: string;
  /** Told once what the journal holds so far, then each entry as it becomes durable. */
  readonly onStart?: (run: { readonly directory: string; readonly entries: readonly JournalEntry[] }) => void;
  readonly onEntry?: (entry: JournalEntry) => void;
}

/** What became of a step whose outcome was unknown. */
export interface ReconciledStep {
  readonly step: string;
  readonly instance: string;
  readonly region: string;
  /** `not-run`: its order had not landed, and apply may ask again. */
  readonly outcome: Outcome;
  readonly orders: readonly string[];
  readonly code: string | null;
  readonly what: string;
}

export interface ReconcileEnd {
  readonly directory: string;
  readonly saved: SavedPlan;
  readonly report: Report;
  /** The steps that were unknown, in the plan's order. */
  readonly steps: readonly ReconciledStep[];
  /** 0 where no outcome is unknown any more, 10 while one is, 12 where the keys were refused, or the signal's. */
  readonly exitCode: number;
}

/**
 * Settles the unknown outcomes of a run by reading; the run's own end is told anew.
 * @throws RefitError `locked` while a live process has the run or one of the instances; `journal-broken`, `disk-failed`,
 * what reading the run directory throws, and what the first read of each region throws, before anything is written.
 */
export async function reconcileInDirectory(input: ReconcileInput): Promise<ReconcileEnd> {
  const { clock, stateDirectory, by } = input;
  const { saved, directory } = await readRun(input.directory);
  const self = { host: by.host, purpose: `refit reconcile ${directory}` };
  const locks: HeldLock[] = [];
  try {
    const byDigest = join(stateDirectory, 'locks', `${saved.digest}.json`);
    locks.push({ name: 'saved-plan', lock: await takeLock(byDigest, self, clock) });
    locks.push({ name: 'run-directory', lock: await takeLock(join(directory, RUN_FILES.lock), self, clock) });
    const run = await readRun(directory);
    await mustBeWhole(stateDirectory, run);
    const open = unsettledSteps(saved, run.state.steps);
    if (open.length === 0) {
      const { report } = await finish(directory, saved, run.journal.entries, run.state, true);
      return { directory, saved, report, steps: [], exitCode: 0 };
    }
    mustBeSameEndpoint(input.endpoint, run);
    const instances = [...new Set(open.map(({ instance }) => instance))];
    const wanted = { digest: saved.digest, endpoint: input.endpoint, instances };
    locks.push({ name: 'instances', lock: await claimInstances(stateDirectory, wanted, self, clock) });
    await mustAnswer(input, open);
    return await settle(input, run, open, locks);
  } finally {
    for (const { lock } of locks) await lock.release().catch(() => undefined);
  }
}

/** No entry is written where nobody answers, or where the keys are none: the same command is typed again then. */
async function mustAnswer({ cloudFor }: ReconcileInput, open: readonly Step[]): Promise<void> {
  const scopes = new Map(open.map((step) => [`${step.region} ${step.profile}`, step]));
  await Promise.all(
    [...scopes.values()].map((step) => cloudFor(step.profile).describeInstances(step, [step.instance])),
  );
}

async function settle(
  input: ReconcileInput,
  run: RunOnDisk,
  open: readonly Step[],
  locks: readonly HeldLock[],
): Promise<ReconcileEnd> {
  const { clock, calls, leave } = input;
  const { saved, directory } = run;
  const { onStart } = input;
  const taken = await openRun(run, {
    clock,
    ...(onStart ? { onStart } : {}),
    onEntry: (entry) => input.onEntry?.(entry),
  });
  const { journal, entries, replay } = taken;
  try {
    await recordStart(journal, run, input, locks, 'reconcile');
    const callers = await tellCallers({ ...input, saved: { steps: open }, journal });
    mustBeSameAccount(directory, run.journal.entries, callers);
    const exitCodeBefore = lastExitCode(run.journal.entries);
    const settling = reconcileSteps({ ...input, saved, journal, exitCodeBefore });
    const end = await unlessLeft(settling, leave, journal, calls);
    const { report } = await finish(directory, saved, entries, replay.state(), false);
    const told = open.map(({ id, instance, region }) => {
      const { outcome, orders, code, what } = replay.step(id);
      return { step: id, instance, region, outcome, orders, code, what };
    });
    const unknown = told.some(({ outcome }) => outcome === 'unknown');
    const exitCode =
      end === null
        ? typeof leave.reason === 'number'
          ? leave.reason
          : 130
        : end.exitCode === 12
          ? 12
          : unknown
            ? 10
            : 0;
    return { directory, saved, report, steps: told, exitCode };
  } catch (error) {
    await finish(directory, saved, entries, replay.state(), false).catch(() => undefined);
    throw withLost(error, journal.lost);
  } finally {
    await taken.close();
  }
}
