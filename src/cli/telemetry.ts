/** Opens metrics and traces, if the options or the environment ask for them. Other calls load nothing of it. */
import { given } from '../given.ts';
import type { JournalEntry } from '../model.ts';
import type { LiveRunStatus } from '../operations/runs/read-run.ts';
import type { Routes } from '../telemetry/listener.ts';
import type { ObservedRun, Telemetry } from '../telemetry/telemetry.ts';
import { escapeControls } from '../text.ts';
import type { Options } from './options.ts';
import type { RunView } from './run-view/run-view.ts';
import type { Terminal } from './terminal.ts';

/** Variables that ask for traces. The others only say how. */
const ASKS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_TRACES_EXPORTER'];

/**
 * Opens the telemetry of a command; null if nobody asked for it.
 * @param more `hasRuns` false for a scheduler, whose child processes carry out the runs. `routes`: further paths at the
 * address of `--metrics`, such as health probes.
 * @throws RefitError `usage` for a wrong address, or one that is in use.
 */
export async function telemetryFor(
  options: Options,
  terminal: Terminal,
  { hasRuns = true, routes = {} }: { readonly hasRuns?: boolean; readonly routes?: Routes } = {},
): Promise<Telemetry | null> {
  const { env } = terminal;
  const { metrics, listen } = options;
  if (metrics === undefined && listen === undefined && !ASKS.some((name) => env[name])) return null;
  const [{ openProcessTelemetry }, { listenAddressFrom }] = await Promise.all([
    import('./process-telemetry.ts'),
    import('../telemetry/listen-address.ts'),
  ]);
  const telemetry = await openProcessTelemetry({
    metrics: metrics === undefined ? null : listenAddressFrom('--metrics', metrics, 'any'),
    hasRuns,
    routes,
    env,
    onNotice: (notice) => terminal.err(`${escapeControls(notice)}\n`),
  });
  if (telemetry.url !== null) terminal.hint(`metrics ${telemetry.url}/metrics`);
  return telemetry;
}

/**
 * Shows one run to its view and, if there is one, to the telemetry of the command.
 * @returns `onCall` for `connect`, the `events` of the run for `applySavedPlan` or `reconcileRun`, and `close`, which ends
 * the telemetry.
 */
export function watchRun(telemetry: Telemetry | null, view: RunView) {
  const run = telemetry?.runEvents() ?? null;
  return {
    ...given({ onCall: run?.onCall }),
    events: {
      onPast(entry: JournalEntry, started: ObservedRun): void {
        view.past(entry);
        run?.onPast(entry, started);
      },
      onStart(started: ObservedRun): void {
        view.start({ name: started.name, entries: [] });
        run?.onStart(started);
      },
      onEntry(entry: JournalEntry): void {
        view.entry(entry);
        run?.onEntry(entry);
      },
      onLive(status: () => LiveRunStatus): void {
        view.live(status);
        run?.onLive(status);
      },
      ...given({ onAppend: run?.onAppend }),
    },
    /** @param isLeaving true: nothing waits, also not for the last spans. */
    async close(isLeaving: boolean): Promise<void> {
      run?.end();
      await telemetry?.close(isLeaving ? 0 : undefined);
    },
  };
}
