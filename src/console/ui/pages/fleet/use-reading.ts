/** What the server has read of the fleet, and how far it is. All people share one reading. */
import { useEffect, useState } from 'preact/hooks';
import type { FleetReadingView, FleetReadRequest } from '../../../api/fleet.ts';
import { get, isPassing, post, Refused } from '../../client.ts';

/** Milliseconds between questions: while something is being read, and otherwise, because others can read again. */
const [SOON, LATER] = [400, 10_000];

export interface SharedReadingState {
  readonly view: FleetReadingView | Refused | undefined;
  readonly read: (source: FleetReadRequest) => void;
}

export function useReading(): SharedReadingState {
  const [view, show] = useState<FleetReadingView | Refused | undefined>(undefined);
  const isBusy = view !== undefined && !(view instanceof Refused) && view.inProgress !== null;
  const take = (answer: Promise<FleetReadingView>): Promise<void> =>
    answer.then(show, (error: unknown) => {
      // What was read stays while a console restarts.
      if (error instanceof Refused)
        show((before) =>
          before === undefined || before instanceof Refused || !isPassing(error) ? error : before,
        );
    });
  useEffect(() => {
    const over = new AbortController();
    const ask = (): Promise<void> => take(get<FleetReadingView>('/fleet/reading', over.signal));
    void ask();
    const timer = setInterval(ask, isBusy ? SOON : LATER);
    return () => {
      clearInterval(timer);
      over.abort();
    };
  }, [isBusy]);
  return { view, read: (source) => void take(post<FleetReadingView>('/fleet/reading', source)) };
}
