/**
 * Progress for programs: with `--progress json` every line of stderr is one of these as JSON, its fields as
 * `schemas/progress.schema.json` describes them. Fields may be added; none changes its meaning within a format.
 */
import { iso } from '../../clock.ts';
import type { JournalEntry, Outcome, PriceSum, SavedPlan } from '../../model.ts';
import { jsonLine } from '../../report/document/escape.ts';
import type { RunPicture } from './run-picture.ts';

const PROGRESS_FORMAT = 'refit.progress/1';

/** What a line tells. Durations are milliseconds, times ISO 8601 UTC. */
export type ProgressEvent =
  /** The first of a run. */
  | {
      readonly event: 'run';
      readonly directory: string;
      readonly plan: string;
      readonly digest: string;
      readonly steps: number;
      readonly waves: readonly { readonly name: string; readonly steps: number }[];
    }
  /** An entry of the journal that says something of how it goes; with `-v` every one. */
  | {
      readonly event: 'entry';
      readonly seq: number;
      readonly kind: JournalEntry['kind'];
      readonly step: string | null;
      readonly outcome: Outcome | null;
      readonly what: string;
    }
  | Standing
  /** Anything else that would be told in words. */
  | { readonly event: 'notice'; readonly what: string }
  /** The command was refused. */
  | {
      readonly event: 'refused';
      readonly what: string;
      readonly mend: string;
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

/** How the run goes on: every few seconds, when it ends, and when the process gets SIGUSR1. */
interface Standing {
  readonly event: 'standing';
  readonly elapsed: number;
  readonly left: number | null;
  readonly steps: RunPicture['steps'];
  readonly outcomes: RunPicture['outcomes'];
  readonly wave: { readonly name: string; readonly steps: number; readonly ended: number } | null;
  readonly ordersPerSecond: number;
  readonly requestsPerSecond: RunPicture['rate']['limit'];
  readonly inFlight: RunPicture['places'];
  readonly money: { readonly verified: readonly PriceSum[]; readonly planned: readonly PriceSum[] };
  readonly waits: RunPicture['waits'];
  readonly state: string | null;
}

/** The event as its line. @param now ms since 1970 UTC. */
export function encodeProgress(now: number, { event, ...facts }: ProgressEvent): string {
  return jsonLine({ format: PROGRESS_FORMAT, at: iso(now), event, ...facts });
}

/** What is told in words, one notice a line. */
export function toNotices(text: string): ProgressEvent[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map((what) => ({ event: 'notice', what }));
}

export function runEvent(saved: SavedPlan, directory: string): ProgressEvent {
  const waves = saved.waves.map(({ name, steps }) => ({ name, steps: steps.length }));
  const { name: plan, digest } = saved;
  return { event: 'run', directory, plan, digest, steps: saved.steps.length, waves };
}

export function entryEvent(entry: JournalEntry, what: string): ProgressEvent {
  return {
    event: 'entry',
    seq: entry.seq,
    kind: entry.kind,
    step: 'step' in entry ? entry.step : null,
    outcome: entry.kind === 'step-ended' ? entry.outcome : null,
    what,
  };
}

export function standingEvent(picture: RunPicture): ProgressEvent {
  const wave = picture.waves.findLast(({ standing }) => standing !== 'waiting');
  return {
    event: 'standing',
    elapsed: picture.elapsed,
    left: picture.left === null ? null : Math.round(picture.left),
    steps: picture.steps,
    outcomes: picture.outcomes,
    wave: wave ? { name: wave.name, steps: wave.steps, ended: wave.ended } : null,
    ordersPerSecond: Math.round(picture.rate.orders * 10) / 10,
    requestsPerSecond: picture.rate.limit,
    inFlight: picture.places,
    money: picture.money,
    waits: picture.waits,
    state: picture.state,
  };
}
