/**
 * The simulator's own table of the provider's type codes. The rules have a second table on purpose: a comparison of
 * rules and simulator proves something only while they share no data. Source: docs/provider.md P125 and P129.
 */

const LEGACY = '1 2 4 8 12 16 20 24 32 40 48 60'.split(' ');
const CKV = '4 8 12 16 20 24 32 40 48 64 80 96 128 160 192 256 320 384'.split(' ');
const MODERN = '1 2 4 8 12 16 20 24 32 40 48 64'.split(' ');
const CLUSTER_SHARDS = '1 3 5 8 12 16 24 32 40 48 64 80 96 128'.split(' ');
const ONE_TO_FIVE = '1 2 3 4 5'.split(' ');

/** Another client knows it as a cluster (docs/provider.md P128). */
const UNDOCUMENTED = 10;

/** Creates a row. `name` is engine and version. */
function edition(
  type: number,
  name: string,
  shape: 'standard' | 'cluster' | 'standalone',
  gigabytes: readonly string[] = MODERN,
  replicas: readonly string[] = ONE_TO_FIVE,
) {
  const [engine, version] = name.split(' ') as [string, string];
  return {
    type,
    engine,
    version,
    shape,
    /** False if an order cannot change the replica count. */
    replicasChange: type !== 2 && type !== 3 && type !== 5,
    /** Sold sizes of one shard in GB, in the format of the catalogue. */
    gigabytes,
    /** False for an edition that no document names. The catalogue does not sell it. */
    sold: type !== UNDOCUMENTED,
    shards: shape === 'cluster' ? (type === 4 ? CLUSTER_SHARDS.slice(1) : CLUSTER_SHARDS) : ['1'],
    replicas,
  };
}

export type SimEdition = Readonly<ReturnType<typeof edition>>;

const ALL: readonly SimEdition[] = [
  edition(2, 'Redis 2.8', 'standard', LEGACY, ['1']),
  edition(3, 'CKV 3.2', 'standard', CKV, ['0']),
  edition(4, 'CKV 3.2', 'cluster', CKV),
  edition(5, 'Redis 2.8', 'standalone', LEGACY, ['0']),
  edition(6, 'Redis 4.0', 'standard'),
  edition(7, 'Redis 4.0', 'cluster'),
  edition(8, 'Redis 5.0', 'standard'),
  edition(9, 'Redis 5.0', 'cluster'),
  edition(UNDOCUMENTED, 'Redis unknown', 'cluster'),
  edition(15, 'Redis 6.2', 'standard'),
  edition(16, 'Redis 6.2', 'cluster'),
  edition(17, 'Redis 7.0', 'standard'),
  edition(18, 'Redis 7.0', 'cluster'),
  edition(19, 'Valkey 8.0', 'standard'),
  edition(20, 'Valkey 8.0', 'cluster'),
  edition(21, 'Valkey 9.0', 'standard'),
  edition(22, 'Valkey 9.0', 'cluster'),
  edition(200, 'Memcached 1.6', 'cluster'),
];

/** Editions by type code. */
export const SIM_EDITIONS: ReadonlyMap<number, SimEdition> = new Map(ALL.map((one) => [one.type, one]));

/** Type codes by the names in fleet files, such as `redis-5.0-cluster` and `ckv-3.2-standard`. */
export const TYPE_BY_NAME: ReadonlyMap<string, number> = new Map(
  ALL.map((one) => [`${one.engine.toLowerCase()}-${one.version}-${one.shape}`, one.type]),
);
