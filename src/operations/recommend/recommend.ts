/** Which instances should change: reads the fleet, its history of use, and facts and prices for what would change. */
import type { Clock } from '../../clock.ts';
import type { CloudReader } from '../../cloud/cloud.ts';
import { given } from '../../given.ts';
import type { Instance, Inventory, Message, Recommendations, Sizing } from '../../model.ts';
import { withEstimate } from '../../recommend/estimate-cost.ts';
import type { UsageStore } from '../../store/usage-store.ts';
import { readFleet } from '../read-fleet.ts';
import { priceRecommendations } from './price-recommendations.ts';
import { factsFrom } from './read-facts.ts';
import { type ReadFacts, recommendFleet } from './recommend-fleet.ts';

/** What advice is computed from. */
export interface AdviceOptions {
  /** The live fleet, or an inventory. From an inventory, no facts and no prices are read. */
  readonly from: CloudReader | { readonly inventory: Inventory };
  /** Of the live fleet; null: every region that has instances. */
  readonly regions?: readonly string[] | null;
  readonly profile?: string | null;
  /** Absent: every instance. */
  readonly isSelected?: (instance: Instance) => boolean;
  readonly sizing: Sizing;
  readonly store: UsageStore;
  /** The provider whose history it is: the result of `usageProvider`. */
  readonly provider: string;
  readonly clock: Clock;
  /** Ask the provider for the prices of the changes. */
  readonly price?: boolean;
  /** The most calls for facts about instances that would change, the most urgent first; default: `FACT_CALLS`. */
  readonly maxCalls?: number | null;
  readonly onProgress?: (subject: string, done: number, of: number) => void;
  readonly onNotice?: (text: string) => void;
}

/** Advice about a fleet, and what it was computed from. */
export interface Advice {
  readonly recommendations: Recommendations;
  /** The selected instances, and the catalogue. */
  readonly inventory: Inventory;
  /** What could not be read. */
  readonly notes: readonly Message[];
}

/** Calls for facts without `maxCalls`: some minutes at the rate of the provider. */
export const FACT_CALLS = 2_000;

/**
 * The advice for each selected instance that runs, ranked. It orders nothing.
 * @throws RefitError if the provider cannot be read, `usage` if no instance has a history, errors of the store.
 */
export async function recommend(options: AdviceOptions): Promise<Advice> {
  const { from, sizing, clock, price = false } = options;
  const { inventory, notes: read } = await readSelected(options);
  const notes = [...read];
  const readFacts = 'inventory' in from ? undefined : factsOf(from, options, notes);
  const advised = await recommendFleet({ ...options, inventory, ...given({ readFacts }) });
  const estimated = {
    ...advised,
    recommendations: advised.recommendations.map((one) => withEstimate(one, sizing.pricePerGigabyte)),
  };
  if (!price || 'inventory' in from) return { recommendations: estimated, inventory, notes };
  const priced = await priceRecommendations(estimated, from, { clock, ...listenersOf(options) });
  return { recommendations: priced, inventory, notes };
}

/** What part of which fleet. */
export type SelectedOptions = Pick<
  AdviceOptions,
  'from' | 'regions' | 'profile' | 'isSelected' | 'clock' | 'onProgress' | 'onNotice'
>;

/** The selected instances with the catalogue, and notes on what could not be read. @throws RefitError */
export async function readSelected(
  options: SelectedOptions,
): Promise<{ readonly inventory: Inventory; readonly notes: readonly Message[] }> {
  const { from, regions = null, profile = null, clock, isSelected = () => true } = options;
  const { inventory, notes } =
    'inventory' in from
      ? { inventory: from.inventory, notes: [] }
      : await readFleet(from, { regions, profile, clock, ...listenersOf(options) });
  return { inventory: { ...inventory, instances: inventory.instances.filter(isSelected) }, notes };
}

/** Reads facts for the most urgent instances, with as many calls as are allowed. */
function factsOf(reader: CloudReader, { maxCalls, onProgress }: AdviceOptions, notes: Message[]): ReadFacts {
  const onNote = (note: Message) => notes.push(note);
  return factsFrom(reader, { onProgress, onNote, maxCalls: maxCalls ?? FACT_CALLS });
}

function listenersOf({ onProgress, onNotice }: SelectedOptions) {
  return given({ onProgress, onNotice });
}
