/**
 * A strict reader of the text format of Prometheus, written from prometheus.io/docs/instrumenting/exposition_formats. It
 * refuses what Prometheus refuses: a second TYPE, a sample outside of its group, a series twice, a wrong escape, buckets
 * that shrink.
 */
export interface ReadMetrics {
  readonly types: ReadonlyMap<string, string>;
  /** Value by series, such as `refit_runs{state="working"}`, with the labels as they are in the text. */
  readonly values: ReadonlyMap<string, number>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"`;
const SAMPLE = new RegExp(
  String.raw`^(${NAME})(\{${LABEL}(?:,${LABEL})*\})? (\+Inf|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$`,
);

/** @throws Error for a line that Prometheus would not take. */
export function readMetrics(text: string): ReadMetrics {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const types = new Map<string, string>();
  const values = new Map<string, number>();
  let present = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'TYPE') {
      if (types.has(name)) throw new Error(`two types: ${line}`);
      if (!['gauge', 'counter', 'histogram'].includes(rest)) throw new Error(line);
      types.set(name, rest);
      present = name;
    }
    if (kind !== undefined) continue;
    const sample = SAMPLE.exec(line);
    if (sample === null) throw new Error(`not a sample: ${JSON.stringify(line)}`);
    const [, own = '', labels = '', value = ''] = sample;
    const family = types.get(present) === 'histogram' ? own.replace(/_(bucket|sum|count)$/, '') : own;
    if (family !== present) throw new Error(`${own} is outside of its group`);
    if (types.get(present) === 'counter' && !own.endsWith('_total')) throw new Error(`${own} needs _total`);
    const series = `${own}${labels}`;
    if (values.has(series)) throw new Error(`twice: ${series}`);
    values.set(series, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value));
  }
  checkBuckets(values);
  return { types, values };
}

/** The buckets of one histogram grow, and the last one is its count. */
function checkBuckets(values: ReadMetrics['values']): void {
  const last = new Map<string, number>();
  for (const [series, value] of values) {
    const match = /^(.+)_bucket(?:\{(.*),?le="([^"]+)"\})$/.exec(series);
    if (match === null) continue;
    const [, name = '', labels = '', le] = match;
    const key = `${name}{${labels.replace(/,$/, '')}}`;
    if (value < (last.get(key) ?? 0)) throw new Error(`a bucket shrinks: ${series}`);
    last.set(key, value);
    const count = values.get(`${name}_count${labels === '' ? '' : `{${labels.replace(/,$/, '')}}`}`);
    if (le === '+Inf' && count !== value) throw new Error(`${series} is not the count`);
  }
}
