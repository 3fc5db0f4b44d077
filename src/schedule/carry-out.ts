/**
 * One attempt at an occurrence, by the same commands that a person would type, as processes of their own. Whatever dies,
 * the next attempt finds what was sealed and goes on with it: the run's own directory sees to it that nothing is ordered
 * twice.
 */

import { type Clock, iso } from '../clock.ts';
import { messageOf, RefitError } from '../errors.ts';
import { given } from '../given.ts';
import { encodeSavedPlan } from '../plan/seal.ts';
import { SECOND } from '../units.ts';
import { afterAttempt } from './after-attempt.ts';
import type { Beginning } from './decide.ts';
import type { OccurrenceDisk } from './occurrence-directory.ts';
import type { Occurrence, PlanLog, ScheduleEvent } from './schedule-log.ts';

/** A process that was started. */
export interface Child {
  /** Its exit code, null where a signal ended it. Never rejects. */
  readonly ended: Promise<number | null>;
  /** Passes a signal on: the first drains it, another one makes it leave. */
  stop(): void;
}

export interface Carrier {
  readonly clock: Clock;
  readonly disk: OccurrenceDisk;
  /** Starts `refit ARGS`, what it writes is appended to the file. @throws where it cannot be started. */
  readonly launch: (args: readonly string[], output: string) => Promise<Child>;
  /** Resolves once it is durable. */
  readonly record: (deed: ScheduleEvent) => Promise<void>;
  readonly account: (plan: string) => PlanLog | null;
  /** Where the folder's file of this name is. */
  readonly pathOf: (name: string) => string;
  /** Flags that are passed on: to planning, and to carrying out. */
  readonly flags: { readonly plan: readonly string[]; readonly apply: readonly string[] };
  /** Told to stop: nothing new is launched, and what ends by it has not ended. */
  readonly drain: AbortSignal;
  readonly log: (plan: string, what: string) => void;
  /** Told of each process, to pass signals on. */
  readonly onChild: (child: Child) => void;
}

/** How often a directory is looked at again that another process holds, milliseconds. */
const HELD_AGAIN = 5 * SECOND;

/** What an attempt left; null where it was stopped: it is taken up by the next scheduler. */
type AttemptEnd = { readonly exitCode: number; readonly what: string | null } | null;

/**
 * Carries an attempt out and writes down how it began and ended.
 * @returns the entry that it ended with; null where it was stopped before its end.
 * @throws what `record` throws: then nothing is known to be on disk, and nothing more may be begun.
 */
export async function carryOut(begin: Beginning, on: Carrier): Promise<ScheduleEvent | null> {
  const { plan, due } = begin;
  const directory = on.disk.directoryOf(plan, due);
  const before = await endBefore(begin, directory, on);
  if (before === 'stopped') return null;
  let end: AttemptEnd = before;
  let entries = await entriesIn(directory, on);
  if (end === null) {
    const { because, does, digest, request } = begin;
    await on.record({ kind: 'began', plan, due, because, does, digest, entries, ...given({ request }) });
    end = await attempt(begin, directory, entries, on).catch(failed);
    if (end === null) return null;
    // Held up by another's lock it has written nothing: whatever the journal holds more is the other's.
    if (end.exitCode !== LOCKED) entries = await entriesIn(directory, on);
  }
  const { exitCode, what } = end;
  const failures = openOf(on.account(plan), due)?.failures ?? 0;
  const sealed = await on.disk.sealed(directory).catch(() => null);
  const schedule = begin.digest === null ? null : (sealed?.schedule ?? null);
  const after = afterAttempt({ exitCode, failures, sealed, schedule, now: on.clock.now() });
  const said = what ?? after.what;
  const totals = await on.disk.totals(directory).catch(() => null);
  const deed: ScheduleEvent =
    after.goesOnAt === null
      ? { kind: 'ended', plan, due, exitCode, what: said, ...given({ totals }) }
      : { kind: 'left', plan, due, exitCode, goesOnAt: iso(after.goesOnAt), what: said, entries };
  await on.record(deed);
  return deed;
}

function openOf(account: PlanLog | null, due: string): Occurrence | null {
  return account?.open?.due === due ? account.open : null;
}

/**
 * What was begun before may be in another's hands, or have ended without anybody to write it down.
 * @returns its end, where it has one; null where it is to be gone on with.
 */
