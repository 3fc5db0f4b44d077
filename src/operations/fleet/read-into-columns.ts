/** Reads a fleet into columns: the live one scope by scope, or an inventory file piece by piece. */
import type { Clock } from '../../clock.ts';
import type { CloudReader } from '../../cloud/cloud.ts';
import { discoverRegions, monitorCallsOf, readInventory } from '../../cloud/read-inventory.ts';
import type { Instance, Message, Scope } from '../../model.ts';
import { createFleetColumns, type FleetColumns, type FleetHead } from './fleet-columns.ts';
import { streamInventoryFile } from './read-inventory-file.ts';

/** A fleet, and what was read with it. */
export interface FleetReading {
  readonly fleet: FleetColumns;
  readonly head: FleetHead;
  /** What could not be read. */
  readonly notes: readonly Message[];
}

/** How far a reading is. */
export interface FleetProgress {
  readonly regions: number;
  /** null: not known yet. */
  readonly ofRegions: number | null;
  readonly instances: number;
  /** Instances whose memory in use was read. */
  readonly measured: number;
}

export interface ReadIntoColumns {
  readonly clock: Clock;
  /** null: every region that has instances. */
  readonly regions: readonly string[] | null;
  readonly profile: string;
  /** Also reads the memory in use of running instances. The provider bills these calls. Source: docs/provider.md P121. */
  readonly withUse: boolean;
  readonly onProgress: (progress: FleetProgress) => void;
}

/** Reads the live fleet. @throws RefitError if the provider cannot be read. */
export async function readLiveFleet(reader: CloudReader, options: ReadIntoColumns): Promise<FleetReading> {
  const { profile, clock, withUse, onProgress } = options;
  const regions = options.regions ?? (await discoverRegions(reader, profile));
  const scopes = regions.map((region): Scope => ({ region, profile }));
  const fleet = createFleetColumns();
  const notes: Message[] = [];
  let progress: FleetProgress = { regions: 0, ofRegions: scopes.length, instances: 0, measured: 0 };
  const update = (more: Partial<FleetProgress>): void => {
    progress = { ...progress, ...more };
    onProgress(progress);
  };
  const takeInstances = async (scope: Scope, instances: readonly Instance[]): Promise<void> => {
    const running = instances.filter(({ status }) => status === 'running');
    const used =
      running.length === 0
        ? new Map()
        : await reader.describeMemoryInUse(scope, running, (note) => notes.push(note));
    for (const one of instances) fleet.add({ ...one, used: used.get(one.id) ?? one.used });
    update({ instances: fleet.count, measured: progress.measured + running.length });
  };
  const takePage = (instances: readonly Instance[]): void => {
    for (const one of instances) fleet.add(one);
    update({ instances: fleet.count });
  };
  const { inventory, notes: unread } = await readInventory(reader, scopes, clock, {
    // The calls of the monitor product are for whole scopes: pages would take more of them.
    ...(withUse ? { takeInstances } : { takePage }),
    onProgress: ({ scopes: done }) => update({ regions: done }),
  });
  const { readAt, catalogue } = inventory;
  return { fleet, head: { readAt, scopes, catalogue }, notes: [...unread, ...notes].slice(0, MOST_NOTES) };
}

const MOST_NOTES = 50;

/** Reads an inventory file. @throws RefitError as `readInventoryFile` does. */
export async function readFleetFile(
  path: string,
  { onProgress }: Pick<ReadIntoColumns, 'onProgress'>,
): Promise<FleetReading> {
  const fleet = createFleetColumns();
  const { readAt, scopes, catalogue } = await streamInventoryFile(path, (instances) => {
    for (const one of instances) fleet.add(one);
    onProgress({ regions: 0, ofRegions: null, instances: fleet.count, measured: 0 });
  });
  return { fleet, head: { readAt, scopes, catalogue }, notes: [] };
}

/** How many running instances a fleet has, and the calls of the monitor product that their memory in use takes. */
export function callsToMeasure(fleet: FleetColumns): { readonly instances: number; readonly calls: number } {
  const scopes = new Map<string, number>();
  let instances = 0;
  for (let row = 0; row < fleet.count; row++) {
    if (fleet.texts.status.at(row) !== 'running') continue;
    const scope = `${fleet.texts.profile.at(row)}\n${fleet.texts.region.at(row)}`;
    scopes.set(scope, (scopes.get(scope) ?? 0) + 1);
    instances++;
  }
  return { instances, calls: [...scopes.values()].reduce((sum, count) => sum + monitorCallsOf(count), 0) };
}
