/** The common work of `apply` and `reconcile` on a run that this process holds: journal, identities, reports. */
import type { Clock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import type { Permits } from '../cloud/limit/permits.ts';
import { canonical } from '../digest.ts';
import { type ErrorCode, RefitError } from '../errors.ts';
import { pick } from '../given.ts';
import type { Replay } from '../journal/replay.ts';
import type { JournalEntry, Report, SavedPlan, Step } from '../model.ts';
import { buildReport } from '../report/run/build-report.ts';
import { renderReport } from '../report/run/render-report.ts';
import { RUN_FILES } from '../store/folder/run-files.ts';
import { withUnwrittenEntries } from '../store/journal-writer.ts';
import type { ClaimedRun, RunMark, WholeRun } from '../store/ports.ts';
import { isLoopback } from '../store/provider-of.ts';
import type { CallCounter } from './call-counter.ts';
import { mustBeSameAccount, recordIdentities } from './identities.ts';
import { NOTIFY_GRACE, type NotifierConfig } from './notify/notifier.ts';
import { createProcess, type Process, type ProcessInfo } from './process.ts';
import { createHeadSigning, type SignHead } from './sign-heads.ts';

/** The input of a process of a run. */
export interface RunInput<Client extends CloudReader> extends ProcessInfo {
  /** Claims the run in its store. @throws RefitError `locked` and others; then nothing is ordered. */
  readonly claim: () => Promise<ClaimedRun>;
  readonly cloudFor: (profile: string) => Client;
  readonly permits: Permits;
  readonly calls: CallCounter;
  readonly clock: Clock;
  /** Aborted to exit immediately. Its reason is the exit code, 130 or 143. */
  readonly leave: AbortSignal;
  /** Receives once the name of the run, its plan, the entries so far, and the states of the steps. */
  readonly onStart?: (run: {
    readonly name: string;
    readonly saved: SavedPlan;
    readonly entries: readonly JournalEntry[];
    readonly replay: Pick<Replay, 'step'>;
  }) => void;
  /** Receives each entry once it is durable. */
  readonly onEntry?: (entry: JournalEntry) => void;
  /** Receives how long each group of entries took to become durable, in milliseconds. */
  readonly onAppend?: (ms: number) => void;
}

/** After these errors, a process writes nothing more into the store: no reports, no signatures. */
const NOT_OURS: readonly ErrorCode[] = ['fenced', 'store-restored', 'store-unreachable'];

/**
 * Starts a process on a claimed run and does the work. It writes the reports however the work ends.
 * @param steps whose profiles are the identities to ask for.
 */
export async function withProcess<Value>(
  claim: ClaimedRun,
  input: RunInput<CloudReader> & {
    readonly drain?: AbortSignal;
    readonly notifier?: NotifierConfig;
    readonly mark?: RunMark;
    readonly signHead?: SignHead;
    readonly onNotice?: (notice: string) => void;
  },
  { purpose, steps }: { purpose: 'apply' | 'reconcile'; steps: readonly Step[] },
  work: (process: Process) => Promise<Value>,
): Promise<Value> {
  const { run, signatures } = claim;
  const { name, saved } = run;
  const store = await claim.openJournal();
  const { signHead } = input;
  const signing = signHead && createHeadSigning(run, { ...input, signHead, signatures });
  const onEntry = (entry: JournalEntry): void => {
    input.onEntry?.(entry);
    signing?.entry(entry);
  };
  const runProcess = createProcess({ ...input, saved, past: run.journal, store, onEntry });
  const { journal, entries } = runProcess;
  input.onStart?.({ name, saved, entries, replay: journal.replay });
  void claim.lost?.then((reason) => runProcess.lose(reason));
  let isDone = false;
  let isOthers = false;
  try {
    await runProcess.start(purpose, claim.takeOvers());
    const identities = await recordIdentities({ ...input, saved: { steps }, journal });
    mustBeSameAccount(name, run.journal.entries, identities);
    const value = await work(runProcess);
    isDone = !runProcess.wasLeft;
    return value;
  } catch (error) {
    // Report what is known. If the disk fails here too, the error below says so. What belongs to another process now, or
    // to a database that nobody reaches, is left alone.
    isOthers = error instanceof RefitError && NOT_OURS.includes(error.code);
    if (!isOthers) await writeReports(claim, entries).catch(() => undefined);
    throw withUnwrittenEntries(error, journal.unwritten);
  } finally {
    // The reports are written already. This delays only the end of the process.
    await runProcess.closeNotifier(runProcess.wasLeft ? 0 : NOTIFY_GRACE);
    await store.close().catch(() => undefined);
    const last = isDone && !journal.failed ? entries.at(-1) : undefined;
    await input.mark?.close(last && pick(last, 'seq', 'hash')).catch(() => undefined);
    // Closing the notifier writes the last entries. After an immediate end nothing waits for a key.
    if (!runProcess.wasLeft && !isOthers) await signing?.end(entries.at(-1));
  }
}

/**
 * Writes the reports from the entries as they are on disk, so that a later report has the same bytes.
 */
export async function writeReports(claim: ClaimedRun, entries: readonly JournalEntry[]): Promise<Report> {
  const asOnDisk = entries.map((entry) => JSON.parse(canonical(entry)) as JournalEntry);
  const report = buildReport(claim.run.saved, asOnDisk);
  const plain = { color: false, width: 100 };
  await claim.writeReports([
    { file: RUN_FILES.report, text: renderReport(report, 'json', plain) },
    { file: RUN_FILES.page, text: renderReport(report, 'html', plain) },
  ]);
  return report;
}

/** Requires the endpoint of the run. A simulated provider cannot replace another one or the real one. */
export function mustBeSameEndpoint(endpoint: string, { name, journal }: WholeRun): void {
  const [first] = journal.entries;
  if (first?.kind !== 'run-started' || first.endpoint === endpoint) return;
  if (![first.endpoint, endpoint].some(isLoopback)) return;
  throw new RefitError(
    'usage',
    `${name} is a run against ${first.endpoint}, but the endpoint is now ${endpoint}`,
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
export function openInstances({ saved, state }: Pick<WholeRun, 'saved' | 'state'>): string[] {
  const open = saved.steps.filter(({ id }) => {
    const outcome = state.steps.get(id)?.outcome ?? 'not-run';
    return outcome === 'not-run' || outcome === 'unknown' || state.haltingRefusals.has(id);
  });
  return [...new Set(open.map(({ instance }) => instance))];
}
