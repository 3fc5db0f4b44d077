/**
 * The inventory: every instance of the given scopes with what is known about it, and what is sold, at one moment.
 */
import { type Clock, iso } from '../clock.ts';
import { given } from '../given.ts';
import { INVENTORY_FORMAT, type Instance, type Inventory, type Scope } from '../model.ts';
import { DAY } from '../units.ts';
import { isMissingPermission, refusalOf } from './calls/refusals.ts';
import type { CloudReader } from './cloud.ts';
import { ANY_REGION } from './network/hosts.ts';
import { INSTANCES_PER_MONITOR_CALL } from './wire/memory.ts';

/** An order waits 15 days to be paid; a day more for the difference of clocks. Source: docs/provider.md P80. */
const UNPAID_WINDOW_MS = 16 * DAY;

export interface InventoryOptions {
  /** Told after each scope: how many of them are read, and how many instances they hold so far. */
  readonly onProgress?: (done: Readonly<Record<'scopes' | 'of' | 'instances', number>>) => void;
}

/** An inventory, and what could not be read for it: each note is one sentence. */
export interface InventoryReading {
  readonly inventory: Inventory;
  readonly notes: readonly string[];
}

/**
 * Reads all scopes at once. Instances and the catalogue must be readable; running tasks, unpaid orders and balances
 * may be closed to the identity, and are then left empty with a note, because their absence proves nothing.
 * @throws RefitError where instances or catalogue cannot be read.
 */
export async function readInventory(
  reader: CloudReader,
  scopes: readonly Scope[],
  clock: Clock,
  options: InventoryOptions = {},
): Promise<InventoryReading> {
  const readAt = clock.now();
  const unique = [...new Map(scopes.map((scope) => [`${scope.profile}\n${scope.region}`, scope])).values()];
  const accounts = [...new Map(unique.map((scope) => [scope.profile, scope])).values()];
  const notes: string[] = [];
  const note = (what: string) => notes.push(what);
  const progress = { scopes: 0, instances: 0 };
  const readScope = async (scope: Scope) => {
    const region = await readRegion(reader, scope, note);
    progress.scopes += 1;
    progress.instances += region.instances.length;
    options.onProgress?.({ ...progress, of: unique.length });
    return region;
  };
  const [regions, catalogues, accountsRead] = await Promise.all([
    Promise.all(unique.map(readScope)),
    // The catalogue covers all regions at once, but accounts may be sold different things: one for each profile.
    Promise.all(accounts.map((scope) => reader.describeCatalogue(scope))),
    Promise.all(accounts.map((scope) => readAccount(reader, scope, readAt, note))),
  ]);
  const unpaid = new Map(accountsRead.map((account) => [account.profile, account.unpaid]));
  const offers = catalogues.flatMap((catalogue) => catalogue.offers);
  const sold = new Map(
    offers.map((one) => [[one.region, one.zone, one.edition, one.billing].join('\n'), one]),
  );
  // Two accounts may read one region: a zone is the same for both.
  const zones = new Map(regions.flatMap((region) => region.zones).map((zone) => [zone.code, zone]));
  return {
    inventory: {
      format: INVENTORY_FORMAT,
      readAt: iso(readAt),
      scopes: unique,
      instances: regions
        .flatMap((region) => region.instances)
        .map((one): Instance => ({ ...one, unpaidOrder: unpaid.get(one.profile)?.get(one.id) ?? null }))
        .sort((a, b) => compare(a.profile, b.profile) || compare(a.region, b.region) || compare(a.id, b.id)),
      catalogue: {
        readAt: iso(readAt),
        offers: [...sold.values()],
        zones: [...zones.values()].sort((a, b) => compare(a.code, b.code)),
      },
      balances: Object.fromEntries(
        accountsRead.flatMap(({ profile, balance }) => (balance === null ? [] : [[profile, balance]])),
      ),
    },
    notes: notes.sort(),
  };
}

type Note = (what: string) => void;

/** What a read gives; `otherwise`, with a note, where the identity may not ask. */
function readIfAllowed<Value>(read: Promise<Value>, otherwise: Value, what: string, note: Note) {
  return read.catch((error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal === null || !isMissingPermission(refusal.code)) throw error;
    note(`${what} could not be read: ${refusal.code}`);
    return otherwise;
  });
}

