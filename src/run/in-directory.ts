/** The common work of `apply` and `reconcile` in a run directory: locks, journal, reports. */
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import type { Permits } from '../cloud/limit/permits.ts';
import { canonical } from '../digest.ts';
import { RefitError } from '../errors.ts';
import { mustBeOwnFolder } from '../files/check-folder.ts';
import { replaceOwnFile } from '../files/write-file.ts';
import { pick } from '../given.ts';
import type { FormerHolder, JournalEntry, JournalEvent, Report, RunLock, SavedPlan, Step } from '../model.ts';
import { buildReport } from '../report/run/build-report.ts';
import { renderReport } from '../report/run/render-report.ts';
import { type Claim, claimInstances, isLoopback } from '../store/folder/claims.ts';
import { openJournalFile } from '../store/folder/journal-file.ts';
import type { RunMark } from '../store/folder/known-runs.ts';
import { type Lock, takeLock } from '../store/folder/lock.ts';
import { RUN_FILES, type RunOnDisk, reportedHead } from '../store/folder/run-directory.ts';
import { withUnwrittenEntries } from '../store/journal-writer.ts';
import type { CallCounter } from './call-counter.ts';
import { mustBeSameAccount, recordIdentities } from './identities.ts';
import { NOTIFY_GRACE, type NotifierConfig } from './notify/notifier.ts';
import { createProcess, type Process, type ProcessInfo } from './process.ts';
import { createHeadSigning, type SignHead } from './sign-heads.ts';

/** The input of a process in a run directory. */
export interface DirectoryInput<Client extends CloudReader> extends ProcessInfo {
  /** The folder of locks and of the register of plans carried out: `$XDG_STATE_HOME/refit`. */
  readonly stateDirectory: string;
  readonly cloudFor: (profile: string) => Client;
  readonly permits: Permits;
  readonly calls: CallCounter;
  readonly clock: Clock;
  /** Aborted to exit immediately. Its reason is the exit code, 130 or 143. */
  readonly leave: AbortSignal;
  /** Receives once the run directory and the entries so far. */
  readonly onStart?: (run: { readonly directory: string; readonly entries: readonly JournalEntry[] }) => void;
  /** Receives each entry once it is durable. */
  readonly onEntry?: (entry: JournalEntry) => void;
}

/** The locks that a process holds, in the order in which it took them. */
export class Locks {
  readonly #held: { readonly name: RunLock; readonly lock: Lock | Claim }[] = [];
  readonly #input: Pick<DirectoryInput<CloudReader>, 'stateDirectory' | 'clock' | 'endpoint'>;
  readonly #self: { readonly host: string; readonly purpose: string };

  /** @param purpose what the process does, for other processes that meet its locks. */
  constructor(input: DirectoryInput<CloudReader>, purpose: string) {
    this.#input = input;
    this.#self = { host: input.by.host, purpose };
  }

  /**
   * Each method throws a RefitError: `locked` while a live process holds the lock, `file-refused` if others can write to
   * the folder.
   */
  async takePlan(digest: string): Promise<void> {
    const { stateDirectory, clock } = this.#input;
    await mustBeOwnFolder(stateDirectory, 'the state folder');
    const path = join(stateDirectory, 'locks', `${digest}.json`);
    this.#held.push({ name: 'saved-plan', lock: await takeLock(path, this.#self, clock) });
  }

