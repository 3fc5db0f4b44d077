/**
 * Reads the instances of a fleet file. Each instance is an object, and only `id` is required:
 *
 *   id                crs- and eight or more lower-case letters or digits, or an id of another product
 *   name              default: the id
 *   region, zone      such as ap-guangzhou and ap-guangzhou-4; one is enough
 *   edition or type   a name such as redis-5.0-cluster, or the provider's number; default redis-5.0-standard
 *   memoryPerShard    MB of one shard; default 4096
 *   shards            default 1, clusters 3
 *   replicas          default 1, type 5: 0
 *   billing           prepaid or postpaid; default postpaid, types 3 and 4: prepaid
 *   status            initialising, processing, running, isolated or deleting; default running
 *   tags              { "app": "cart" }
 *   usedTotal         MB over all shards; default 40% of the size, a cache 97%
 *   usedFullestShard  MB in the fullest shard; default: evenly spread
 *   daysLeft          days until a prepaid instance expires; default 180
 *   replicaZones      zone of each replica; a zone other than the instance's makes it multi-zone
 *   task              type of a running task, such as "012" for a backup
 *   unpaidOrder       true: it has an unpaid order
 *   lowVersion        true: the kernel is too old for a resize
 *   transfer          state code of a data transfer: 7 running, 9 done, 10 failed; default none
 *   replicationRole   rw or r: primary or secondary of a replication group; default none
 *   window            maintenance window in Beijing time; default "03:00-06:00"
 *   daysOld           days since it was created; default 400
 *   monitorVersion    5s, or 1m for an instance without usable metrics; default 5s
 *   readsFromReplicas true: its replicas serve reads; default false
 *   pastSizes         the sizes that it had before (read-past-sizes.ts); default: none
 *   usage             how its use goes on (read-usage.ts); default: the memory stays as it is
 */
import { RefitError } from '../../errors.ts';
import { given } from '../../given.ts';
import { GIGABYTE } from '../../units.ts';
import { parseTimeOfDay } from '../world/beijing-time.ts';
import { isWindow } from '../world/change.ts';
import { SIM_EDITIONS, TYPE_BY_NAME } from '../world/editions.ts';
import { type FleetInstance, type FleetStatus, STATUS_NUMBER } from '../world/fleet-instance.ts';
import { FULL_CACHE } from '../world/usage/profile.ts';
import { type Members, readMembers } from './read-members.ts';
import { readPastSizes } from './read-past-sizes.ts';
import { readUsage } from './read-usage.ts';

const MEMBERS: ReadonlySet<string> = new Set([
  ...['id', 'name', 'region', 'zone', 'edition', 'type', 'memoryPerShard', 'shards', 'replicas'],
  ...['billing', 'status', 'tags', 'usedTotal', 'usedFullestShard', 'daysLeft', 'replicaZones', 'task'],
  ...[
    'unpaidOrder',
    'lowVersion',
    'window',
    'transfer',
    'replicationRole',
    'daysOld',
    'monitorVersion',
    'readsFromReplicas',
    'usage',
    'pastSizes',
  ],
]);
const EXAMPLE =
  '[{"id": "crs-5qlrlhux", "zone": "ap-guangzhou-4", "edition": "redis-5.0-cluster", "memoryPerShard": 4096, "shards": 3}]';
/** Zone of an instance without a zone, by region: one that sells all modern editions. */
const DEFAULT_ZONES: Readonly<Record<string, string>> = {
  'ap-guangzhou': 'ap-guangzhou-4',
  'ap-shanghai': 'ap-shanghai-5',
  'ap-beijing': 'ap-beijing-3',
};

const MAX_INSTANCES = 100_000;
const STATUSES = Object.keys(STATUS_NUMBER) as FleetStatus[];

/** Reads the array of instances. @throws RefitError `usage` that names the instance and the member */
export function readInstances(value: unknown): FleetInstance[] {
  if (!Array.isArray(value))
    throw new RefitError('usage', 'the fleet is not an array', `write a JSON array, for example ${EXAMPLE}`);
  if (value.length > MAX_INSTANCES)
    throw new RefitError('usage', `the fleet has ${value.length} instances`, `use at most ${MAX_INSTANCES}`);
  const seen = new Set<string>();
  return value.map((item, index) => {
    const instance = readInstance(
      readMembers(item, { known: MEMBERS, of: `fleet instance ${index + 1}`, example: EXAMPLE }),
    );
    if (seen.has(instance.id))
      throw new RefitError('usage', `the fleet has ${instance.id} twice`, 'use each id once');
    seen.add(instance.id);
    return instance;
  });
}

function readInstance(members: Members): FleetInstance {
  const { value, text, oneOf, number, flag } = members;
  const id = text(
    'id',
    '',
    /^(crs-[a-z0-9]{8,32}|(?!crs-)[a-z][a-z0-9-]{1,63})$/,
    'crs- and eight or more lower-case letters or digits',
  );
  const { region, zone } = readRegionAndZone(members);
  const type = readType(members);
  const usage = value('usage') === undefined ? null : readUsage(value('usage'), id);
  const size = readSize(members, type, usage?.pattern === 'cache');
  const replicaZones = readReplicaZones(members, region, size.replicas);
  const past = value('pastSizes');
  const pastSizes = past === undefined ? null : readPastSizes(past, id, size, isCluster(type));
  return {
    id,
    name: text('name', id, /^[\s\S]{0,512}$/, 'a string of at most 512 characters'),
    region,
    zone,
    type,
    ...size,
    billing: oneOf('billing', type === 3 || type === 4 ? 'prepaid' : 'postpaid', ['prepaid', 'postpaid']),
    status: oneOf('status', 'running', STATUSES),
    tags: readTags(members),
    daysLeft: number('daysLeft', 180, [0, 3650]),
    replicaZones,
    task:
      value('task') == null
        ? null
        : text('task', '', /^\d{3}$/, 'a task type of three digits, such as "012"'),
    unpaidOrder: flag('unpaidOrder'),
    lowVersion: flag('lowVersion'),
    transfer: value('transfer') === undefined ? null : number('transfer', 7, [1, 12]),
    replicationRole:
      value('replicationRole') === undefined ? null : oneOf('replicationRole', '', ['r', 'rw']),
    window: readWindow(members),
    monitorVersion: oneOf('monitorVersion', '5s', ['5s', '1m']),
    readsFromReplicas: readReaders(members, size.replicas),
    ...given({
      ...{ usage, pastSizes },
      daysOld: value('daysOld') === undefined ? null : number('daysOld', 0, [0, 3650], 'fraction'),
    }),
  };
}

