/** A run as it is now: read once, then kept by the events of the server. */
import { signal } from '@preact/signals';
import {
  type RunEvents,
  type RunView,
  STALE_AFTER,
  type StepRow,
  type WholeRunView,
} from '../../../api/runs.ts';
import { get, Refused, refreshSession } from '../../client.ts';
import { sayRefusal } from '../../parts/say-refusal.ts';

/** What a page shows of a run. */
export interface LiveRun {
  readonly run: RunView;
  readonly steps: readonly StepRow[];
  /** When the server last said something, ms since 1970 UTC. */
  readonly heardAt: number;
  /** True: what is shown may be old. */
  readonly isStale: boolean;
  /** Why the server cannot read the run; null: it can. */
  readonly fault: string | null;
}

/** How many steps the first screen shows at most. */
const FIRST = 60;

/** Resolves when the browser has drawn what changed. */
const painted = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    // A page in the background draws nothing.
    setTimeout(resolve, 500);
  });

/** Milliseconds between attempts to read the run again. */
const TRY_AGAIN = 2_000;

/** @param id of the run. @returns its state as a signal: undefined while it loads. `close` ends it. */
export function openLiveRun(id: string) {
  const state = signal<LiveRun | Refused | undefined>(undefined);
  let source: EventSource | null = null;
  let isClosed = false;
  const update = (changes: Partial<LiveRun>): void => {
    const now = state.value;
    if (now === undefined || now instanceof Refused) return;
    state.value = { ...now, heardAt: Date.now(), isStale: false, ...changes };
  };
  const listen = (seq: number): void => {
    source = new EventSource(`/api/runs/${encodeURIComponent(id)}/events?after=${seq}`);
    on(source, 'run', (run) => update({ run, fault: null }));
    on(source, 'steps', (changed) => {
      const now = state.value;
      if (now === undefined || now instanceof Refused) return;
      const steps = [...now.steps];
      for (const row of changed) steps[row.at] = row;
      update({ steps });
    });
    on(source, 'fault', (fault) => update({ fault: sayRefusal(fault).message }));
    on(source, 'restart', () => void load());
    source.onerror = () => {
      // The browser connects again by itself, unless the server refused.
      if (source?.readyState === EventSource.CLOSED) setTimeout(() => void load(), TRY_AGAIN);
    };
  };
  const load = async (): Promise<void> => {
    source?.close();
    if (isClosed) return;
    try {
      if (state.value !== undefined) await refreshSession();
      const path = `/runs/${encodeURIComponent(id)}`;
      if (state.value === undefined) {
        // What the first screen shows, before all of a long run has arrived.
        const { seq, run, steps } = await get<WholeRunView>(`${path}?first=${FIRST}`);
        if (isClosed) return;
        state.value = { run, steps, heardAt: Date.now(), isStale: false, fault: null };
        if (run.picture.steps.of <= FIRST) return listen(seq);
        await painted();
      }
      const { seq, run, steps } = await get<WholeRunView>(path);
      if (isClosed) return;
      state.value = { run, steps, heardAt: Date.now(), isStale: false, fault: null };
      listen(seq);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const now = state.value;
      const isLasting = error.status !== 0 && error.status !== 401 && error.status < 500;
      if (now === undefined || now instanceof Refused || isLasting) state.value = error;
      else {
        // What was shown stays, as stale. After a restart, another page of this browser signs in.
        state.value = { ...now, isStale: true, fault: sayRefusal(error).message };
        setTimeout(() => void load(), TRY_AGAIN);
      }
    }
  };
  const watch = setInterval(() => {
    const now = state.value;
    if (now === undefined || now instanceof Refused || now.isStale) return;
    if (Date.now() - now.heardAt > STALE_AFTER) state.value = { ...now, isStale: true };
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

function on<Kind extends keyof RunEvents>(
  source: EventSource,
  kind: Kind,
  take: (data: RunEvents[Kind]) => void,
): void {
  source.addEventListener(kind, (event) => take(JSON.parse((event as MessageEvent<string>).data)));
}
