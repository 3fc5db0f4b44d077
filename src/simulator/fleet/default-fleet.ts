/** A fleet such as a shop might run, made from a seed: mostly running, of every kind, with some rough edges. */
import type { FleetInstance } from '../world/fleet-instance.ts';
import { type Random, seededRandom } from '../world/random.ts';

const APPS = [
  'cart',
  'feed',
  'search',
  'session',
  'checkout',
  'profile',
  'catalog',
  'ledger',
  'rank',
  'push',
];
const ROLES = ['main', 'cache', 'queue', 'lock', 'hot'];
/** Guangzhou 3 and 7, Shanghai 4 and 5 carry most of it; the sold-out zone and the one without a number carry a little. */
const ZONES = [
  'ap-guangzhou-3',
  'ap-guangzhou-4',
  'ap-guangzhou-7',
  'ap-shanghai-4',
  'ap-shanghai-5',
  'ap-guangzhou-4',
  'ap-shanghai-5',
  'ap-guangzhou-6',
];
/** Standard and cluster editions, the common ones more often. */
const TYPES = [8, 9, 15, 16, 8, 9, 15, 16, 17, 18, 6, 7, 20, 19, 9, 16];
const SIZES = [1024, 2048, 4096, 4096, 8192, 8192, 12_288, 16_384];
const SHARDS = [1, 3, 3, 5, 8, 12];

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Members that stand out, by their place in the fleet; the rest is drawn. */
const SPECIAL: readonly Partial<FleetInstance>[] = [
  // Three with ids that never change, so that examples have something to name.
  {
    id: 'crs-5qlrlhux',
    name: 'cart-main-1',
    type: 8,
    memoryPerShard: 2048,
    shards: 1,
    replicas: 1,
    zone: 'ap-guangzhou-4',
    tags: { app: 'cart', env: 'prod', tier: 'gold' },
  },
  {
    id: 'crs-8kd02mfa',
    name: 'cart-hot-2',
    type: 9,
    memoryPerShard: 4096,
    shards: 3,
    replicas: 1,
    zone: 'ap-guangzhou-4',
    tags: { app: 'cart', env: 'prod', tier: 'gold' },
  },
  {
    id: 'crs-x1y2z3a4',
    name: 'session-main-3',
    type: 15,
    memoryPerShard: 4096,
    shards: 1,
    replicas: 1,
    zone: 'ap-shanghai-4',
    tags: { app: 'session', env: 'prod', tier: 'silver' },
  },
  // Legacy editions: memory is all that can change.
  {
    name: 'ledger-legacy',
    type: 2,
    memoryPerShard: 8192,
    shards: 1,
    replicas: 1,
    zone: 'ap-shanghai-4',
    billing: 'prepaid',
  },
  {
    name: 'ckv-classic',
    type: 3,
    memoryPerShard: 16_384,
    shards: 1,
    replicas: 0,
    zone: 'ap-shanghai-4',
    billing: 'prepaid',
  },
  {
    name: 'ckv-wide',
    type: 4,
    memoryPerShard: 8192,
    shards: 8,
    replicas: 1,
    zone: 'ap-guangzhou-3',
    billing: 'prepaid',
  },
  {
    name: 'single-node',
    type: 5,
    memoryPerShard: 4096,
    shards: 1,
    replicas: 0,
    zone: 'ap-guangzhou-3',
    billing: 'prepaid',
  },
  // The trial size, which is no multiple of 1,024.
  {
    name: 'trial-256',
    type: 8,
    memoryPerShard: 256,
    shards: 1,
    replicas: 1,
    zone: 'ap-guangzhou-7',
    billing: 'prepaid',
    usedTotal: 41,
  },
  { name: 'valkey-next', type: 22, memoryPerShard: 2048, shards: 3, replicas: 2, zone: 'ap-shanghai-5' },
  {
    name: 'memcached-pages',
    type: 200,
    memoryPerShard: 4096,
    shards: 3,
    replicas: 1,
    zone: 'ap-guangzhou-7',
  },
  // Multi-zone: its nodes are listed and its replicas need a NodeSet.
  {
    name: 'checkout-main',
    type: 16,
    memoryPerShard: 8192,
    shards: 3,
    replicas: 2,
    zone: 'ap-guangzhou-3',
    replicaZones: ['ap-guangzhou-4', 'ap-guangzhou-6'],
    tags: { app: 'checkout', env: 'prod', tier: 'gold' },
  },
  {
    name: 'session-multi',
    type: 15,
    memoryPerShard: 4096,
    shards: 1,
    replicas: 1,
    zone: 'ap-shanghai-4',
    replicaZones: ['ap-shanghai-5'],
  },
  // Not to be touched now.
  { name: 'feed-moving', status: 'processing' },
  { name: 'rank-moving', status: 'processing' },
  { name: 'push-isolated', status: 'isolated', billing: 'prepaid' },
  { name: 'profile-backup', task: '012' },
  { name: 'search-unpaid', unpaidOrder: true, billing: 'prepaid' },
  // Nothing can grow in a zone that is sold out.
  { name: 'catalog-cramped', type: 8, memoryPerShard: 2048, shards: 1, replicas: 1, zone: 'ap-shanghai-2' },
  { name: 'ledger-keep', tags: { app: 'ledger', env: 'prod', tier: 'gold', resize: 'never' } },
  // Skewed: one shard holds far more than its share.
  {
    name: 'feed-skewed',
    type: 9,
    memoryPerShard: 8192,
    shards: 5,
    replicas: 1,
    zone: 'ap-guangzhou-4',
    usedTotal: 14_000,
    usedFullestShard: 6600,
    tags: { app: 'feed', env: 'prod', tier: 'silver' },
  },
  // Names are the customers' to choose.
  { name: '<img src=x onerror=alert(1)><b>cart</b>', type: 8, memoryPerShard: 2048, shards: 1, replicas: 1 },
  {
    name: '\u001b]0;owned\u0007\u001b[2J\u001b[31mred alert\u001b[0m',
    type: 8,
    memoryPerShard: 2048,
    shards: 1,
    replicas: 1,
  },
  { name: '=HYPERLINK("http://x.example","click")', type: 8, memoryPerShard: 2048, shards: 1, replicas: 1 },
  {
    name: '| pipe | `tick` **bold** [x](javascript:alert(1))',
    type: 9,
    memoryPerShard: 2048,
    shards: 3,
    replicas: 1,
  },
];

