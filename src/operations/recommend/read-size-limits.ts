/** Reads what sizes allow. Instances of one region, profile and edition share the answers. */
import type { CloudReader, SizeLimitsRequest } from '../../cloud/cloud.ts';
import type { Instance, Message, Scope, Size, SizeLimits } from '../../model.ts';
import { readEach } from './read-each.ts';

/** An instance, and the sizes whose limits are wanted. */
export interface LimitsWanted {
  readonly instance: Instance;
  readonly sizes: readonly Size[];
}

/** The limits that were read. */
export interface SizeLimitsRead {
  /** What a size allows for an instance in total; null if it was not read, or could not be. */
  readonly limitsOf: (instance: Instance, size: Size) => SizeLimits | null;
  /** What could not be read, and why. */
  readonly notes: readonly Message[];
}

export interface ReadListeners {
  readonly onProgress?: ((subject: string, done: number, of: number) => void) | undefined;
}

type Subject = Scope & SizeLimitsRequest;

/**
 * Reads the limits of sizes, each distinct one once. Instances of an unknown edition are left out.
 * @throws RefitError `credentials-refused` if the keys are refused.
 */
export async function readSizeLimits(
  reader: Pick<CloudReader, 'describeSizeLimits'>,
  wanted: readonly LimitsWanted[],
  { onProgress }: ReadListeners = {},
): Promise<SizeLimitsRead> {
  const subjects = new Map<string, Subject>();
  for (const { instance, sizes } of wanted)
    for (const size of sizes) {
      const { region, profile, edition, readsFromReplicas = false } = instance;
      if (edition !== 'unrecognised')
        subjects.set(limitsKey(instance, size), { region, profile, edition, size, readsFromReplicas });
    }
  const { values, notes } = await readEach({
    fact: 'size-limits',
    right: 'redis:DescribeInstanceSpecBandwidth',
    subjects: [...subjects.values()],
    read: async (subject) => {
      const answer = await reader.describeSizeLimits(subject, subject);
      return answer !== null && 'kind' in answer ? answer : { value: answer };
    },
    onProgress: (done, of) => onProgress?.('limits of sizes read', done, of),
  });
  return {
    limitsOf: (instance, size) => {
      const subject = subjects.get(limitsKey(instance, size));
      return subject === undefined ? null : (values.get(subject) ?? null);
    },
    notes,
  };
}

/** The same text for sizes whose limits take one call. */
export function limitsKey(instance: Instance, { memoryPerShard, shards, replicas }: Size): string {
  const { region, profile, edition, readsFromReplicas } = instance;
  return JSON.stringify([region, profile, edition, readsFromReplicas, memoryPerShard, shards, replicas]);
}
