/** Advice for one instance of a fleet, by a sizing file. */
import type {
  Instance,
  InstanceKnowledge,
  InstanceUsage,
  LeftAlone,
  Recommendation,
  Size,
  Sizing,
  SizingClass,
} from '../model.ts';
import { matcher } from '../plan/resolve/match-selector.ts';
import type { SoldFor } from '../rules/is-sold.ts';
import { decide } from './decide.ts';
import { measureUse } from './measure.ts';
import { soldValues } from './sizes.ts';

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

/**
 * The facts that would make advice better: the eviction policy, and the limits of sizes. If the limits of the advised size are too
 * low, the next larger one is tried, so those below the present size are wanted, too.
 */
export function factsWanted(
  { verdict, advised, without, current, metric, risk }: Recommendation,
  offer: ReturnType<SoldFor>,
): { readonly policy: boolean; readonly sizes: readonly Size[] } {
  const size = advised ?? without;
  const changes = size !== null && verdict !== 'insufficient-data';
  const policy = changes || metric === 'evictions' || risk.level >= 2;
  const less = (['memoryPerShard', 'shards'] as const).find(
    (dimension) => changes && size[dimension] < current[dimension],
  );
  if (!changes || less === undefined) return { policy, sizes: [] };
  const values = [size[less], ...soldValues(offer, less)].filter(
    (value) => value >= size[less] && value < current[less],
  );
  return { policy, sizes: [current, ...[...new Set(values)].map((value) => ({ ...size, [less]: value }))] };
}
