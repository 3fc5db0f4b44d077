/** What Refit could not collect of the use of a fleet, in English. `code` and `answer` are the provider's. */
import type { Text } from '../../text.ts';

/** One region as one identity sees it. */
export interface UsageScope {
  readonly region: string;
  readonly profile: string;
}

export interface UsageRefused extends UsageScope {
  readonly code: string;
  readonly answer: string;
}

export const usage = {
  'usage.region-refused': ({ region, profile, code, answer }: UsageRefused): Text => ({
    message: `${region} (profile ${profile}) was left out: ${code}: ${answer}`,
    fix: `correct the cause, then run the same command again: refit explain ${code}`,
  }),
  'usage.region-unreachable': ({ region, profile, reason }: UsageScope & { reason: string }): Text => ({
    message: `${region} (profile ${profile}) was left out: ${reason}`,
    fix: 'run the same command again',
  }),
  'usage.metrics-refused': ({ region, profile, code, answer }: UsageRefused): Text => ({
    message: `${region} (profile ${profile}) was left out, because the units of its metrics could not be read: ${code}: ${answer}`,
    fix: 'let this identity call monitor:DescribeBaseMetrics',
  }),
  'usage.metrics-missing': ({ region, profile, metrics }: UsageScope & { metrics: string }): Text =>
    `the monitor product in ${region} (profile ${profile}) does not have: ${metrics}`,
  'usage.unit-unknown': ({
    region,
    profile,
    metric,
    unit,
  }: UsageScope & {
    metric: string;
    unit: string;
  }): Text =>
    `${metric} was left out in ${region} (profile ${profile}): Refit does not know its unit ${JSON.stringify(unit)}`,
  'usage.maximum-not-listed': ({ region, profile, metrics }: UsageScope & { metrics: string }): Text =>
    `the monitor product in ${region} (profile ${profile}) does not list the maximum as a statistic of ${metrics}: the peaks may be wrong`,
  'usage.smaller-calls': ({
    region,
    profile,
    code,
    instances,
    points,
  }: UsageScope & {
    code: string;
    instances: number;
    points: number;
  }): Text =>
    `the monitor product in ${region} (profile ${profile}) refused large calls (${code}); Refit continues with ${instances} instances and ${points} points a call, which takes more calls`,
  'usage.metric-refused': ({
    region,
    profile,
    metric,
    code,
    answer,
  }: UsageRefused & { metric: string }): Text =>
    `${metric} was left out in ${region} (profile ${profile}): ${code}: ${answer}`,
  'usage.calls-spent': ({ most, remaining }: { most: number; remaining: number }): Text => ({
    message: `stopped before the limit of ${most} calls; ${remaining} calls remain`,
    fix: 'run the same command again: it goes on where it was',
  }),
};
