/**
 * Notes when a process got no processor, or was busy with one thing. Tests preload it into the simulator of a storm. The
 * simulator counts a call when it reads it, so after such a stall it counts all that arrived meanwhile at the same moment.
 */
import { writeSync } from 'node:fs';

/** A shorter stall counts as time of the network: request slots leave 56 ms for it. */
export const STALL_MS = 50;
const TICK_MS = 5;
const MARK = 'stalled until ';

/** From the last tick before a stall until the first one after it, ms since 1970 UTC. */
export interface Stall {
  readonly from: number;
  readonly to: number;
}

/** The stalls that a process wrote to its stderr. */
export function stallsIn(stderr: string): Stall[] {
  return [...stderr.matchAll(new RegExp(`${MARK}([\\d.]+) for ([\\d.]+)`, 'g'))].map(([, to, ms]) => ({
    from: Number(to) - Number(ms),
    to: Number(to),
  }));
}

/**
 * Whether the count of a call proves nothing: its second, which ends with the call, has a stall in it.
 * @param sentAt when the call left, ms since 1970 UTC
 */
export const isCountedLate = (sentAt: number, stalls: readonly Stall[]): boolean =>
  stalls.some(({ from, to }) => from <= sentAt && to > sentAt - 1_000);

if (process.env.REFIT_NOTE_STALLS !== undefined) {
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    const ms = now - last - TICK_MS;
    if (ms > STALL_MS) writeSync(2, `${MARK}${Date.now()} for ${Math.ceil(now - last)}\n`);
    last = now;
  }, TICK_MS).unref();
}
