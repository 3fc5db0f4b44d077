/** Counts the calls of a run, other than its orders, so that the journal can tell them by second. */
import type { CallRecord } from '../cloud/cloud.ts';
import { type CallCounts, countCalls } from '../journal/call-counts.ts';
import { ORDER_ACTION } from '../model.ts';
import { SECOND } from '../units.ts';

export type CallCounter = ReturnType<typeof createCallCounter>;

export function createCallCounter() {
  let counts: CallCounts = new Map();
  return {
    /** Orders are not counted here: each is an entry of its own. */
    add({ action, at, refusedByLimit }: CallRecord): void {
      if (action !== ORDER_ACTION)
        countCalls(counts, [Math.floor(at / SECOND), action, 1, refusedByLimit ? 1 : 0]);
    },
    /** What was counted since the last time, in order. */
    take() {
      const taken = [...counts.values()];
      counts = new Map();
      return taken;
    },
  };
}
