/** A value that a page reads again and again. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get, isPassing, Refused } from '../client.ts';

export interface Polled<Value> {
  /** undefined: it loads; a refusal: there is none. */
  readonly now: Value | Refused | undefined;
  /** Why what is shown may be old, while the server does not answer or nobody is signed in; null: it is fresh. */
  readonly stale: Refused | null;
  /** Reads it immediately. */
  read(): Promise<void>;
}

/**
 * @param path below `/api`. @param every milliseconds between two readings, while somebody looks at the page.
 * What was read stays while the server does not answer: a console that restarts takes no page away.
 */
export function usePolled<Value>(path: string, every: number): Polled<Value> {
  const value: Signal<Value | Refused | undefined> = useSignal<Value | Refused | undefined>(undefined);
  const stale = useSignal<Refused | null>(null);
  const read = async (signal?: AbortSignal): Promise<void> => {
    try {
      value.value = await get<Value>(path, signal);
      stale.value = null;
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof Refused)) throw error;
      const isShown = value.value !== undefined && !(value.value instanceof Refused);
      if (isShown && isPassing(error)) stale.value = error;
      else value.value = error;
    }
  };
  useEffect(() => {
    const over = new AbortController();
    void (async () => {
      while (!over.signal.aborted) {
        await read(over.signal);
        do await new Promise((resolve) => setTimeout(resolve, every));
        while (document.hidden && !over.signal.aborted);
      }
    })();
    return () => over.abort();
  }, [path, every]);
  return { now: value.value, stale: stale.value, read: () => read() };
}
