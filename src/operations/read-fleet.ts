/** Reads the live fleet outside of plans. */
import { type Clock, systemClock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import {
  discoverRegions,
  type InventoryReading,
  monitorCalls,
  readInventory,
  readMemoryInUse,
} from '../cloud/read-inventory.ts';
import { count } from '../messages/en/format-size.ts';
import type { Inventory, Scope } from '../model.ts';
import type { Draft } from '../plan/make-plan.ts';

/** Clock and listeners of a read. */
export interface ReadOptions {
  readonly clock?: Clock;
  /** Called as a read proceeds. */
  readonly onProgress?: (subject: string, done: number, of: number) => void;
  /** Called before calls that may be billed, with their number and purpose. */
  readonly onNotice?: (text: string) => void;
}

/** The part of the fleet to read. */
export interface FleetOptions extends ReadOptions {
  /** null: every region that has instances. */
  readonly regions: readonly string[] | null;
  /** null: `default`. */
  readonly profile: string | null;
}

/** Reads every instance of a profile in some regions. @throws RefitError if the provider cannot be read. */
export async function readFleet(
  reader: CloudReader,
  { regions, profile: named, ...options }: FleetOptions,
): Promise<InventoryReading> {
  const profile = named ?? 'default';
  const scopes = (regions ?? (await discoverRegions(reader, profile))).map((region) => ({ region, profile }));
  return readScopes(reader, scopes, options);
}

/** Reads every instance of some scopes. */
export function readScopes(
  reader: CloudReader,
  scopes: readonly Scope[],
  { clock = systemClock, onProgress }: ReadOptions,
): Promise<InventoryReading> {
  return readInventory(reader, scopes, clock, {
    onProgress: ({ scopes: done, of }) => onProgress?.('regions read', done, of),
  });
}

/** Reads the memory in use of some instances, after a notice about the calls. Source: docs/provider.md P121. */
export async function readMeasured(
  reader: CloudReader,
  inventory: Inventory,
  ids: ReadonlySet<string>,
  { onProgress, onNotice }: ReadOptions,
): Promise<InventoryReading & { readonly calls: number }> {
  const calls = monitorCalls(inventory, ids);
  onNotice?.(
    `reading the memory in use of ${count(ids.size, 'instance')}: ${count(calls, 'call')} of the monitor product (GetMonitorData), which bills calls beyond 1,000,000 a month`,
  );
  onProgress?.('instances measured', 0, ids.size);
  const reading = await readMemoryInUse(reader, inventory, ids);
  onProgress?.('instances measured', ids.size, ids.size);
  return { ...reading, calls };
}

/**
 * Reads the fleet with the memory in use of every running instance, which sizes by use and reductions need. The provider
 * accepts no order for other instances.
 */
export async function readFleetWithUse(
  reader: CloudReader,
  options: FleetOptions,
): Promise<InventoryReading> {
  const { inventory, notes } = await readFleet(reader, options);
  const ids = new Set(inventory.instances.flatMap(({ id, status }) => (status === 'running' ? [id] : [])));
  const used = await readMeasured(reader, inventory, ids, options);
  return { inventory: used.inventory, notes: [...notes, ...used.notes] };
}

/** Instances that Refit looks up in other regions: each region takes one read. */
const MOST_LOOKED_UP = 20;

/** Where the missing instances of a plan are, for the message about them. A region that cannot be read is left out. */
export async function findElsewhere(
  reader: CloudReader,
  { blocked, inventory: { scopes, instances, catalogue } }: Pick<Draft, 'blocked' | 'inventory'>,
): Promise<NonNullable<Inventory['elsewhere']>> {
  const known = new Set(instances.map(({ id }) => id));
  const missing = blocked.filter(
    ({ instance, findings }) =>
      !known.has(instance) && findings.some(({ code }) => code === 'ResourceNotFound.InstanceNotExists'),
  );
  const ids = [...new Set(missing.map(({ instance }) => instance))].slice(0, MOST_LOOKED_UP);
  if (ids.length === 0) return [];
  const profiles = [...new Set(scopes.map(({ profile }) => profile))];
  const regions = [...new Set(catalogue.offers.map(({ region }) => region))];
  const isRead = (scope: Scope) =>
    scopes.some(({ profile, region }) => profile === scope.profile && region === scope.region);
  const unread = profiles
    .flatMap((profile) => regions.map((region) => ({ region, profile })))
    .filter((scope) => !isRead(scope));
  const found = await Promise.all(
    unread.map((scope) => reader.describeInstances(scope, ids).catch(() => [])),
  );
  return found.flat().map(({ id, region, profile }) => ({ id, region, profile }));
}
