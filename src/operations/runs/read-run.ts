/** Reads a run at any time, from its store and its live process. */
import { messageOf } from '../../errors.ts';
import { pick } from '../../given.ts';
import { isFinished, totals } from '../../journal/replay.ts';
import { textOf } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
import type { JournalEntry, Outcome, RunState, SavedPlan } from '../../model.ts';
import { endpointOption, shellQuote } from '../../next-command.ts';
import { createReport, type ReportBuilding } from '../../report/run/build-report.ts';
import { cloudEventLines } from '../../report/run/cloud-events.ts';
import { formatApplyCommand, formatReconcileCommand } from '../../run/apply-again.ts';
import { askRunStatus } from '../../run/control/ask-run.ts';
import type { LiveRunStatus } from '../../run/control/control.ts';
import { whyNotTrusted } from '../../run/judge-adoption.ts';
import { RUN_FILES } from '../../store/folder/run-files.ts';
import type {
  FoundRun,
  RunHolder,
  RunReader,
  RunSnapshot,
  RunsOfStore,
  StoreState,
  WholeRun,
  WorkersForRun,
} from '../../store/ports.ts';
import { followReader, readWhole } from '../../store/run-reading.ts';

export { isTailLockCode } from '../../run/decide/after-refusal.ts';
export { whyNotTrusted } from '../../run/judge-adoption.ts';
export type { WaitName } from '../../run/waits.ts';
export {
  type LiveRunStatus,
  RUN_FILES,
  type RunReader,
  readWhole,
  type StoreState,
  type WholeRun,
  type WorkersForRun,
};

/** The state of a run. */
export interface RunStatus {
  readonly run: RunSnapshot;
  /** The live process of the run; null if there is none. */
  readonly holder: RunHolder | null;
  /** The answer of that process; null if none answers. */
  readonly live: LiveRunStatus | null;
  /** What the store knows besides the journal; null for a run directory. */
  readonly stored: StoreState | null;
  /** The next command. */
  readonly next: string;
}

/** Reads the state of a run again and again, each time only what is new if the store can do that. */
export function followStatus(reader: RunReader): {
  /**
   * Takes and throws what `RunFollower.read` does.
   * @param asksProcess false: only the journal is read, and the rest is as at the last call.
   */
  read(
    each?: (entry: JournalEntry) => void,
    onRestart?: () => void,
    asksProcess?: boolean,
  ): Promise<RunStatus>;
} {
  const follower = followReader(reader);
  let last: Pick<RunStatus, 'holder' | 'live' | 'stored'> | null = null;
  return {
    async read(each = () => undefined, onRestart = () => undefined, asksProcess = true) {
      const run = await follower.read(each, onRestart);
      if (last === null || asksProcess) {
        const holder = await reader.holder();
        // If the process does not answer, only the journal is known.
        const live = holder ? await askRunStatus(reader).catch(() => null) : null;
        last = { holder, live, stored: await reader.storeState() };
      }
      return { run, ...last, next: nextCommandFor({ run, ...last }) };
    },
  };
}

function nextCommandFor({ run, holder, live, stored }: Omit<RunStatus, 'next'>): string {
  const isQueued = (stored?.kind === 'submitted' || stored?.kind === 'waiting') && stored.isForWorkers;
  if (stored?.kind === 'waiting' && stored.diesAtStart)
    return `${formatApplyCommand(run, stored.endpoint)} --here`;
  if (isQueued)
    return hasNoWorker(stored) && stored.mayWork
      ? `refit worker${endpointOption(stored.endpoint)}`
      : `refit status ${shellQuote(run.name)} --watch`;
  if (live?.paused) return `refit continue ${shellQuote(run.name)}`;
  if (holder || isFinished(run.state) || lacksApproval(run)) return `refit report ${shellQuote(run.name)}`;
  const isUnknown = [...run.state.steps.values()].some(({ outcome }) => outcome === 'unknown');
  if (isUnknown && run.state.endedAt !== null) return formatReconcileCommand(run);
  // No worker takes it: the process of its submitter has died.
  return stored?.kind === 'submitted' && !stored.isForWorkers
    ? `${formatApplyCommand(run, stored.endpoint)} --here`
    : formatApplyCommand(run);
}

/** Whether no worker that lives can take a run. */
export function hasNoWorker({ workers, unfit }: WorkersForRun): boolean {
  return unfit.length >= workers;
}

/** Whether an approval comes first: resumed without it, the run only stops again. Its reason names the command. */
function lacksApproval({ state }: RunSnapshot): boolean {
  return state.endedBecause === 'not-approved';
}

