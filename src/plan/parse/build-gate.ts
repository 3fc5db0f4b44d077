/** A wave's gate and thresholds as written, after the schema, as nouns. */
import { given } from '../../given.ts';
import type { Gate, MetricName, WaveConduct } from '../../model.ts';
import { MINUTE } from '../../units.ts';
import {
  parseComparison,
  parseDuration,
  parsed,
  parseGateDuration,
  parseThreshold,
  sure,
} from './quantity.ts';

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
const DEFAULTS = { timeout: MINUTE, over: 5 * MINUTE, onInconclusive: 'pause' } as const;

export function buildGate(written: WrittenGate): Gate {
  const { failed, unknown, duration, metric, command, url, timeout } = written;
  return {
    ...buildThresholds({ failed, unknown }),
    ...given({
      duration: parsed(duration, parseGateDuration),
      metric: metric && {
        name: metric.name,
        fails: sure(parseComparison(metric.fails)),
        over: parsed(metric.over, parseDuration) ?? DEFAULTS.over,
      },
      command,
      url,
    }),
    timeout: parsed(timeout, parseDuration) ?? DEFAULTS.timeout,
    onInconclusive: written.onInconclusive ?? DEFAULTS.onInconclusive,
    shadow: written.shadow ?? false,
  };
}

/** The thresholds that are written, and no others. */
export function buildThresholds(written: {
  readonly failed?: string | undefined;
  readonly unknown?: string | undefined;
}): NonNullable<WaveConduct['haltWhen']> {
  return given({
    failed: parsed(written.failed, parseThreshold),
    unknown: parsed(written.unknown, parseThreshold),
  });
}
