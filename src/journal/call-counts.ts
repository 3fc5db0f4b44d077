/** Counts the calls of a run by second and action, from its journal. */
import { ORDER_ACTION, type RunState } from '../model.ts';
import { SECOND } from '../units.ts';

/** [unix second, action, sent, refused by limit], by second and action. */
export type CallCounts = Map<string, RunState['callsBySecond'][number]>;

/** Counts one order. @param sentAt ISO 8601 UTC. */
export function countOrder(counts: CallCounts, sentAt: string, refusedByLimit: boolean): void {
  countCalls(counts, [Math.floor(Date.parse(sentAt) / SECOND), ORDER_ACTION, 1, refusedByLimit ? 1 : 0]);
}

export function countCalls(counts: CallCounts, calls: RunState['callsBySecond'][number]): void {
  const [second, action, sent, refused] = calls;
  const key = `${second} ${action}`;
  const [, , sentBefore, refusedBefore] = counts.get(key) ?? [second, action, 0, 0];
  counts.set(key, [second, action, sentBefore + sent, refusedBefore + refused]);
}

/** The counts in order, and their sums by action. */
export function callsOf(counts: CallCounts): Pick<RunState, 'calls' | 'callsBySecond'> {
  const callsBySecond = [...counts.values()].sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
  const calls = new Map<string, { count: number; refusedByLimit: number }>();
  for (const [, action, sent, refused] of callsBySecond) {
    const sum = calls.get(action) ?? { count: 0, refusedByLimit: 0 };
    calls.set(action, { count: sum.count + sent, refusedByLimit: sum.refusedByLimit + refused });
  }
  return { calls, callsBySecond };
}
