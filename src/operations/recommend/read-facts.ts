/** Reads the facts that would make the advice of a short list better: eviction policies, and limits of sizes. */
import type { CloudReader } from '../../cloud/cloud.ts';
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import { readEvictionPolicies } from './read-eviction-policies.ts';
import { limitsKey, type ReadListeners, readSizeLimits } from './read-size-limits.ts';
import type { FactsWanted, ReadFacts } from './recommend-fleet.ts';

export interface FactOptions extends ReadListeners {
  /** Receives what could not be read. */
  readonly onNote: (note: Message) => void;
  /** The most calls. The last instances of the list go without facts. */
  readonly maxCalls: number;
}

/** Creates the function that `recommendFleet` reads facts with. Advice goes on without what is refused. */
export function factsFrom(
  reader: Pick<CloudReader, 'describeSizeLimits' | 'describeEvictionPolicy'>,
  { onNote, onProgress, maxCalls }: FactOptions,
): ReadFacts {
  return async (all) => {
    const wanted = withinCalls(all, maxCalls);
    const leftOut = all.length - wanted.length;
    if (leftOut > 0) onNote(message('read.facts-left-out', { most: maxCalls, count: leftOut }));
    const full = wanted.filter(({ policy }) => policy).map(({ instance }) => instance);
    const { policyOf, ...policies } = await readEvictionPolicies(reader, full, { onProgress });
    const { limitsOf, ...limits } = await readSizeLimits(reader, wanted, { onProgress });
    for (const note of [...policies.notes, ...limits.notes]) onNote(note);
    const sizes = new Map(wanted.map((one) => [one.instance, one.sizes]));
    return (instance) => {
      const asked = sizes.get(instance);
      if (asked === undefined) return null;
      const isKnown = asked.length > 0 && asked.every((size) => limitsOf(instance, size) !== null);
      return {
        evictionPolicy: policyOf(instance),
        limitsOf: isKnown ? (size) => limitsOf(instance, size) : null,
      };
    };
  };
}

/** The first instances of a list whose facts take no more calls than that. Instances share the limits of a size. */
function withinCalls(wanted: readonly FactsWanted[], most: number): readonly FactsWanted[] {
  const sizes = new Set<string>();
  let policies = 0;
  for (const [index, { instance, policy, sizes: asked }] of wanted.entries()) {
    if (policy) policies++;
    for (const size of asked) sizes.add(limitsKey(instance, size));
    if (policies + sizes.size > most) return wanted.slice(0, index);
  }
  return wanted;
}
