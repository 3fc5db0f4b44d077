/**
 * Collects the history of use at times of cron, beside the plans of a scheduler. Each time is a process of its own. What a
 * missed or failed time left out, the next one reads. On several hosts of a store, one of them collects: the others find the
 * store locked, or nothing missing.
 */
import type { Clock } from '../clock.ts';
import { exitCodeOf, messageOf } from '../errors.ts';
import { dueTimes } from '../plan/windows/due-times.ts';
import { MINUTE } from '../units.ts';
import type { Child } from './carrier.ts';

export interface CollectionPorts {
  readonly clock: Clock;
  /** Five fields of cron, checked, and the zone that they are in. */
  readonly cron: string;
  readonly timezone: string;
  /** Starts one collection. */
  readonly launch: () => Promise<Child>;
  /** Where its output is, for people. */
  readonly output: string;
  readonly log: (text: string) => void;
  /** Aborted to end: a collection in progress stops, and keeps what it has. */
  readonly over: AbortSignal;
}

/** Operators set the wall clock, so no sleep is longer, milliseconds. */
const LONGEST_SLEEP = MINUTE;

/** Collects until `over` is aborted. Never rejects: a collection that fails is logged. */
export async function collectAtTimes(ports: CollectionPorts): Promise<void> {
  const { clock, cron, timezone, over, log } = ports;
  const due = dueTimes({ kind: 'cron', cron, timezone });
  for (let at = due.after(clock.now()); at !== null && !over.aborted; at = due.after(clock.now())) {
    while (clock.now() < at && !over.aborted)
      await clock.sleep(Math.min(LONGEST_SLEEP, at - clock.now()), over);
    if (over.aborted) return;
    try {
      log(describe(await collectOnce(ports), ports));
    } catch (error) {
      log(`usage collect did not start: ${messageOf(error)}`);
    }
  }
}

async function collectOnce({ launch, over }: CollectionPorts): Promise<number | null> {
  const child = await launch();
  const stop = (): void => child.stop();
  over.addEventListener('abort', stop, { once: true });
  if (over.aborted) stop();
  const code = await child.ended;
  over.removeEventListener('abort', stop);
  return code;
}

function describe(code: number | null, { output }: CollectionPorts): string {
  if (code === 0) return 'usage collect ended';
  if (code === exitCodeOf('locked')) return 'usage collect: another process collects';
  return `usage collect ${code === null ? 'was stopped' : `exited with ${code}`}; its output is ${output}`;
}
