/** Creates a world from a fleet, a seed and faults. */
import { given } from '../../given.ts';
import { DAY, MINUTE } from '../../units.ts';
import { createAgenda } from './agenda.ts';
import { createCatalogue } from './catalogue.ts';
import { DEFAULT_WINDOW } from './change.ts';
import { createFaultSet, type FaultSet } from './faults.ts';
import { type FleetInstance, STATUS_NUMBER } from './fleet-instance.ts';
import { createRegions, type SimRegion } from './geography.ts';
import { seededRandom } from './random.ts';
import { createRequestLimit } from './request-limit.ts';
import {
  type AccountOptions,
  createDeal,
  createTask,
  endTask,
  FIRST_ACCOUNT,
  listDeal,
  OTHER_UIN,
  OWNER_UIN,
  type PastSize,
  type SimAccount,
  type SimInstance,
  type SimNode,
  spread,
  type World,
  type WorldOptions,
} from './world.ts';

/** Creates a world at `now`, milliseconds since 1970 UTC. The same options and time give the same world. */
export function createWorld(options: WorldOptions, now: number): World {
  const random = seededRandom(options.seed);
  const owners = ownersOf(options);
  const fleet = owners.flatMap((owner) => owner.fleet);
  const regions =
    options.regions ?? createRegions(fleet.flatMap(({ zone, replicaZones }) => [zone, ...replicaZones]));
  const faults = createFaultSet(options.faults, seededRandom(options.seed ^ 0x51ed270b).next, now);
  const world: World = {
    options,
    startedAt: now,
    random,
    idRandom: seededRandom(options.seed ^ 0x9e3779b9),
    agenda: createAgenda(),
    regions,
    catalogue: options.catalogue ?? createCatalogue(regions),
    instances: new Map(),
    accounts: new Map(owners.map((owner) => [owner.name, accountFrom(owner)])),
    deals: new Map(),
    dealById: new Map(),
    billingOf: new Map(),
    taskById: new Map(),
    identities: new Map(options.identities.map((identity) => [identity.secretId, identity])),
    limit: createRequestLimit(options.limitCounting, (action) => limitOf(action, options, faults)),
    faults,
    usedRequests: new Map(),
    get clockSkew() {
      return faults.active('clock-skew').reduce((sum, { value }) => sum + Number(value), 0);
    },
    handChanges: new Set(),
    unauthenticated: 0,
    // Order numbers start at a random value and count up, so they are unique.
    lastOrderNumber: random.whole(1e13, 9e13),
  };
  for (const { name, fleet } of owners)
    for (const spec of fleet) addInstance(world, world.accounts.get(name)!, spec);
  scheduleHandChanges(world);
  scheduleForeignTasks(world);
  return world;
}

/** The first account, whose data are direct members of the options, and all others. */
function ownersOf(options: WorldOptions): readonly AccountOptions[] {
  const { uin = OWNER_UIN, roles = null, balance, fleet, accounts = [] } = options;
  return [{ name: FIRST_ACCOUNT, uin, appId: 1_250_000_001, balance, fleet, roles }, ...accounts];
}

function accountFrom({ name, uin, appId, roles, balance }: AccountOptions): SimAccount {
  const cents = Math.round(balance * 100);
  return {
    ...{ name, uin, appId, roles, balance: cents, monitorCalls: 0 },
    ...{ byRegion: new Map(), tasks: [], listedDeals: [] },
  };
}

/** Limit of an action, requests per second: last fault for the action, last fault for all, options, in this order. */
function limitOf(action: string, { limit }: WorldOptions, faults: FaultSet): number {
  const limits = faults.active('limit');
  const named =
    limits.findLast((fault) => fault.action === action) ?? limits.findLast((fault) => fault.action === '*');
  return named ? Number(named.value) : (limit ?? (action === 'DescribeInstances' ? 35 : 20));
}

/** Adds an instance, with its task and unpaid order. */
function addInstance(world: World, account: SimAccount, spec: FleetInstance): void {
  const now = world.startedAt;
  const instance = instanceOf(world, account, spec);
  world.instances.set(instance.id, instance);
  const inRegion = account.byRegion.get(spec.region) ?? [];
  account.byRegion.set(spec.region, inRegion);
  inRegion.push(instance);
  const addRunningTask = (type: string): void => {
    createTask(world, instance, { type, by: OTHER_UIN, at: now }).result = 1;
  };
  if (spec.task !== null) addRunningTask(spec.task);
  if (spec.status === 'processing') addRunningTask('043');
  if (!spec.unpaidOrder) return;
  const terms = { by: account.uin, action: 'upgrade', price: 10_000, charged: 0 } as const;
  const deal = createDeal(world, instance, { ...terms, at: now - DAY });
  deal.status = 1;
  instance.unpaid = deal;
  listDeal(world, deal);
}

