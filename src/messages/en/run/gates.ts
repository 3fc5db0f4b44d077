/** What gates judge after a wave, in English. */
import type { Comparison, Message, MetricName, Threshold } from '../../../model.ts';
import { MINUTE } from '../../../units.ts';
import type { Say, Text } from '../../text.ts';
import { count, formatThreshold } from '../format-size.ts';
import { inWords } from '../quantities.ts';

const formatSeconds = (ms: number): string => (ms < MINUTE ? `${Math.round(ms / 100) / 10} s` : inWords(ms));

const formatFigure = (value: number): string => String(Math.round(value * 100) / 100);

/** The first three, and how many more. */
function firstOf(list: readonly string[]): string {
  const more = list.length - 3;
  return `${list.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const failsAt = ({ operator, value }: Comparison): string => `fails at ${operator} ${value}`;

export const gates = {
  'gate.count': ({
    judge,
    counted,
    of,
    threshold,
  }: {
    judge: 'failed' | 'unknown';
    counted: number;
    of: number;
    threshold: Threshold;
  }): Text =>
    `${counted} of ${of} steps ${judge === 'unknown' ? 'unknown' : 'failed or refused'}, fails at "${formatThreshold(threshold)}"`,
  'gate.none-verified': (): Text => 'no resize of the wave was verified',
  'gate.no-forecast': (): Text => 'no resize of the previous waves was verified: there is no forecast',
  /** Times in milliseconds. `forecast` null: the bound is a time. */
  'gate.duration': ({
    took,
    of,
    fails,
    forecast,
  }: {
    took: number;
    of: number;
    fails: Comparison;
    forecast: number | null;
  }): Text => {
    const limit =
      forecast === null
        ? formatSeconds(fails.value)
        : `${fails.value}x the forecast of ${formatSeconds(forecast)}`;
    return `the median resize of ${of} took ${formatSeconds(took)}, fails at ${fails.operator} ${limit}`;
  },
  'gate.nothing-to-read': (): Text => 'no resize of the wave was verified: there is nothing to read',
  'gate.metric-fails': ({
    metric,
    fails,
    failing,
  }: {
    metric: MetricName;
    fails: Comparison;
    failing: readonly { readonly instance: string; readonly figure: number }[];
  }): Text =>
    `${metric} of ${firstOf(failing.map(({ instance, figure }) => `${instance} is ${formatFigure(figure)}`))}, ${failsAt(fails)}`,
  'gate.metric-missing': ({
    metric,
    missing,
    of,
  }: {
    metric: MetricName;
    missing: readonly string[];
    of: number;
  }): Text => `${metric} of ${missing.length} of ${of} instances has no figure: ${firstOf(missing)}`,
  'gate.metric-passes': ({
    metric,
    of,
    worst,
    fails,
  }: {
    metric: MetricName;
    of: number;
    worst: number;
    fails: Comparison;
  }): Text =>
    `${metric} of ${count(of, 'instance')} is ${formatFigure(worst)} at the worst, ${failsAt(fails)}`,
  'gate.metric-late': ({ metric }: { metric: MetricName }): Text => `${metric} could not be read in time`,
  'gate.metric-unreadable': ({ metric, fault }: { metric: MetricName; fault: Message }, say: Say): Text =>
    `${metric} could not be read: ${say(fault)}${say.fix(fault) === '' ? '' : ` (fix: ${say.fix(fault)})`}`,
  /** `lastLine` is the last line of the command's output. */
  'gate.command-ended': ({ exitCode, lastLine }: { exitCode: number; lastLine: string }): Text =>
    `exit ${exitCode}${lastLine === '' ? '' : `: ${lastLine}`}`,
  'gate.command-not-allowed': (): Text => 'commands are not allowed here',
  'gate.url-answered': ({ status }: { status: number }): Text => `answered ${status}`,
  'gate.url-late': (): Text => 'no answer in time',
  /** The text of the error that ended the request or the command. */
  'gate.not-judged': ({ error }: { error: string }): Text => error,
};
