/**
 * Creates a world from a saved plan only: its instances, regions and zones, and a catalogue with every size of the plan.
 * Nothing fails in it, except by a requested fault.
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
import { seededRandom, seedOf } from '../world/random.ts';
import {
  type AccountOptions,
  FIRST_ACCOUNT,
  type Identity,
  OWNER_UIN,
  type SimJob,
  type World,
  type WorldOptions,
} from '../world/world.ts';

/** The parts of a saved plan that the rehearsal uses. */
export type RehearsedPlan = Pick<SavedPlan, 'steps' | 'preconditions'>;

/** CNY. An order lacks money only by a fault. */
const UNLIMITED_BALANCE = 1e12;
const DAYS_LEFT = 180;

/** The identity of a profile. Each profile is its own account. */
export function identityOf(profile: string): Identity {
  return { secretId: profile, secretKey: '', token: null, uin: uinOf(profile), account: profile };
}

/** The number of an account, from its name. */
function uinOf(profile: string): string {
  if (profile === FIRST_ACCOUNT) return OWNER_UIN;
  const mixed = [...profile].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 1e9, 7);
  return `2${String(mixed).padStart(11, '0')}`;
}

/**
 * Creates the world at `now`, milliseconds since 1970 UTC. The same arguments give the same world.
 * @param durations durations of the changes
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
 * Draws a duration in milliseconds, uniform between two neighbouring deciles. Only seed and step decide: faults elsewhere
 * change no duration, so that runs with and without faults are comparable.
 */
function drawDuration(
  { of }: Durations,
  seed: number,
  { instance, change: { dimension } }: Pick<SimJob, 'instance' | 'change'>,
): number {
  const { seconds } = of[dimension];
  const at = seededRandom(seedOf(`${instance.id}/${dimension}`, seed)).next() * (seconds.length - 1);
  const low = Math.floor(at);
  const [from, to] = [seconds[low]!, seconds[Math.min(low + 1, seconds.length - 1)]!];
  return Math.round(1000 * (from + (at - low) * (to - from)));
}

/** The zone of an instance. An unknown zone code becomes the first zone of the region. */
function zoneOf({ zone, region }: Pick<Precondition, 'zone' | 'region'>): string {
  return zone.startsWith(`${region}-`) && /^\d+$/.test(zone.slice(region.length + 1)) ? zone : `${region}-1`;
}

function zonesIn({ nodes }: Step) {
  if (nodes === undefined) return [];
  return nodes.kind === 'add' ? nodes.zones : nodes.nodes.map(({ zone }) => zone);
}

/** The default regions and those of the plan. Zone numbers come from the plan, and nothing is sold out. */
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

/** The nodes that an order names. All other nodes are in the zone of the instance. */
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

/** The default catalogue, plus every size before and after a step, in every zone. */
function catalogueFor(plan: RehearsedPlan, regions: ReadonlyMap<string, SimRegion>): SimCatalogue {
  const base = createCatalogue(regions);
  const stepsOf = Map.groupBy(plan.steps, ({ edition }) => typeOf(edition));
  const known = new Map<string, Sold | undefined>();
  const offerIn: SimCatalogue['sold'] = (zone, type, billing) => {
    const sold = base.sold(zone, type, billing);
    const sizes = stepsOf.get(type)?.flatMap(({ before, after }) => [before, after]);
    if (sizes === undefined) return sold && { ...sold, soldOut: false };
    return addOffer(sold, {
      sizes: new Set(sizes.map(({ memoryPerShard }) => memoryPerShard)),
      shards: new Set(sizes.map(({ shards }) => shards)),
      replicas: new Set(sizes.map(({ replicas }) => replicas)),
      soldOut: false,
    });
  };
  return {
    regionSet: base.regionSet,
    sold(zone, type, billing) {
      const key = `${zone} ${type} ${billing}`;
      if (!known.has(key)) known.set(key, offerIn(zone, type, billing));
      return known.get(key);
    },
  };
}

/** The provider's type code of an edition. */
function typeOf(edition: EditionName): number {
  return EDITIONS.find(({ name }) => name === edition)!.type;
}
