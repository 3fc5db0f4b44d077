/** Small fleets for stories, and the plans that go with them. */

/** `crs-aaaa0001`, `crs-aaaa0002`, …: standard architecture, 4 GB. */
export function standards(count: number, members: object = {}): object[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `crs-aaaa${String(n + 1).padStart(4, '0')}`,
    edition: 'redis-5.0-standard',
    memoryPerShard: 4096,
    replicas: 1,
    ...members,
  }));
}

/** `crs-cccc0001`, `crs-cccc0002`, …: clusters of 3 shards of 4 GB. */
export function clusters(count: number, members: object = {}): object[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `crs-cccc${String(n + 1).padStart(4, '0')}`,
    edition: 'redis-5.0-cluster',
    memoryPerShard: 4096,
    shards: 3,
    replicas: 1,
    ...members,
  }));
}

/** The id of the n-th standard instance. */
export const A = (n: number): string => `crs-aaaa${String(n).padStart(4, '0')}`;

/** A plan that resizes every instance to 8 GB. */
export const ALL_TO_8GB = 'targets: [{ select: { all: true }, memoryPerShard: 8GB }]';
