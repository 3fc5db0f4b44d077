/** A value that the server sends again whenever it changed. */
import { signal } from '@preact/signals';
import type { Fault } from '../../../../messages/refit-error.ts';
import { STALE_AFTER } from '../../../api/runs.ts';
import { get, Refused } from '../../client.ts';
import { sayRefusal } from '../../parts/say-refusal.ts';

/** What a page shows of the value. */
export interface LiveValue<Value> {
  readonly value: Value;
  /** When the server last said something, ms since 1970 UTC. */
  readonly heardAt: number;
  /** True: what is shown may be old. */
  readonly isStale: boolean;
  /** Why the server cannot read it; null: it can. */
  readonly fault: string | null;
}

/** How long a page waits before it connects again, milliseconds. */
const AGAIN = 2_000;

/** @param path below `/api`; its events are at `path/events`. @returns undefined while it loads. `close` ends it. */
export function openLiveValue<Value>(path: string) {
  const state = signal<LiveValue<Value> | Refused | undefined>(undefined);
  let source: EventSource | null = null;
  let isClosed = false;
  const show = (value: Value): void => {
    state.value = { value, heardAt: Date.now(), isStale: false, fault: null };
  };
  const update = (changes: Partial<LiveValue<Value>>): void => {
    const now = state.value;
    if (now !== undefined && !(now instanceof Refused)) state.value = { ...now, ...changes };
  };
  const listen = (): void => {
    source = new EventSource(`/api${path}/events`);
    source.addEventListener('value', ({ data }) => show(JSON.parse(data as string)));
    source.addEventListener('beat', () => update({ heardAt: Date.now(), isStale: false }));
    source.addEventListener('fault', ({ data }) => {
      update({ heardAt: Date.now(), fault: sayRefusal(JSON.parse(data as string) as Fault).message });
    });
    source.onerror = () => {
      // The browser connects again by itself, unless the server refused.
      if (source?.readyState === EventSource.CLOSED) setTimeout(() => void load(), AGAIN);
    };
  };
  const load = async (): Promise<void> => {
    source?.close();
    if (isClosed) return;
    try {
      show(await get<Value>(path));
      if (!isClosed) listen();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // What was shown stays, as stale.
      if (state.value === undefined || error.status !== 0) state.value = error;
      else setTimeout(() => void load(), AGAIN);
    }
  };
  const watch = setInterval(() => {
    const now = state.value;
    if (now !== undefined && !(now instanceof Refused) && Date.now() - now.heardAt > STALE_AFTER)
      update({ isStale: true });
  }, 1_000);
  void load();
  return {
    state,
    close(): void {
      isClosed = true;
      clearInterval(watch);
      source?.close();
    },
  };
}
