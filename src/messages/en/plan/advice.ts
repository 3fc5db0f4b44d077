/** Why an instance should change its size, or not, in English. Memory is MB of one shard; shares are percent. */
import type {
  DecidingMetric,
  Dimension,
  Message,
  Resource,
  Size,
  Statistic,
  Verdict,
} from '../../../model.ts';
import type { Say } from '../../text.ts';
import { count, formatValue } from '../format-size.ts';
import { memory, size as wholeSize } from '../quantities.ts';

/** What an instance uses, as the subject of a sentence. */
const RESOURCE: Readonly<Record<Resource, string>> = {
  memory: 'memory of the fullest shard',
  cpu: 'CPU of the busiest node',
  connections: 'connections',
  bandwidth: 'bandwidth',
};

/** What needs memory, as the subject of a sentence. */
const needs = (shards: number): string => (shards === 1 ? 'it' : 'the fullest shard');
const resourceOf = (resource: Resource, shards: number): string =>
  resource === 'memory' && shards === 1 ? 'memory' : RESOURCE[resource];

/** Memory without decimals. */
const whole = (mb: number): string => memory(Math.ceil(mb));
const percent = (value: number): string => `${Math.round(value * 10) / 10}%`;
const days = (number: number): string => count(number, 'day');
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const hour = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const statistic = (name: Statistic): string => (name === 'max' ? 'the peak' : name);