  async takeDirectory(directory: string): Promise<void> {
    await mustBeOwnFolder(directory, 'the run directory');
    const lock = await takeLock(join(directory, RUN_FILES.lock), this.#self, this.#input.clock);
    this.#held.push({ name: 'run-directory', lock });
  }

  async takeInstances(digest: string, instances: readonly string[]): Promise<void> {
    const { stateDirectory, clock, endpoint } = this.#input;
    const wanted = { digest, endpoint, instances };
    const lock = await claimInstances(stateDirectory, wanted, this.#self, clock);
    this.#held.push({ name: 'instances', lock });
  }

  /** One event for each dead process from which locks were taken over. */
  takeOvers(): JournalEvent[] {
    const byHolder = new Map<string, { from: FormerHolder; locks: RunLock[] }>();
    for (const { name, lock } of this.#held) {
      for (const holder of [lock.tookOverFrom].flat()) {
        if (holder === null) continue;
        const { pid, host, since, purpose, startTicks } = holder;
        const key = `${pid} ${host} ${startTicks} ${purpose}`;
        const known = byHolder.get(key);
        if (known) known.locks.push(name);
        else byHolder.set(key, { from: { pid, host, since, purpose }, locks: [name] });
      }
    }
    return [...byHolder.values()].map((one) => ({ kind: 'lock-taken-over', ...one }));
  }

  /** Never rejects. A lock that cannot be released ends with this process. */
  async release(): Promise<void> {
    for (const { lock } of this.#held) await lock.release().catch(() => undefined);
  }
}

/**
 * Starts a process in a locked run directory and does the work. It writes the reports however the work ends.
 * @param steps whose profiles are the identities to ask for.
 */
export async function withProcess<Value>(
  run: RunOnDisk,
  input: DirectoryInput<CloudReader> & {
    readonly drain?: AbortSignal;
    readonly notifier?: NotifierConfig;
    readonly mark?: RunMark;
    readonly signHead?: SignHead;
    readonly onNotice?: (notice: string) => void;
  },
  { purpose, locks, steps }: { purpose: 'apply' | 'reconcile'; locks: Locks; steps: readonly Step[] },
  work: (process: Process) => Promise<Value>,
): Promise<Value> {
  const { directory, saved } = run;
  const store = await openJournalFile(join(directory, RUN_FILES.journal), run.journal);
  const { signHead } = input;
  const signing = signHead && createHeadSigning(directory, saved, { ...input, signHead });
  const onEntry = (entry: JournalEntry): void => {
    input.onEntry?.(entry);
    signing?.entry(entry);
  };
  const runProcess = createProcess({ ...input, saved, past: run.journal, store, onEntry });
  const { journal, entries } = runProcess;
  input.onStart?.({ directory, entries });
  let isDone = false;
  try {
    await runProcess.start(purpose, locks.takeOvers());
    const identities = await recordIdentities({ ...input, saved: { steps }, journal });
    mustBeSameAccount(directory, run.journal.entries, identities);
    const value = await work(runProcess);
    isDone = !runProcess.wasLeft;
    return value;
  } catch (error) {
    // Report what is known. If the disk fails here too, the error below says so.
    await writeReports(directory, saved, entries).catch(() => undefined);
    throw withUnwrittenEntries(error, journal.unwritten);
  } finally {
    // The reports are written already. This delays only the end of the process.
    await runProcess.closeNotifier(runProcess.wasLeft ? 0 : NOTIFY_GRACE);
    await store.close().catch(() => undefined);
    const last = isDone && !journal.failed ? entries.at(-1) : undefined;
    await input.mark?.close(last && pick(last, 'seq', 'hash')).catch(() => undefined);
    // Closing the notifier writes the last entries. After an immediate end nothing waits for a key.
    if (!runProcess.wasLeft) await signing?.end(entries.at(-1));
  }
}

/**
 * Writes the reports from the entries as they are on disk, so that a later report has the same bytes.
 */
export async function writeReports(
  directory: string,
  saved: SavedPlan,
  entries: readonly JournalEntry[],
): Promise<Report> {
  const asOnDisk = entries.map((entry) => JSON.parse(canonical(entry)) as JournalEntry);
  const report = buildReport(saved, asOnDisk);
  const plain = { color: false, width: 100 };
  await replaceOwnFile(join(directory, RUN_FILES.report), renderReport(report, 'json', plain));
  await replaceOwnFile(join(directory, RUN_FILES.page), renderReport(report, 'html', plain));
  return report;
}

/** The head in the run's report if the journal does not have it: entries are missing. Null otherwise. */
export async function headAhead({ directory, journal }: RunOnDisk): Promise<string | null> {
  const head = await reportedHead(directory);
  return head !== null && !journal.entries.some(({ hash }) => hash === head) ? head : null;
}

/** Requires the endpoint of the run. A simulated provider cannot replace another one or the real one. */
export function mustBeSameEndpoint(endpoint: string, { directory, journal }: RunOnDisk): void {
  const [first] = journal.entries;
  if (first?.kind !== 'run-started' || first.endpoint === endpoint) return;
  if (![first.endpoint, endpoint].some(isLoopback)) return;
  throw new RefitError(
    'usage',
    `${directory} is a run against ${first.endpoint}, but the endpoint is now ${endpoint}`,
    first.endpoint.startsWith('http') ? `add --endpoint ${first.endpoint}` : 'remove --endpoint',
  );
}

/** Reads once for each region and profile, so that Refit writes no entry without an answer or valid keys. */
export async function mustAnswer(
  cloudFor: (profile: string) => CloudReader,
  steps: readonly Step[],
): Promise<void> {
  const scopes = new Map(steps.map((step) => [`${step.region} ${step.profile}`, step]));
  await Promise.all(
    [...scopes.values()].map((step) => cloudFor(step.profile).describeInstances(step, [step.instance])),
  );
}

/** The instances with steps that may still be ordered, resolved or followed. */
export function openInstances({ saved, state }: Pick<RunOnDisk, 'saved' | 'state'>): string[] {
  const open = saved.steps.filter(({ id }) => {
    const outcome = state.steps.get(id)?.outcome ?? 'not-run';
    return outcome === 'not-run' || outcome === 'unknown' || state.haltingRefusals.has(id);
  });
  return [...new Set(open.map(({ instance }) => instance))];
}
