/** Counts the calls of a run, other than its orders, so that the journal can tell them by second. */

import type { CallRecord } from '../cloud/cloud.ts';
import { ORDER_ACTION } from '../model.ts';

/** [unix second, action, sent, refused by limit] */
export type CallCount = readonly [number, string, number, number];

export interface CallCounter {
  /** Orders are not counted here: each is an entry of its own. */
  add(record: CallRecord): void;
  /** What was counted since the last time, in order. */
  take(): CallCount[];
}

export function beginCallCounter(): CallCounter {
  let counts = new Map<string, [number, string, number, number]>();
  return {
    add({ action, at, refusedByLimit }) {
      if (action === ORDER_ACTION) return;
      const second = Math.floor(at / 1000);
      const key = `${second} ${action}`;
      const count = counts.get(key) ?? [second, action, 0, 0];
      count[2] += 1;
      if (refusedByLimit) count[3] += 1;
      counts.set(key, count);
    },
    take() {
      const taken = [...counts.values()];
      counts = new Map();
      return taken;
    },
  };
}