export const advice = {
  /** One piece of advice as a finding. */
  'advice.finding': (
    {
      verdict,
      current,
      advised,
      reason,
    }: { verdict: Verdict; current: Size; advised: Size | null; reason: Message },
    say: Say,
  ): string =>
    `${verdict}: ${wholeSize(current)}${advised === null ? '' : ` -> ${wholeSize(advised)}`}; ${say(reason)}`,
  'advice.no-history': (): string => 'no value of its memory is stored',
  'advice.stale': ({ last, found, of }: { last: number; found: number; of: number }): string =>
    `only ${found} of the last ${of} hours have a value; the newest peak in the history is of ${hour(last)}`,
  'advice.short-history': ({
    found,
    of,
    share,
    size,
  }: {
    found: number;
    of: number;
    /** The least part of the hours, percent. */
    share: number;
    /** The size that its use would allow. */
    size: Size;
  }): string =>
    `its use would allow ${wholeSize(size)}, but ${found} of the last ${of} hours have a value, and a smaller size needs ${percent(share)} of them`,
  'advice.memory-grows': ({
    shards,
    need,
    share,
    within,
  }: {
    shards: number;
    need: number;
    share: number;
    within: number;
  }): string =>
    `${needs(shards)} needs up to ${whole(need)} within ${days(within)}, ${percent(share)} of its memory`,
  'advice.evicts-lately': ({ keys, hours }: { keys: number; hours: number }): string =>
    `it evicted ${Math.round(keys).toLocaleString('en-US')} keys in ${count(hours, 'hour')}: its memory is too small already`,
  'advice.evicts-always': ({ evicting, of }: { evicting: number; of: number }): string =>
    `it evicts keys on ${evicting} of ${days(of)}: a cache that is full on purpose`,
  'advice.resource-binds': ({
    resource,
    value,
    limit,
    statistic: name,
  }: {
    resource: Resource;
    value: number;
    limit: number;
    statistic: Statistic;
  }): string =>
    `${RESOURCE[resource]}: ${statistic(name)} of 7 days is ${percent(value)}, and ${percent(limit)} is the limit`,
  'advice.fits-smaller': ({
    shards,
    need,
    share,
    size,
    within,
  }: {
    shards: number;
    need: number;
    share: number;
    size: Size;
    within: number;
  }): string =>
    `${needs(shards)} needs at most ${whole(need)} within ${days(within)}, ${percent(share)} of ${memory(size.memoryPerShard)}`,
  'advice.fewer-shards': ({
    share,
    shards,
    within,
  }: {
    share: number;
    shards: number;
    within: number;
  }): string =>
    `${count(shards, 'shard')} hold the data: ${percent(share)} of the fullest one within ${days(within)}`,
  'advice.idle-replicas': ({ replicas }: { replicas: number }): string =>
    `${count(replicas, 'replica')}, and none serves reads: one is enough for failover`,
  'advice.fits': ({ shards, share, within }: { shards: number; share: number; within: number }): string =>
    `${needs(shards)} needs at most ${percent(share)} of its memory within ${days(within)}, and no smaller size fits`,
  'advice.bound-by': ({ metric, size }: { metric: DecidingMetric; size: Size }): string =>
    `its memory would fit in ${wholeSize(size)}, but ${metric === 'evictions' || metric === 'replicas' ? metric : RESOURCE[metric]} would not`,
  'advice.evicted': ({ keys, last }: { keys: number; last: number }): string =>
    `it evicted ${Math.round(keys).toLocaleString('en-US')} keys at this size, the last ones on ${day(last)}: a smaller one would evict more`,
  'advice.no-shrinks': (): string => 'a smaller size would fit, but shrink.allow is false',
  'advice.saves-little': ({ saves, least }: { saves: number; least: number }): string =>
    `a smaller size would save ${percent(saves)} of its memory, less than ${percent(least)}`,

  'advice.left-alone': ({ because, line }: { because: 'auto-scaling' | 'excluded'; line: number }): string =>
    because === 'auto-scaling'
      ? `the provider's own scaling changes it (sizing file, line ${line})`
      : `the sizing file excludes it (line ${line})`,
  'advice.uneven': ({ skew, average }: { skew: number; average: number }): string =>
    `its shards are uneven: the fullest holds ${Math.round(skew * 100) / 100} times the average, which is at ${percent(average)}. More memory pays for all shards to help one. Look for big keys first`,
  'advice.nothing-larger': ({
    dimension,
    largest,
  }: {
    dimension: Dimension;
    largest: number | null;
  }): string =>
    `no larger ${dimension} is sold for it${largest === null ? '' : `; the largest is ${formatValue(dimension, largest)}`}`,
  'advice.needs-other-cure': ({ resource }: { resource: Resource }): string =>
    resource === 'cpu'
      ? 'more memory does not help CPU: move it to a cluster, or let replicas serve reads'
      : resource === 'connections'
        ? 'more memory does not help: raise its connection limit at the provider, or move it to a cluster'
        : 'more memory does not help: buy more bandwidth, or move it to a cluster',
  'advice.cooldown': ({ by, until }: { by: number; until: number }): string =>
    `its size changed on ${day(by)}; no smaller size before ${day(until)}`,
  'advice.refused': ({ code, reason }: { code: string; reason: Message }, say: Say): string =>
    `${code}: ${say(reason)}`,

  'advice.too-small': ({
    resource,
    shards,
    share,
    fit,
    within,
  }: {
    resource: Resource;
    shards: number;
    share: number;
    fit: number;
    /** Days ahead; null: as it was in the lookback. */
    within: number | null;
  }): string =>
    `${resourceOf(resource, shards)} would reach ${percent(share)}${within === null ? '' : ` within ${days(within)}`}; at most ${percent(fit)} is allowed`,
  'advice.larger-not-needed': ({
    resource,
    shards,
    share,
    growAt,
  }: {
    resource: Resource;
    shards: number;
    share: number;
    growAt: number;
  }): string =>
    `not needed: ${resourceOf(resource, shards)} reaches ${percent(share)} at most, and ${percent(growAt)} is the limit`,

  'advice.risk-none': (): string => 'none seen',
  'advice.risk-unknown': (): string => 'unknown, without history',
  'advice.risk-full': ({ policy, days: until }: { policy: string | null; days: number | null }): string => {
    const when =
      until === null
        ? 'When it is full'
        : until === 0
          ? 'It is above its limit now. When it is full'
          : `Its limit may be reached in ${days(until)}. When it is full`;
    return `${when}, ${whenFull(policy)}`;
  },
  'advice.risk-resource': ({ resource }: { resource: Resource }): string =>
    resource === 'cpu'
      ? 'Commands become slow'
      : resource === 'connections'
        ? 'New clients are refused'
        : 'The provider slows traffic down',
  'advice.risk-shrink': ({ room, policy }: { room: number; policy: string | null }): string =>
    `A jump of ${whole(room)} in one shard would fill it; then ${whenFull(policy)}`,
  'advice.risk-fewer-shards': (): string =>
    'CPU, connections and bandwidth shrink with the shards, and data moves',
  'advice.risk-fewer-replicas': (): string => 'One replica less to fail over to',

  'advice.confidence': ({
    found,
    of,
    weekly,
    error,
  }: {
    found: number;
    of: number;
    weekly: boolean;
    /** MB a day. */
    error: number;
  }): string =>
    `${found} of ${of} hours have a value${weekly ? '; the days of the week differ' : ''}${error >= 1 ? `; the trend is known to ${whole(error)} a day` : ''}`,
};

function whenFull(policy: string | null): string {
  if (policy === null) return 'it evicts keys or refuses writes, as its maxmemory-policy says';
  return policy === 'noeviction' ? 'it refuses writes (noeviction)' : `it evicts keys (${policy})`;
}