/** A run in the list of runs. */
export interface ListedRun extends Omit<FoundRun, 'run'> {
  /** null if the store has only a damaged record of it. */
  readonly run: RunReader | null;
  readonly status:
    | 'not started'
    | 'running'
    | 'stopping'
    | 'paused'
    | 'waiting'
    | 'ended'
    | 'ended with work left'
    | 'interrupted'
    | 'missing'
    | 'damaged';
  /** null if the run cannot be read. */
  readonly plan: { readonly name: string; readonly digest: string } | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly exitCode: number | null;
  /** Steps that have ended, by outcome. */
  readonly totals: Readonly<Record<Outcome, number>> | null;
  /** Why the run cannot be read, or why the store does not vouch for it; null if all is well. */
  readonly message: string | null;
}

/** Runs of different folders can have one name. */
const placeOf = ({ run, name }: FoundRun): string => run?.name ?? name;

/** Ended runs of earlier lists, by place: a list that is read again and again reads them once. */
export type KnownList = Map<string, { readonly stamp: string; readonly run: ListedRun }>;

/**
 * The runs of a store, newest first. @param most how many of them to read.
 * @param known what earlier calls read, which this one completes; absent: it reads every run.
 */
export async function listRuns(
  store: RunsOfStore,
  most: number,
  known: KnownList = new Map(),
): Promise<{ readonly runs: readonly ListedRun[]; readonly more: number }> {
  const { runs: found, more } = await store.list(most);
  const runs: ListedRun[] = [];
  for (const one of found) {
    const before = known.get(placeOf(one));
    if (before !== undefined && before.stamp === one.stamp && before.run.isKnown === one.isKnown) {
      runs.push({ ...before.run, ...one });
      continue;
    }
    const run = await listedRun(one);
    runs.push(run);
    const hasEnded = run.status === 'ended' || run.status === 'ended with work left';
    if (hasEnded && one.stamp !== null) known.set(placeOf(one), { stamp: one.stamp, run });
    else known.delete(placeOf(one));
  }
  return { runs, more };
}

const UNREAD = { plan: null, startedAt: null, endedAt: null, exitCode: null, totals: null } as const;

async function listedRun(found: FoundRun): Promise<ListedRun> {
  const { run } = found;
  if (run === null)
    return { ...found, ...UNREAD, status: 'damaged', message: 'the record of the state folder is damaged' };
  if (!(await run.exists()))
    return { ...found, ...UNREAD, status: 'missing', message: 'the folder does not exist' };
  try {
    const { saved, state, trust } = await run.read();
    const reason = whyNotTrusted(trust);
    return {
      ...found,
      status: statusOf(state, (await run.holder()) !== null, await run.storeState()),
      plan: { name: saved.name, digest: saved.digest },
      ...pick(state, 'startedAt', 'endedAt', 'exitCode'),
      totals: totals([...state.steps.values()].filter(({ phase }) => phase === 'ended')),
      message: reason && textOf(reason),
    };
  } catch (error) {
    return { ...found, ...UNREAD, status: 'damaged', message: messageOf(error) };
  }
}

function statusOf(state: RunState, isLive: boolean, stored: StoreState | null): ListedRun['status'] {
  if (stored?.kind === 'waiting') return 'waiting';
  if (state.startedAt === null) return 'not started';
  if (isLive) return state.stopping ? 'stopping' : state.control.paused ? 'paused' : 'running';
  if (isFinished(state)) return 'ended';
  if (state.resting !== null) return 'waiting';
  return state.endedAt === null ? 'interrupted' : 'ended with work left';
}

/**
 * The report from the journal as it is now, also during a run and after a crash.
 * @param words the language of `page`, which is the report for an HTML page. The report itself is in English.
 * @returns `isCutOff`: entries are missing that an earlier report contained; `tornBytes`: the size of an incomplete last
 * entry; `notTrusted`: why the store does not vouch for the run, or null. @throws RefitError as `RunReader.read` does.
 */
export async function reportRun(run: RunReader, words: Words = english) {
  // Before the journal: a live run writes its report after its entries.
  const head = await run.reportedHead();
  let hasHead = false;
  const languages = words === english ? [english] : [english, words];
  let buildings: ReportBuilding[] | null = null;
  const start = (saved: SavedPlan) => languages.map((language) => createReport(saved, language));
  const { saved, journal, trust } = await run.read((entry, plan) => {
    buildings ??= start(plan);
    for (const building of buildings) building.add(entry);
    hasHead ||= entry.hash === head;
  });
  const isCutOff = head !== null && journal.end.seq > 0 && !hasHead;
  const [report, page] = (buildings ?? start(saved)).map((building) => building.end());
  return {
    report: report!,
    page: page ?? report!,
    isCutOff,
    tornBytes: journal.tornBytes,
    notTrusted: whyNotTrusted(trust),
  };
}

/** The journal as CloudEvents, one JSON line for each entry. @throws RefitError as `RunReader.read` does. */
export async function cloudEventsOf(run: RunReader): Promise<{ lines: string; tornBytes: number }> {
  const { saved, journal } = await readWhole(run);
  return { lines: cloudEventLines(saved, journal.entries), tornBytes: journal.tornBytes };
}
