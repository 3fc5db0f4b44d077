/**
 * What an instance should have, whatever stands in the way. The first row that applies decides.
 *
 *   no value, or no recent one           insufficient-data
 *   evicts on most days                  optimal: a cache that is full on purpose (with `caches: grow`: grow)
 *   evicted lately                       grow
 *   memory reaches growAt in time        grow; without a larger shard: reshape to more shards
 *   CPU, connections or bandwidth bind   reshape to more shards, or more replicas where they serve reads
 *   a smaller size holds                 shrink, if its history is long enough and nothing else binds
 *   fewer shards or replicas would do    reshape, if the sizing file wants that
 *   anything else                        optimal
 */
import { message } from '../messages/messages.ts';
import {
  type DecidingMetric,
  EDITIONS,
  type Evidence,
  type Instance,
  type InstanceKnowledge,
  type LoadFigure,
  type MemoryFigure,
  type Message,
  type Offer,
  type Resource,
  type Size,
  type SizingRules,
  totalMemory,
  type Verdict,
} from '../model.ts';
import { DAY } from '../units.ts';
import { RECENT } from './measure.ts';
import { memoryShare, nextTo, soldValues } from './sizes.ts';

/** What is known about one instance. */
export interface Known {
  readonly instance: Instance;
  readonly evidence: Evidence;
  readonly offer: Offer | null | 'unknown';
  readonly knowledge: InstanceKnowledge;
  readonly rules: SizingRules;
}

/** A wanted verdict. The size is null if it stays, or if none is sold. */
export interface Wanted {
  readonly verdict: Verdict;
  readonly metric: DecidingMetric | null;
  readonly size: Size | null;
  readonly reason: Message;
}

/** With memory values. */
interface Measured extends Known {
  readonly memory: MemoryFigure;
}

/** The least part of the hours that growth needs. */
const GROW_FOUND = 0.75;

/** What the instance should have. */
export function want(known: Known): Wanted {
  const { evidence } = known;
  const { memory, forGrowing } = evidence;
  if (memory === null)
    return { verdict: 'insufficient-data', metric: null, size: null, reason: message('advice.no-history') };
  if (forGrowing.found < GROW_FOUND * forGrowing.of) {
    const reason = message('advice.stale', { last: (memory.recentPeak ?? memory.peak).at, ...forGrowing });
    return { verdict: 'insufficient-data', metric: null, size: null, reason };
  }
  const measured = { ...known, memory };
  return (
    evicting(measured) ??
    growing(measured) ??
    bound(measured) ??
    shrinking(measured) ??
    fewerShards(measured) ??
    fewerReplicas(measured) ??
    fits(measured)
  );
}

function evicting(known: Measured): Wanted | null {
  const { evidence, rules, instance, memory } = known;
  const { keys, hours, days, ofDays, last } = evidence.evicted;
  if (last === null) return null;
  if (alwaysEvicts(evidence)) {
    const reason = message('advice.evicts-always', { evicting: days, of: ofDays });
    if (rules.caches === 'keep') return { verdict: 'optimal', metric: 'evictions', size: null, reason };
    return { ...moreMemory(known, instance.size.memoryPerShard + 1), metric: 'evictions', reason };
  }
  if (last < evidence.until - RECENT) return null;
  const need = Math.max(memory.within.grow, instance.size.memoryPerShard);
  const reason = message('advice.evicts-lately', { keys, hours });
  return { ...moreMemory(known, (100 * need) / rules.memory.fit), metric: 'evictions', reason };
}

/** From this part of the days on, a cache is full on purpose; and the least days to tell. */
const ALWAYS = 0.5;
const LEAST_DAYS = 7;

/** Whether it evicts on most days, so that it is full on purpose. */
export function alwaysEvicts({ evicted: { days, ofDays } }: Evidence): boolean {
  return ofDays >= LEAST_DAYS && days >= ALWAYS * ofDays;
}

