/** Deadlines of many requests on one timer. One timer for each request costs as much as signing it. */
import type { Clock } from '../../clock.ts';

export type Deadlines = ReturnType<typeof createDeadlines>;

interface Deadline {
  readonly due: number;
  readonly onDue: () => void;
}

/** Creates the deadlines. The timer runs only while there is a deadline, so it keeps no idle process alive. */
export function createDeadlines(clock: Clock) {
  const open = new Set<Deadline>();
  let sleeping: { readonly until: number; readonly timer: AbortController } | null = null;

  const arm = (until: number): void => {
    sleeping?.timer.abort('another deadline is sooner');
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
    /** Calls `onDue` after `ms` milliseconds. The returned function cancels it. */
    after(ms: number, onDue: () => void): () => void {
      const deadline = { due: clock.monotonic() + ms, onDue };
      open.add(deadline);
      if (sleeping === null || deadline.due < sleeping.until) arm(deadline.due);
      return () => {
        if (!open.delete(deadline) || open.size > 0) return;
        sleeping?.timer.abort('no deadline is left');
        sleeping = null;
      };
    },
  };
}