async function readRegion(reader: CloudReader, scope: Scope, note: Note) {
  const { region, profile } = scope;
  const what = `running tasks in ${region} (profile ${profile})`;
  const [instances, tasks, zones] = await Promise.all([
    reader.describeInstances(scope),
    readIfAllowed(reader.describeRunningTasks(scope), [], what, note),
    reader.describeZones(scope),
  ]);
  const running = new Map(tasks.map((task) => [task.instance, `task ${task.type} is ${task.result}`]));
  return {
    instances: instances.map((one): Instance => ({ ...one, task: running.get(one.id) ?? null })),
    zones: zones.map((zone) => ({ region, ...zone })),
  };
}

/** What an account can pay, and the numbers of its unpaid orders by instance. */
async function readAccount(reader: CloudReader, scope: Scope, now: number, note: Note) {
  const { profile } = scope;
  const deals = reader.findDeals(scope, now - UNPAID_WINDOW_MS, now);
  const [found, balance] = await Promise.all([
    readIfAllowed(deals, [], `unpaid orders of profile ${profile}`, note),
    readIfAllowed(reader.describeBalance(scope), null, `the balance of profile ${profile}`, note),
  ]);
  const unpaid = found
    .filter(({ state }) => state === 'unpaid')
    .flatMap(({ order, instances }) => instances.map((id) => [id, order] as const));
  return { profile, balance, unpaid: new Map(unpaid) };
}

/**
 * Calls of the monitor product that reading the memory in use of these instances takes. They are billed beyond a
 * monthly allowance (docs/provider.md P121), so they are counted before they are made.
 */
export function monitorCalls(inventory: Inventory, ids: ReadonlySet<string>): number {
  return inventory.scopes.reduce(
    (sum, scope) => sum + Math.ceil(wantedOf(inventory, scope, ids).length / INSTANCES_PER_MONITOR_CALL),
    0,
  );
}

/**
 * The same inventory with the memory in use of some instances: reading it takes a call for each cluster, so it is
 * read for those that a plan is about and for no more. A source that refuses leaves it unknown, with a note.
 */
export async function readMemoryInUse(
  reader: CloudReader,
  inventory: Inventory,
  ids: ReadonlySet<string>,
): Promise<InventoryReading> {
  const notes = new Set<string>();
  const found = await Promise.all(
    inventory.scopes.map(async (scope) => {
      const wanted = wantedOf(inventory, scope, ids);
      const note = (what: string) => notes.add(`memory in use: ${what}`);
      return wanted.length === 0 ? [] : [...(await reader.describeMemoryInUse(scope, wanted, note))];
    }),
  );
  const used = new Map(found.flat());
  return {
    inventory: {
      ...inventory,
      instances: inventory.instances.map((one) => ({ ...one, used: used.get(one.id) ?? one.used })),
    },
    notes: [...notes].sort(),
  };
}

/** The same inventory with the maintenance windows of the instances of these ids, as far as they are told: a call each. */
export async function readWindows(
  reader: CloudReader,
  inventory: Inventory,
  ids: ReadonlySet<string>,
  onProgress: (read: number) => void,
): Promise<InventoryReading> {
  const notes = new Set<string>();
  let read = 0;
  const instances = inventory.instances.map(async (one) => {
    if (!ids.has(one.id)) return one;
    const { region, profile } = one;
    const note = (why: string) => notes.add(`maintenance windows: ${why}`);
    const window = await reader.describeWindow({ region, profile }, one.id, note);
    onProgress(++read);
    return { ...one, ...given({ window }) };
  });
  return {
    inventory: { ...inventory, instances: await Promise.all(instances) },
    notes: [...notes].sort(),
  };
}

function wantedOf(inventory: Inventory, scope: Scope, ids: ReadonlySet<string>): Instance[] {
  return inventory.instances.filter(
    (one) => ids.has(one.id) && one.region === scope.region && one.profile === scope.profile,
  );
}

/** The regions in which anything is sold, sorted: where instances may be when nobody says where. */
export async function discoverRegions(reader: CloudReader, profile = 'default'): Promise<string[]> {
  const { offers } = await reader.describeCatalogue({ region: ANY_REGION, profile });
  return [...new Set(offers.map(({ region }) => region))].sort();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
