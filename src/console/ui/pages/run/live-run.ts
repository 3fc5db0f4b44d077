/** A run as it is now: read once, then kept by the events of the server. */
import type { RunEvents, RunView, StepRow, WholeRunView } from '../../../api/runs.ts';
import { get } from '../../client.ts';
import { type Live, openLive } from '../../parts/live.ts';

/** What a page shows of a run. */
export interface ShownRun {
  readonly run: RunView;
  readonly steps: readonly StepRow[];
}

export type LiveRun = Live<ShownRun>;

/** How many steps the first screen shows at most. */
const FIRST = 60;

/** Resolves when the browser has drawn what changed. */
const painted = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    // A page in the background draws nothing.
    setTimeout(resolve, 500);
  });

/** @param id of the run. @returns its state as a signal: undefined while it loads. `close` ends it. */
export function openLiveRun(id: string) {
  const path = `/runs/${encodeURIComponent(id)}`;
  return openLive<ShownRun, Pick<RunEvents, 'run' | 'steps'>>({
    async read(show, isFirst) {
      const eventsAfter = (seq: number) => `${path}/events?after=${seq}`;
      if (isFirst) {
        // What the first screen shows, before all of a long run has arrived.
        const { seq, run, steps } = await get<WholeRunView>(`${path}?first=${FIRST}`);
        show({ run, steps });
        if (run.picture.steps.of <= FIRST) return eventsAfter(seq);
        await painted();
      }
      const { seq, run, steps } = await get<WholeRunView>(path);
      show({ run, steps });
      return eventsAfter(seq);
    },
    events: {
      run: ({ steps }, run) => ({ run, steps }),
      steps({ run, steps: before }, changed) {
        const steps = [...before];
        for (const row of changed) steps[row.at] = row;
        return { run, steps };
      },
    },
  });
}
