/**
 * A world made from a saved plan alone: its instances as they were planned, in the regions and zones that it names, and a
 * catalogue that sells what it asks for. Nothing is wrong in it but what it is told.
 */

import { given } from '../../given.ts';
import {
  type Durations,
  EDITIONS,
  type MaintenanceWindow,
  type Precondition,
  type SavedPlan,
  type Step,
} from '../../model.ts';
import { parseTimeOfDay } from '../world/beijing-time.ts';
import { makeCatalogue, type SimCatalogue, type Sold } from '../world/catalogue.ts';
import { createWorld } from '../world/create-world.ts';
import type { Fault } from '../world/faults.ts';
import type { FleetInstance } from '../world/fleet-instance.ts';
import { makeRegions, type SimRegion } from '../world/geography.ts';
import { seededRandom } from '../world/random.ts';
import type { LimitCounting } from '../world/request-limit.ts';
import {
  type AccountOptions,
  FIRST_ACCOUNT,
  type Identity,
  OWNER_UIN,
  type Range,
  type SimJob,
  type World,
} from '../world/world.ts';

/** What a saved plan says of the world that it is rehearsed in. */
export type Rehearsable = Pick<SavedPlan, 'steps' | 'preconditions'>;

export interface RehearsalWorldOptions {
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** How long changes take. */
  readonly durations: Durations;
  /** From an accepted order to its begin, milliseconds. */
  readonly startLag: Range;
  /** How long after its end an instance refuses orders, milliseconds. */
  readonly lockTail: Range;
  readonly limitCounting: LimitCounting;
}

/** CNY: no plan is short of money unless it is told to be. */
const ENOUGH = 1e12;
const DAYS_LEFT = 180;

/** Who signs for a profile: each is an account of its own. */
export function identityOf(profile: string): Identity {
  return { secretId: profile, secretKey: '', token: null, uin: uinOf(profile), account: profile };
}

/** A number of an account: the owner's for the first, others by their names. */
function uinOf(profile: string): string {
  if (profile === FIRST_ACCOUNT) return OWNER_UIN;
  const mixed = [...profile].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 1e9, 7);
  return `2${String(mixed).padStart(11, '0')}`;
}

/** Makes the world at `now`, milliseconds since 1970 UTC. The same plan, options and time make the same world. */
export function rehearsalWorld(
  plan: Rehearsable,
  { seed, faults, durations, startLag, lockTail, limitCounting }: RehearsalWorldOptions,
  now: number,
): World {
  const regions = regionsOf(plan);
  const profiles = [...new Set(plan.preconditions.map(({ profile }) => profile))];
  const steps = Map.groupBy(plan.steps, ({ instance }) => instance);
  const fleetOf = (profile: string): FleetInstance[] =>
    plan.preconditions
      .filter((one) => one.profile === profile)
      .map((one) => instanceOf(one, steps.get(one.instance) ?? [], regions));
  return createWorld(
    {
      seed,
      fleet: fleetOf(FIRST_ACCOUNT),
      identities: [...new Set([FIRST_ACCOUNT, ...profiles])].map(identityOf),
      accounts: profiles
        .filter((profile) => profile !== FIRST_ACCOUNT)
        .map(
          (name, index): AccountOptions => ({
            name,
            uin: uinOf(name),
            appId: 1_250_000_002 + index,
            balance: ENOUGH,
            fleet: fleetOf(name),
            roles: null,
          }),
        ),
      startLag,
      duration: [0, 0],
      durationOf: (job) => drawDuration(durations, seed, job),
      lockTail,
      limit: null,
      limitCounting,
      balance: ENOUGH,
      faults,
      regions,
      catalogue: catalogueFor(plan, regions),
    },
    now,
  );
}

/**
 * Milliseconds, between two neighbouring deciles as likely anywhere. By seed and step alone: what goes wrong elsewhere
 * changes no duration, so that runs with faults and without can be compared.
 */
function drawDuration(
  { of }: Durations,
  seed: number,
  { instance, change: { dimension } }: Pick<SimJob, 'instance' | 'change'>,
): number {
  const { seconds } = of[dimension];
  const at = seededRandom(numberOf(`${instance.id}/${dimension}`, seed)).next() * (seconds.length - 1);
  const low = Math.floor(at);
  const [from, to] = [seconds[low]!, seconds[Math.min(low + 1, seconds.length - 1)]!];
  return Math.round(1000 * (from + (at - low) * (to - from)));
}

function numberOf(text: string, seed: number): number {
  let mixed = seed ^ 0x811c9dc5;
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
  return mixed >>> 0;
}

/** The zone of an instance; one whose code nobody knew is any of its region. */
function zoneOf({ zone, region }: Pick<Precondition, 'zone' | 'region'>): string {
  return zone.startsWith(`${region}-`) && /^\d+$/.test(zone.slice(region.length + 1)) ? zone : `${region}-1`;
}

