/** Makes a world out of a fleet, a seed and what is to go wrong. */
import { createAgenda } from './agenda.ts';
import { makeCatalogue } from './catalogue.ts';
import { USUAL_WINDOW } from './change.ts';
import { armFaults, type Fault } from './faults.ts';
import { type FleetInstance, STATUS_NUMBER } from './fleet.ts';
import { makeRegions } from './geography.ts';
import { seededRandom } from './random.ts';
import { createRequestLimit } from './request-limit.ts';
import {
  type AccountOptions,
  closeTask,
  FIRST_ACCOUNT,
  makeDeal,
  OWNER_UIN,
  openTask,
  type SimAccount,
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
  const owners: readonly AccountOptions[] = [
    {
      name: FIRST_ACCOUNT,
      uin: options.uin ?? OWNER_UIN,
      appId: 1_250_000_001,
      balance: options.balance,
      fleet: options.fleet,
      roles: options.roles ?? null,
    },
    ...(options.accounts ?? []),
  ];
  const fleet = owners.flatMap((owner) => owner.fleet);
  const regions =
    options.regions ?? makeRegions(fleet.flatMap(({ zone, replicaZones }) => [zone, ...replicaZones]));
  const faults = armFaults(options.faults, seededRandom(options.seed ^ 0x51ed270b).next, now);
  const limitOf = (action: string): number => {
    const limits = faults.all('limit');
    const named = limits.findLast((fault) => fault.action === action) ?? limits.findLast(isForAll);
    return named ? Number(named.value) : (options.limit ?? (action === 'DescribeInstances' ? 35 : 20));
  };

  const instances = new Map<string, SimInstance>();
  const accounts = new Map<
    string,
    Omit<SimAccount, 'byRegion'> & { readonly byRegion: Map<string, SimInstance[]> }
  >(
    owners.map(({ name, uin, appId, roles, balance }) => [
      name,
      { name, uin, appId, roles, balance: Math.round(balance * 100), byRegion: new Map() },
    ]),
  );
  const first = accounts.get(FIRST_ACCOUNT)!;
  const world: World = {
    options,
    startedAt: now,
    random,
    names: seededRandom(options.seed ^ 0x9e3779b9),
    agenda: createAgenda(),
    regions,
    catalogue: options.catalogue ?? makeCatalogue(regions),
    instances,
    accounts,
    deals: new Map(),
    billing: [],
    tasks: [],
    taskById: new Map(),
    identities: new Map(options.identities.map((identity) => [identity.secretId, identity])),
    limit: createRequestLimit(options.limitCounting, limitOf),
    faults,
    seenOnce: new Map(),
    get clockSkew() {
      return faults.all('clock-skew').reduce((sum, { value }) => sum + Number(value), 0);
    },
    handChanges: new Set(),
    unauthenticated: 0,
    get balance() {
      return first.balance;
    },
    set balance(cents) {
      first.balance = cents;
    },
    // Order numbers of one world begin somewhere and then count up: unique without looking.
    lastNumber: random.whole(1e13, 9e13),
  };
  const owned = owners.flatMap((owner) =>
    owner.fleet.map((spec) => ({ spec, account: accounts.get(owner.name)! })),
  );
  for (const [index, { spec, account }] of owned.entries()) {
    const instance = settleIn(world, account, spec, index, now);
    instances.set(instance.id, instance);
    const here = account.byRegion.get(spec.region) ?? [];
    account.byRegion.set(spec.region, here);
    here.push(instance);
    if (spec.task !== null) openTask(world, instance, spec.task, SOMEBODY_ELSE, now).result = 1;
    if (spec.status === 'processing') openTask(world, instance, '043', SOMEBODY_ELSE, now).result = 1;
    if (spec.unpaidOrder) {
      const deal = makeDeal(world, instance, {
        by: account.uin,
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
  for (const { value, from, until } of faults.ever('hand-change')) {
    const id = String(value);
    world.agenda.add(now + from, () => world.handChanges.add(id));
    if (until !== null) world.agenda.add(now + until, () => world.handChanges.delete(id));
  }
  for (const { value, from, until } of faults.ever('foreign-task')) {
    const instance = instances.get(String(value));
    if (!instance) continue;
    const begin = (at: number): void => {
      const task = openTask(world, instance, '012', SOMEBODY_ELSE, at);
      task.result = 1;
      if (until !== null) world.agenda.add(now + until, (end) => closeTask(task, 2, end));
    };
    if (from === 0) begin(now);
    else world.agenda.add(now + from, begin);
  }
  return world;
}

const isForAll = ({ action }: Fault): boolean => action === '*';

function settleIn(
  world: World,
  account: SimAccount,
  spec: FleetInstance,
  index: number,
  now: number,
): SimInstance {
  const region = world.regions.get(spec.region)!;
  const zone = region.zones.find(({ code }) => code === spec.zone)!;
  const zoneNumber = (code: string): number =>
    region.zones.find((one) => one.code === code)?.number ?? zone.number;
  const multiZone = spec.replicaZones.some((code) => code !== spec.zone);
  const nodes: SimNode[] | null =
    spec.nodes?.map(({ id, kind, zone: code }): SimNode => ({ id, kind, zone: zoneNumber(code) })) ??
    (multiZone ? [{ id: world.random.whole(1000, 900_000), kind: 0, zone: zone.number }] : null);
  if (nodes && spec.nodes === undefined) {
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
    account,
    ip: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
    name: spec.name,
    region,
    zone,
    type: spec.type,
    billing: spec.billing === 'prepaid' ? 1 : 0,
    tags: Object.entries(spec.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    createdAt: now - 400 * DAY + index * 3 * 60_000,
    deadline: spec.billing === 'prepaid' ? now + spec.daysLeft * DAY : null,
    closedAt: spec.status === 'isolated' || spec.status === 'deleting' ? now - DAY : null,
    lowVersion: spec.lowVersion,
    transfer: spec.transfer ?? null,
    replicationGroup: spec.replicationRole
      ? { id: `crs-rpl-${spec.id.slice(4)}`, role: spec.replicationRole }
      : null,
    past: [],
    window: spec.window ?? USUAL_WINDOW,
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
