/** What a worker shows of itself: health probes beside its metrics, its store and its request slots. */
import type { ServedStore } from '../../../operations/runs/serve-store.ts';
import type { Routes } from '../../../telemetry/listener.ts';
import type { Telemetry } from '../../../telemetry/telemetry.ts';
import type { Worker } from '../../../worker/worker.ts';

/** The probes of a worker. It is given to them once it works. */
export interface WorkerProbes {
  readonly routes: Routes;
  use(worker: Pick<Worker, 'whyIdle'>): void;
}

/**
 * Creates the probes. `/healthz` answers while the process does anything at all. `/readyz` says why the worker takes no
 * runs: it starts, it stops, its store is away, or its clock is wrong.
 * @param drain aborted when the worker stops.
 */
export function createWorkerProbes(drain: AbortSignal): WorkerProbes {
  let used: Pick<Worker, 'whyIdle'> | null = null;
  const problem = (): string | null => {
    if (drain.aborted) return 'stopping: takes no more runs';
    return used === null ? 'starting' : used.whyIdle;
  };
  return {
    routes: {
      '/healthz': () => ({ body: 'ok\n' }),
      '/readyz': () => {
        const why = problem();
        return { status: why === null ? 200 : 503, body: `${why ?? 'ok'}\n` };
      },
    },
    use(worker) {
      used = worker;
    },
  };
}

/** Shows the store and the request slots of a worker in its metrics. @param runsLimit its runs at the same time. */
export function showStore(
  telemetry: Telemetry,
  { permits, watchFigures }: ServedStore,
  runsLimit: number,
): void {
  telemetry.watchLanes(permits.all);
  const figures = watchFigures();
  telemetry.watchStore(() => {
    const present = figures();
    return present && { ...present, runsLimit };
  });
}
