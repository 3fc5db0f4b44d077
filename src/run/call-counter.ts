/** Counts the calls of a run by second, except its orders, for the journal. */
import type { CallRecord } from '../cloud/cloud.ts';
import { type CallCounts, countCalls } from '../journal/call-counts.ts';
import { ORDER_ACTION } from '../model.ts';
import { SECOND } from '../units.ts';

export type CallCounter = ReturnType<typeof createCallCounter>;

export function createCallCounter() {
  let counts: CallCounts = new Map();
  return {
    /** Counts a call. Orders are not counted, because each has its own entry. */
    add({ action, at, refusedByLimit }: Pick<CallRecord, 'action' | 'at' | 'refusedByLimit'>): void {
      if (action !== ORDER_ACTION)
        countCalls(counts, [Math.floor(at / SECOND), action, 1, refusedByLimit ? 1 : 0]);
    },
    /** The counts since the last call, in order. */
    take() {
      const present = [...counts.values()];
      counts = new Map();
      return present;
    },
  };
}
