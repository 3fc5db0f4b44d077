/** Decides about one instance: what it should have, what stands in the way, and what a reader needs to judge that. */
import { message } from '../messages/messages.ts';
import {
  type Alternative,
  type Change,
  type DecidingMetric,
  DIMENSIONS,
  type LeftAlone,
  type Message,
  type Recommendation,
  type Resource,
  type Size,
  totalMemory,
} from '../model.ts';
import { joinReasons } from '../plan/resolve/join-reasons.ts';
import { factsOf } from '../rules/facts.ts';
import { RULES } from '../rules/rules.ts';
import { DAY } from '../units.ts';
import { memoryShare, nextTo, soldValues } from './sizes.ts';
import { alwaysEvicts, bindsAt, type Known, type Wanted, want } from './want.ts';

export interface Deciding extends Known {
  /** The class of the sizing file whose rules count; null: the rules for all. */
  readonly className: string | null;
  /** Why the sizing file leaves it alone; null: it does not. */
  readonly leftAlone: LeftAlone | null;
}

/** The advice for one instance. The cost of a month is null: prices are asked later. */
export function decide(deciding: Deciding): Recommendation {
  const { instance, evidence, className } = deciding;
  const wanted = want(deciding);
  const obstacle = obstacleTo(wanted, deciding);
  const advised = obstacle === null ? wanted.size : null;
  return {
    instance: instance.id,
    name: instance.name,
    region: instance.region,
    profile: instance.profile,
    verdict: obstacle === null ? wanted.verdict : 'blocked',
    metric: wanted.metric,
    current: instance.size,
    advised,
    without: obstacle === null ? null : wanted.size,
    reason:
      obstacle ?? joinReasons(wanted.reason, unevenness(wanted, deciding)?.reason ?? null) ?? wanted.reason,
    risk: riskOf(wanted, deciding),
    confidence: confidenceOf(wanted, deciding),
    ...alternativesOf(wanted, advised, obstacle, deciding),
    billedMemory: advised === null ? 0 : totalMemory(advised) - totalMemory(instance.size),
    monthly: null,
    evidence,
    class: className,
  };
}

/** Why the wanted change is not advised; null: it is, or there is none. */
function obstacleTo(wanted: Wanted, deciding: Deciding): Message | null {
  const { verdict, size, metric } = wanted;
  const { instance, leftAlone, offer } = deciding;
  if (leftAlone !== null)
    return message('advice.left-alone', { because: leftAlone.because, line: leftAlone.location.line });
  if (verdict === 'insufficient-data' || verdict === 'optimal') return null;
  if (size === null) {
    if (verdict === 'reshape' && metric !== null && isLoad(metric))
      return message('advice.needs-other-cure', { resource: metric });
    const largest = soldValues(offer, 'memoryPerShard').at(-1) ?? null;
    return message('advice.nothing-larger', { dimension: 'memoryPerShard', largest });
  }
  const uneven = unevenness(wanted, deciding);
  if (uneven !== null && !uneven.isUrgent) return uneven.reason;
  return cooldown(size, deciding) ?? refusal(changeTo(instance.size, size), deciding);
}

/** The change of the one dimension in which sizes differ. */
export function changeTo(from: Size, to: Size): Change {
  const dimension = DIMENSIONS.find((one) => from[one] !== to[one])!;
  return { dimension, from: from[dimension], to: to[dimension] };
}

/** The fullest shard alone forces growth, and the average one would not; null if that is not so. */
function unevenness(
  { metric, size }: Wanted,
  { evidence, rules, instance }: Deciding,
): { readonly reason: Message; readonly isUrgent: boolean } | null {
  const { memory } = evidence;
  if (metric !== 'memory' || memory === null || memory.skew <= rules.uneven) return null;
  if (size === null || totalMemory(size) <= totalMemory(instance.size)) return null;
  const share = memoryShare(memory.within.horizon, instance.size, instance.size);
  const average = share / memory.skew;
  if (average >= rules.memory.growAt) return null;
  // Big keys are not found in days: what will be full must grow.
  return { reason: message('advice.uneven', { skew: memory.skew, average }), isUrgent: share >= FULL };
}

/** Nothing shrinks soon after a change of its size. */
function cooldown(size: Size, { evidence, rules, instance }: Deciding): Message | null {
  const last = evidence.changes.at(-1);
  if (last === undefined || totalMemory(size) >= totalMemory(instance.size)) return null;
  const until = last.by + rules.shrink.cooldown;
  return until <= evidence.until ? null : message('advice.cooldown', { by: last.by, until });
}

/** The provider's refusal of the change, predicted from what is known. */
function refusal(change: Change, { instance, offer }: Deciding): Message | null {
  const facts = factsOf(instance, change, { offer });
  for (const { code, severity, check } of RULES) {
    const reason = severity === 'error' ? (check?.(facts) ?? null) : null;
    if (reason !== null) return message('advice.refused', { code, reason });
  }
  return null;
}

/** From this share on, percent, memory is as good as full. */
const FULL = 90;
/** Days in which a team can just act. */
const SOON = 3;

