/** The windows of a live run: whether a step may start now, and what happens when a window closes. */
import type { Clock } from '../../clock.ts';
import type { Message, SavedPlan, SavedWindows } from '../../model.ts';
import { nextCommonStart } from '../../plan/windows/common-start.ts';
import { closedWindowsMessage } from '../../plan/windows/describe-windows.ts';
import { createOpenWindows } from '../../plan/windows/open-windows.ts';
import { MINUTE } from '../../units.ts';

export type WindowGate = ReturnType<typeof createWindowGate>;

/**
 * Without windows it is always open. The time is this machine's wall clock.
 * @param others windows that also hold, those of a policy: a step may start only if all of them are open.
 */
export function createWindowGate(
  { windows }: Pick<SavedPlan, 'windows'>,
  clock: Pick<Clock, 'now' | 'sleep'>,
  others: readonly SavedWindows[] = [],
) {
  const gates = [...(windows === undefined ? [] : [windows]), ...others].map((one) => createGate(one, clock));
  return {
    /** Why nothing may start now, with the next opening; null: it may. */
    refusal(): Message | null {
      for (const { refusal } of gates) {
        const closed = refusal();
        if (closed !== null) return closed;
      }
      return null;
    },
    /** The first moment from one on at which a step may start, ms since 1970 UTC; null: none within a year. */
    nextStart(from: number): number | null {
      return nextCommonStart(
        gates.map(({ openWindows }) => openWindows),
        from,
      );
    },
    /** Watches the clock until the run has ended, see below. */
    async watch(ended: AbortSignal, listeners: Listeners): Promise<void> {
      await Promise.all(gates.map(({ watch }) => watch(ended, listeners)));
    },
  };
}

interface Listeners {
  readonly onChange: () => void;
  readonly onHalt: () => void;
}

function createGate(windows: SavedWindows, clock: Pick<Clock, 'now' | 'sleep'>) {
  const openWindows = createOpenWindows(windows);
  const refusal = () => {
    const now = clock.now();
    return openWindows.mayStart(now) ? null : closedWindowsMessage(openWindows, windows, now);
  };
  return {
    openWindows,
    refusal,
    /**
     * Watches the clock until the run has ended. It calls `onChange` after the last start and the close of a window. With
     * `atClose: halt` it calls `onHalt` when the window closes in which this process started, and orders in flight stay as
     * they are. A process that starts outside the windows follows orders in flight to their end.
     */
    async watch(ended: AbortSignal, { onChange, onHalt }: Listeners) {
      let closed = openWindows.at(clock.now()) === null;
      while (!ended.aborted) {
        const now = clock.now();
        const window = openWindows.at(now);
        if (window === null && !closed && windows.atClose === 'halt') onHalt();
        closed = window === null;
        if (refusal() !== null) onChange();
        const ahead = [window?.lastStart, window?.closes].flatMap((at) =>
          at === undefined || at === null || at <= now ? [] : [at - now],
        );
        // At least each minute, because the wall clock may be set meanwhile.
        await clock.sleep(Math.min(MINUTE, ...ahead), ended);
      }
    },
  };
}
