/** Reads of the live fleet that are no plan. */
import { type Clock, systemClock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import {
  discoverRegions,
  type InventoryReading,
  monitorCalls,
  readInventory,
  readUsed,
} from '../cloud/read-inventory.ts';
import type { Inventory, Plan } from '../model.ts';
import { draftPlan } from '../plan/make-plan.ts';
import { scopesOf } from '../plan/resolve/scopes.ts';
import { describeMonitorCalls } from './plan-fleet.ts';

/** What of the fleet is read, and who hears of it. */
export interface FleetOptions {
  /** null: every region in which there are instances. */
  readonly regions: readonly string[] | null;
  /** `default` */
  readonly profile: string | null;
  readonly clock?: Clock;
  readonly onProgress?: (what: string, done: number, of: number) => void;
  /** Told before calls are made that may be billed: how many, and what for. */
  readonly onNotice?: (what: string) => void;
}

/** Every instance of a profile in some regions. @throws RefitError where the provider cannot be read. */
export async function readFleet(
  reader: CloudReader,
  { regions, profile: named, clock = systemClock, onProgress }: FleetOptions,
): Promise<InventoryReading> {
  const profile = named ?? 'default';
  const scopes = (regions ?? (await discoverRegions(reader, profile))).map((region) => ({ region, profile }));
  return readInventory(reader, scopes, clock, {
    onProgress: ({ scopes: done, of }) => onProgress?.('regions read', done, of),
  });
}

/**
 * The same with the memory in use of every running instance: what sizes by use and shrinking need, and no order can be
 * made for any other.
 */
export async function readFleetWithUse(
  reader: CloudReader,
  options: FleetOptions,
): Promise<InventoryReading> {
  const { inventory, notes } = await readFleet(reader, options);
  const ids = new Set(inventory.instances.flatMap(({ id, status }) => (status === 'running' ? [id] : [])));
  options.onNotice?.(describeMonitorCalls(monitorCalls(inventory, ids), ids.size));
  options.onProgress?.('instances measured', 0, ids.size);
  const used = await readUsed(reader, inventory, ids);
  options.onProgress?.('instances measured', ids.size, ids.size);
  return { inventory: used.inventory, notes: [...notes, ...used.notes] };
}

/** The part of the fleet by which one instance is explained, measured where the plan resizes it by its use. */
export async function readAround(
  instance: string,
  plan: Plan | null,
  reader: CloudReader,
  options: FleetOptions,
): Promise<Inventory> {
  if (plan === null) return (await readFleet(reader, options)).inventory;
  const { clock = systemClock, onNotice } = options;
  const { scopes } = scopesOf(plan, { region: null, profile: null });
  const { inventory } = await readInventory(reader, scopes, clock);
  const { toMeasure } = draftPlan(plan, inventory, clock.now());
  if (!toMeasure.some(({ id }) => id === instance)) return inventory;
  const ids = new Set([instance]);
  onNotice?.(describeMonitorCalls(monitorCalls(inventory, ids), ids.size));
  return (await readUsed(reader, inventory, ids)).inventory;
}
