/** Advice for a whole fleet, from the history of use of a store. It orders nothing. */
import { type Clock, iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import {
  type Instance,
  type InstanceKnowledge,
  type Inventory,
  RECOMMENDATIONS_FORMAT,
  type Recommendation,
  type Recommendations,
  type Sizing,
  type UsageSpan,
} from '../../model.ts';
import { rank } from '../../recommend/rank.ts';
import { type Advising, adviseAgain, factsWanted, recommendFor } from '../../recommend/recommend.ts';
import { indexOffers } from '../../rules/is-sold.ts';
import type { UsageStore } from '../../store/usage-store.ts';
import { DAY } from '../../units.ts';
import { historiesOf, isAdvised } from './histories.ts';

/** An instance, with the facts that would make its advice better. */
export interface FactsWanted extends ReturnType<typeof factsWanted> {
  readonly instance: Instance;
}

/** Reads facts of a short list of instances, the most urgent first. @returns what is known of each; nothing for one that could not be read. */
export type ReadFacts = (
  wanted: readonly FactsWanted[],
) => Promise<(instance: Instance) => InstanceKnowledge | null>;

export interface RecommendOptions {
  /** The fleet and the catalogue. */
  readonly inventory: Pick<Inventory, 'instances' | 'catalogue'>;
  readonly sizing: Sizing;
  readonly store: UsageStore;
  /** The provider whose history it is: the result of `usageProvider`. */
  readonly provider: string;
  readonly clock: Clock;
  /** Absent: no further facts, as for an inventory file. */
  readonly readFacts?: ReadFacts;
  readonly onProgress?: (subject: string, done: number, of: number) => void;
}

/** How often progress is shown. */
const EVERY = 200;

/**
 * The advice for every running instance, ranked. The memory that it takes grows with the advice, and not with the history.
 * @throws RefitError `usage` if no instance has a history.
 */
export async function recommendFleet(options: RecommendOptions): Promise<Recommendations> {
  const { inventory, sizing, clock, readFacts } = options;
  const now = clock.now();
  const advising: Advising = { sizing, sold: indexOffers(inventory.catalogue), now };
  const running = inventory.instances.filter(isAdvised);
  const found = new Map<Instance, Recommendation>();
  for await (const [instance, usage] of historiesOf(running, options, spanOf(sizing, now))) {
    found.set(instance, recommendFor(instance, usage, advising));
    if (found.size % EVERY === 0) options.onProgress?.('histories read', found.size, running.length);
  }
  if (found.size === 0 && running.length > 0)
    throw refitError(
      'usage',
      message('error.no-history', { store: options.store.name, instances: running.length }),
    );
  for (const instance of running)
    if (!found.has(instance)) found.set(instance, recommendFor(instance, null, advising));
  if (readFacts !== undefined) await adviseWithFacts(found, advising, readFacts);
  return {
    format: RECOMMENDATIONS_FORMAT,
    at: iso(now),
    sizing: sizing.file,
    rules: sizing.rules,
    recommendations: rank([...found.values()]),
    notRunning: inventory.instances.length - running.length,
  };
}

/** The longest history that any rule of a sizing file looks at. */
export function spanOf({ rules, classes }: Sizing, now: number): UsageSpan {
  const all = [rules, ...classes.map((one) => one.rules)];
  // A history may end before now, as far as growth permits.
  const longest = Math.max(
    ...all.map(({ over, shrink, grow }) => Math.max(over, shrink.history) + grow.history),
  );
  return { from: now - longest - DAY, until: now };
}

async function adviseWithFacts(
  found: Map<Instance, Recommendation>,
  advising: Advising,
  readFacts: ReadFacts,
): Promise<void> {
  const instances = new Map([...found].map(([instance, advice]) => [advice, instance]));
  const wanted: FactsWanted[] = [];
  for (const advice of rank([...found.values()])) {
    const instance = instances.get(advice)!;
    const facts = factsWanted(advice, advising.sold(instance));
    if (facts.policy || facts.sizes.length > 0) wanted.push({ instance, ...facts });
  }
  if (wanted.length === 0) return;
  const known = await readFacts(wanted);
  for (const { instance } of wanted) {
    const facts = known(instance);
    if (facts !== null) found.set(instance, adviseAgain(found.get(instance)!, instance, advising, facts));
  }
}
