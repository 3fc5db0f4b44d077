/**
 * Works on one occurrence that this scheduler holds in a store: it seals a plan and submits it. Workers carry the run out, so
 * the attempt is short. If this process dies, the next one continues with what the store has.
 *
 *     source ──refit plan──► draft ──► sealed (the first one stays) ──► run (in one transaction with its entry)
 */
import type { Clock } from '../../clock.ts';
import { iso } from '../../clock.ts';
import { messageOf, RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../plan/saved/seal-plan.ts';
import type {
  AppendedLine,
  AttemptTexts,
  HeldOccurrence,
  NewLine,
  ScheduleStore,
} from '../../store/schedule-store.ts';
import { afterAttempt } from '../after-attempt.ts';
import type { AttemptCommands, AttemptControl } from '../carrier.ts';
import type { AttemptStart } from '../decide.ts';
import type { ScheduleEvent } from '../schedule-log.ts';
import { lineOf } from './stored-log.ts';
import { mostBytes, readStoredPlan } from './stored-plan.ts';

/** A folder of one attempt, which is removed at its end. */
export interface AttemptFolder {
  /** The path of a file in it. */
  pathOf(name: string): string;
  write(name: string, text: string): Promise<void>;
  /** The text of a file; null if it is missing. */
  read(name: string): Promise<string | null>;
  remove(): Promise<void>;
}

/** What an attempt uses of its host. */
export interface AttemptTools extends AttemptCommands {
  readonly clock: Clock;
  readonly createFolder: (held: HeldOccurrence) => Promise<AttemptFolder>;
  /** Options to pass on to `refit plan`. `sign`: for a plan that is carried out. */
  readonly flags: Readonly<Record<'plan' | 'sign', readonly string[]>>;
  /** Keeps the signed texts beside a saved plan in the store. */
  readonly offer: (saved: string, path: string) => Promise<void>;
  /**
   * Submits a sealed plan, as `refit apply SAVED --store --detach` does. Its run belongs to the occurrence from then on.
   * @param line the entry that joins the transaction. @returns the line. @throws RefitError as `submitPlan`, and `fenced`.
   */
  readonly submit: (
    saved: string,
    held: HeldOccurrence,
    line: (run: string) => NewLine,
  ) => Promise<AppendedLine>;
}

interface Work {
  readonly held: HeldOccurrence;
  readonly start: AttemptStart;
  /** Failed attempts in a row before this one. */
  readonly failuresBefore: number;
  /** Aborted when another scheduler has taken the claim over. */
  readonly lost: AbortSignal;
}

type Tools = AttemptTools & { readonly store: ScheduleStore };

/** How an attempt ended without a run. */
interface End extends AttemptTexts {
  readonly exitCode: number;
  readonly message: Message | null;
  readonly sealed?: string;
}

/** What an attempt came to: an end, a run that is submitted, or nothing because this process stops or lost its claim. */
type Result = { readonly end: End } | { readonly submitted: AppendedLine } | null;

/**
 * Works on an occurrence. @param now by the store's clock. @returns the last line that it appended; null: none.
 * @throws RefitError `store-unreachable` if the store is away. The occurrence then waits there for the next attempt.
 */
export async function workOnOccurrence(
  work: Work,
  control: AttemptControl,
  tools: Tools,
  now: () => number,
): Promise<AppendedLine | null> {
  const { held } = work;
  const { store } = tools;
  if (held.run !== null) {
    // Its end follows from the row of the run, for the scheduler that reads it first.
    await store.goOn(held);
    return null;
  }
  const result = await carryOut(work, control, tools).catch(resultOfError);
  if (result === null) return null;
  if ('submitted' in result) return result.submitted;
  const event = eventOf(work, result.end, now());
  return await store.end(held, lineOf(event), event.kind === 'ended', result.end);
}

/** @throws errors of a store that is away. */
function resultOfError(error: unknown): Result {
  if (error instanceof RefitError && error.code === 'fenced') return null;
  if (error instanceof RefitError && ['store-unreachable', 'store-restored'].includes(error.code))
    throw error;
  const text = messageOf(error).slice(0, LONGEST_ERROR);
  const exitCode = error instanceof RefitError ? error.exitCode : 1;
  return { end: { exitCode, message: message('schedule.attempt-failed', { error: text }) } };
}

/** Characters of an error in the log. */
const LONGEST_ERROR = 4_000;

function eventOf({ held, start, failuresBefore }: Work, end: End, now: number): ScheduleEvent {
  const { plan, due } = held;
  const { exitCode } = end;
  const sealed = end.sealed === undefined ? null : readSavedPlan(end.sealed);
  const schedule = start.digest === null ? null : (sealed?.schedule ?? null);
  const after = afterAttempt({ exitCode, failures: failuresBefore, sealed, schedule, now });
  const reason = end.message ?? after.message;
  return after.continuesAt === null
    ? { kind: 'ended', plan, due, exitCode, message: reason }
    : {
        kind: 'postponed',
        plan,
        due,
        exitCode,
        continuesAt: iso(after.continuesAt),
        message: reason,
        entries: 0,
      };
}

async function carryOut(work: Work, control: AttemptControl, tools: Tools): Promise<Result> {
  const { held, start } = work;
  if (held.sealed !== null) return await submit(held.sealed, work, tools);
  // A plan that was sealed and submitted may be lost with the newest entries, and a second one would order again.
  if (held.isRestored && start.does === 'run')
    return { end: { exitCode: 6, message: message('schedule.maybe-lost') } };
  if (held.source === null) return { end: { exitCode: 64, message: message('schedule.file-removed') } };
  mustBePlan(held.plan, held.source);
  const folder = await tools.createFolder(held);
  try {
    const sealing = start.digest === null ? await plan(work, folder, control, tools) : fromSaved(held.source);
    if (sealing === null || 'end' in sealing) return sealing;
    if (sealing.path !== null) await tools.offer(sealing.sealed, sealing.path);
    const counts = await tools.store.seal(held, sealing.sealed);
    return counts === null ? null : await submit(counts, work, tools);
  } finally {
    await folder.remove().catch(() => undefined);
  }
}

/** The row of an occurrence is read as the row of a plan was. @throws RefitError `plan-invalid` */
function mustBePlan(name: string, source: string): void {
  const tooLarge = Buffer.byteLength(source) > mostBytes(name);
  const reading = readStoredPlan(name, tooLarge ? null : source);
  if (reading.kind !== 'scheduled') throw new RefitError('plan-invalid', reading.message, reading.fix);
}

/** A plan to seal. `path`: signed texts are beside this file; null: nobody signed it here. */
type Sealing = { readonly sealed: string; readonly path: string | null } | { readonly end: End } | null;

function fromSaved(source: string): Sealing {
  return { sealed: encodeSavedPlan(readSavedPlan(source)), path: null };
}

/** Makes a plan of the fleet as it is now. */
async function plan(
  { held, start, lost }: Work,
  folder: AttemptFolder,
  { drain, onChild }: AttemptControl,
  { launch, flags, whyNotPlan, environmentOf }: Tools,
): Promise<Sealing> {
  const isRun = start.does === 'run';
  const reason = isRun ? await whyNotPlan() : null;
  if (reason !== null)
    return { end: { exitCode: NOT_APPROVED, message: message('schedule.not-planned-by', { reason }) } };
  if (drain.aborted || lost.aborted) return null;
  await folder.write(held.plan, held.source!);
  const out = isRun ? ['-o', folder.pathOf(DRAFT), ...flags.sign] : [];
  const child = await launch(
    [
      'plan',
      folder.pathOf(held.plan),
      '--detailed-exitcode',
      '-q',
      '--write',
      `text=${folder.pathOf(REVIEW)}`,
    ].concat(flags.plan, out),
    folder.pathOf(OUTPUT),
    environmentOf?.(held.plan) ?? {},
  );
  onChild(child);
  const stop = (): void => child.stop();
  lost.addEventListener('abort', stop, { once: true });
  const exitCode = await child.ended;
  lost.removeEventListener('abort', stop);
  const wasStopped = exitCode === null || exitCode === 130 || exitCode === 143;
  if (lost.aborted || (wasStopped && drain.aborted)) return null;
  const texts = { review: await folder.read(REVIEW), output: await folder.read(OUTPUT) };
  if (exitCode === CHANGES && isRun) {
    const sealed = await folder.read(DRAFT);
    if (sealed === null) throw new Error('internal error: refit plan wrote no saved plan');
    return { sealed, path: folder.pathOf(DRAFT) };
  }
  const nothing = exitCode === 0 ? message('schedule.nothing-to-change') : null;
  return { end: { exitCode: exitCode ?? 1, message: nothing, ...texts } };
}

/** The exit code if signatures are missing, and of `plan --detailed-exitcode` if there are changes. */
const NOT_APPROVED = 11;
const CHANGES = 2;

const DRAFT = 'draft.json';
const REVIEW = 'review.txt';
const OUTPUT = 'output.log';

async function submit(
  sealed: string,
  { held, start }: Work,
  { store, submit: send }: Tools,
): Promise<Result> {
  const { digest } = readSavedPlan(sealed);
  if (start.digest !== null && digest !== start.digest)
    throw new RefitError(
      'journal-broken',
      `the store has the saved plan ${digest.slice(0, 8)} for this due time, and its log has ${start.digest.slice(0, 8)}: nothing was submitted`,
      'find out who wrote it: refit schedule log',
    );
  const line = (run: string): NewLine =>
    lineOf({ kind: 'submitted', plan: start.plan, due: start.due, run, digest });
  try {
    return { submitted: await send(sealed, held, line) };
  } catch (error) {
    if (error instanceof RefitError && error.code === 'already-carried-out') {
      // Somebody submitted the same saved plan. One run carries it out, and it is the run of this occurrence.
      const submitted = await store.adopt(held, digest, line);
      if (submitted !== null) return { submitted };
    }
    const result = resultOfError(error);
    return result !== null && 'end' in result ? { end: { ...result.end, sealed } } : result;
  }
}
