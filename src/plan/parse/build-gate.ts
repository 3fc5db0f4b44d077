/** A wave's gate and thresholds as written, after the schema, as nouns. */
import type { Gate, MetricName, Threshold, WaveConduct } from '../../model.ts';
import { parseComparison, parseDuration, parseGateDuration, parseThreshold } from './quantity.ts';

export interface WrittenGate {
  readonly failed?: string;
  readonly unknown?: string;
  readonly duration?: string;
  readonly metric?: { readonly name: MetricName; readonly fails: string; readonly over?: string };
  readonly command?: readonly string[];
  readonly url?: string;
  readonly timeout?: string;
  readonly onInconclusive?: Gate['onInconclusive'];
  readonly shadow?: boolean;
}

/** What holds where the plan is silent. The same defaults stand in the schema, for editors. */
const DEFAULTS = { timeout: 60_000, over: 300_000, onInconclusive: 'pause' } as const;

/** @throws Error for a spelling that the schema let through and no parser knows: our own fault. */
export function buildGate(written: WrittenGate): Gate {
  const { failed, unknown, duration, metric, command, url, timeout } = written;
  return {
    ...buildThresholds({ failed, unknown }),
    ...(duration === undefined ? {} : { duration: sure(parseGateDuration(duration)) }),
    ...(metric === undefined
      ? {}
      : {
          metric: {
            name: metric.name,
            fails: sure(parseComparison(metric.fails)),
            over: metric.over === undefined ? DEFAULTS.over : sure(parseDuration(metric.over)),
          },
        }),
    ...(command === undefined ? {} : { command }),
    ...(url === undefined ? {} : { url }),
    timeout: timeout === undefined ? DEFAULTS.timeout : sure(parseDuration(timeout)),
    onInconclusive: written.onInconclusive ?? DEFAULTS.onInconclusive,
    shadow: written.shadow ?? false,
  };
}

/** The thresholds that are written, and no others. */
export function buildThresholds(written: {
  readonly failed?: string | undefined;
  readonly unknown?: string | undefined;
}): NonNullable<WaveConduct['haltWhen']> {
  const threshold = (value: string | undefined): Threshold | null =>
    value === undefined ? null : sure(parseThreshold(value));
  const [failed, unknown] = [threshold(written.failed), threshold(written.unknown)];
  return { ...(failed ? { failed } : {}), ...(unknown ? { unknown } : {}) };
}

function sure<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined)
    throw new Error('internal error: the schema lets a spelling through that is not understood');
  return value;
}
