/** Makes a world out of a fleet, a seed and what is to go wrong. */
import { createAgenda } from './agenda.ts';
import { makeCatalogue } from './catalogue.ts';
import { armFaults } from './faults.ts';
import { type FleetInstance, STATUS_NUMBER } from './fleet.ts';
import { makeRegions } from './geography.ts';
import { seededRandom } from './random.ts';
import { createRequestLimit } from './request-limit.ts';
import {
  makeDeal,
  OWNER_UIN,
  openTask,
  type SimInstance,
  type SimNode,
  SOMEBODY_ELSE,
  spread,
  type World,
  type WorldOptions,
} from './world.ts';

const DAY = 24 * 3600_000;

/** Makes a world at `now`, milliseconds since 1970 UTC. The same options and time make the same world. */
export function createWorld(options: WorldOptions, now: number): World {
  const random = seededRandom(options.seed);
  const regions = makeRegions(options.fleet.flatMap(({ zone, replicaZones }) => [zone, ...replicaZones]));
  const limits = new Map<string, number>();
  const faults = armFaults(options.faults, seededRandom(options.seed ^ 0x51ed270b).next);
  for (const fault of faults.all('limit')) limits.set(fault.action!, Number(fault.value));
  const everyLimit = limits.get('*') ?? options.limit;
  const limitOf = (action: string): number =>
    limits.get(action) ?? everyLimit ?? (action === 'DescribeInstances' ? 35 : 20);

  const instances = new Map<string, SimInstance>();
  const byRegion = new Map<string, SimInstance[]>([...regions.keys()].map((code) => [code, []]));
  const world: World = {
    options,
    startedAt: now,
    random,
    names: seededRandom(options.seed ^ 0x9e3779b9),
    agenda: createAgenda(),
    regions,
    catalogue: makeCatalogue(regions),
    instances,
    byRegion,
    deals: new Map(),
    billing: [],
    tasks: [],
    taskById: new Map(),
    identities: new Map(options.identities.map((identity) => [identity.secretId, identity])),
    limit: createRequestLimit(options.limitCounting, limitOf),
    faults,
    clockSkew: faults.all('clock-skew').reduce((sum, { value }) => sum + Number(value), 0),
    handChanges: new Set(faults.all('hand-change').map(({ value }) => String(value))),
    unauthenticated: 0,
    balance: Math.round(options.balance * 100),
    // Order numbers of one world begin somewhere and then count up: unique without looking.
    lastNumber: random.whole(1e13, 9e13),
  };
  for (const [index, spec] of options.fleet.entries()) {
    const instance = settleIn(world, spec, now - 400 * DAY + index * 3 * 60_000, now);
    instances.set(instance.id, instance);
    byRegion.get(spec.region)!.push(instance);
    if (spec.task !== null) openTask(world, instance, spec.task, SOMEBODY_ELSE, now).result = 1;
    if (spec.status === 'processing') openTask(world, instance, '043', SOMEBODY_ELSE, now).result = 1;
    if (spec.unpaidOrder) {
      const deal = makeDeal(world, instance, {
        by: OWNER_UIN,
        at: now - DAY,
        action: 'upgrade',
        price: 10_000,
        charged: 0,
      });
      deal.status = 1;
      instance.unpaid = deal;
      world.billing.push(deal);
    }
  }
  for (const { value } of faults.all('foreign-task')) {
    const instance = instances.get(String(value));
    if (instance) openTask(world, instance, '012', SOMEBODY_ELSE, now).result = 1;
  }
  return world;
}

function settleIn(world: World, spec: FleetInstance, createdAt: number, now: number): SimInstance {
  const region = world.regions.get(spec.region)!;
  const zone = region.zones.find(({ code }) => code === spec.zone)!;
  const zoneNumber = (code: string): number =>
    region.zones.find((one) => one.code === code)?.number ?? zone.number;
  const multiZone = spec.replicaZones.some((code) => code !== spec.zone);
  const nodes: SimNode[] | null = multiZone
    ? [{ id: world.random.whole(1000, 900_000), kind: 0, zone: zone.number }]
    : null;
  if (nodes) {
    for (let replica = 0; replica < spec.replicas; replica++) {
      nodes.push({
        id: nodes[0]!.id + replica + 1,
        kind: 1,
        zone: zoneNumber(spec.replicaZones[replica] ?? spec.zone),
      });
    }
  }
  return {
    id: spec.id,
    name: spec.name,
    region,
    zone,
    type: spec.type,
    billing: spec.billing === 'prepaid' ? 1 : 0,
    tags: Object.entries(spec.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    createdAt,
    deadline: spec.billing === 'prepaid' ? now + spec.daysLeft * DAY : null,
    closedAt: spec.status === 'isolated' || spec.status === 'deleting' ? now - DAY : null,
    lowVersion: spec.lowVersion,
    memoryPerShard: spec.memoryPerShard,
    shards: spec.shards,
    replicas: spec.replicas,
    status: STATUS_NUMBER[spec.status],
    used: spread(spec.usedTotal, spec.shards, spec.usedFullestShard),
    nodes,
    lockedUntil: 0,
    openTasks: 0,
    unpaid: null,
    orders: 0,
    tasks: [],
    jobs: [],
  };
}
