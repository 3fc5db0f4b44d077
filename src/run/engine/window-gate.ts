/** The windows of a live run: whether a step may begin now, and what happens when a window closes. */
import type { Clock } from '../../clock.ts';
import { textOf } from '../../messages/messages.ts';
import type { SavedPlan } from '../../model.ts';
import { closedWindowsMessage } from '../../plan/windows/describe-windows.ts';
import { createOpenWindows } from '../../plan/windows/open-windows.ts';
import { MINUTE } from '../../units.ts';

export type WindowGate = ReturnType<typeof createWindowGate>;

/** For a plan without windows it is always open. The time is that of this machine's wall clock. */
export function createWindowGate(
  { windows }: Pick<SavedPlan, 'windows'>,
  clock: Pick<Clock, 'now' | 'sleep'>,
) {
  if (windows === undefined) return { refusal: () => null, watch: async () => {} };
  const openings = createOpenWindows(windows);
  const refusal = () => {
    const now = clock.now();
    const closed = closedWindowsMessage(openings, windows, now);
    return closed && textOf(closed);
  };
  return {
    /** Why nothing may begin now, with the next opening, in one sentence; null where it may. */
    refusal,
    /**
     * Looks at the clock until the run has ended, and tells `onChange` as the last start and the close go by. `onHalt` is
     * told as the window closes in which this process began, where the plan says `atClose: halt`: what is in flight is
     * left as it is. A process that begins outside the windows follows what it finds in flight to its end.
     */
    async watch(ended: AbortSignal, { onChange, onHalt }: { onChange: () => void; onHalt: () => void }) {
      let closed = openings.at(clock.now()) === null;
      while (!ended.aborted) {
        const now = clock.now();
        const opening = openings.at(now);
        if (opening === null && !closed && windows.atClose === 'halt') onHalt();
        closed = opening === null;
        if (refusal() !== null) onChange();
        const ahead = [opening?.lastStart, opening?.closes].flatMap((at) =>
          at === undefined || at === null || at <= now ? [] : [at - now],
        );
        // By the minute, because the wall clock may be set meanwhile.
        await clock.sleep(Math.min(MINUTE, ...ahead), ended);
      }
    },
  };
}
