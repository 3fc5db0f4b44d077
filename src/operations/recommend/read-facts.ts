/** Reads the facts that would make the advice of a short list better: eviction policies, and limits of sizes. */
import type { CloudReader } from '../../cloud/cloud.ts';
import type { Message } from '../../model.ts';
import { readEvictionPolicies } from './read-eviction-policies.ts';
import { type ReadListeners, readSizeLimits } from './read-size-limits.ts';
import type { ReadFacts } from './recommend-fleet.ts';

export interface FactListeners extends ReadListeners {
  /** Receives what could not be read. */
  readonly onNote: (note: Message) => void;
}

/** Creates the function that `recommendFleet` reads facts with. Advice goes on without what is refused. */
export function factsFrom(
  reader: Pick<CloudReader, 'describeSizeLimits' | 'describeEvictionPolicy'>,
  { onNote, onProgress }: FactListeners,
): ReadFacts {
  return async (wanted) => {
    const full = wanted.filter(({ policy }) => policy).map(({ instance }) => instance);
    const { policyOf, ...policies } = await readEvictionPolicies(reader, full, { onProgress });
    const { limitsOf, ...limits } = await readSizeLimits(reader, wanted, { onProgress });
    for (const note of [...policies.notes, ...limits.notes]) onNote(note);
    const sizes = new Map(wanted.map((one) => [one.instance, one.sizes]));
    return (instance) => {
      const asked = sizes.get(instance) ?? [];
      const isKnown = asked.length > 0 && asked.every((size) => limitsOf(instance, size) !== null);
      return {
        evictionPolicy: policyOf(instance),
        limitsOf: isKnown ? (size) => limitsOf(instance, size) : null,
      };
    };
  };
}