function growing(known: Measured): Wanted | null {
  const { memory, rules, instance } = known;
  const { size } = instance;
  const share = memoryShare(memory.within.horizon, size, size);
  if (share < rules.memory.growAt) return null;
  const within = rules.horizon / DAY;
  const reason = message('advice.memory-grows', {
    shards: size.shards,
    need: memory.within.horizon,
    share,
    within,
  });
  return { ...moreMemory(known, (100 * memory.within.grow) / rules.memory.fit), metric: 'memory', reason };
}

/** The smallest size with so much memory per shard at the present shards. If none is sold: more shards. */
function moreMemory({ instance, offer }: Known, least: number): Pick<Wanted, 'verdict' | 'size'> {
  const { size, edition } = instance;
  const memoryPerShard = soldValues(offer, 'memoryPerShard').find(
    (one) => one >= least && one > size.memoryPerShard,
  );
  if (memoryPerShard !== undefined) return { verdict: 'grow', size: { ...size, memoryPerShard } };
  const shards = isCluster(edition)
    ? soldValues(offer, 'shards').find(
        (one) => one > size.shards && one * size.memoryPerShard >= least * size.shards,
      )
    : undefined;
  if (shards !== undefined) return { verdict: 'reshape', size: { ...size, shards } };
  return { verdict: 'grow', size: null };
}

function isCluster(edition: Instance['edition']): boolean {
  return EDITIONS.some(({ name, architecture }) => name === edition && architecture === 'cluster');
}

/** What binds besides memory. */
const LOADS = ['cpu', 'connections', 'bandwidth'] as const;

function bound(known: Measured): Wanted | null {
  const { evidence, rules, instance, offer } = known;
  const binding = LOADS.flatMap((resource) => {
    const load = evidence[resource];
    return load !== null && load.recent >= rules[resource].growAt ? [{ resource, load }] : [];
  }).sort((a, b) => pressure(b, rules) - pressure(a, rules))[0];
  if (binding === undefined) return null;
  const { resource, load } = binding;
  const { growAt: limit, statistic } = rules[resource];
  const reason = message('advice.resource-binds', { resource, value: load.recent, limit, statistic });
  const { size } = instance;
  if (isCluster(instance.edition)) {
    const shards = soldValues(offer, 'shards').find(
      (one) => one > size.shards && (load.recent * size.shards) / one <= rules[resource].fit,
    );
    const wanted = shards === undefined ? null : { ...size, shards };
    return { verdict: 'reshape', metric: resource, size: wanted, reason };
  }
  const replicas =
    resource === 'cpu' && readsFromReplicas(instance)
      ? nextTo(soldValues(offer, 'replicas'), size.replicas).larger
      : null;
  return {
    verdict: 'reshape',
    metric: resource,
    size: replicas === null ? null : { ...size, replicas },
    reason,
  };
}

function pressure({ resource, load }: { resource: Resource; load: LoadFigure }, rules: SizingRules): number {
  return load.recent / rules[resource].growAt;
}

function readsFromReplicas(instance: Instance): boolean {
  return instance.readsFromReplicas === true;
}

/** The provider accepts a smaller size from 1.3 x the memory in use on (docs/provider.md P14); a little room is left. */
const REDUCTION = 1.3 * 1.05;

function shrinking(known: Measured): Wanted | null {
  const { memory, rules, instance, offer } = known;
  const { size } = instance;
  const used = (memory.recentPeak ?? memory.peak).value;
  const least = Math.max((100 * memory.within.shrink) / rules.memory.fit, used * REDUCTION);
  const sizes = soldValues(offer, 'memoryPerShard')
    .filter((one) => one >= least && one < size.memoryPerShard)
    .map((memoryPerShard) => ({ ...size, memoryPerShard }));
  if (sizes[0] === undefined) return null;
  const refused = refusedShrink(known, sizes[0]);
  if (refused !== null) return refused;
  const chosen = sizes.find((one) => bindsAt(known, one) === null);
  if (chosen === undefined) return boundBy(bindsAt(known, sizes[0])!, sizes[0]);
  const saves = 100 * (1 - totalMemory(chosen) / totalMemory(size));
  if (saves < rules.shrink.saves)
    return stays('memory', message('advice.saves-little', { saves, least: rules.shrink.saves }));
  const within = rules.shrink.holds / DAY;
  const share = memoryShare(memory.within.shrink, size, chosen);
  const reason = message('advice.fits-smaller', {
    ...{ shards: size.shards, need: memory.within.shrink, share, size: chosen, within },
  });
  return { verdict: 'shrink', metric: 'memory', size: chosen, reason };
}

