/** Decides whether a run may continue, and whether a step may start now. */
import { message } from '../../messages/messages.ts';
import type { EndedBecause, Message, Step } from '../../model.ts';
import { MINUTE } from '../../units.ts';
import type { Paused } from '../control/decide-command.ts';
import { isCredentialsCode } from '../decide/after-refusal.ts';
import { LIMITS } from '../waits.ts';
import { type IdleWait, WHOLE_RUN } from './idleness.ts';
import type { FollowingRun, Run } from './run.ts';

/**
 * Stops new orders, and records the reason once. A run that only reads records nothing, except refused credentials for its
 * exit code.
 * @param code the provider's code, if a refusal is the reason.
 */
export function stopRun(
  run: FollowingRun,
  because: Exclude<EndedBecause, 'done'>,
  reason: Message,
  code?: string,
): void {
  const { stop, journal } = run;
  if (code !== undefined && isCredentialsCode(code)) stop.credentialsRefused = true;
  if (run.purpose === 'reconcile' || stop.noNewOrders.aborted) return;
  journal.appendSoon({ kind: 'stopping', because, message: reason });
  stop.stopNewOrders();
}

/** Stops the run if a threshold is reached, it is drained, or its time or window is over. */
export function judgeStop(run: Run): void {
  const { saved, stop, tally, clock, windowGate } = run;
  const halt = tally.verdict();
  if (halt !== null) return stopRun(run, 'halted', halt);
  // A run that hands over is not stopping: the next process goes on.
  if (stop.handsOver) return stop.stopNewOrders();
  if (stop.drained.aborted)
    return stopRun(
      run,
      'drained',
      message('halt.drained', { by: stop.drainedBy, switch: saved.execution.switch }),
    );
  if (saved.finishBy !== null && clock.now() >= Date.parse(saved.finishBy))
    return stopRun(run, 'finish-by', message('halt.finish-by', { finishBy: saved.finishBy }));
  const closed = windowGate.refusal();
  if (closed !== null) stopRun(run, 'window-closed', message('halt.windows-closed', { closed }));
}

/** True if new orders may still start in this process, now or after a pause. */
export function mayContinue(run: Run): boolean {
  judgeStop(run);
  return !run.stop.noNewOrders.aborted && !run.stop.mustLeave && !run.journal.failed;
}

/** True if a new order may start now. Refit asks directly before each order. */
export function mayStart(run: Run): boolean {
  return mayContinue(run) && run.control.paused === null && !isFull(run);
}

/** A step with a slot may order only while slot holders plus resumed steps stay within `inFlight`. */
function isFull({ slots, awaitingSlot }: Run): boolean {
  return slots.activeCount + awaitingSlot.size > slots.concurrency;
}

/**
 * Waits while the run is paused. `give-way`: fewer steps may be in flight now, and this one gives its slot back.
 * @param part what waits: a step id, or the whole run.
 */
export async function awaitTurn(run: Run, part: string = WHOLE_RUN): Promise<'go' | 'give-way' | 'stopped'> {
  const { stop, control, clock, idleness } = run;
  try {
    while (mayContinue(run)) {
      if (isFull(run)) return 'give-way';
      const { paused } = control;
      if (paused === null) return 'go';
      idleness.waits(part, waitForOperator(paused));
      // Checked each minute: finishBy may be reached meanwhile.
      await clock.sleep(MINUTE, AbortSignal.any([stop.noNewOrders, stop.left, control.changed]));
    }
    return 'stopped';
  } finally {
    idleness.works(part);
  }
}

function waitForOperator(paused: Paused): IdleWait {
  const until = Date.parse(paused.since) + LIMITS.paused;
  return { until, wakesOn: 'control', reason: message('rest.paused', { ...paused }) };
}

/** The same for a step. A pause does not count against the limits of its own waits. */
export async function awaitTurnOf(run: Run, step: Step): ReturnType<typeof awaitTurn> {
  const { clock, waits } = run;
  const from = clock.monotonic();
  if (!mayStart(run)) waits.clear(step);
  const turn = await awaitTurn(run, step.id);
  if (clock.monotonic() > from) waits.extend(step, clock.monotonic() - from);
  return turn;
}

interface WaitOptions {
  /** Milliseconds between two checks. */
  readonly every?: number;
  /** Once started, the wall clock cannot end it. */
  readonly isMonotonic?: boolean;
  /** Called after each pause; true ends the wait. */
  readonly each?: () => Promise<boolean>;
  /** The run may rest meanwhile. */
  readonly idle?: Omit<IdleWait, 'until'>;
}

/**
 * Waits until a moment while the run may continue, and checks that each minute. A wall clock that is set meanwhile cannot
 * make it wait longer than `most` in this process.
 * @param until wall clock, ms since 1970 UTC.
 */
export async function waitUntil(
  run: Run,
  until: number,
  most: number,
  { every = MINUTE, isMonotonic = false, each, idle }: WaitOptions = {},
): Promise<void> {
  const { clock, stop, idleness } = run;
  const end = clock.monotonic() + Math.min(most, until - clock.now());
  const left = () =>
    Math.min(end - clock.monotonic(), isMonotonic ? Number.POSITIVE_INFINITY : until - clock.now());
  if (idle !== undefined) idleness.waits(WHOLE_RUN, { ...idle, until });
  while (left() > 0 && mayContinue(run)) {
    await clock.sleep(Math.min(left(), every), AbortSignal.any([stop.noNewOrders, stop.left]));
    if (await each?.()) break;
  }
  if (idle !== undefined) idleness.works(WHOLE_RUN);
}