/** Reads region and zone, or derives one from the other. */
function readRegionAndZone({ value, text, fail }: Members): Pick<FleetInstance, 'region' | 'zone'> {
  const zoneForm = /^[a-z]+(-[a-z]+)+-\d{1,2}$/;
  const given = String(value('zone'));
  const region = text(
    'region',
    zoneForm.test(given) ? given.replace(/-\d+$/, '') : 'ap-guangzhou',
    /^[a-z]+(-[a-z]+)+$/,
    'a region such as ap-guangzhou',
  );
  const zone = text(
    'zone',
    DEFAULT_ZONES[region] ?? `${region}-1`,
    zoneForm,
    'a zone such as ap-guangzhou-4',
  );
  if (zone.replace(/-\d+$/, '') !== region)
    fail(`zone ${zone} is not in region ${region}`, 'use a zone of the region, or only the zone');
  return { region, zone };
}

function readType({ value, fail }: Members): number {
  const [edition, type] = [value('edition'), value('type')];
  const byName = edition === undefined ? undefined : TYPE_BY_NAME.get(String(edition));
  if (edition !== undefined && byName === undefined)
    fail(`edition is ${JSON.stringify(edition)}`, `use one of ${[...TYPE_BY_NAME.keys()].join(', ')}`);
  if (type !== undefined && (typeof type !== 'number' || !SIM_EDITIONS.has(type)))
    fail(`type is ${JSON.stringify(type)}`, `use one of ${[...SIM_EDITIONS.keys()].join(', ')}`);
  if (byName !== undefined && type !== undefined && byName !== type)
    fail(`edition ${edition} is type ${byName}, not ${type}`, 'use only one of the two');
  return byName ?? (type as number | undefined) ?? 8;
}

type Size = 'memoryPerShard' | 'shards' | 'replicas' | 'usedTotal' | 'usedFullestShard';

function readSize(
  { value, number, fail }: Members,
  type: number,
  isCache: boolean,
): Pick<FleetInstance, Size> {
  const memoryPerShard = number('memoryPerShard', 4096, [1, 1024 * GIGABYTE]);
  const shards = number('shards', isCluster(type) ? 3 : 1, [1, isCluster(type) ? 1024 : 1]);
  const replicas = number('replicas', type === 5 ? 0 : 1, [0, 15]);
  const total = memoryPerShard * shards;
  const usedTotal = number('usedTotal', Math.round(total * (isCache ? 0.97 : 0.4)), [0, total], 'fraction');
  if (isCache && usedTotal < FULL_CACHE * total)
    fail(
      `usedTotal is ${usedTotal}`,
      `a cache is full: use at least ${FULL_CACHE * total}, or leave usedTotal out`,
    );
  const fullest: [number, number] = [usedTotal / shards, Math.min(usedTotal, memoryPerShard)];
  const usedFullestShard =
    value('usedFullestShard') == null ? null : number('usedFullestShard', 0, fullest, 'fraction');
  return { memoryPerShard, shards, replicas, usedTotal, usedFullestShard };
}

function isCluster(type: number): boolean {
  return SIM_EDITIONS.get(type)!.shape === 'cluster';
}

function readReplicaZones({ value, fail }: Members, region: string, replicas: number): string[] {
  const zones = value('replicaZones') ?? [];
  const isInRegion = (one: unknown) => typeof one === 'string' && one.replace(/-\d{1,2}$/, '') === region;
  if (!Array.isArray(zones) || zones.length > replicas || !zones.every(isInRegion))
    return fail(
      'replicaZones does not match the instance',
      `use a list of at most ${replicas} zones of ${region}`,
    );
  return zones;
}

function readReaders({ flag, fail }: Members, replicas: number): boolean {
  const reads = flag('readsFromReplicas');
  if (reads && replicas === 0)
    fail('readsFromReplicas is true, and the instance has no replica', 'use replicas of at least 1');
  return reads;
}

function readWindow({ value, fail }: Members): readonly [number, number] {
  const given = value('window') ?? '03:00-06:00';
  const [start = null, end = null] = String(given).split('-').map(parseTimeOfDay);
  if (start === null || end === null || !isWindow(start, end))
    return fail(
      `window is ${JSON.stringify(given)}`,
      'use a window of 30, 60, 90, 120 or 180 minutes, such as "03:00-06:00"',
    );
  return [start, end];
}

function readTags({ value, fail }: Members): Record<string, string> {
  const tags = value('tags') ?? {};
  if (
    typeof tags !== 'object' ||
    Array.isArray(tags) ||
    Object.values(tags).some((one) => typeof one !== 'string')
  )
    return fail('tags is not an object of strings', 'use an object such as {"app": "cart"}');
  return { ...tags };
}
