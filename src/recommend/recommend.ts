/** Advice for one instance of a fleet, by a sizing file. */
import type {
  Instance,
  InstanceKnowledge,
  InstanceUsage,
  LeftAlone,
  Recommendation,
  Sizing,
  SizingClass,
} from '../model.ts';
import { matcher } from '../plan/resolve/match-selector.ts';
import type { SoldFor } from '../rules/is-sold.ts';
import { decide } from './decide.ts';
import { measureUse } from './measure.ts';

/** What advice needs besides the instance and its history. */
export interface Advising {
  readonly sizing: Sizing;
  readonly sold: SoldFor;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** Nothing besides the history is known. */
export const NOTHING_READ: InstanceKnowledge = { evictionPolicy: null, limitsOf: null };

/** The rules for an instance: those of the first class that selects it. */
export function rulesFor(
  instance: Instance,
  sizing: Sizing,
): Pick<SizingClass, 'rules'> & { readonly name: string | null } {
  const found = sizing.classes.find(({ select }) => matcher(select)(instance) === null);
  return found ?? { name: null, rules: sizing.rules };
}

/** Why a sizing file leaves an instance alone; null: it does not. */
export function leftAloneBy(instance: Instance, { leaveAlone }: Sizing): LeftAlone | null {
  return leaveAlone.find(({ select }) => matcher(select)(instance) === null) ?? null;
}

/**
 * The advice for a running instance.
 * @param usage null: it has no history.
 */
export function recommendFor(
  instance: Instance,
  usage: InstanceUsage | null,
  { sizing, sold, now }: Advising,
  knowledge: InstanceKnowledge = NOTHING_READ,
): Recommendation {
  const { name, rules } = rulesFor(instance, sizing);
  return decide({
    instance,
    evidence: measureUse(usage, instance.size, rules, now),
    offer: sold(instance),
    knowledge,
    rules,
    className: name,
    leftAlone: leftAloneBy(instance, sizing),
  });
}

/** The same advice with facts that were read since. */
export function adviseAgain(
  before: Recommendation,
  instance: Instance,
  { sizing, sold }: Advising,
  knowledge: InstanceKnowledge,
): Recommendation {
  const { name, rules } = rulesFor(instance, sizing);
  const { evidence } = before;
  const leftAlone = leftAloneBy(instance, sizing);
  return decide({ instance, evidence, offer: sold(instance), knowledge, rules, className: name, leftAlone });
}

/** The facts that would make advice better: the eviction policy, and the limits of two sizes. */
export function factsWanted({ verdict, advised, without, current, metric, risk }: Recommendation) {
  const size = advised ?? without;
  const changes = size !== null && verdict !== 'insufficient-data';
  const isLess = changes && (size.memoryPerShard < current.memoryPerShard || size.shards < current.shards);
  return {
    policy: changes || metric === 'evictions' || risk.level >= 2,
    sizes: isLess ? [current, size] : [],
  };
}
