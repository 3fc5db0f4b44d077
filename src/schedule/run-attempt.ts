/**
 * Runs one attempt at an occurrence with the commands that a person would type, each as a child process. If a process dies,
 * the next attempt continues the sealed plan. The run directory guarantees that no step is ordered twice.
 */

import { type Clock, iso } from '../clock.ts';
import { exitCodeOf, messageOf, RefitError } from '../errors.ts';
import { given } from '../given.ts';
import { message } from '../messages/messages.ts';
import type { Message } from '../model.ts';
import { encodeSavedPlan } from '../plan/saved/seal-plan.ts';
import { SECOND } from '../units.ts';
import { afterAttempt } from './after-attempt.ts';
import type { AttemptCommands, AttemptControl } from './carrier.ts';
import type { AttemptStart } from './decide.ts';
import type { OccurrenceDisk } from './occurrence-directory.ts';
import type { Occurrence, PlanLog, ScheduleEvent } from './schedule-log.ts';

export interface AttemptPorts extends AttemptControl, AttemptCommands {
  readonly clock: Clock;
  readonly disk: OccurrenceDisk;
  /** Resolves once the entry is durable. */
  readonly append: (event: ScheduleEvent) => Promise<void>;
  readonly planLog: (plan: string) => PlanLog | null;
  /** The path of a file in the folder. */
  readonly pathOf: (name: string) => string;
  /** Options to pass on to `refit plan` and `refit apply`. `sign`: to both, for a plan that is carried out. */
  readonly flags: Readonly<Record<'plan' | 'apply' | 'sign', readonly string[]>>;
  readonly log: (plan: string, text: string) => void;
}

/** Milliseconds between checks while another process runs in the directory. */
const HOLDER_POLL = 5 * SECOND;

/** How an attempt ended; null if it was stopped. The next scheduler resumes it. */
type AttemptEnd = { readonly exitCode: number; readonly message: Message | null } | null;

/**
 * Runs an attempt and appends its start and its end to the schedule log.
 * @returns the entry at its end; null if it was stopped before.
 * @throws what `append` throws. The disk state is then unknown, and no further attempt may start.
 */
export async function runAttempt(start: AttemptStart, ports: AttemptPorts): Promise<ScheduleEvent | null> {
  const { plan, due } = start;
  const directory = ports.disk.directoryOf(plan, due);
  const before = await endOfEarlierAttempt(start, directory, ports);
  if (before === 'stopped') return null;
  let end: AttemptEnd = before;
  let entries = await entriesIn(directory, ports);
  if (end === null) {
    const { reason, does, digest, request } = start;
    await ports.append({
      kind: 'attempt-started',
      plan,
      due,
      reason,
      does,
      digest,
      entries,
      ...given({ request }),
    });
    end = await runCommands(start, directory, entries, ports).catch(endOfError);
    if (end === null) return null;
    // An attempt that met a lock wrote nothing. Another process wrote any new entries.
    if (end.exitCode !== LOCKED) entries = await entriesIn(directory, ports);
  }
  const { exitCode } = end;
  const failures = openOf(ports.planLog(plan), due)?.failures ?? 0;
  const sealed = await ports.disk.sealed(directory).catch(() => null);
  const schedule = start.digest === null ? null : (sealed?.schedule ?? null);
  const after = afterAttempt({ exitCode, failures, sealed, schedule, now: ports.clock.now() });
  const reason = end.message ?? after.message;
  const totals = await ports.disk.totals(directory).catch(() => null);
  const event: ScheduleEvent =
    after.continuesAt === null
      ? { kind: 'ended', plan, due, exitCode, message: reason, ...given({ totals }) }
      : {
          kind: 'postponed',
          plan,
          due,
          exitCode,
          continuesAt: iso(after.continuesAt),
          message: reason,
          entries,
        };
  await ports.append(event);
  return event;
}

function openOf(planLog: PlanLog | null, due: string): Occurrence | null {
  return planLog?.open?.due === due ? planLog.open : null;
}

/**
 * Finds the end of an earlier attempt that no scheduler recorded. First waits until no other process runs in the directory.
 * @returns its end; null if this attempt is to continue the run.
 */
