/** Reads a run at any time, from its directory and its live process. */
import { lstat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { messageOf, RefitError } from '../errors.ts';
import { pick } from '../given.ts';
import { isFinished, totals } from '../journal/replay.ts';
import { textOf } from '../messages/messages.ts';
import type { Outcome, RunState } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { buildReport } from '../report/run/build-report.ts';
import { cloudEventLines } from '../report/run/cloud-events.ts';
import { formatApplyCommand, formatReconcileCommand } from '../run/apply-again.ts';
import { askRunStatus } from '../run/control/ask-run.ts';
import type { LiveRunStatus } from '../run/control/control.ts';
import { whyNotTrusted } from '../run/judge-adoption.ts';
import { askRunProcess } from '../store/folder/control-client.ts';
import { type FoundRun, findRuns, LATEST, runsNamed } from '../store/folder/find-runs.ts';
import { type Holder, isAlive, readHolder } from '../store/folder/lock.ts';
import { RUN_FILES, readRun, readRunSnapshot, reportedHead } from '../store/folder/run-directory.ts';
import type { RunSnapshot, WholeRun } from '../store/ports.ts';
import { shortPath } from './machine.ts';

export { isTailLockCode } from '../run/decide/after-refusal.ts';
export { whyNotTrusted } from '../run/judge-adoption.ts';
export type { WaitName } from '../run/waits.ts';
export { type LiveRunStatus, RUN_FILES, readRun, type WholeRun };

/** The state of a run. */
export interface RunStatus {
  readonly run: RunSnapshot;
  /** The same with the whole journal, if requested. */
  readonly whole: WholeRun | null;
  /** The live process of the run; null if there is none. */
  readonly holder: Holder | null;
  /** The answer of that process; null if none answers. */
  readonly live: LiveRunStatus | null;
  /** The next command. */
  readonly next: string;
}

/** @param isWhole keep the whole journal in memory. @throws RefitError as `readRun` does. */
export async function readStatus(
  directory: string,
  clock: Clock,
  { isWhole, stateDirectory }: { readonly isWhole: boolean; readonly stateDirectory: string | null },
): Promise<RunStatus> {
  const whole = isWhole ? await readRun(directory, stateDirectory) : null;
  const run = whole ?? (await readRunSnapshot(directory, stateDirectory));
  const holder = await liveHolder(run.name);
  // If the process does not answer, only the journal is known.
  const live = holder
    ? await askRunStatus({
        name: directory,
        ask: (line) => askRunProcess(directory, line, clock),
      }).catch(() => null)
    : null;
  return { run, whole, holder, live, next: nextCommandFor(run, holder, live) };
}

function nextCommandFor(run: RunSnapshot, holder: Holder | null, live: LiveRunStatus | null): string {
  if (live?.paused) return `refit continue ${shellQuote(run.name)}`;
  if (holder || isFinished(run.state) || lacksApproval(run)) return `refit report ${shellQuote(run.name)}`;
  const isUnknown = [...run.state.steps.values()].some(({ outcome }) => outcome === 'unknown');
  return isUnknown && run.state.endedAt !== null ? formatReconcileCommand(run) : formatApplyCommand(run);
}

/** Whether an approval comes first: resumed without it, the run only stops again. Its reason names the command. */
function lacksApproval({ state }: RunSnapshot): boolean {
  return state.endedBecause === 'not-approved';
}

/** A run in the list of runs. */
export interface ListedRun extends FoundRun {
  readonly status:
    | 'not started'
    | 'running'
    | 'stopping'
    | 'paused'
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
  /** Why the run cannot be read, or why the user's state does not vouch for it; null if all is well. */
  readonly message: string | null;
}

/** Where runs are searched. */
export interface RunPlaces {
  readonly stateDirectory: string;
  /** A folder of run directories; default: `runs`. */
  readonly folder?: string;
}

/** The runs that the state knows and those in the folder, newest first. @param most how many of them to read. */
export async function listRuns(
  { stateDirectory, folder = 'runs' }: RunPlaces,
  most: number,
): Promise<{ readonly runs: readonly ListedRun[]; readonly more: number }> {
  const found = await findRuns(stateDirectory, folder);
  const runs: ListedRun[] = [];
  for (const one of found.slice(0, most)) runs.push(await listedRun(one, stateDirectory));
  return { runs, more: found.length - runs.length };
}

const UNREAD = { plan: null, startedAt: null, endedAt: null, exitCode: null, totals: null } as const;

async function listedRun(found: FoundRun, stateDirectory: string): Promise<ListedRun> {
  if (found.directory === '')
    return { ...found, ...UNREAD, status: 'damaged', message: 'the record of the state folder is damaged' };
  if ((await lstat(found.directory).catch(() => null)) === null)
    return { ...found, ...UNREAD, status: 'missing', message: 'the folder does not exist' };
  try {
    const { saved, state, trust } = await readRunSnapshot(found.directory, stateDirectory);
    const reason = whyNotTrusted(trust);
    return {
      ...found,
      status: statusOf(state, (await liveHolder(found.directory)) !== null),
      plan: { name: saved.name, digest: saved.digest },
      ...pick(state, 'startedAt', 'endedAt', 'exitCode'),
      totals: totals([...state.steps.values()].filter(({ phase }) => phase === 'ended')),
      message: reason && textOf(reason),
    };
  } catch (error) {
    return { ...found, ...UNREAD, status: 'damaged', message: messageOf(error) };
  }
}

function statusOf(state: RunState, isLive: boolean): ListedRun['status'] {
  if (state.startedAt === null) return 'not started';
  if (isLive) return state.stopping ? 'stopping' : state.control.paused ? 'paused' : 'running';
  if (isFinished(state)) return 'ended';
  return state.endedAt === null ? 'interrupted' : 'ended with work left';
}

/** How many runs a refusal lists. */
const CANDIDATES = 10;

/**
 * The directory of a run that the user typed: a path, `latest`, or the start of a name.
 * @returns a path as it was typed if no run has that name. @throws RefitError `usage` if several runs match, or none is known.
 */
export async function findRun(typed: string, places: RunPlaces): Promise<string> {
  const isPath = typed.includes('/') || typed === '.' || typed === '..' || typed === '';
  if (isPath || (typed !== LATEST && (await lstat(typed).catch(() => null)) !== null)) return typed;
  const runs = runsNamed(typed, await findRuns(places.stateDirectory, places.folder ?? 'runs'));
  const [run, ...others] = runs;
  if (run !== undefined && others.length === 0) return shortPath(run.directory);
  if (run !== undefined)
    throw new RefitError(
      'usage',
      `${typed} is the start of ${runs.length} names of runs`,
      [
        'add characters, or give the folder:',
        ...runs.slice(0, CANDIDATES).map(({ directory }) => shellQuote(shortPath(directory))),
        ...(runs.length > CANDIDATES ? [`and ${runs.length - CANDIDATES} more: refit runs --all`] : []),
      ].join('\n'),
    );
  if (typed !== LATEST) return typed;
  throw new RefitError(
    'usage',
    "no run is the latest: this user's state knows none",
    'refit runs   lists the runs in ./runs; give the folder of one',
  );
}

/** The live process of a run; null if there is none. */
export async function liveHolder(directory: string): Promise<Holder | null> {
  const holder = await readHolder(join(directory, RUN_FILES.lock));
  return holder && (await isAlive(holder, hostname())) ? holder : null;
}

/**
 * The report from the journal as it is now, also during a run and after a crash.
 * @returns `isCutOff`: entries are missing that an earlier report contained; `tornBytes`: the size of an incomplete last
 * entry; `notTrusted`: why this user's state does not vouch for the run, or null. @throws RefitError as `readRun` does.
 */
export async function reportRun(directory: string, stateDirectory: string | null = null) {
  const { saved, journal, trust } = await readRun(directory, stateDirectory);
  const head = await reportedHead(directory);
  const isCutOff =
    head !== null && journal.entries.length > 0 && !journal.entries.some(({ hash }) => hash === head);
  const notTrusted = whyNotTrusted(trust);
  return { report: buildReport(saved, journal.entries), isCutOff, tornBytes: journal.tornBytes, notTrusted };
}

/** The journal as CloudEvents, one JSON line for each entry. @throws RefitError as `readRun` does. */
export async function cloudEventsOf(directory: string): Promise<{ lines: string; tornBytes: number }> {
  const { saved, journal } = await readRun(directory);
  return { lines: cloudEventLines(saved, journal.entries), tornBytes: journal.tornBytes };
}
