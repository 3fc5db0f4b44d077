/** Reads the eviction policies of a short list of instances: one call for each. */
import type { CloudReader } from '../../cloud/cloud.ts';
import type { Instance, Message } from '../../model.ts';
import { readEach } from './read-each.ts';
import type { ReadListeners } from './read-size-limits.ts';

/** The policies that were read. */
export interface PoliciesRead {
  /** `maxmemory-policy`, such as `noeviction`; null if it was not read, or if the instance has none that Refit knows. */
  readonly policyOf: (instance: Instance) => string | null;
  /** What could not be read, and why. */
  readonly notes: readonly Message[];
}

/**
 * Reads what instances do when they are full. Progress starts with the number of calls.
 * @throws RefitError `credentials-refused` if the keys are refused.
 */
export async function readEvictionPolicies(
  reader: Pick<CloudReader, 'describeEvictionPolicy'>,
  instances: readonly Instance[],
  { onProgress }: ReadListeners = {},
): Promise<PoliciesRead> {
  const { values, notes } = await readEach({
    fact: 'eviction-policy',
    right: 'redis:DescribeInstanceParams',
    subjects: instances,
    read: async (instance) => {
      const policy = await reader.describeEvictionPolicy(instance, instance.id);
      // An edition without a policy is no reason for a note.
      return policy === null || typeof policy === 'string' ? { value: { policy } } : policy;
    },
    onProgress: (done, of) => onProgress?.('eviction policies read', done, of),
  });
  const byId = new Map([...values].map(([instance, { policy }]) => [keyOf(instance), policy]));
  return { policyOf: (instance) => byId.get(keyOf(instance)) ?? null, notes };
}

function keyOf({ region, profile, id }: Instance): string {
  return JSON.stringify([region, profile, id]);
}