function zonesIn({ nodes }: Step) {
  if (nodes === undefined) return [];
  return nodes.kind === 'add' ? nodes.zones : nodes.nodes.map(({ zone }) => zone);
}

/** The regions of the plan and the usual ones; zones by the numbers that the plan's orders name. Nothing is sold out. */
function regionsOf({ steps, preconditions }: Rehearsable): ReadonlyMap<string, SimRegion> {
  const named = new Map(
    steps.flatMap((step) => zonesIn(step).map((zone) => [zoneOf({ ...step, zone: zone.code }), zone.number])),
  );
  const made = makeRegions([...preconditions.map(zoneOf), ...named.keys()]);
  return new Map(
    [...made].map(([code, region]) => [
      code,
      {
        ...region,
        zones: region.zones.map((zone) => {
          const number = named.get(zone.code) ?? zone.number;
          return { ...zone, number, catalogueNumber: number, soldOut: false };
        }),
      },
    ]),
  );
}

function instanceOf(
  one: Precondition,
  steps: readonly Step[],
  regions: ReadonlyMap<string, SimRegion>,
): FleetInstance {
  const { memoryPerShard, shards, replicas } = one.size;
  const zone = zoneOf(one);
  return {
    id: one.instance,
    name: one.name,
    region: one.region,
    zone,
    type: EDITIONS.find(({ name }) => name === one.edition)!.type,
    memoryPerShard,
    shards,
    replicas,
    billing: one.billing,
    status: 'running',
    tags: {},
    usedTotal: one.used?.total ?? 0.4 * memoryPerShard * shards,
    usedFullestShard: one.used?.fullestShard ?? null,
    daysLeft: DAYS_LEFT,
    replicaZones: [],
    ...nodesOf(one, zone, steps, regions),
    task: null,
    unpaidOrder: false,
    lowVersion: false,
    ...given({ window: one.window && minutesOf(one.window) }),
  };
}

/** The nodes that an order names, and as many more as there are; those in the zone of the instance. */
function nodesOf(
  { size, region }: Precondition,
  zone: string,
  steps: readonly Step[],
  regions: ReadonlyMap<string, SimRegion>,
): Pick<FleetInstance, 'nodes'> {
  const change = steps.find(({ nodes }) => nodes !== undefined)?.nodes;
  if (change === undefined) return {};
  const removed = change.kind === 'remove' ? change.nodes : [];
  const codeOf = (number: number) =>
    regions.get(region)?.zones.find((other) => other.number === number)?.code ?? zone;
  const greatest = Math.max(1000, ...removed.map(({ id }) => id));
  return {
    nodes: [
      { id: greatest + 1, kind: 0, zone },
      ...removed.map((node) => ({ id: node.id, kind: 1 as const, zone: codeOf(node.zone.number) })),
      ...Array.from({ length: Math.max(0, size.replicas - removed.length) }, (_, n) => ({
        id: greatest + 2 + n,
        kind: 1 as const,
        zone,
      })),
    ],
  };
}

function minutesOf({ from, to }: MaintenanceWindow): readonly [number, number] {
  return [parseTimeOfDay(from)!, parseTimeOfDay(to)!];
}

/** What this small world always sells, and beside that every size on the way of the plan, in every zone of the region. */
function catalogueFor(plan: Rehearsable, regions: ReadonlyMap<string, SimRegion>): SimCatalogue {
  const usual = makeCatalogue(regions);
  const asked = new Map<number, { sizes: Set<number>; shards: Set<number>; replicas: Set<number> }>();
  for (const { edition, before, after } of plan.steps) {
    const { type } = EDITIONS.find(({ name }) => name === edition)!;
    const wanted = asked.get(type) ?? { sizes: new Set(), shards: new Set(), replicas: new Set() };
    asked.set(type, wanted);
    for (const { memoryPerShard, shards, replicas } of [before, after]) {
      wanted.sizes.add(memoryPerShard);
      wanted.shards.add(shards);
      wanted.replicas.add(replicas);
    }
  }
  const known = new Map<string, Sold | undefined>();
  return {
    regionSet: usual.regionSet,
    sold(zone, type, billing) {
      const key = `${zone} ${type} ${billing}`;
      if (!known.has(key)) known.set(key, both(usual.sold(zone, type, billing), asked.get(type)));
      return known.get(key);
    },
  };
}

function both(
  usual: Sold | undefined,
  asked: Readonly<Record<'sizes' | 'shards' | 'replicas', ReadonlySet<number>>> | undefined,
): Sold | undefined {
  if (asked === undefined) return usual && { ...usual, soldOut: false };
  const sizes = new Set([...(usual?.sizes ?? []), ...asked.sizes]);
  return {
    sizes,
    least: Math.min(...sizes),
    greatest: Math.max(...sizes),
    shards: new Set([...(usual?.shards ?? []), ...asked.shards]),
    replicas: new Set([...(usual?.replicas ?? []), ...asked.replicas]),
    soldOut: false,
  };
}
