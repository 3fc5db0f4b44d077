/** Whether a run goes on, and whether a step may start at this moment. */
import type { EndedBecause, Step } from '../../model.ts';
import { MINUTE } from '../../units.ts';
import { isCredentialsCode } from '../decide/after-refusal.ts';
import type { FollowingRun, Run } from './run.ts';

/** What becomes of what is in flight when a run is told to stop. */
const FOLLOWED = {
  now: 'what is under way is followed to its end',
  'maintenance-window':
    'what is under way is followed to its end, what waits for its window is left to the next apply',
} as const;

/**
 * Nothing new starts from here on; the journal is told why, once. A run that starts nothing anyway only notes refused
 * credentials. @param code the provider's, where a refusal is the reason.
 */
export function stopRun(
  run: FollowingRun,
  because: Exclude<EndedBecause, 'done'>,
  what: string,
  code?: string,
): void {
  const { stop, journal } = run;
  if (code !== undefined && isCredentialsCode(code)) stop.credentialsRefused = true;
  if (run.purpose === 'reconcile' || stop.noNewOrders.aborted) return;
  journal.tell({ kind: 'stopping', because, message: what });
  stop.stopNewOrders();
}

/** Stops the run where a threshold is reached, it is drained, or its time or window is over. */
export function judgeStop(run: Run): void {
  const { saved, stop, tally, clock, windowGate } = run;
  const halt = tally.verdict();
  if (halt !== null) return stopRun(run, 'halted', halt);
  if (stop.drained.aborted)
    return stopRun(run, 'drained', `${stop.drainedBy}: ${FOLLOWED[saved.execution.switch]}`);
  if (saved.finishBy !== null && clock.now() >= Date.parse(saved.finishBy))
    return stopRun(run, 'finish-by', `finishBy ${saved.finishBy} is reached`);
  const closed = windowGate.refusal();
  if (closed !== null) stopRun(run, 'window-closed', closed);
}

/** Whether new orders may still start in this process, now or after a pause. */
export function mayContinue(run: Run): boolean {
  judgeStop(run);
  return !run.stop.noNewOrders.aborted && !run.stop.mustLeave && !run.journal.failed;
}

/** Whether a new order may start now; to be asked directly before each. */
export function mayStart(run: Run): boolean {
  return mayContinue(run) && run.control.paused === null && !isFull(run);
}

/** A step with a slot may order only while slot holders plus resumed steps stay within `inFlight`. */
function isFull({ slots, awaitingSlot }: Run): boolean {
  return slots.activeCount + awaitingSlot.size > slots.concurrency;
}

/**
 * Waits while the run is paused. `give-way`: fewer resizes may be in flight than have slots; one that has not begun
 * gives its slot back.
 */
export async function awaitTurn(run: Run): Promise<'go' | 'give-way' | 'stopped'> {
  const { stop, control, clock } = run;
  while (mayContinue(run)) {
    if (isFull(run)) return 'give-way';
    if (control.paused === null) return 'go';
    // Again each minute: finishBy may be reached meanwhile.
    await clock.sleep(MINUTE, AbortSignal.any([stop.noNewOrders, stop.left, control.changed]));
  }
  return 'stopped';
}

/** The same for a step: a pause does not count against the limits of its own waits. */
export async function awaitTurnOf(run: Run, step: Step): ReturnType<typeof awaitTurn> {
  const { clock, waits } = run;
  const from = clock.monotonic();
  if (!mayStart(run)) waits.none(step);
  const turn = await awaitTurn(run);
  if (clock.monotonic() > from) waits.excuse(step, clock.monotonic() - from);
  return turn;
}

interface WaitOptions {
  /** Milliseconds between two looks. */
  readonly every?: number;
  /** Once it has begun, the wall clock cannot end it. */
  readonly isMonotonic?: boolean;
  /** Done after each pause; true ends the wait. */
  readonly each?: () => Promise<boolean>;
}

/**
 * Waits until a moment, while the run goes on; no longer than `most` in this process, however the wall clock is set
 * meanwhile. Looks at the run again each minute, because finishBy may be reached.
 * @param until wall clock, ms since 1970 UTC.
 */
export async function waitUntil(
  run: Run,
  until: number,
  most: number,
  { every = MINUTE, isMonotonic = false, each }: WaitOptions = {},
): Promise<void> {
  const { clock, stop } = run;
  const end = clock.monotonic() + Math.min(most, until - clock.now());
  const left = () =>
    Math.min(end - clock.monotonic(), isMonotonic ? Number.POSITIVE_INFINITY : until - clock.now());
  while (left() > 0 && mayContinue(run)) {
    await clock.sleep(Math.min(left(), every), AbortSignal.any([stop.noNewOrders, stop.left]));
    if (await each?.()) return;
  }
}
