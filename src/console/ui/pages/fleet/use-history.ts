/** Reads what runs did with an instance, and asks again while the server still reads runs. */
import { useEffect, useState } from 'preact/hooks';
import type { InstanceRunsView } from '../../../api/fleet.ts';
import { get, Refused } from '../../client.ts';

/** Milliseconds. */
const AGAIN = 1_000;

/** @returns the last answer; undefined: none yet. */
export function useHistory(path: string): InstanceRunsView | Refused | undefined {
  const [answer, show] = useState<InstanceRunsView | Refused | undefined>(undefined);
  useEffect(() => {
    const over = new AbortController();
    const read = async (): Promise<void> => {
      for (;;) {
        const next = await get<InstanceRunsView>(path, over.signal);
        show(next);
        if (next.isComplete) return;
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
    };
    read().catch((error: unknown) => {
      if (over.signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      show(error);
    });
    return () => over.abort();
  }, [path]);
  return answer;
}
