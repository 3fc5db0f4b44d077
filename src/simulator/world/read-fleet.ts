/**
 * Reads `--fleet FILE`: a JSON array with one object for each instance. All members but `id` may be left out:
 *
 *   id                crs- and eight or more lower-case letters or digits
 *   name              default: the id
 *   region, zone      as in ap-guangzhou and ap-guangzhou-4; one gives the other
 *   edition or type   a name such as redis-5.0-cluster, or the provider's number; default redis-5.0-standard
 *   memoryPerShard    MB of one shard; default 4096
 *   shards            default 1, clusters 3
 *   replicas          default 1, types 3 and 5: 0
 *   billing           prepaid or postpaid; default postpaid, types 3 and 4: prepaid
 *   status            initialising, processing, running, isolated or deleting; default running
 *   tags              { "app": "cart" }
 *   usedTotal         MB over all shards; default 40% of the size
 *   usedFullestShard  MB in the fullest shard; default: evenly spread
 *   daysLeft          until a prepaid instance expires; default 180
 *   replicaZones      zone of each replica; another zone than the instance's makes it multi-zone
 *   task              type of a task that runs on it, as in "012" for a backup
 *   unpaidOrder       true: an order for it waits to be paid
 *   lowVersion        true: its kernel is too old for a resize
 *   transfer          state of a data transfer job on the wire: 7 running, 9 done, 10 failed; default none
 *   replicationRole   rw or r: primary or secondary of a replication group; default none
 *   window            maintenance window in Beijing time; default "03:00-06:00"
 */
import { RefitError } from '../../errors.ts';
import { parseTimeOfDay } from './beijing-time.ts';
import { isWindow } from './change.ts';
import { SIM_EDITIONS, TYPE_BY_NAME } from './editions.ts';
import { type FleetInstance, type FleetStatus, STATUS_NUMBER } from './fleet.ts';

const MEMBERS = new Set([
  'id',
  'name',
  'region',
  'zone',
  'edition',
  'type',
  'memoryPerShard',
  'shards',
  'replicas',
  'billing',
  'status',
  'tags',
  'usedTotal',
  'usedFullestShard',
  'daysLeft',
  'replicaZones',
  'task',
  'unpaidOrder',
  'lowVersion',
  'window',
  'transfer',
  'replicationRole',
]);
const EXAMPLE =
  '[{"id": "crs-5qlrlhux", "zone": "ap-guangzhou-4", "edition": "redis-5.0-cluster", "memoryPerShard": 4096, "shards": 3}]';
/** Where an instance stands whose zone is not given: one that sells without a catch. */
const USUAL_ZONE: Readonly<Record<string, string>> = {
  'ap-guangzhou': 'ap-guangzhou-4',
  'ap-shanghai': 'ap-shanghai-5',
  'ap-beijing': 'ap-beijing-3',
};

const GREATEST_FLEET = 100_000;

/** The text of a file with one array. @throws RefitError `usage`, naming the instance and the member */
export function readFleet(text: string): FleetInstance[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RefitError(
      'usage',
      `the fleet is not JSON: ${(cause as Error).message}`,
      `a JSON array such as ${EXAMPLE}`,
      { cause },
    );
  }
  return readInstances(value);
}

/** The array itself. @throws RefitError `usage`, naming the instance and the member */
export function readInstances(value: unknown): FleetInstance[] {
  if (!Array.isArray(value))
    throw new RefitError('usage', 'the fleet is no array', `a JSON array such as ${EXAMPLE}`);
  if (value.length > GREATEST_FLEET)
    throw new RefitError('usage', `the fleet has ${value.length} instances`, `at most ${GREATEST_FLEET}`);
  const seen = new Set<string>();
  return value.map((item, index) => {
    const instance = readInstance(item, index);
    if (seen.has(instance.id))
      throw new RefitError('usage', `the fleet names ${instance.id} twice`, 'each id once');
    seen.add(instance.id);
    return instance;
  });
}

