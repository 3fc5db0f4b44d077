/** Metrics in the text format of Prometheus, version 0.0.4. Pure. */
import { escapeControls } from '../../text.ts';

/** A metric as `# HELP` and `# TYPE` describe it. */
export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  /** The names of its labels. Each has few values: no ids, no free text. */
  readonly labels: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

/** One line. `suffix` is `_bucket`, `_sum` or `_count` for a histogram. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  readonly suffix?: string;
}

/** A metric with its samples. */
export interface Family {
  readonly metric: Metric;
  readonly samples: readonly Sample[];
}

/** The content type of `formatMetrics`. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Characters that are kept of the value of a label. */
const MOST_CHARACTERS = 120;

/** One text for all families, in their order. A family without samples is left out. */
export function formatMetrics(families: readonly Family[]): string {
  return families.map(formatFamily).join('');
}

function formatFamily({ metric: { name, type, help }, samples }: Family): string {
  if (samples.length === 0) return '';
  const lines = samples.map(
    ({ labels, value, suffix = '' }) => `${name}${suffix}${formatLabels(labels)} ${formatValue(value)}\n`,
  );
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${formatLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Text from outside becomes one line of visible characters. */
function formatLabel(value: string): string {
  return escapeControls(value.slice(0, MOST_CHARACTERS)).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

/** A number as Prometheus writes it: `+Inf` for infinity. */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