async function endOfEarlierAttempt(
  start: AttemptStart,
  directory: string,
  ports: AttemptPorts,
): Promise<AttemptEnd | 'stopped'> {
  let isLogged = false;
  for (;;) {
    if (ports.drain.aborted) return 'stopped';
    const holder = await ports.disk.holderOf(directory).catch(() => null);
    if (holder === null) break;
    if (!isLogged) ports.log(start.plan, `waiting for ${holder}, which runs in ${directory}`);
    isLogged = true;
    await ports.clock.sleep(HOLDER_POLL, ports.drain);
  }
  // An operator who requests an attempt has seen how the last one ended.
  if (start.reason === 'requested') return null;
  const run = await ports.disk.run(directory).catch(() => null);
  const known = openOf(ports.planLog(start.plan), start.due)?.entries ?? 0;
  if (run === null || run.end === null || run.entries <= known) return null;
  // A run that stopped with its scheduler has not ended. A run that a control command stopped has.
  const stopped = run.end.exitCode === 130 || run.end.exitCode === 143;
  if (stopped && !run.end.byCommand) return null;
  return { exitCode: run.end.exitCode, message: null };
}

async function entriesIn(directory: string, { disk }: AttemptPorts): Promise<number> {
  return (await disk.run(directory).catch(() => null))?.entries ?? 0;
}

/** Plans if nothing is sealed, then applies. @param entries of the run's journal: `apply` refuses if it has more. */
async function runCommands(
  { does, file, plan }: AttemptStart,
  directory: string,
  entries: number,
  ports: AttemptPorts,
): Promise<AttemptEnd> {
  await ports.disk.prepare(directory);
  const review = (['text', 'json', 'markdown'] as const).flatMap((format) => [
    '--write',
    `${format}=${ports.disk.fileIn(directory, REVIEWS[format])}`,
  ]);
  const planned = async (...out: readonly string[]): Promise<AttemptEnd> => {
    const flags = ['--detailed-exitcode', '-q', ...review, ...ports.flags.plan, ...out];
    const end = await launch(['plan', ports.pathOf(plan), ...flags], { plan, directory }, ports);
    return end?.exitCode === 0 ? { ...end, message: message('schedule.nothing-to-change') } : end;
  };
  if (does === 'dry-run') return file === null ? FILE_REMOVED : planned();
  if (file?.saved && (await ports.disk.sealed(directory)) === null)
    await ports.disk.seal(directory, encodeSavedPlan(file.saved), ports.pathOf(plan));
  if ((await ports.disk.sealed(directory)) === null) {
    if (file === null) return FILE_REMOVED;
    const reason = await ports.whyNotPlan();
    if (reason !== null)
      return { exitCode: NOT_APPROVED, message: message('schedule.not-planned-by', { reason }) };
    const draft = ports.disk.fileIn(directory, 'draft.json');
    const end = await planned('-o', draft, ...ports.flags.sign);
    if (end?.exitCode !== CHANGES) return end;
    // The first sealed plan stays. A planner that outlived its scheduler cannot replace it.
    await ports.disk.sealDraft(directory, draft);
  }
  const sealedAt = ports.disk.fileIn(directory, 'plan.json');
  // Approvals lie beside the approved file.
  const subject = file?.saved ? ports.pathOf(plan) : sealedAt;
  const at = ['--at-entry', String(entries)];
  const flags = [...ports.flags.apply, ...ports.flags.sign];
  return launch(
    ['apply', subject, '--run-dir', directory, ...at, '--auto-approve', ...flags],
    { plan, directory },
    ports,
  );
}

/** The exit code if signatures are missing. */
const NOT_APPROVED = exitCodeOf('not-approved');

/** The exit code if another process holds a lock. */
const LOCKED = 7;

/** The exit code of `plan --detailed-exitcode` if there are changes. */
const CHANGES = 2;

/** The files of a review in an occurrence's directory. */
const REVIEWS = { text: 'review.txt', json: 'review.json', markdown: 'review.md' } as const;

const FILE_REMOVED: AttemptEnd = { exitCode: 64, message: message('schedule.file-removed') };

/** @returns null if it was stopped with the scheduler. */
async function launch(
  args: readonly string[],
  { plan, directory }: { readonly plan: string; readonly directory: string },
  ports: AttemptPorts,
): Promise<AttemptEnd> {
  if (ports.drain.aborted) return null;
  const output = ports.disk.fileIn(directory, 'output.log');
  const child = await ports.launch(args, output, ports.environmentOf?.(plan) ?? {});
  ports.onChild(child);
  const exitCode = await child.ended;
  const stopped = exitCode === null || exitCode === 130 || exitCode === 143;
  return stopped && ports.drain.aborted ? null : { exitCode: exitCode ?? 1, message: null };
}

/** The end of an attempt that could not start: a full disk, or a run directory that is not trusted. */
function endOfError(error: unknown): AttemptEnd {
  return {
    exitCode: error instanceof RefitError ? error.exitCode : 1,
    message: message('schedule.attempt-failed', { error: messageOf(error) }),
  };
}
