/** Deadlines of many requests on one timer: one with a signal of its own for each costs as much as signing it. */
import type { Clock } from '../../clock.ts';

export type Deadlines = ReturnType<typeof createDeadlines>;

interface Deadline {
  readonly due: number;
  readonly onDue: () => void;
}

/** The timer sleeps while there are deadlines, so that it holds no process that waits for nothing. */
export function createDeadlines(clock: Clock) {
  const open = new Set<Deadline>();
  let sleeping: { readonly until: number; readonly timer: AbortController } | null = null;

  const arm = (until: number): void => {
    sleeping?.timer.abort('another is due sooner');
    const timer = new AbortController();
    sleeping = { until, timer };
    void clock.sleep(until - clock.monotonic(), timer.signal).then(() => {
      if (timer.signal.aborted) return;
      sleeping = null;
      const now = clock.monotonic();
      let next = Number.POSITIVE_INFINITY;
      for (const deadline of [...open]) {
        if (deadline.due > now) next = Math.min(next, deadline.due);
        else if (open.delete(deadline)) deadline.onDue();
      }
      if (open.size > 0 && sleeping === null) arm(Number.isFinite(next) ? next : now);
    });
  };

  return {
    /** Calls `onDue` after so many milliseconds, unless it is called off before by what this gives. */
    after(ms: number, onDue: () => void): () => void {
      const deadline = { due: clock.monotonic() + ms, onDue };
      open.add(deadline);
      if (sleeping === null || deadline.due < sleeping.until) arm(deadline.due);
      return () => {
        if (!open.delete(deadline) || open.size > 0) return;
        sleeping?.timer.abort('nothing is waited for');
        sleeping = null;
      };
    },
  };
}