function riskOf(wanted: Wanted, { evidence, knowledge, rules, instance }: Deciding): Recommendation['risk'] {
  const { memory } = evidence;
  const policy = knowledge.evictionPolicy;
  if (memory === null) return { level: 1, message: message('advice.risk-unknown') };
  const { metric, size, verdict } = wanted;
  if (verdict === 'reshape' && metric !== null && isLoad(metric))
    return { level: 3, message: message('advice.risk-resource', { resource: metric }) };
  if (size !== null && totalMemory(size) < totalMemory(instance.size))
    return riskOfLess(wanted, memory.within.shrink, policy);
  const present = memoryShare((memory.recentPeak ?? memory.peak).value, instance.size, instance.size);
  const days = memory.daysUntil.earliest;
  const full = message('advice.risk-full', { policy, days });
  if (alwaysEvicts(evidence))
    return { level: 1, message: message('advice.risk-full', { policy, days: null }) };
  if (verdict === 'optimal' || verdict === 'insufficient-data') {
    if (days === null) return { level: 0, message: message('advice.risk-none') };
    return { level: present >= FULL ? 4 : days <= rules.horizon / DAY ? 2 : 0, message: full };
  }
  const level = present >= FULL || metric === 'evictions' ? 4 : days !== null && days <= SOON ? 3 : 2;
  return { level, message: full };
}

/** The risk of a smaller size. @param need MB of the fullest shard. */
function riskOfLess({ size, metric }: Wanted, need: number, policy: string | null): Recommendation['risk'] {
  if (metric === 'replicas') return { level: 2, message: message('advice.risk-fewer-replicas') };
  const room = size!.memoryPerShard - need;
  if (room < 0) return { level: 2, message: message('advice.risk-fewer-shards') };
  return { level: 1, message: message('advice.risk-shrink', { room, policy }) };
}

/** Shares of the lookback, and of the shard's memory by which the trend may be wrong within the horizon. */
const COMPLETE = 0.95;
const PRECISE = 0.05;

function confidenceOf(
  { verdict }: Wanted,
  { evidence, rules, instance, knowledge }: Deciding,
): Recommendation['confidence'] {
  const { memory, hours, forShrinking } = evidence;
  if (memory === null) return null;
  const error = memory.trendError;
  const isPrecise = (error * rules.horizon) / DAY <= PRECISE * instance.size.memoryPerShard;
  const isLong = 100 * forShrinking.found >= rules.shrink.found * forShrinking.of;
  const isSure = hours.found >= COMPLETE * hours.of && isPrecise;
  const knowsLimits = verdict !== 'shrink' || knowledge.limitsOf !== null;
  const level = isSure && knowsLimits ? 'high' : isLong && isPrecise ? 'medium' : 'low';
  return { level, message: message('advice.confidence', { ...hours, weekly: memory.weekly, error }) };
}

/** The next sizes beside the advised or the present one, and why they are not advised. */
function alternativesOf(
  { reason, metric }: Wanted,
  advised: Size | null,
  obstacle: Message | null,
  deciding: Deciding,
): Pick<Recommendation, 'smaller' | 'larger'> {
  const { instance, evidence, offer, rules } = deciding;
  const { memory } = evidence;
  const { size } = instance;
  const base = advised ?? size;
  const dimension = advised === null ? 'memoryPerShard' : changeTo(size, advised).dimension;
  if (memory === null || dimension === 'replicas') return { smaller: null, larger: null };
  const grows = advised !== null && totalMemory(advised) > totalMemory(size);
  const load = grows && metric !== null && isLoad(metric) ? metric : null;
  const resource = load ?? 'memory';
  const within = load !== null ? null : (grows ? rules.grow.holds : rules.shrink.holds) / DAY;
  const reached = (to: Size): number =>
    load === null
      ? memoryShare(grows ? memory.within.grow : memory.within.shrink, size, to)
      : ((evidence[load]?.recent ?? 0) * size.shards) / to.shards;
  const { fit, growAt } = rules[resource];
  const notForMemory = (to: Size): Message => {
    const bound = advised === null ? null : bindsAt(deciding, to);
    return bound === null ? reason : message('advice.bound-by', { metric: bound, size: to });
  };
  const isTooSmall = (to: Size): Message =>
    reached(to) <= fit
      ? (obstacle ?? notForMemory(to))
      : message('advice.too-small', { resource, shards: size.shards, share: reached(to), fit, within });
  const isNotNeeded = (): Message =>
    obstacle !== null || reached(base) >= growAt
      ? (obstacle ?? reason)
      : message('advice.larger-not-needed', { resource, shards: size.shards, share: reached(base), growAt });
  const beside = (value: number | null, why: (to: Size) => Message): Alternative | null => {
    if (value === null) return null;
    const to = { ...base, [dimension]: value };
    return { size: to, reason: why(to) };
  };
  const { smaller, larger } = nextTo(soldValues(offer, dimension), base[dimension]);
  return { smaller: beside(smaller, isTooSmall), larger: beside(larger, isNotNeeded) };
}

function isLoad(metric: DecidingMetric): metric is Exclude<Resource, 'memory'> {
  return metric === 'cpu' || metric === 'connections' || metric === 'bandwidth';
}
