/**
 * Progress for programs: with `--progress json` every line of stderr is one of these as JSON, its fields as
 * `schemas/progress.schema.json` describes them. Fields may be added; none changes its meaning within a format.
 */
import { iso } from '../../clock.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { jsonLine } from '../../report/document/escape.ts';
import type { RunPicture } from './run-picture.ts';

const PROGRESS_FORMAT = 'refit.progress/1';

/** What a line tells. Durations are milliseconds, times ISO 8601 UTC. */
export type ProgressEvent =
  | ReturnType<typeof runEvent | typeof entryEvent | typeof statusEvent>
  /** Anything else that would be told in words. */
  | { readonly event: 'notice'; readonly what: string }
  /** The command was refused. */
  | {
      readonly event: 'refused';
      readonly what: string;
      readonly fix: string;
      readonly exitCode: number;
    }
  /** The last of a run. `next`: the command to type; null where nothing is left to do. */
  | {
      readonly event: 'ended';
      readonly exitCode: number;
      readonly directory: string;
      readonly report: string;
      readonly next: string | null;
    };

/** The event as its line. @param now ms since 1970 UTC. */
export function encodeProgress(now: number, { event, ...facts }: ProgressEvent): string {
  return jsonLine({ format: PROGRESS_FORMAT, at: iso(now), event, ...facts });
}

/** What is told in words, one notice a line. */
export function toNotices(text: string): ProgressEvent[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map((what) => ({ event: 'notice', what }));
}

/** The first line of a run. */
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

/** An entry of the journal that says something of how it goes; with `-v` every one. */
export function entryEvent(entry: JournalEntry, what: string) {
  return {
    event: 'entry' as const,
    seq: entry.seq,
    kind: entry.kind,
    step: 'step' in entry ? entry.step : null,
    outcome: entry.kind === 'step-ended' ? entry.outcome : null,
    what,
  };
}

/** How the run goes on: every few seconds, when it ends, and when the process gets SIGUSR1. */
export function statusEvent(picture: RunPicture) {
  const { elapsed, timeLeft, steps, outcomes, waves, rate, slots, money, waits, state } = picture;
  const wave = waves.findLast(({ status }) => status !== 'waiting');
  return {
    event: 'standing' as const,
    elapsed,
    left: timeLeft === null ? null : Math.round(timeLeft),
    steps,
    outcomes,
    wave: wave ? { name: wave.name, steps: wave.steps, ended: wave.ended } : null,
    ordersPerSecond: Math.round(rate.orders * 10) / 10,
    requestsPerSecond: rate.limit,
    inFlight: slots,
    money,
    waits,
    state,
  };
}
