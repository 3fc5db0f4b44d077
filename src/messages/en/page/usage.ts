/** The history of use of one instance as a page, in English. */
import type { UsageMetric } from '../../../model.ts';
import { counted } from '../quantities.ts';

/** What each metric is. */
const metrics: Readonly<Record<UsageMetric, string>> = {
  memory: 'memory in use',
  memoryShare: 'memory, share of the total',
  fullestShard: 'memory of the fullest node',
  cpu: 'CPU, average of the nodes',
  fullestNodeCpu: 'CPU of the busiest node',
  connections: 'connections',
  connectionsShare: 'connections, share of the limit',
  inShare: 'incoming traffic, share of the limit',
  outShare: 'outgoing traffic, share of the limit',
  inThrottled: 'incoming traffic slowed down, times',
  outThrottled: 'outgoing traffic slowed down, times',
  evicted: 'evicted keys',
  keys: 'keys',
  commands: 'commands',
  latency: 'longest latency',
};

export const usage = {
  kind: 'Refit history of use',
  title: (instance: string): string => `${instance}: history of use`,
  span: (from: string, until: string): string => `${from} to ${until} UTC`,
  /** The history of a state folder. */
  folder: 'the state folder',
  metrics,
  charts: 'Peaks over time',
  note: 'Each value is the peak of an hour, or how often something happened in it. Grey bands are gaps: the provider had no value. Dashed lines are new sizes, when Refit observed them for the first time. Shares are of the size at that time.',
  noteOfDays:
    'Each value is the peak of a day, or how often something happened in it. Grey bands are gaps: the provider had no value. Dashed lines are new sizes, when Refit observed them for the first time. Shares are of the size at that time.',
  overTime: (metric: string): string => `${metric} over time`,
  newest: (value: string): string => `newest ${value}`,
  p99: (value: string): string => `p99 ${value}`,
  maximum: (value: string): string => `maximum ${value}`,
  gaps: (count: number): string => counted(count, 'gap'),
  observed: (size: string): string => `${size} observed for the first time`,
  figures: 'Figures',
  sizes: 'Observed sizes',
  heads: {
    metric: 'metric',
    newest: 'newest',
    p99: 'p99',
    maximum: 'maximum',
    at: 'at, UTC',
    hours: 'hours',
    gaps: 'gaps',
    size: 'size',
    first: 'first observed, UTC',
    last: 'last observed, UTC',
  },
};
