/** Opens the metrics and traces of this process. `cli/telemetry.ts` loads this file only if somebody asks for them. */
import { hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import { createCollectorPost } from '../operations/connect.ts';
import type { ListenAddress } from '../telemetry/listen-address.ts';
import type { Routes } from '../telemetry/listener.ts';
import type { ProcessFigures } from '../telemetry/metrics/meter.ts';
import { openTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { SECOND } from '../units.ts';
import { VERSION } from '../version.ts';

const MICROSECONDS = 1_000_000;

/**
 * Opens the telemetry of this process. The caller closes it.
 * @throws RefitError `usage` if the port is not available.
 */
export function openProcessTelemetry(options: {
  /** Where to serve metrics; null: nowhere. */
  readonly metrics: ListenAddress | null;
  /** Further paths at that address. */
  readonly routes: Routes;
  /** False for a scheduler, whose child processes carry out the runs. */
  readonly hasRuns: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onNotice: (notice: string) => void;
}): Promise<Telemetry> {
  return openTelemetry({
    ...options,
    clock: systemClock,
    version: VERSION,
    process: { node: process.versions.node, host: hostname(), pid: process.pid, figures: processFigures },
    post: createCollectorPost(options.env),
  });
}

function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return {
    startedAt: systemClock.now() - process.uptime() * SECOND,
    cpuSeconds: (user + system) / MICROSECONDS,
    memoryBytes: process.memoryUsage.rss(),
  };
}
