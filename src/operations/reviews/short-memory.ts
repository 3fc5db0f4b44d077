/** Keeps a few large values for as long as people ask for them, so that the memory of a server does not grow. */
import type { Clock } from '../../clock.ts';

export interface ShortMemory<Value> {
  /** The value, which then stays longer; undefined: there is none. */
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  clear(): void;
}

/** @param most how many values. @param lingers milliseconds after the last question for a value. */
export function createShortMemory<Value>(clock: Clock, most: number, lingers: number): ShortMemory<Value> {
  /** The value of the latest question is last. */
  const kept = new Map<string, { readonly value: Value; readonly forget: AbortController }>();
  const forget = (key: string): void => {
    kept.get(key)?.forget.abort();
    kept.delete(key);
  };
  const keep = (key: string, value: Value): void => {
    forget(key);
    const over = new AbortController();
    kept.set(key, { value, forget: over });
    void clock.sleep(lingers, over.signal).then(() => over.signal.aborted || forget(key));
    const [oldest] = kept.keys();
    if (kept.size > most) forget(oldest!);
  };
  return {
    get(key) {
      const value = kept.get(key)?.value;
      if (value !== undefined) keep(key, value);
      return value;
    },
    set: keep,
    delete: forget,
    clear() {
      for (const key of [...kept.keys()]) forget(key);
    },
  };
}