function readInstance(item: unknown, index: number): FleetInstance {
  const fail = (what: string, mend: string): never => {
    throw new RefitError('usage', `fleet instance ${index + 1}: ${what}`, mend);
  };
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return fail('is no object', EXAMPLE);
  const given = item as Readonly<Record<string, unknown>>;
  for (const name in given)
    if (!MEMBERS.has(name))
      fail(`unknown member ${JSON.stringify(name)}`, `one of ${[...MEMBERS].join(', ')}`);
  const own = (name: string): unknown => (Object.hasOwn(given, name) ? given[name] : undefined);
  const text = (name: string, usual: string, form: RegExp, such: string): string => {
    const value = own(name) ?? usual;
    return typeof value === 'string' && form.test(value)
      ? value
      : fail(`${name} is ${JSON.stringify(value)}`, such);
  };
  const number = (name: string, usual: number, least: number, greatest: number, whole = true): number => {
    const value = own(name) ?? usual;
    const fits =
      typeof value === 'number' && value >= least && value <= greatest && (!whole || Number.isInteger(value));
    return fits
      ? value
      : fail(
          `${name} is ${JSON.stringify(value)}`,
          `a ${whole ? 'whole ' : ''}number from ${least} to ${greatest}`,
        );
  };
  const flag = (name: string): boolean => {
    const value = own(name) ?? false;
    return typeof value === 'boolean' ? value : fail(`${name} is ${JSON.stringify(value)}`, 'true or false');
  };

  const id = text('id', '', /^crs-[a-z0-9]{8,32}$/, 'crs- and eight or more lower-case letters or digits');
  const zoneForm = /^[a-z]+(-[a-z]+)+-\d{1,2}$/;
  const region = text(
    'region',
    zoneForm.test(String(own('zone'))) ? String(own('zone')).replace(/-\d+$/, '') : 'ap-guangzhou',
    /^[a-z]+(-[a-z]+)+$/,
    'a region such as ap-guangzhou',
  );
  const zone = text('zone', USUAL_ZONE[region] ?? `${region}-1`, zoneForm, 'a zone such as ap-guangzhou-4');
  if (zone.replace(/-\d+$/, '') !== region)
    fail(`zone ${zone} is not in region ${region}`, 'a zone of the region, or the zone alone');
  const type = readType(own('edition'), own('type'), fail);
  const cluster = SIM_EDITIONS.get(type)!.shape === 'cluster';
  const memoryPerShard = number('memoryPerShard', 4096, 1, 1024 * 1024);
  const shards = number('shards', cluster ? 3 : 1, 1, cluster ? 1024 : 1);
  const replicas = number('replicas', type === 3 || type === 5 ? 0 : 1, 0, 15);
  const usedTotal = number(
    'usedTotal',
    Math.round(memoryPerShard * shards * 0.4),
    0,
    memoryPerShard * shards,
    false,
  );
  const fullest = own('usedFullestShard');
  const replicaZones = own('replicaZones') ?? [];
  if (
    !Array.isArray(replicaZones) ||
    replicaZones.length > replicas ||
    replicaZones.some((one) => typeof one !== 'string' || one.replace(/-\d{1,2}$/, '') !== region)
  ) {
    return fail('replicaZones does not fit', `a list of at most ${replicas} zones of ${region}`);
  }
  const task = own('task') ?? null;
  return {
    id,
    name: text('name', id, /^[\s\S]{0,512}$/, 'a text'),
    region,
    zone,
    type,
    memoryPerShard,
    shards,
    replicas,
    billing: text(
      'billing',
      type === 3 || type === 4 ? 'prepaid' : 'postpaid',
      /^(prepaid|postpaid)$/,
      'prepaid or postpaid',
    ) as FleetInstance['billing'],
    status: text(
      'status',
      'running',
      new RegExp(`^(${Object.keys(STATUS_NUMBER).join('|')})$`),
      Object.keys(STATUS_NUMBER).join(', '),
    ) as FleetStatus,
    tags: readTags(own('tags') ?? {}, fail),
    usedTotal,
    usedFullestShard:
      fullest === undefined || fullest === null
        ? null
        : number('usedFullestShard', 0, usedTotal / shards, Math.min(usedTotal, memoryPerShard), false),
    daysLeft: number('daysLeft', 180, 0, 3650),
    replicaZones: replicaZones as string[],
    task: task === null ? null : text('task', '', /^\d{3}$/, 'a task type of three digits, such as "012"'),
    unpaidOrder: flag('unpaidOrder'),
    lowVersion: flag('lowVersion'),
    transfer: given.transfer === undefined ? null : number('transfer', 7, 1, 12),
    replicationRole:
      given.replicationRole === undefined
        ? null
        : (text('replicationRole', '', /^rw?$/, 'r or rw') as 'r' | 'rw'),
    window: readWindow(own('window') ?? '03:00-06:00', fail),
  };
}

type Fail = (what: string, mend: string) => never;

function readType(edition: unknown, type: unknown, fail: Fail): number {
  const byName = edition === undefined ? undefined : TYPE_BY_NAME.get(String(edition));
  if (edition !== undefined && byName === undefined)
    fail(`edition is ${JSON.stringify(edition)}`, [...TYPE_BY_NAME.keys()].join(', '));
  if (type !== undefined && (typeof type !== 'number' || !SIM_EDITIONS.has(type)))
    fail(`type is ${JSON.stringify(type)}`, [...SIM_EDITIONS.keys()].join(', '));
  if (byName !== undefined && type !== undefined && byName !== type)
    fail(`edition ${edition} is type ${byName}, not ${type}`, 'one of the two');
  return byName ?? (type as number | undefined) ?? 8;
}

function readWindow(value: unknown, fail: Fail): readonly [number, number] {
  const [start = null, end = null] = String(value).split('-').map(parseTimeOfDay);
  if (start === null || end === null || !isWindow(start, end))
    return fail(`window is ${JSON.stringify(value)}`, '30, 60, 90, 120 or 180 minutes, as in "03:00-06:00"');
  return [start, end];
}

function readTags(value: unknown, fail: Fail): Record<string, string> {
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    Object.values(value).some((one) => typeof one !== 'string')
  ) {
    return fail('tags are no texts by name', '{"app": "cart"}');
  }
  return { ...(value as Record<string, string>) };
}
