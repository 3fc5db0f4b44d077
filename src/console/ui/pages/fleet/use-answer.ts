/** Reads an address of the API whenever it changes. What was shown stays until the next answer is there. */
import { useEffect, useState } from 'preact/hooks';
import { get, Refused } from '../../client.ts';

/** @param path null: nothing to read. @returns the last answer; undefined: none yet. */
export function useAnswer<Body>(path: string | null): Body | Refused | undefined {
  const [answer, show] = useState<Body | Refused | undefined>(undefined);
  useEffect(() => {
    if (path === null) return;
    const over = new AbortController();
    // Somebody who types changes the path with every key.
    const timer = setTimeout(() => {
      get<Body>(path, over.signal).then(show, (error: unknown) => {
        if (error instanceof Refused) show(error);
      });
    }, WAIT);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [path]);
  return answer;
}

/** Milliseconds. Nobody notices them. */
const WAIT = 40;
