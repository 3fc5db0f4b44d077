/**
 * How the nodes of a shard share its load. While replicas only wait for a failover, the master has all of it. If they serve
 * reads, the master has the writes only, and the replicas share the reads evenly (docs/provider.md P208).
 *
 * Example: 80 of 100 commands read, and there are two replicas. Every node applies the writes:
 *
 *   master      20
 *   replicas    20 + 80 / 2 = 60 each
 *   average     (20 + 60 + 60) / 3 = 46.7
 */
/** Whether replicas serve the reads, and the part of the commands that reads. */
interface Reading {
  readonly readsFromReplicas: boolean;
  readonly readShare: number;
}

/** The load of a node as a part of the load of its shard. Replicas that only wait are not counted. */
export interface LoadParts {
  readonly average: number;
  readonly busiest: number;
}

const MASTER_ONLY: LoadParts = { average: 1, busiest: 1 };

/** The parts with so many replicas. */
export function loadParts({ readsFromReplicas, readShare }: Reading, replicas: number): LoadParts {
  if (!readsFromReplicas || replicas === 0) return MASTER_ONLY;
  const writes = 1 - readShare;
  return { average: writes + readShare / (replicas + 1), busiest: writes + readShare / replicas };
}
