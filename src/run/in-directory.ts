/** What every process on a run directory does, to carry the plan out or only to reconcile: locks, journal, reports. */
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import type { Permits } from '../cloud/limit/permits.ts';
import { canonical } from '../digest.ts';
import { RefitError } from '../errors.ts';
import type { FormerHolder, JournalEntry, JournalEvent, Report, RunLock, SavedPlan, Step } from '../model.ts';
import { buildReport } from '../report/run/build-report.ts';
import { renderReport } from '../report/run/render-report.ts';
import { type Claim, claimInstances, isLoopback } from '../store/folder/claims.ts';
import { openJournalFile } from '../store/folder/journal-file.ts';
import { type Lock, takeLock } from '../store/folder/lock.ts';
import { isRegistered } from '../store/folder/register.ts';
import { RUN_FILES, type RunOnDisk, replaceFile, reportedHead } from '../store/folder/run-directory.ts';
import { withUnwrittenEntries } from '../store/journal-writer.ts';
import type { CallCounter } from './call-counter.ts';
import { mustBeSameAccount, recordIdentities } from './identities.ts';
import { type Notified, TELLING_GRACE } from './notify/notifier.ts';
import { createProcess, type Process, type Self } from './process.ts';

/** What a process on a run directory is given, whatever it does there. */
export interface DirectoryInput<Client extends CloudReader> extends Self {
  /** Locks and the register of plans carried out: `$XDG_STATE_HOME/refit`. */
  readonly stateDirectory: string;
  readonly cloudFor: (profile: string) => Client;
  readonly permits: Permits;
  readonly calls: CallCounter;
  readonly clock: Clock;
  /** Aborted to leave; its reason is the exit code, 130 or 143. */
  readonly leave: AbortSignal;
  /** Told once where the run lives and what its journal holds so far, then each entry as it becomes durable. */
  readonly onStart?: (run: { readonly directory: string; readonly entries: readonly JournalEntry[] }) => void;
  readonly onEntry?: (entry: JournalEntry) => void;
}

/** The locks that a process holds, one after the other. */
export class Locks {
  readonly #held: { readonly name: RunLock; readonly lock: Lock | Claim }[] = [];
  readonly #input: Pick<DirectoryInput<CloudReader>, 'stateDirectory' | 'clock' | 'endpoint'>;
  readonly #self: { readonly host: string; readonly purpose: string };

  /** @param purpose what the process does, for whoever finds its locks. */
  constructor(input: DirectoryInput<CloudReader>, purpose: string) {
    this.#input = input;
    this.#self = { host: input.by.host, purpose };
  }

  /** @throws RefitError `locked` while a live process holds it, as all here. */
  async takePlan(digest: string): Promise<void> {
    const { stateDirectory, clock } = this.#input;
    const path = join(stateDirectory, 'locks', `${digest}.json`);
    this.#held.push({ name: 'saved-plan', lock: await takeLock(path, this.#self, clock) });
  }

