/** The answer of `/metrics`. */
import type { Clock } from '../clock.ts';
import { SECOND } from '../units.ts';
import type { RouteAnswer } from './listener.ts';
import { type Family, formatMetrics, METRICS_CONTENT_TYPE } from './metrics/exposition.ts';

/** How long one reading of the figures serves. A client that asks all the time must not delay a run. */
const KEPT_MS = SECOND;

/** Creates the route. It reads the figures once a second at most. */
export function createMetricsRoute(
  families: () => readonly Family[],
  clock: Pick<Clock, 'monotonic'>,
): () => RouteAnswer {
  let kept = { at: Number.NEGATIVE_INFINITY, body: '' };
  return () => {
    const at = clock.monotonic();
    if (at - kept.at >= KEPT_MS) kept = { at, body: formatMetrics(families()) };
    return { body: kept.body, type: METRICS_CONTENT_TYPE };
  };
}
