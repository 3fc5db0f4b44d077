/** Draws the default fleet from a seed: the instances of a shop, mostly running, with every edition and some problems. */
import { SIM_EDITIONS } from '../world/editions.ts';
import type { FleetInstance } from '../world/fleet-instance.ts';
import { type Random, seededRandom } from '../world/random.ts';

const APPS = 'cart feed search session checkout profile catalog ledger rank push'.split(' ');
const ROLES = 'main cache queue lock hot'.split(' ');
/** Zones to draw from. A zone that is listed twice gets more instances. */
const ZONES = 'guangzhou-3 guangzhou-4 guangzhou-7 shanghai-4 shanghai-5 guangzhou-4 shanghai-5 guangzhou-6'
  .split(' ')
  .map((zone) => `ap-${zone}`);
/** Type codes to draw from. Common editions are listed twice. */
const TYPES = [8, 9, 15, 16, 8, 9, 15, 16, 17, 18, 6, 7, 20, 19, 9, 16];
const SIZES = [1024, 2048, 4096, 4096, 8192, 8192, 12_288, 16_384];
const SHARDS = [1, 3, 3, 5, 8, 12];

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The type code and size of one instance. */
const of = (type: number, memoryPerShard: number, shards: number, replicas: number) => ({
  type,
  memoryPerShard,
  shards,
  replicas,
});
const prod = (app: string, tier: string) => ({ app, env: 'prod', tier });

/** Fixed ids of the first instances, for use in examples. */
const FIXED_IDS = ['crs-5qlrlhux', 'crs-8kd02mfa', 'crs-x1y2z3a4'];

/** The first instances of the fleet, each with a special property. All other instances are drawn. */
const SPECIAL: readonly Partial<FleetInstance>[] = [
  { name: 'cart-main-1', ...of(8, 2048, 1, 1), zone: 'ap-guangzhou-4', tags: prod('cart', 'gold') },
  { name: 'cart-hot-2', ...of(9, 4096, 3, 1), zone: 'ap-guangzhou-4', tags: prod('cart', 'gold') },
  { name: 'session-main-3', ...of(15, 4096, 1, 1), zone: 'ap-shanghai-4', tags: prod('session', 'silver') },
  // Legacy editions: only memory can change.
  { name: 'ledger-legacy', ...of(2, 8192, 1, 1), zone: 'ap-shanghai-4', billing: 'prepaid' },
  { name: 'ckv-classic', ...of(3, 16_384, 1, 1), zone: 'ap-shanghai-4', billing: 'prepaid' },
  { name: 'ckv-wide', ...of(4, 8192, 8, 1), zone: 'ap-guangzhou-3', billing: 'prepaid' },
  { name: 'single-node', ...of(5, 4096, 1, 0), zone: 'ap-guangzhou-3', billing: 'prepaid' },
  // The trial size, which is not a multiple of 1,024.
  { name: 'trial-256', ...of(8, 256, 1, 1), zone: 'ap-guangzhou-7', billing: 'prepaid', usedTotal: 41 },
  { name: 'valkey-next', ...of(22, 2048, 3, 2), zone: 'ap-shanghai-5' },
  { name: 'memcached-pages', ...of(200, 4096, 3, 1), zone: 'ap-guangzhou-7' },
  // Multi-zone: DescribeInstances lists the nodes, and a change of replicas needs a NodeSet.
  {
    name: 'checkout-main',
    ...of(16, 8192, 3, 2),
    zone: 'ap-guangzhou-3',
    replicaZones: ['ap-guangzhou-4', 'ap-guangzhou-6'],
    tags: prod('checkout', 'gold'),
  },
  { name: 'session-multi', ...of(15, 4096, 1, 1), zone: 'ap-shanghai-4', replicaZones: ['ap-shanghai-5'] },
  // These instances cannot change now.
  { name: 'feed-moving', status: 'processing' },
  { name: 'rank-moving', status: 'processing' },
  { name: 'push-isolated', status: 'isolated', billing: 'prepaid' },
  { name: 'profile-backup', task: '012' },
  { name: 'search-unpaid', unpaidOrder: true, billing: 'prepaid' },
  // No instance can grow in a sold-out zone.
  { name: 'catalog-cramped', ...of(8, 2048, 1, 1), zone: 'ap-shanghai-2' },
  { name: 'ledger-keep', tags: { ...prod('ledger', 'gold'), resize: 'never' } },
  // Skewed: one shard holds far more data than the others.
  {
    name: 'feed-skewed',
    ...of(9, 8192, 5, 1),
    zone: 'ap-guangzhou-4',
    usedTotal: 14_000,
    usedFullestShard: 6600,
    tags: prod('feed', 'silver'),
  },
  // Customers choose the names: these test the escaping.
  { name: '<img src=x onerror=alert(1)><b>cart</b>', ...of(8, 2048, 1, 1) },
  { name: '\u001b]0;owned\u0007\u001b[2J\u001b[31mred alert\u001b[0m', ...of(8, 2048, 1, 1) },
  { name: '=HYPERLINK("http://x.example","click")', ...of(8, 2048, 1, 1) },
  { name: '| pipe | `tick` **bold** [x](javascript:alert(1))', ...of(9, 2048, 3, 1) },
];

/**
 * Draws `count` instances. The same seed gives the same instances, and a larger fleet starts with the smaller one.
 * @param taken ids that are in use; the function adds the ids of this fleet
 */
export function defaultFleet(count: number, seed: number, taken: Set<string> = new Set()): FleetInstance[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    let id: string;
    do id = `crs-${random.text(8, LETTERS)}`;
    while (taken.has(id));
    taken.add(id);
    const fixed = FIXED_IDS[index] ?? id;
    const isFree = !taken.has(fixed);
    taken.add(fixed);
    return drawInstance(random, index, isFree ? fixed : id);
  });
}

function drawInstance(random: Random, index: number, id: string): FleetInstance {
  const special = SPECIAL[index] ?? {};
  const app = random.pick(APPS);
  const type = special.type ?? random.pick(TYPES);
  const cluster = SIM_EDITIONS.get(type)!.shape === 'cluster';
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
