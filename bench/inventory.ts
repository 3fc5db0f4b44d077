/** An inventory of any size for the benchmarks, always the same. */
import { INVENTORY_FORMAT, type Instance, type Inventory, type Offer } from '../src/model.ts';

const READ_AT = '2026-11-01T00:00:00.000Z';
const REGIONS = ['ap-guangzhou', 'ap-shanghai'];
const APPS = ['cart', 'feed', 'search', 'session', 'checkout'];
const SOLD = [1, 2, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64].map((gb) => gb * 1024);

export function inventoryOf(count: number): Inventory {
  const instances = Array.from({ length: count }, (_, n): Instance => {
    const region = REGIONS[n % 2]!;
    const cluster = n % 3 === 0;
    const app = APPS[n % APPS.length]!;
    return {
      id: `crs-${n.toString(36).padStart(8, '0')}`,
      name: `${app}-${n}`,
      region,
      zone: `${region}-4`,
      profile: 'default',
      edition: cluster ? 'redis-5.0-cluster' : 'redis-5.0-standard',
      type: cluster ? 9 : 8,
      status: 'running',
      size: { memoryPerShard: SOLD[n % 6]!, shards: cluster ? 3 : 1, replicas: 1 },
      billing: 'postpaid',
      tags: { app, tier: n % 7 === 0 ? 'gold' : 'silver' },
      nodes: [],
      deadline: null,
      used: null,
      task: null,
      unpaidOrder: null,
    };
  });
  const offers = REGIONS.flatMap((region): Offer[] =>
    (['redis-5.0-standard', 'redis-5.0-cluster'] as const).map((edition) => ({
      region,
      zone: `${region}-4`,
      edition,
      billing: 'postpaid',
      memoryPerShard: SOLD,
      shards: edition === 'redis-5.0-cluster' ? [1, 3, 5, 8, 12, 16] : [1],
      replicas: [1, 2, 3, 4, 5],
      soldOut: false,
      zoneSoldOut: false,
    })),
  );
  const scopes = REGIONS.map((region) => ({ region, profile: 'default' }));
  return {
    format: INVENTORY_FORMAT,
    readAt: READ_AT,
    scopes,
    instances,
    catalogue: { readAt: READ_AT, offers, zones: [] },
    balances: {},
  };
}
