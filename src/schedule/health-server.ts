/** Health and metrics of a scheduler over HTTP, on loopback only. */
import type { Clock } from '../clock.ts';
import { duration } from '../messages/en/quantities.ts';
import type { ListenAddress } from '../telemetry/listen-address.ts';
import { type Listener, openListener } from '../telemetry/listener.ts';
import type { Family } from '../telemetry/metrics/exposition.ts';
import { createMetricsRoute } from '../telemetry/metrics-route.ts';
import { MINUTE } from '../units.ts';
import type { SchedulerStatus } from './scheduler.ts';

/** Milliseconds without a round after which the loop counts as stuck. */
const STUCK_AFTER = MINUTE;

/** Why a scheduler is not healthy, as text; null if it is. A draining one is healthy, so that no monitor kills it. */
function healthProblem(
  { lastRoundAt, draining }: SchedulerStatus,
  monotonic: number,
  since: number,
): string | null {
  if (draining) return null;
  const quiet = monotonic - (lastRoundAt ?? since);
  return quiet > STUCK_AFTER ? `the loop made no round for ${duration(quiet)}` : null;
}

/** Why a scheduler starts nothing at the moment; null if it is ready. */
function readinessProblem({ view, readError, draining }: SchedulerStatus): string | null {
  if (draining) return 'draining: nothing new starts';
  if (readError !== null) return readError;
  return view === null ? 'the folder is not read yet' : null;
}

/**
 * Starts the server of `/healthz`, `/readyz` and `/metrics`.
 * @param options.families the present metrics. @throws RefitError `usage` if the port is not available.
 */
export function openHealthServer(options: {
  readonly address: ListenAddress;
  readonly status: () => SchedulerStatus;
  readonly families: () => readonly Family[];
  readonly clock: Clock;
}): Promise<Listener> {
  const { address, status, families, clock } = options;
  const since = clock.monotonic();
  const respond = (problem: string | null) => ({
    status: problem === null ? 200 : 503,
    body: `${problem ?? 'ok'}\n`,
  });
  return openListener(address, {
    '/healthz': () => respond(healthProblem(status(), clock.monotonic(), since)),
    '/readyz': () => respond(readinessProblem(status())),
    '/metrics': createMetricsRoute(families, clock),
  });
}
