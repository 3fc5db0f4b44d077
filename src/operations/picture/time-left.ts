/** Estimates the time left of a run. Waits whose end is known count, also before any step has ended. */
import { message, textOf } from '../../messages/messages.ts';
import type { Message, RunState, SavedPlan } from '../../model.ts';
import { soakOf } from '../../plan/waves/waves.ts';
import { escapeControls } from '../../report/document/escape.ts';
import { SECOND } from '../../units.ts';

/** A plan, the state of its run, and the wall clock in ms since 1970 UTC. */
export interface RunMoment {
  readonly saved: SavedPlan;
  readonly run: RunState;
  readonly now: number;
}

/** What a run is known to wait for the longest: `ms` from now, because of `reason`. */
export interface KnownWait {
  readonly ms: number;
  /** `an unanswered order is being resolved` */
  readonly reason: Message;
}

/** The wave that started last, and when it ended; null while it runs, or after the run has ended. */
export function latestWave({ run }: Pick<RunMoment, 'run'>): {
  readonly wave: number | null;
  readonly waveEndedAt: number | null;
} {
  const wave = run.wavesStarted.at(-1) ?? null;
  const at = wave === null || run.endedAt !== null ? undefined : run.waveEndedAt.get(wave);
  return { wave, waveEndedAt: at === undefined ? null : Date.parse(at) };
}

/** When the current soak ends; null if there is none. */
export function soakingUntil(moment: RunMoment): number | null {
  const { wave, waveEndedAt } = latestWave(moment);
  if (wave === null || waveEndedAt === null) return null;
  const until = waveEndedAt + soakOf(moment.saved.waves, wave);
  return until > moment.now ? until : null;
}

/** Milliseconds of soak that remain, including the rest of the current soak. */
function soakLeft(moment: RunMoment): number {
  const { waves } = moment.saved;
  const { wave, waveEndedAt } = latestWave(moment);
  const until = soakingUntil(moment);
  const current = wave === null || waveEndedAt !== null ? 0 : soakOf(waves, wave);
  const later = waves.reduce((sum, _, n) => sum + (n > (wave ?? -1) ? soakOf(waves, n) : 0), 0);
  return later + (until === null ? current : until - moment.now);
}

/** The longest wait of which the end is known; null without one. A pause has no known end. */
export function knownWait(moment: RunMoment): KnownWait | null {
  const { saved, run, now } = moment;
  if (run.endedAt !== null || run.control.paused) return null;
  const steps = [...run.steps.values()];
  const unanswered = steps.flatMap(({ phase, intentAt }) =>
    phase === 'unanswered' && intentAt !== null ? [Date.parse(intentAt) + saved.execution.patience] : [],
  );
  const deferred = steps.flatMap(({ waitsFor }) => (waitsFor === null ? [] : [Date.parse(waitsFor.opensAt)]));
  const soak = soakingUntil(moment);
  const name = escapeControls(saved.waves[latestWave(moment).wave ?? -1]?.name ?? '');
  const waits = [
    {
      until: last(unanswered),
      reason: message('left.unanswered', { count: unanswered.length }),
    },
    {
      until: last(deferred),
      reason: message('left.deferred', { count: deferred.length }),
    },
    { until: soak ?? now, reason: message('left.soak', { wave: name }) },
  ];
  const longest = waits.reduce((a, b) => (b.until > a.until ? b : a));
  return longest.until > now ? { ms: longest.until - now, reason: longest.reason } : null;
}

function last(times: readonly number[]): number {
  return times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

/** What an estimate by the steps so far needs. Durations are milliseconds. */
export interface Pace {
  readonly of: number;
  readonly ended: number;
  readonly deferred: number;
  readonly remaining: number;
  /** Number and total duration of ended changes. */
  readonly durations: { readonly count: number; readonly sum: number };
  readonly requestsPerSecond: number;
  readonly inFlight: number;
}

/**
 * Estimated milliseconds until the end; null if unknown. Rate, mean duration, in-flight slots and the remaining soaks
 * decide it. @returns with a reason, the time is at least this, because of a known wait that is longer.
 */
export function estimateTimeLeft(
  moment: RunMoment,
  pace: Pace,
): { readonly ms: number; readonly reason: Message | null } | null {
  const left = pace.of - pace.ended;
  if (left === 0) return null;
  const known = knownWait(moment);
  const ms = estimateByPace(moment, pace, left);
  if (ms === null || (known !== null && known.ms > ms)) return known;
  return { ms, reason: null };
}

/** Nobody knows when people answer. */
function waitsForPeople({ run }: RunMoment): boolean {
  const { control, approvalsAwaited, wavesStarted } = run;
  return control.paused !== null || [...approvalsAwaited.keys()].some((wave) => !wavesStarted.includes(wave));
}

function estimateByPace(
  moment: RunMoment,
  { deferred, remaining, durations, requestsPerSecond, inFlight }: Pace,
  left: number,
): number | null {
  if (durations.count === 0 || waitsForPeople(moment) || left === deferred) return null;
  const mean = durations.sum / durations.count;
  const orders = Math.max((remaining * SECOND) / requestsPerSecond, (remaining * mean) / inFlight);
  return orders + mean + soakLeft(moment);
}

/** `about 3 m left`, or `at least 3 m left: an unanswered order is being resolved`. @param shown the time in words. */
export function formatTimeLeft(reason: Message | null, shown: string): string {
  return reason === null ? `about ${shown} left` : `at least ${shown} left: ${textOf(reason)}`;
}
