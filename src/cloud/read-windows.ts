/** The maintenance windows of some instances: a call each, so they are read for those that a plan is about and no more. */
import type { Inventory, MaintenanceWindow } from '../model.ts';
import type { CloudReader } from './cloud.ts';
import type { InventoryReading } from './read-inventory.ts';

/** The same inventory with the windows of the instances of these ids, as far as they are told. */
export async function readWindows(
  reader: CloudReader,
  inventory: Inventory,
  ids: ReadonlySet<string>,
  onProgress: (read: number) => void = () => {},
): Promise<InventoryReading> {
  const notes = new Set<string>();
  const windows = new Map<string, MaintenanceWindow>();
  let read = 0;
  const wanted = inventory.instances.filter(({ id }) => ids.has(id));
  await Promise.all(
    wanted.map(async ({ id, region, profile }) => {
      const note = (why: string) => notes.add(`maintenance windows: ${why}`);
      const window = await reader.describeWindow({ region, profile }, id, note);
      if (window !== null) windows.set(`${profile} ${id}`, window);
      onProgress(++read);
    }),
  );
  const instances = inventory.instances.map((one) => {
    const window = windows.get(`${one.profile} ${one.id}`);
    return window === undefined ? one : { ...one, window };
  });
  return { inventory: { ...inventory, instances }, notes: [...notes].sort() };
}
