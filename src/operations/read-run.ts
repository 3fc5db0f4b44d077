/** Reads a run at any time, from its directory and its live process. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { isFinished } from '../journal/replay.ts';
import { shellQuote } from '../next-command.ts';
import { buildReport } from '../report/run/build-report.ts';
import { cloudEventLines } from '../report/run/cloud-events.ts';
import { formatApplyCommand, formatReconcileCommand } from '../run/apply-again.ts';
import type { LiveRunStatus } from '../run/control/control.ts';
import { askRunStatus } from '../run/control/control-client.ts';
import { whyNotTrusted } from '../run/judge-adoption.ts';
import { type Holder, isAlive, readHolder } from '../store/folder/lock.ts';
import {
  RUN_FILES,
  type RunOnDisk,
  type RunSnapshot,
  readRun,
  readRunSnapshot,
  reportedHead,
} from '../store/folder/run-directory.ts';

export { isTailLockCode } from '../run/decide/after-refusal.ts';
export { whyNotTrusted } from '../run/judge-adoption.ts';
export type { WaitName } from '../run/waits.ts';
export { type LiveRunStatus, RUN_FILES, type RunOnDisk, readRun };

/** The state of a run. */
export interface RunStatus {
  readonly run: RunSnapshot;
  /** The same with the whole journal, if requested. */
  readonly whole: RunOnDisk | null;
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
  const holder = await liveHolder(run.directory);
  // If the process does not answer, only the journal is known.
  const live = holder ? await askRunStatus(directory, clock).catch(() => null) : null;
  return { run, whole, holder, live, next: nextCommandFor(run, holder, live) };
}

function nextCommandFor(run: RunSnapshot, holder: Holder | null, live: LiveRunStatus | null): string {
  if (live?.paused) return `refit continue ${shellQuote(run.directory)}`;
  if (holder || isFinished(run.state)) return `refit report ${shellQuote(run.directory)}`;
  const isUnknown = [...run.state.steps.values()].some(({ outcome }) => outcome === 'unknown');
  return isUnknown && run.state.endedAt !== null ? formatReconcileCommand(run) : formatApplyCommand(run);
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