/**
 * `count` instances, always the same for one seed; a smaller fleet is the beginning of a greater one.
 * @param taken ids that others have; those of this fleet are added
 */
export function defaultFleet(count: number, seed: number, taken: Set<string> = new Set()): FleetInstance[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    let id: string;
    do id = `crs-${random.text(8, LETTERS)}`;
    while (taken.has(id));
    taken.add(id);
    const { id: fixed = id, ...special } = SPECIAL[index] ?? {};
    const isFree = !taken.has(fixed);
    taken.add(fixed);
    return drawn(random, index, isFree ? fixed : id, special);
  });
}

function drawn(random: Random, index: number, id: string, special: Partial<FleetInstance>): FleetInstance {
  const app = random.pick(APPS);
  const type = special.type ?? random.pick(TYPES);
  const cluster = type === 4 || type === 7 || type === 9 || type === 200 || (type >= 16 && type % 2 === 0);
  const memoryPerShard = special.memoryPerShard ?? random.pick(SIZES);
  const shards = special.shards ?? (cluster ? random.pick(SHARDS) : 1);
  const zone = special.zone ?? random.pick(ZONES);
  const used = Math.round(memoryPerShard * shards * (0.2 + 0.5 * random.next()));
  const status = special.status ?? (index > 25 && random.next() < 0.03 ? 'processing' : 'running');
  const billing = random.next() < 0.5 ? 'prepaid' : 'postpaid';
  const tags = {
    app,
    env: random.next() < 0.7 ? 'prod' : random.pick(['staging', 'test']),
    tier: random.pick(['gold', 'silver', 'bronze']),
    ...(random.next() < 0.05 ? { resize: 'never' } : {}),
  };
  return {
    id,
    name: `${app}-${random.pick(ROLES)}-${index + 1}`,
    region: zone.slice(0, zone.lastIndexOf('-')),
    zone,
    type,
    memoryPerShard,
    shards,
    replicas: random.pick([1, 1, 1, 2]),
    billing,
    status,
    tags,
    usedTotal: used,
    usedFullestShard: cluster
      ? Math.min(memoryPerShard, Math.round((used / shards) * (1 + 0.25 * random.next())))
      : null,
    daysLeft: random.whole(20, 300),
    replicaZones: [],
    task: null,
    unpaidOrder: false,
    lowVersion: false,
    ...special,
  };
}
