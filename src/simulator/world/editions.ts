/**
 * The provider's type codes, written down here a second time on purpose: the rules have their own table, and a
 * test that compares the two programs is worth something only while neither borrows from the other.
 * Source: facts §3 and §4, read 2026-11.
 */

type Shape = 'standard' | 'cluster' | 'standalone';

export interface SimEdition {
  readonly type: number;
  readonly engine: string;
  readonly version: string;
  readonly shape: Shape;
  /** False where an order cannot change the replica count. */
  readonly replicasChange: boolean;
  /** Sold sizes of one shard in GB, as the catalogue writes them. */
  readonly gigabytes: readonly string[];
  readonly shards: readonly string[];
  readonly replicas: readonly string[];
}

const LEGACY = '1 2 4 8 12 16 20 24 32 40 48 60'.split(' ');
const CKV = '4 8 12 16 20 24 32 40 48 64 80 96 128 160 192 256 320 384'.split(' ');
const MODERN = '1 2 4 8 12 16 20 24 32 40 48 64'.split(' ');
const CLUSTER_SHARDS = '1 3 5 8 12 16 24 32 40 48 64 80 96 128'.split(' ');
const ONE_TO_FIVE = '1 2 3 4 5'.split(' ');

type Row = readonly [
  type: number,
  engine: string,
  version: string,
  shape: Shape,
  gigabytes: readonly string[],
  replicas?: readonly string[],
];

const ROWS: readonly Row[] = [
  [2, 'Redis', '2.8', 'standard', LEGACY, ['1']],
  [3, 'CKV', '3.2', 'standard', CKV, ['0']],
  [4, 'CKV', '3.2', 'cluster', CKV],
  [5, 'Redis', '2.8', 'standalone', LEGACY, ['0']],
  [6, 'Redis', '4.0', 'standard', MODERN],
  [7, 'Redis', '4.0', 'cluster', MODERN],
  [8, 'Redis', '5.0', 'standard', MODERN],
  [9, 'Redis', '5.0', 'cluster', MODERN],
  [15, 'Redis', '6.2', 'standard', MODERN],
  [16, 'Redis', '6.2', 'cluster', MODERN],
  [17, 'Redis', '7.0', 'standard', MODERN],
  [18, 'Redis', '7.0', 'cluster', MODERN],
  [19, 'Valkey', '8.0', 'standard', MODERN],
  [20, 'Valkey', '8.0', 'cluster', MODERN],
  [21, 'Valkey', '9.0', 'standard', MODERN],
  [22, 'Valkey', '9.0', 'cluster', MODERN],
  [200, 'Memcached', '1.6', 'cluster', MODERN],
];

const ALL = ROWS.map(
  ([type, engine, version, shape, gigabytes, replicas = ONE_TO_FIVE]): SimEdition => ({
    type,
    engine,
    version,
    shape,
    replicasChange: type !== 2 && type !== 3 && type !== 5,
    gigabytes,
    shards: shape === 'cluster' ? (type === 4 ? CLUSTER_SHARDS.slice(1) : CLUSTER_SHARDS) : ['1'],
    replicas,
  }),
);

/** The simulator's editions by type code. */
export const SIM_EDITIONS: ReadonlyMap<number, SimEdition> = new Map(ALL.map((one) => [one.type, one]));

/** `redis-5.0-cluster`, `ckv-3.2-standard`, …: the names a fleet file may use, by type code. */
export const TYPE_BY_NAME: ReadonlyMap<string, number> = new Map(
  ALL.map((one) => [`${one.engine.toLowerCase()}-${one.version}-${one.shape}`, one.type]),
);
