/** `refit inventory`: the live fleet to a dated file from which plans can be made offline. */
import type { CloudReader } from '../../cloud/cloud.ts';
import {
  discoverRegions,
  type InventoryReading,
  monitorCalls,
  readInventory,
  readUsed,
} from '../../cloud/read-inventory.ts';
import { type Inventory, totalMemory } from '../../model.ts';
import { connectReader } from '../../operations/connect.ts';
import { sayMonitorCalls } from '../../operations/plan-fleet.ts';
import { visible } from '../../report/document/escape.ts';
import { memory } from '../../report/quantities.ts';
import { writeOutput } from '../files.ts';
import { connectionOf, type GlobalOptions, regionsFrom } from '../options.ts';
import { type ProgressBar, progressBar } from '../progress-bar.ts';
import type { Terminal } from '../terminal.ts';

export async function inventory(
  _args: readonly [],
  options: GlobalOptions & { out?: string; used?: boolean },
  terminal: Terminal,
): Promise<number> {
  const { format } = options;
  const named = regionsFrom(options);
  const reader = connectReader(connectionOf(options, terminal));
  const bar = progressBar(terminal);
  try {
    const profile = options.profile ?? 'default';
    const regions = named ?? (await discoverRegions(reader, profile));
    const scopes = regions.map((region) => ({ region, profile }));
    const fleet = await readInventory(reader, scopes, terminal.clock, {
      onProgress: ({ scopes: done, of }) => bar.show('regions read', done, of),
    });
    bar.clear();
    const used = options.used ? await withUsed(reader, fleet.inventory, terminal, bar) : null;
    const read = used?.inventory ?? fleet.inventory;
    const notes = [...fleet.notes, ...(used?.notes ?? [])];
    for (const note of notes) terminal.err(`${visible(note)}\n`);
    const json = `${JSON.stringify(read, null, 2)}\n`;
    if (options.out !== undefined) {
      await writeOutput(options.out, json);
      terminal.hint(`next: refit plan PLAN --inventory ${visible(options.out)}`);
    }
    if (format === 'json') {
      if (options.out === undefined) await terminal.out(json);
    } else await terminal.out(summary(read));
    return 0;
  } finally {
    bar.clear();
    await reader.close();
  }
}

/**
 * The memory in use of every running instance: what sizes by use and shrinking need, and no order can be made for any
 * other. The calls that may be billed are counted, and told before they are made.
 */
async function withUsed(
  reader: CloudReader,
  inventory: Inventory,
  terminal: Terminal,
  bar: ProgressBar,
): Promise<InventoryReading> {
  const running = inventory.instances.filter(({ status }) => status === 'running');
  const ids = new Set(running.map(({ id }) => id));
  terminal.hint(`${sayMonitorCalls(monitorCalls(inventory, ids), ids.size)}`);
  bar.show('instances measured', 0, ids.size);
  const reading = await readUsed(reader, inventory, ids);
  bar.show('instances measured', ids.size, ids.size);
  bar.clear();
  return reading;
}

function summary(read: Inventory): string {
  const known = read.instances.filter(({ used }) => used !== null).length;
  const lines = [
    `${read.instances.length} instances read at ${read.readAt}${known === 0 ? '' : `, memory in use of ${known}`}`,
  ];
  for (const { region, profile } of read.scopes) {
    const here = read.instances.filter((one) => one.region === region && one.profile === profile);
    if (here.length === 0) continue;
    const running = here.filter(({ status }) => status === 'running').length;
    const total = here.reduce((sum, { size }) => sum + totalMemory(size), 0);
    lines.push(
      `  ${region.padEnd(20)} ${String(here.length).padStart(6)} instances  ${String(running).padStart(6)} running  ${memory(total)} with replicas${profile === 'default' ? '' : `  (${profile})`}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