/** Schedules the fault hand-change: another user changes an instance after its first read in this period. */
function scheduleHandChanges({ agenda, faults, handChanges, startedAt }: World): void {
  for (const { value, from, until } of faults.all('hand-change')) {
    const id = String(value);
    agenda.add(startedAt + from, () => handChanges.add(id));
    if (until !== null) agenda.add(startedAt + until, () => handChanges.delete(id));
  }
}

/** Schedules the fault foreign-task: a backup runs on an instance in this period. */
function scheduleForeignTasks(world: World): void {
  const { agenda, startedAt } = world;
  for (const { value, from, until } of world.faults.all('foreign-task')) {
    const instance = world.instances.get(String(value));
    if (!instance) continue;
    const start = (at: number): void => {
      const task = createTask(world, instance, { type: '012', by: OTHER_UIN, at });
      task.result = 1;
      if (until !== null) agenda.add(startedAt + until, (end) => endTask(task, 2, end));
    };
    if (from === 0) start(startedAt);
    else agenda.add(startedAt + from, start);
  }
}

/** The nodes of a multi-zone instance, the master first; null for a single-zone instance. */
function nodesOf({ random }: World, spec: FleetInstance, region: SimRegion): SimNode[] | null {
  const numberOf = (code: string): number =>
    (region.zones.find((one) => one.code === code) ?? region.zones.find((one) => one.code === spec.zone)!)
      .number;
  if (spec.nodes) return spec.nodes.map(({ id, kind, zone }) => ({ id, kind, zone: numberOf(zone) }));
  if (spec.replicaZones.every((code) => code === spec.zone)) return null;
  const master = random.whole(1000, 900_000);
  return [
    { id: master, kind: 0, zone: numberOf(spec.zone) },
    ...Array.from({ length: spec.replicas }, (_, replica): SimNode => {
      const zone = numberOf(spec.replicaZones[replica] ?? spec.zone);
      return { id: master + replica + 1, kind: 1, zone };
    }),
  ];
}

/** The sizes before the world's start. The fullest shard has the same ratio to the average one as at the start. */
function pastOf(spec: FleetInstance, now: number): PastSize[] {
  const { usedTotal, usedFullestShard, shards: present, pastSizes = [] } = spec;
  const ratio = usedFullestShard === null || usedTotal === 0 ? 1 : (usedFullestShard * present) / usedTotal;
  return pastSizes.map(({ untilDaysAgo, memoryPerShard, shards, replicas }) => {
    const mean = usedTotal / shards;
    const used = spread(usedTotal, shards, Math.min(usedTotal, ratio * mean));
    return { until: now - untilDaysAgo * DAY, memoryPerShard, shards, replicas, used };
  });
}

function instanceOf(world: World, account: SimAccount, spec: FleetInstance): SimInstance {
  const now = world.startedAt;
  const index = world.instances.size;
  const region = world.regions.get(spec.region)!;
  return {
    id: spec.id,
    account,
    ip: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
    name: spec.name,
    region,
    zone: region.zones.find(({ code }) => code === spec.zone)!,
    type: spec.type,
    billing: spec.billing === 'prepaid' ? 1 : 0,
    tags: Object.entries(spec.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    createdAt: now - (spec.daysOld ?? 400) * DAY + (spec.daysOld === undefined ? index * 3 * MINUTE : 0),
    monitorVersion: spec.monitorVersion ?? '5s',
    readsFromReplicas: spec.readsFromReplicas ?? false,
    ...given({ usage: spec.usage }),
    deadline: spec.billing === 'prepaid' ? now + spec.daysLeft * DAY : null,
    closedAt: spec.status === 'isolated' || spec.status === 'deleting' ? now - DAY : null,
    lowVersion: spec.lowVersion,
    transfer: spec.transfer ?? null,
    replicationGroup: spec.replicationRole
      ? { id: `crs-rpl-${spec.id.slice(4)}`, role: spec.replicationRole }
      : null,
    past: pastOf(spec, now),
    window: spec.window ?? DEFAULT_WINDOW,
    memoryPerShard: spec.memoryPerShard,
    shards: spec.shards,
    replicas: spec.replicas,
    status: STATUS_NUMBER[spec.status],
    used: spread(spec.usedTotal, spec.shards, spec.usedFullestShard),
    nodes: nodesOf(world, spec, region),
    lockedUntil: 0,
    openTasks: 0,
    unpaid: null,
    orderCount: 0,
    tasks: [],
    jobs: [],
  };
}