/** Why no smaller size is advised at all, although one would hold the data. */
function refusedShrink({ evidence, rules }: Measured, size: Size): Wanted | null {
  const { allow, found: share } = rules.shrink;
  if (!allow) return stays('memory', message('advice.no-shrinks'));
  const { found, of } = evidence.forShrinking;
  if (100 * found < share * of) {
    const reason = message('advice.short-history', { found, of, share, size });
    return { verdict: 'insufficient-data', metric: 'memory', size: null, reason };
  }
  const { keys, last } = evidence.evicted;
  if (last !== null) return stays('evictions', message('advice.evicted', { keys, last }));
  if (evidence.throttledHours > 0) return boundBy('bandwidth', size);
  if (evidence.cpu !== null && evidence.cpu.value >= rules.cpu.growAt) return boundBy('cpu', size);
  return null;
}

function stays(metric: DecidingMetric, reason: Message): Wanted {
  return { verdict: 'optimal', metric, size: null, reason };
}

function boundBy(metric: Resource, size: Size): Wanted {
  return stays(metric, message('advice.bound-by', { metric, size }));
}

/** Connections or bandwidth if they would not fit a size; null if they do, as far as its limits are known. */
export function bindsAt({ evidence, rules, instance, knowledge }: Known, size: Size): Resource | null {
  const now = knowledge.limitsOf?.(instance.size) ?? null;
  const then = knowledge.limitsOf?.(size) ?? null;
  const shards = instance.size.shards / size.shards;
  for (const resource of ['connections', 'bandwidth'] as const) {
    const load = evidence[resource];
    if (load === null) continue;
    const ratio = now === null || then === null ? shards : now[resource] / then[resource];
    // What is above its fit already stays as it is.
    if (ratio > 1 && load.value * ratio > rules[resource].fit) return resource;
  }
  return null;
}

function fewerShards(known: Measured): Wanted | null {
  const { memory, rules, instance, offer, evidence } = known;
  const { size } = instance;
  if (!rules.fewerShards || size.shards < 2) return null;
  const holds = (shards: number): boolean => {
    const fewer = { ...size, shards };
    const cpu = evidence.cpu === null ? 0 : (evidence.cpu.value * size.shards) / shards;
    return (
      memoryShare(memory.within.shrink, size, fewer) <= rules.memory.fit &&
      cpu <= rules.cpu.fit &&
      bindsAt(known, fewer) === null
    );
  };
  const shards = soldValues(offer, 'shards').find((one) => one < size.shards && holds(one));
  if (shards === undefined) return null;
  const fewer = { ...size, shards };
  const within = rules.shrink.holds / DAY;
  const share = memoryShare(memory.within.shrink, size, fewer);
  const reason = message('advice.fewer-shards', { share, shards, within });
  return refusedShrink(known, fewer) ?? { verdict: 'reshape', metric: 'memory', size: fewer, reason };
}

function fewerReplicas(known: Measured): Wanted | null {
  const { rules, instance, offer } = known;
  const { size } = instance;
  if (!rules.fewerReplicas || size.replicas < 2 || readsFromReplicas(instance)) return null;
  if (!soldValues(offer, 'replicas').includes(1)) return null;
  const fewer = { ...size, replicas: 1 };
  const reason = message('advice.idle-replicas', { replicas: size.replicas });
  return refusedShrink(known, fewer) ?? { verdict: 'reshape', metric: 'replicas', size: fewer, reason };
}

function fits({ memory, rules, instance: { size } }: Measured): Wanted {
  const within = rules.shrink.holds / DAY;
  const share = memoryShare(memory.within.shrink, size, size);
  return stays('memory', message('advice.fits', { shards: size.shards, share, within }));
}
