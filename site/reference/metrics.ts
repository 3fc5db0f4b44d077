/** The table of metrics, from the code that exposes them. */
import type { Metric } from '../../src/telemetry/metrics/exposition.ts';

/** A row for each metric. */
export function metricsTable(metrics: readonly Metric[]): string {
  return [
    '| metric | type | labels | meaning |',
    '|---|---|---|---|',
    ...metrics.map(
      ({ name, type, labels, help }) =>
        `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    ),
  ].join('\n');
}
