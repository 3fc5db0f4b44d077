/**
 * A world made from a saved plan alone: its instances as they were planned, in the regions and zones that it names, and a
 * catalogue that sells what it asks for. Nothing is wrong in it but what it is told.
 */

import { given } from '../../given.ts';
import {
  type Durations,
  EDITIONS,
  type EditionName,
  type MaintenanceWindow,
  type Precondition,
  type SavedPlan,
  type Step,
} from '../../model.ts';
import { parseTimeOfDay } from '../world/beijing-time.ts';
import { addOffer, createCatalogue, type SimCatalogue, type Sold } from '../world/catalogue.ts';
import { createWorld } from '../world/create-world.ts';
import type { FleetInstance } from '../world/fleet-instance.ts';
import { createRegions, type SimRegion } from '../world/geography.ts';
import { seededRandom } from '../world/random.ts';
import {
  type AccountOptions,
  FIRST_ACCOUNT,
  type Identity,
  OWNER_UIN,
  type SimJob,
  type World,
  type WorldOptions,
} from '../world/world.ts';

/** What a saved plan says of the world that it is rehearsed in. */
export type RehearsedPlan = Pick<SavedPlan, 'steps' | 'preconditions'>;

/** CNY: no plan is short of money unless it is told to be. */
const UNLIMITED_BALANCE = 1e12;
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

/**
 * Makes the world at `now`, milliseconds since 1970 UTC. The same plan, options and time make the same world.
 * @param durations how long changes take
 */
export function createRehearsalWorld(
  plan: RehearsedPlan,
  durations: Durations,
  options: Pick<WorldOptions, 'seed' | 'faults' | 'startLag' | 'lockTail'>,
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
      ...options,
      fleet: fleetOf(FIRST_ACCOUNT),
      identities: [...new Set([FIRST_ACCOUNT, ...profiles])].map(identityOf),
      accounts: profiles
        .filter((profile) => profile !== FIRST_ACCOUNT)
        .map(
          (name, index): AccountOptions => ({
            name,
            uin: uinOf(name),
            appId: 1_250_000_002 + index,
            balance: UNLIMITED_BALANCE,
            fleet: fleetOf(name),
            roles: null,
          }),
        ),
      duration: [0, 0],
      durationOf: (job) => drawDuration(durations, options.seed, job),
      limit: null,
      limitCounting: 'calendar',
      balance: UNLIMITED_BALANCE,
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
function regionsOf({ steps, preconditions }: RehearsedPlan): ReadonlyMap<string, SimRegion> {
  const named = new Map(
    steps.flatMap((step) => zonesIn(step).map((zone) => [zoneOf({ ...step, zone: zone.code }), zone.number])),
  );
  const made = createRegions([...preconditions.map(zoneOf), ...named.keys()]);
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
    type: typeOf(one.edition),
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
function catalogueFor(plan: RehearsedPlan, regions: ReadonlyMap<string, SimRegion>): SimCatalogue {
  const usual = createCatalogue(regions);
  const stepsOf = Map.groupBy(plan.steps, ({ edition }) => typeOf(edition));
  const known = new Map<string, Sold | undefined>();
  const soldIn: SimCatalogue['sold'] = (zone, type, billing) => {
    const sold = usual.sold(zone, type, billing);
    const asked = stepsOf.get(type)?.flatMap(({ before, after }) => [before, after]);
    if (asked === undefined) return sold && { ...sold, soldOut: false };
    return addOffer(sold, {
      sizes: new Set(asked.map(({ memoryPerShard }) => memoryPerShard)),
      shards: new Set(asked.map(({ shards }) => shards)),
      replicas: new Set(asked.map(({ replicas }) => replicas)),
      soldOut: false,
    });
  };
  return {
    regionSet: usual.regionSet,
    sold(zone, type, billing) {
      const key = `${zone} ${type} ${billing}`;
      if (!known.has(key)) known.set(key, soldIn(zone, type, billing));
      return known.get(key);
    },
  };
}

/** The provider's number of an edition. */
function typeOf(edition: EditionName): number {
  return EDITIONS.find(({ name }) => name === edition)!.type;
}
