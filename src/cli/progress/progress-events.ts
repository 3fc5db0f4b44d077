/**
 * Progress for programs. With `--progress json` every line of stderr is one of these events as JSON.
 * `schemas/progress.schema.json` describes the fields. A format may get new fields; none changes its meaning.
 */
import { iso } from '../../clock.ts';
import type { ErrorCode } from '../../errors.ts';
import { textOf } from '../../messages/messages.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import type { RunPicture } from '../../operations/picture/run-picture.ts';
import { jsonLine } from '../../report/document/escape.ts';
import { describeCondition } from './describe-condition.ts';

const PROGRESS_FORMAT = 'refit.progress/1';

/** The event of one line. Durations are milliseconds, times ISO 8601 UTC. */
export type ProgressEvent =
  | ReturnType<typeof runEvent | typeof entryEvent | typeof statusEvent>
  /** Any other text. */
  | { readonly event: 'notice'; readonly message: string }
  /** Refit refused the command. */
  | {
      readonly event: 'refused';
      readonly message: string;
      /** What the message was made from; null: only these words. */
      readonly messageId: string | null;
      readonly params: Readonly<Record<string, unknown>> | null;
      readonly fix: string;
      readonly code: ErrorCode;
      readonly exitCode: number;
    }
  /** The last event of a run. `next` is the command to type; null if nothing is left to do. */
  | {
      readonly event: 'ended';
      readonly exitCode: number;
      readonly directory: string;
      readonly report: string;
      readonly next: string | null;
    };

/** Encodes an event as its line. @param now ms since 1970 UTC. */
export function encodeProgress(now: number, { event, ...facts }: ProgressEvent): string {
  return jsonLine({ format: PROGRESS_FORMAT, at: iso(now), event, ...facts });
}

/** One notice for each line of a text. */
export function toNotices(text: string): ProgressEvent[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map((message) => ({ event: 'notice', message }));
}

/** The first event of a run. */
export function runEvent({ name: plan, digest, steps, waves }: SavedPlan, directory: string) {
  return {
    event: 'run' as const,
    directory,
    plan,
    digest,
    steps: steps.length,
    waves: waves.map((wave) => ({ name: wave.name, steps: wave.steps.length })),
  };
}

/** A journal entry that matters to people; with `-v` every entry. */
export function entryEvent(entry: JournalEntry, message: string) {
  return {
    event: 'entry' as const,
    seq: entry.seq,
    kind: entry.kind,
    step: 'step' in entry ? entry.step : null,
    outcome: entry.kind === 'step-ended' ? entry.outcome : null,
    message,
  };
}

/** The state of the run: every few seconds, at its end, and when the process gets SIGUSR1. */
export function statusEvent(picture: RunPicture) {
  const { elapsed, timeLeft, timeLeftReason, steps, outcomes, waves, rate, slots, money, condition } =
    picture;
  const wave = waves.findLast(({ status }) => status !== 'waiting');
  return {
    event: 'status' as const,
    elapsed,
    timeLeft: timeLeft === null ? null : Math.round(timeLeft),
    timeLeftReason: timeLeftReason && textOf(timeLeftReason),
    steps,
    outcomes,
    wave: wave ? { name: wave.name, steps: wave.steps, ended: wave.ended } : null,
    ordersPerSecond: Math.round(rate.orders * 10) / 10,
    requestsPerSecond: rate.limit,
    inFlight: slots,
    money,
    waits: picture.waits.map(({ name, reason, ...wait }) => ({
      name,
      reason: textOf(reason),
      ...wait,
    })),
    state: condition && describeCondition(condition),
  };
}
