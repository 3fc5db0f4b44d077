/**
 * A value that the server keeps up to date. A page reads it once, then its events change it. It connects again by itself,
 * also after a restart of the console for which somebody signed in again in another page of this browser.
 */
import { type Signal, signal } from '@preact/signals';
import type { Fault } from '../../../messages/refit-error.ts';
import { STALE_AFTER } from '../../api/runs.ts';
import { get, isPassing, Refused } from '../client.ts';
import { sayRefusal } from './say-refusal.ts';

/** What a page shows of the value. */
export interface Live<Value> {
  readonly value: Value;
  /** When the server last said something, ms since 1970 UTC. */
  readonly heardAt: number;
  /** True: what is shown may be old. */
  readonly isStale: boolean;
  /** Why the server cannot read the value; null: it can. */
  readonly fault: string | null;
}

/** How a page gets a value of the server. */
export interface LiveSource<Value, Events> {
  /**
   * Reads all of it. @param show shows what was read, perhaps a part first. @param isFirst whether nothing is shown yet.
   * @returns the path of its events, below `/api`. @throws Refused
   */
  read(show: (value: Value) => void, isFirst: boolean): Promise<string>;
  /** What each kind of event makes of the value. */
  readonly events: { readonly [Kind in keyof Events]: (value: Value, data: Events[Kind]) => Value };
}

/** How long a page waits before it connects again, milliseconds. */
const AGAIN = 2_000;

/** @returns the value as a signal: undefined while it loads, a refusal if there is none. `close` ends it. */
export function openLive<Value, Events extends object>(
  source: LiveSource<Value, Events>,
): { readonly state: Signal<Live<Value> | Refused | undefined>; close(): void } {
  const state = signal<Live<Value> | Refused | undefined>(undefined);
  const shown = (): Live<Value> | null =>
    state.value === undefined || state.value instanceof Refused ? null : state.value;
  let stream: EventSource | null = null;
  let isClosed = false;
  const update = (changes: Partial<Live<Value>>): void => {
    const now = shown();
    if (now !== null) state.value = { ...now, heardAt: Date.now(), isStale: false, ...changes };
  };
  const listen = (path: string): void => {
    stream = new EventSource(`/api${path}`);
    const on = <Data>(kind: string, take: (data: Data) => void): void =>
      stream?.addEventListener(kind, ({ data }: MessageEvent<string>) => take(JSON.parse(data) as Data));
    for (const [kind, take] of Object.entries(source.events) as [
      string,
      (value: Value, data: unknown) => Value,
    ][])
      on(kind, (data) => {
        const now = shown();
        if (now !== null) update({ value: take(now.value, data), fault: null });
      });
    on('beat', () => update({}));
    on<Fault>('fault', (fault) => update({ fault: sayRefusal(fault).message }));
    on('restart', () => void load());
    stream.onerror = () => {
      // The browser connects again by itself, unless the server refused.
      if (stream?.readyState === EventSource.CLOSED) setTimeout(() => void load(), AGAIN);
    };
  };
  const load = async (): Promise<void> => {
    stream?.close();
    if (isClosed) return;
    try {
      const path = await source.read((value) => {
        if (!isClosed) state.value = { value, heardAt: Date.now(), isStale: false, fault: null };
      }, shown() === null);
      if (!isClosed) listen(path);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const now = shown();
      // What was shown stays, as stale.
      state.value =
        now === null || !isPassing(error)
          ? error
          : { ...now, isStale: true, fault: sayRefusal(error).message };
      if (isPassing(error)) setTimeout(() => void load(), AGAIN);
    }
  };
  const watch = setInterval(() => {
    const now = shown();
    if (now !== null && !now.isStale && Date.now() - now.heardAt > STALE_AFTER)
      state.value = { ...now, isStale: true };
  }, 1_000);
  void load();
  return {
    state,
    close(): void {
      isClosed = true;
      clearInterval(watch);
      stream?.close();
    },
  };
}

/** A value that the server sends whole whenever it changed. @param path below `/api`; its events are at `path/events`. */
export function openLiveValue<Value>(path: string): ReturnType<typeof openLive<Value, { value: Value }>> {
  return openLive<Value, { value: Value }>({
    async read(show) {
      show(await get<Value>(path));
      return `${path}/events`;
    },
    events: { value: (_, value) => value },
  });
}