  async takeDirectory(directory: string): Promise<void> {
    const lock = await takeLock(join(directory, RUN_FILES.lock), this.#self, this.#input.clock);
    this.#held.push({ name: 'run-directory', lock });
  }

  async takeInstances(digest: string, instances: readonly string[]): Promise<void> {
    const { stateDirectory, clock, endpoint } = this.#input;
    const wanted = { digest, endpoint, instances };
    const lock = await claimInstances(stateDirectory, wanted, this.#self, clock);
    this.#held.push({ name: 'instances', lock });
  }

  /** What was taken over from the dead, one deed for each of them. */
  takeOvers(): JournalEvent[] {
    const taken = new Map<string, { from: FormerHolder; locks: RunLock[] }>();
    for (const { name, lock } of this.#held) {
      for (const holder of [lock.tookOverFrom].flat()) {
        if (holder === null) continue;
        const { pid, host, since, purpose, began } = holder;
        const key = `${pid} ${host} ${began} ${purpose}`;
        const known = taken.get(key);
        if (known) known.locks.push(name);
        else taken.set(key, { from: { pid, host, since, purpose }, locks: [name] });
      }
    }
    return [...taken.values()].map((one) => ({ kind: 'lock-taken-over', ...one }));
  }

  /** Never rejects: one that cannot be released is its holder's no longer than this process lives. */
  async release(): Promise<void> {
    for (const { lock } of this.#held) await lock.release().catch(() => undefined);
  }
}

/**
 * Opens a process on a run directory whose locks are held, and does the work in it. Whatever stops it, reports are left.
 * @param steps those whose identities are asked for.
 */
export async function withProcess<Value>(
  run: RunOnDisk,
  input: DirectoryInput<CloudReader> & { readonly drain?: AbortSignal; readonly notified?: Notified },
  { purpose, locks, steps }: { purpose: 'apply' | 'reconcile'; locks: Locks; steps: readonly Step[] },
  work: (process: Process) => Promise<Value>,
): Promise<Value> {
  const { directory, saved } = run;
  const store = await openJournalFile(join(directory, RUN_FILES.journal), run.journal);
  const runProcess = createProcess({ ...input, saved, past: run.journal, store });
  const { journal, entries } = runProcess;
  input.onStart?.({ directory, entries });
  try {
    await runProcess.start(purpose, locks.takeOvers());
    const callers = await recordIdentities({ ...input, saved: { steps }, journal });
    mustBeSameAccount(directory, run.journal.entries, callers);
    return await work(runProcess);
  } catch (error) {
    // Whatever stopped it, what is known is reported; a disk that cannot take the report either is told by the error.
    await writeReports(directory, saved, entries).catch(() => undefined);
    throw withUnwrittenEntries(error, journal.lost);
  } finally {
    // The run is over and its reports are written: this delays the last words of the process alone.
    await runProcess.closeNotifier(runProcess.wasLeft ? 0 : TELLING_GRACE);
    await store.close().catch(() => undefined);
  }
}

/**
 * Writes the reports. They are made of the entries as they lie on disk: whoever makes them again from there gets the same
 * bytes.
 */
export async function writeReports(
  directory: string,
  saved: SavedPlan,
  entries: readonly JournalEntry[],
): Promise<Report> {
  const asOnDisk = entries.map((entry) => JSON.parse(canonical(entry)) as JournalEntry);
  const report = buildReport(saved, asOnDisk);
  const plain = { color: false, width: 100 };
  await replaceFile(join(directory, RUN_FILES.report), renderReport(report, 'json', plain));
  await replaceFile(join(directory, RUN_FILES.page), renderReport(report, 'html', plain));
  return report;
}

/**
 * A journal from which entries were cut off must not be gone on with: what it no longer tells may have been ordered.
 * Known by the head in the run's own report, and by the register, which names a run only once it has begun.
 */
export async function mustBeWhole(
  stateDirectory: string,
  { directory, saved, journal, state }: RunOnDisk,
): Promise<void> {
  const head = await reportedHead(directory);
  const cut = head !== null && !journal.entries.some(({ hash }) => hash === head);
  const gone = state.startedAt === null && (await isRegistered(stateDirectory, saved.digest, directory));
  if (!cut && !gone) return;
  const what = cut
    ? `its report was made at head ${head.slice(0, 8)}, which the journal no longer holds`
    : 'the register knows that it had begun, and the journal is empty';
  throw new RefitError(
    'journal-broken',
    `${directory}: entries of the journal are missing: ${what}`,
    'restore the journal from a copy. Without it nobody can tell what was ordered: make a new plan against the fleet as it is now, refit plan PLAN -o SAVED',
  );
}

/** Orders of one run are placed with one provider: a simulated one is not exchanged for another, or for the real one. */
export function mustBeSameEndpoint(endpoint: string, { directory, journal }: RunOnDisk): void {
  const [first] = journal.entries;
  if (first?.kind !== 'run-started' || first.endpoint === endpoint) return;
  if (![first.endpoint, endpoint].some(isLoopback)) return;
  throw new RefitError(
    'usage',
    `${directory} is a run against ${first.endpoint}, and this is ${endpoint}`,
    first.endpoint.startsWith('http') ? `add --endpoint ${first.endpoint}` : 'leave --endpoint away',
  );
}

/** One read of each region and profile: no entry is written where nobody answers, or where the keys are none. */
export async function mustAnswer(
  cloudFor: (profile: string) => CloudReader,
  steps: readonly Step[],
): Promise<void> {
  const scopes = new Map(steps.map((step) => [`${step.region} ${step.profile}`, step]));
  await Promise.all(
    [...scopes.values()].map((step) => cloudFor(step.profile).describeInstances(step, [step.instance])),
  );
}

/** The instances for which something may still be ordered or settled. */
export function openInstances({ saved, state }: Pick<RunOnDisk, 'saved' | 'state'>): string[] {
  const open = saved.steps.filter(({ id }) => {
    const outcome = state.steps.get(id)?.outcome ?? 'not-run';
    return outcome === 'not-run' || outcome === 'unknown' || state.haltingRefusals.has(id);
  });
  return [...new Set(open.map(({ instance }) => instance))];
}
