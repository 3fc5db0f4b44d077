/**
 * Reads the inventory: the instances of the given scopes and the catalogue, at one moment.
 */
import { type Clock, iso } from '../clock.ts';
import { given } from '../given.ts';
import { message, textOf } from '../messages/messages.ts';
import { INVENTORY_FORMAT, type Instance, type Inventory, type Message, type Scope } from '../model.ts';
import { DAY } from '../units.ts';
import { isMissingPermission, refusalOf } from './calls/refusals.ts';
import type { CloudReader } from './cloud.ts';
import { LARGE_CALLS } from './monitor-limits.ts';
import { ANY_REGION } from './network/hosts.ts';

/** An order can wait 15 days for payment. One day more covers clock skew. Source: docs/provider.md P80. */
const UNPAID_WINDOW_MS = 16 * DAY;

export interface InventoryOptions {
  /** Called after each scope: scopes read, scopes in total, and instances so far. */
  readonly onProgress?: (done: Readonly<Record<'scopes' | 'of' | 'instances', number>>) => void;
  /**
   * Takes the instances of each scope as soon as they are read; the inventory then has none. A large fleet so needs memory
   * for one scope only.
   */
  readonly takeInstances?: (scope: Scope, instances: readonly Instance[]) => Promise<void>;
  /** The same page by page, as `eachInstance` reads them: it needs memory for some pages only. */
  readonly takePage?: (instances: readonly Instance[]) => void;
}

/** An inventory, and notes on what Refit could not read for it. */
export interface InventoryReading {
  readonly inventory: Inventory;
  readonly notes: readonly Message[];
}

/**
 * Reads all scopes at the same time. The identity needs the permissions for instances and the catalogue.
 * Without the permission for running tasks, unpaid orders or balances, Refit leaves them empty and adds a note.
 * @throws RefitError if instances or the catalogue cannot be read.
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
  const notes: Message[] = [];
  const note: Note = (one) => notes.push(one);
  const progress = { scopes: 0, instances: 0 };
  const accountReads = Promise.all(accounts.map((scope) => readAccount(reader, scope, readAt, note)));
  const unpaidOf = async ({ profile }: Scope): Promise<Orders> =>
    (await accountReads).find((account) => account.profile === profile)!.unpaid;
  const readScope = async (scope: Scope) => {
    const instances = await readInstances(reader, scope, { ...options, note, unpaid: unpaidOf(scope) });
    progress.instances += instances.count;
    progress.scopes += 1;
    options.onProgress?.({ ...progress, of: unique.length });
    return instances;
  };
  const [regions, catalogues, accountsRead] = await Promise.all([
    options.takePage === undefined
      ? Promise.all(unique.map(readScope))
      : inLanes(unique, PAGED_LANES, readScope),
    // One catalogue covers all regions. Accounts may get different offers: read one for each profile.
    Promise.all(accounts.map((scope) => reader.describeCatalogue(scope))),
    accountReads,
  ]);
  const offers = catalogues.flatMap((catalogue) => catalogue.offers);
  const sold = new Map(
    offers.map((one) => [[one.region, one.zone, one.edition, one.billing].join('\n'), one]),
  );
  // Two accounts may read one region. A zone is the same for both.
  const zones = new Map(regions.flatMap((region) => region.zones).map((zone) => [zone.code, zone]));
  return {
    inventory: {
      format: INVENTORY_FORMAT,
      readAt: iso(readAt),
      scopes: unique,
      instances: regions
        .flatMap((region) => region.instances)
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
    notes: sortNotes(notes),
  };
}

type Note = (message: Message) => void;

/** The result of a read, or `fallback` if the identity lacks the permission. `report` then gets the code. */
function readIfAllowed<Value>(read: Promise<Value>, fallback: Value, report: (code: string) => void) {
  return read.catch((error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal === null || !isMissingPermission(refusal.code)) throw error;
    report(refusal.code);
    return fallback;
  });
}

/** Scopes that are read page by page at the same time. Each has a page in memory. */
const PAGED_LANES = 2;