async function endBefore(begin: Beginning, directory: string, on: Carrier): Promise<AttemptEnd | 'stopped'> {
  let told = false;
  for (;;) {
    if (on.drain.aborted) return 'stopped';
    const holder = await on.disk.heldBy(directory).catch(() => null);
    if (holder === null) break;
    if (!told) on.log(begin.plan, `${holder} carries ${directory} out: it is waited for`);
    told = true;
    await on.clock.sleep(HELD_AGAIN, on.drain);
  }
  // Whoever asks has seen how it ended.
  if (begin.because === 'asked') return null;
  const run = await on.disk.run(directory).catch(() => null);
  const known = openOf(on.account(begin.plan), begin.due)?.entries ?? 0;
  if (run === null || run.end === null || run.entries <= known) return null;
  // Stopped with the scheduler that had started it, it has not ended; told by its own command, it has.
  const stopped = run.end.exitCode === 130 || run.end.exitCode === 143;
  if (stopped && !run.end.byCommand) return null;
  return { exitCode: run.end.exitCode, what: null };
}

async function entriesIn(directory: string, { disk }: Carrier): Promise<number> {
  return (await disk.run(directory).catch(() => null))?.entries ?? 0;
}

/** @param entries of the run's journal: where it has more by the time that it is taken up, another has gone on with it. */
async function attempt(
  { does, file, plan }: Beginning,
  directory: string,
  entries: number,
  on: Carrier,
): Promise<AttemptEnd> {
  await on.disk.prepare(directory);
  const review = (['text', 'json', 'markdown'] as const).flatMap((format) => [
    '--write',
    `${format}=${on.disk.fileIn(directory, REVIEWS[format])}`,
  ]);
  const planned = async (...out: readonly string[]): Promise<AttemptEnd> => {
    const flags = ['--detailed-exitcode', '-q', ...review, ...on.flags.plan, ...out];
    const end = await launched(['plan', on.pathOf(plan), ...flags], directory, on);
    return end?.exitCode === 0 ? { ...end, what: 'nothing to change' } : end;
  };
  if (does === 'dry-run') return file === null ? GONE : planned();
  if (file?.saved && (await on.disk.sealed(directory)) === null)
    await on.disk.seal(directory, encodeSavedPlan(file.saved));
  if ((await on.disk.sealed(directory)) === null) {
    if (file === null) return GONE;
    const draft = on.disk.fileIn(directory, 'draft.json');
    const end = await planned('-o', draft);
    if (end?.exitCode !== CHANGES) return end;
    // What is sealed first stays: a planner that outlived its scheduler can no longer replace it.
    await on.disk.sealDraft(directory, draft);
  }
  const sealedAt = on.disk.fileIn(directory, 'plan.json');
  // Its approvals lie beside the file that was approved.
  const subject = file?.saved ? on.pathOf(plan) : sealedAt;
  const at = ['--at-entry', String(entries)];
  const args = ['apply', subject, '--run-dir', directory, ...at, '--auto-approve', ...on.flags.apply];
  return launched(args, directory, on);
}

/** What a command exits with where somebody else holds a lock. */
const LOCKED = 7;

/** What `plan --detailed-exitcode` exits with where there is something to carry out. */
const CHANGES = 2;

/** The files of a review in an occurrence's directory. */
const REVIEWS = { text: 'review.txt', json: 'review.json', markdown: 'review.md' } as const;

const GONE: AttemptEnd = { exitCode: 64, what: 'its file was removed before anything was sealed' };

/** @returns null where it was stopped with the scheduler. */
async function launched(args: readonly string[], directory: string, on: Carrier): Promise<AttemptEnd> {
  if (on.drain.aborted) return null;
  const child = await on.launch(args, on.disk.fileIn(directory, 'output.log'));
  on.onChild(child);
  const exitCode = await child.ended;
  const stopped = exitCode === null || exitCode === 130 || exitCode === 143;
  return stopped && on.drain.aborted ? null : { exitCode: exitCode ?? 1, what: null };
}

/** What could not even be tried: a disk that is full, a run directory that cannot be trusted. */
function failed(error: unknown): AttemptEnd {
  return { exitCode: error instanceof RefitError ? error.exitCode : 1, what: messageOf(error) };
}
