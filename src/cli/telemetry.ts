/** Opens metrics and traces, if the options or the environment ask for them. Other calls load nothing of it. */
import { basename } from 'node:path';
import { given } from '../given.ts';
import type { Replay } from '../journal/replay.ts';
import type { JournalEntry, SavedPlan } from '../model.ts';
import type { LiveRunStatus } from '../operations/runs/read-run.ts';
import type { RunObserver, Telemetry } from '../telemetry/telemetry.ts';
import { escapeControls } from '../text.ts';
import type { Options } from './options.ts';
import type { RunView } from './run-view/run-view.ts';
import type { Terminal } from './terminal.ts';

/** Variables that ask for traces. The others only say how. */
const ASKS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_TRACES_EXPORTER'];

/**
 * Opens the telemetry of a command; null if nobody asked for it.
 * @param hasRuns false for a scheduler, whose child processes carry out the runs.
 * @throws RefitError `usage` for a wrong address, or one that is in use.
 */
export async function telemetryFor(
  options: Options,
  terminal: Terminal,
  hasRuns = true,
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
    env,
    onNotice: (notice) => terminal.err(`${escapeControls(notice)}\n`),
  });
  if (telemetry.url !== null) terminal.hint(`metrics ${telemetry.url}/metrics`);
  return telemetry;
}

/** A run as its process starts. */
interface StartedRun {
  /** The run directory, or the id of the run in its store. */
  readonly name: string;
  readonly entries: readonly JournalEntry[];
  readonly replay: Pick<Replay, 'step'>;
}

/**
 * Shows one run to its view and, if there is one, to the telemetry of the command.
 * @returns the `events` of the run for `applySavedPlan` or `reconcileRun`, and `close`, which ends the telemetry.
 */
export function watchRun(telemetry: Telemetry | null, saved: SavedPlan, view: RunView) {
  let run: RunObserver | null = null;
  return {
    call: (call: Parameters<RunObserver['call']>[0]): void => (run ?? telemetry)?.call(call),
    events: {
      onStart(started: StartedRun): void {
        view.start(started);
        const { name, entries, replay } = started;
        run = telemetry?.run({ saved, run: basename(name), past: entries, replay }) ?? null;
      },
      onEntry(entry: JournalEntry): void {
        view.entry(entry);
        run?.entry(entry);
      },
      onLive(status: () => LiveRunStatus): void {
        view.live(status);
        run?.live(status);
      },
      ...given({ onAppend: telemetry?.append }),
    },
    /** @param isLeaving true: nothing waits, also not for the last spans. */
    async close(isLeaving: boolean): Promise<void> {
      run?.end();
      await telemetry?.close(isLeaving ? 0 : undefined);
    },
  };
}
