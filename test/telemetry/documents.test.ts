/** The dashboard and the alerts name only metrics that exist, with labels that they have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SCHEDULE_METRICS } from '../../src/schedule/metrics.ts';
import type { Metric } from '../../src/telemetry/metrics/exposition.ts';
import { METRICS } from '../../src/telemetry/metrics/table.ts';

const ROOT = join(import.meta.dirname, '../..');
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const ALL: readonly Metric[] = [...Object.values(METRICS), ...SCHEDULE_METRICS];

/** The queries of the dashboard and of the alerts, each with its place. */
function queries(): [where: string, query: string][] {
  const dashboard = JSON.parse(text('deploy/grafana/refit.json')) as {
    readonly panels: readonly {
      readonly title: string;
      readonly targets?: readonly { readonly expr: string }[];
    }[];
    readonly templating: { readonly list: readonly { readonly name: string; readonly query?: unknown }[] };
  };
  const alerts = parse(text('deploy/prometheus/alerts.yaml')) as {
    readonly groups: readonly {
      readonly rules: readonly { readonly alert: string; readonly expr: string }[];
    }[];
  };
  return [
    ...dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }): [string, string] => [`panel ${title}`, expr]),
    ),
    ...dashboard.templating.list.flatMap(({ name, query }): [string, string][] =>
      typeof query === 'string' && query.includes('(') ? [[`variable ${name}`, query]] : [],
    ),
    ...alerts.groups.flatMap(({ rules }) => rules.map(({ alert, expr }): [string, string] => [alert, expr])),
  ];
}

/** Functions and words of PromQL that our queries use. */
const PROMQL = new Set(
  'sum min max by without on ignoring group_left rate increase time histogram_quantile absent unless and or offset clamp_min label_values'.split(
    ' ',
  ),
);
/** Labels that Prometheus adds, and `le` of histograms. */
const ADDED = new Set(['job', 'instance', 'le']);

describe('the dashboard and the alerts', () => {
  const known = new Map(
    ALL.flatMap((metric) =>
      metric.type === 'histogram'
        ? ['_bucket', '_sum', '_count'].map((suffix) => [`${metric.name}${suffix}`, metric] as const)
        : [[metric.name, metric] as const],
    ),
  );

  it.each(queries())('%s asks for metrics and labels that exist', (_, query) => {
    const bare = query.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\$__?\w+/g, '1m');
    const names = bare.match(/\b(?:refit|process)_\w+/g) ?? [];
    expect(names.length, query).toBeGreaterThan(0);
    for (const name of names) expect(known.has(name), `${name} in ${query}`).toBe(true);
    const labels = new Set([...ADDED, ...names.flatMap((name) => known.get(name)?.labels ?? [])]);
    const words = bare.match(/(?<![\w.])[a-z_]+\b/g) ?? [];
    for (const word of words)
      expect(
        known.has(word) || PROMQL.has(word) || labels.has(word) || /^(m|s|h|d)$/.test(word),
        `${word} in ${query}`,
      ).toBe(true);
  });

  it('use counters only with rate or increase, and buckets only with rate', () => {
    for (const [where, query] of queries())
      for (const [use, name] of query.matchAll(/(?:(?:rate|increase)\()?\b(refit_\w+)/g)) {
        const metric = known.get(name!);
        if (metric?.type !== 'gauge' && !where.startsWith('variable'))
          expect(use, `${where}: ${query}`).toMatch(/^(rate|increase)\(/);
      }
  });

  it('show every metric of runs, stores and workers in a panel or an alert, except a few', () => {
    const used = queries()
      .map(([, query]) => query)
      .join('\n');
    const unused = Object.values(METRICS)
      .map(({ name }) => name)
      .filter((name) => !new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`).test(used));
    expect(unused).toEqual([
      'process_start_time_seconds',
      'refit_runs_started_total',
      'refit_run_start_timestamp_seconds',
      'refit_gates_total',
      'refit_journal_entries_total',
      'refit_store_runs',
    ]);
  });
});