/** Does work for each item, at most for so many at the same time. @returns the results in the order of the items. */
async function inLanes<Item, Result>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const lane = async (): Promise<void> => {
    for (const [at, item] of left) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** Orders or tasks by the id of their instance. */
type Orders = ReadonlyMap<string, string>;

/** The zones of a scope, its instances unless somebody takes them, and how many there are. */
async function readInstances(
  reader: CloudReader,
  scope: Scope,
  options: InventoryOptions & { readonly note: Note; readonly unpaid: Promise<Orders> },
) {
  const { takeInstances, takePage, note } = options;
  const facts = Promise.all([
    readTasks(reader, scope, note),
    options.unpaid,
    reader.describeZones(scope).then((zones) => zones.map((zone) => ({ region: scope.region, ...zone }))),
  ]);
  if (takePage !== undefined) {
    const [tasks, unpaid, zones] = await facts;
    let count = 0;
    await reader.eachInstance(scope, (page) => {
      count += page.length;
      takePage(page.map((one) => withFacts(one, tasks, unpaid)));
    });
    return { zones, instances: [], count };
  }
  const [read, [tasks, unpaid, zones]] = await Promise.all([reader.describeInstances(scope), facts]);
  const instances = read.map((one) => withFacts(one, tasks, unpaid));
  await takeInstances?.(scope, instances);
  return { zones, instances: takeInstances === undefined ? instances : [], count: instances.length };
}

function withFacts(one: Instance, tasks: Orders, unpaid: Orders): Instance {
  return { ...one, task: tasks.get(one.id) ?? null, unpaidOrder: unpaid.get(one.id) ?? null };
}

/** The running tasks of a scope in words, by the id of their instance. */
async function readTasks(reader: CloudReader, scope: Scope, note: Note): Promise<Orders> {
  const { region, profile } = scope;
  const tasks = await readIfAllowed(reader.describeRunningTasks(scope), [], (code) =>
    note(message('read.tasks-refused', { region, profile, code })),
  );
  return new Map(tasks.map((task) => [task.instance, `task ${task.type} is ${task.result}`]));
}

/** Reads the balance of an account, and its unpaid orders by instance. */
async function readAccount(reader: CloudReader, scope: Scope, now: number, note: Note) {
  const { profile } = scope;
  const deals = reader.findDeals(scope, now - UNPAID_WINDOW_MS, now);
  const [found, balance] = await Promise.all([
    readIfAllowed(deals, [], (code) => note(message('read.unpaid-orders-refused', { profile, code }))),
    readIfAllowed(reader.describeBalance(scope), null, (code) =>
      note(message('read.balance-refused', { profile, code })),
    ),
  ]);
  const unpaid = found
    .filter(({ state }) => state === 'unpaid')
    .flatMap(({ order, instances }) => instances.map((id) => [id, order] as const));
  return { profile, balance, unpaid: new Map(unpaid) };
}

/**
 * Counts the monitor calls that reading the memory in use of these instances takes. The provider bills them beyond a
 * monthly allowance (docs/provider.md P121), so Refit shows the number before it makes them.
 */
export function monitorCalls(inventory: Inventory, ids: ReadonlySet<string>): number {
  return inventory.scopes.reduce(
    (sum, scope) => sum + monitorCallsOf(wantedOf(inventory, scope, ids).length),
    0,
  );
}

/** The monitor calls for so many instances of one scope. */
export const monitorCallsOf = (instances: number): number => Math.ceil(instances / LARGE_CALLS.instances);

/**
 * Adds the memory in use of the given instances to an inventory. It takes a call for each cluster, so a plan reads it
 * only for its own instances. If a source refuses, the value stays unknown and a note says so.
 */
export async function readMemoryInUse(
  reader: CloudReader,
  inventory: Inventory,
  ids: ReadonlySet<string>,
): Promise<InventoryReading> {
  const notes: Message[] = [];
  const found = await Promise.all(
    inventory.scopes.map(async (scope) => {
      const wanted = wantedOf(inventory, scope, ids);
      if (wanted.length === 0) return [];
      return [...(await reader.describeMemoryInUse(scope, wanted, (note) => notes.push(note)))];
    }),
  );
  const used = new Map(found.flat());
  return {
    inventory: {
      ...inventory,
      instances: inventory.instances.map((one) => ({ ...one, used: used.get(one.id) ?? one.used })),
    },
    notes: sortNotes(notes),
  };
}

/** Adds the maintenance windows of the given instances, where readable. It takes a call for each instance. */
export async function readWindows(
  reader: CloudReader,
  inventory: Inventory,
  ids: ReadonlySet<string>,
  onProgress: (read: number) => void,
): Promise<InventoryReading> {
  const notes: Message[] = [];
  let read = 0;
  const instances = inventory.instances.map(async (one) => {
    if (!ids.has(one.id)) return one;
    const { region, profile } = one;
    const window = await reader.describeWindow({ region, profile }, one.id, (note) => notes.push(note));
    onProgress(++read);
    return { ...one, ...given({ window }) };
  });
  return {
    inventory: { ...inventory, instances: await Promise.all(instances) },
    notes: sortNotes(notes),
  };
}

function wantedOf(inventory: Inventory, scope: Scope, ids: ReadonlySet<string>): Instance[] {
  return inventory.instances.filter(
    (one) => ids.has(one.id) && one.region === scope.region && one.profile === scope.profile,
  );
}

/** The regions of the catalogue, sorted. Refit searches them if the user names no region. */
export async function discoverRegions(reader: CloudReader, profile = 'default'): Promise<string[]> {
  const { offers } = await reader.describeCatalogue({ region: ANY_REGION, profile });
  return [...new Set(offers.map(({ region }) => region))].sort();
}

/** Each note once, in the order of their words. */
function sortNotes(notes: readonly Message[]): Message[] {
  const unique = new Map(notes.map((note) => [textOf(note), note]));
  return [...unique].sort(([a], [b]) => compare(a, b)).map(([, note]) => note);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
