/** The common work of `apply` and `reconcile` on a run that this process holds: journal, identities, reports. */
import type { Clock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import type { Permits } from '../cloud/limit/permits.ts';
import { type ErrorCode, RefitError } from '../errors.ts';
import type { ChainEnd } from '../journal/chain.ts';
import type { Replay } from '../journal/replay.ts';
import { message } from '../messages/messages.ts';
import { refitError } from '../messages/refit-error.ts';
import type { JournalEntry, Report, SavedPlan, Step } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { createReport } from '../report/run/build-report.ts';
import { renderReport } from '../report/run/render-report.ts';
import { RUN_FILES } from '../store/folder/run-files.ts';
import { withUnwrittenEntries } from '../store/journal-writer.ts';
import type { ClaimedRun, RunMark, RunSnapshot } from '../store/ports.ts';
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
  /**
   * Receives each entry of earlier processes, in order, before `onStart`. Without it they are not read again, and nobody
   * keeps them.
   */
  readonly onPast?: (entry: JournalEntry, run: StartedRun) => void;
  /** Receives the run once, before its first entry of this process. */
  readonly onStart?: (run: StartedRun) => void;
  /** Receives each entry once it is durable. */
  readonly onEntry?: (entry: JournalEntry) => void;
  /** Receives how long each group of entries took to become durable, in milliseconds. */
  readonly onAppend?: (ms: number) => void;
}

/** A run whose process starts. */
export interface StartedRun {
  /** The run directory, or the id of the run. */
  readonly name: string;
  readonly saved: SavedPlan;
  /** How many entries earlier processes wrote. */
  readonly entries: number;
  /** The states of the steps, which change while the process works. */
  readonly replay: Pick<Replay, 'step'>;
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
  const { end, tornBytes } = run.journal;
  const past = { replay: run.replay, end, tornBytes };
  const runProcess = createProcess({ ...input, saved, past, store, onEntry });
  const { journal } = runProcess;
  void claim.lost?.then((reason) => runProcess.lose(reason));
  let isDone = false;
  let isOthers = false;
  try {
    const started = { name, saved, entries: end.seq, replay: journal.replay };
    const { onPast } = input;
    if (onPast !== undefined && end.seq > 0) await claim.read((entry) => onPast(entry, started));
    input.onStart?.(started);
    await runProcess.start(purpose, claim.takeOvers());
    const identities = await recordIdentities({ ...input, saved: { steps }, journal });
    mustBeSameAccount(name, run.replay.recorded, identities);
    const value = await work(runProcess);
    isDone = !runProcess.wasLeft;
    return value;
  } catch (error) {
    // Report what is known. If the disk fails here too, the error below says so. What belongs to another process now, or
    // to a database that nobody reaches, is left alone.
    isOthers = error instanceof RefitError && NOT_OURS.includes(error.code);
    if (!isOthers) await writeReports(claim, runProcess.end).catch(() => undefined);
    throw withUnwrittenEntries(error, journal.unwritten);
  } finally {
    // The reports are written already. This delays only the end of the process.
    await runProcess.closeNotifier(runProcess.wasLeft ? 0 : NOTIFY_GRACE);
    await store.close().catch(() => undefined);
    const last = isDone && !journal.failed && runProcess.end.seq > 0 ? runProcess.end : undefined;
    await input.mark?.close(last).catch(() => undefined);
    // Closing the notifier writes the last entries. After an immediate end nothing waits for a key.
    if (!runProcess.wasLeft && !isOthers) await signing?.end(runProcess.end);
  }
}

/**
 * Writes the reports from the journal, which is read again: nobody keeps its entries, and a later report has the same bytes.
 * @param end the last entry that this process knows. @throws RefitError `journal-broken` if the journal does not have it.
 */
export async function writeReports({ run, ...claim }: ClaimedRun, end: ChainEnd): Promise<Report> {
  const building = createReport(run.saved);
  let isThere = end.seq === 0;
  await claim.read((entry) => {
    building.add(entry);
    isThere ||= entry.seq === end.seq && entry.hash === end.hash;
  });
  if (!isThere)
    throw new RefitError(
      'journal-broken',
      `${run.name}: the journal no longer has entry ${end.seq}, so the reports were not written`,
      `refit audit verify ${shellQuote(run.name)}   shows what changed`,
    );
  const report = building.end();
  const plain = { color: false, width: 100 };
  await claim.writeReports([
    { file: RUN_FILES.report, text: renderReport(report, 'json', plain) },
    { file: RUN_FILES.page, text: renderReport(report, 'html', plain) },
  ]);
  return report;
}

/** Requires the endpoint of the run. A simulated provider cannot replace another one or the real one. */
export function mustBeSameEndpoint(
  endpoint: string,
  { name, first }: Pick<RunSnapshot, 'name' | 'first'>,
): void {
  if (first?.kind !== 'run-started' || first.endpoint === endpoint) return;
  if (![first.endpoint, endpoint].some(isLoopback)) return;
  throw refitError(
    'usage',
    message('error.other-endpoint', {
      ...{ name, before: first.endpoint, endpoint },
      option: first.endpoint.startsWith('http') ? `--endpoint ${first.endpoint}` : null,
    }),
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
export function openInstances({ saved, state }: Pick<RunSnapshot, 'saved' | 'state'>): string[] {
  const open = saved.steps.filter(({ id }) => {
    const outcome = state.steps.get(id)?.outcome ?? 'not-run';
    return outcome === 'not-run' || outcome === 'unknown' || state.haltingRefusals.has(id);
  });
  return [...new Set(open.map(({ instance }) => instance))];
}
