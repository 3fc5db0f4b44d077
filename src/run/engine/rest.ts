/** Ends the process of a run that only waits, so that its worker can do something else. `idleness.ts` knows who waits. */
import { iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import { LIMITS } from '../waits.ts';
import type { IdleWait } from './idleness.ts';
import type { Run } from './run.ts';

/** How often Refit looks whether the run only waits, as a share of the time that it must have waited. */
const LOOKS = 4;

/** Watches until the run has ended, and lets it rest. Without the port it does nothing. */
export async function watchRest(run: Run, ended: AbortSignal): Promise<void> {
  const { clock, ports, journal } = run;
  if (ports.rest === undefined) return;
  const { afterMs } = ports.rest;
  while (!ended.aborted && !journal.failed) {
    await clock.sleep(afterMs / LOOKS, ended);
    if (ended.aborted || journal.failed) return;
    const rest = restOf(run, afterMs);
    if (rest !== null) return endAtRest(run, rest);
  }
}

/**
 * Appends the rest, and ends the process. Nothing is ordered meanwhile.
 * @throws RefitError `disk-failed`
 */
export async function endAtRest({ stop, journal }: Run, { until, ...rest }: IdleWait): Promise<void> {
  stop.rest();
  try {
    await journal.appendDurably({ kind: 'rested', until: iso(until), ...rest });
  } finally {
    stop.abandon();
  }
}

/** The rest of a run that hands over: the next process goes on immediately. */
export function handOver({ clock }: Run): IdleWait {
  return { until: clock.now(), wakesOn: 'time', reason: message('rest.handed-over') };
}

/** How the run rests now; null: it does not, because somebody works or the wait is soon over. */
function restOf(run: Run, afterMs: number): IdleWait | null {
  const { stop, clock } = run;
  if (stop.mustLeave || stop.drained.aborted) return null;
  const waits = run.idleness.allFor(afterMs);
  if (waits === null) return null;
  const until = [...waits.map((one) => one.until), ...momentsOf(run)].reduce((a, b) => Math.min(a, b));
  if (until - clock.now() <= afterMs) return null;
  const first = foremost(waits);
  return { ...first, until };
}

/** The wait that people can end comes first, then the one that ends first. */
function foremost(waits: readonly IdleWait[]): IdleWait {
  const rank = ({ wakesOn }: IdleWait) => ['approval', 'control', 'time'].indexOf(wakesOn);
  return waits.reduce((a, b) => ((rank(a) - rank(b) || a.until - b.until) <= 0 ? a : b));
}

/** Moments beside the waits at which the process has something to do, ms since 1970 UTC. */
function momentsOf({ saved, stop, clock, control, journal, windowGate }: Run): number[] {
  const moments: number[] = [];
  const now = clock.now();
  if (control.paused !== null) moments.push(Date.parse(control.paused.since) + LIMITS.paused);
  const isStopping = stop.noNewOrders.aborted;
  if (saved.finishBy !== null && !isStopping) moments.push(Date.parse(saved.finishBy));
  // Changes wait for their own windows while those of the plan are closed. More can be ordered when they open.
  if (journal.replay.state().stopping?.because === 'window-closed') {
    const opens = windowGate.nextStart(now);
    if (opens !== null) moments.push(opens);
  }
  return moments;
}
