/** Inventory files in pieces: the same as the whole file, and the same refusals, wherever the pieces end. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryOf } from '../../bench/inventory.ts';
import type { Instance } from '../../src/model.ts';
import { readInventoryFile, streamInventoryFile } from '../../src/operations/fleet/read-inventory-file.ts';
import { ScanError, scanInventory } from '../../src/operations/fleet/scan-inventory.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-inventory-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(text: string): Promise<string> {
  const path = join(folder, 'fleet.json');
  await writeFile(path, text);
  return path;
}

const INVENTORY = inventoryOf(2_000);
const HOSTILE = { ...INVENTORY.instances[0]!, name: '"},{"]\\"\u0000\\', tags: { '"instances":[': '}]' } };

describe('an inventory file in pieces', () => {
  it.each([
    ['without spaces', JSON.stringify(INVENTORY)],
    ['indented', JSON.stringify(INVENTORY, null, 2)],
    ['with a mark at its start', `\uFEFF${JSON.stringify(INVENTORY)}`],
    ['without instances', JSON.stringify({ ...INVENTORY, instances: [] }, null, 1)],
    ['with hostile texts', JSON.stringify({ ...INVENTORY, instances: [HOSTILE, HOSTILE] })],
    [
      'with another spelling of the key',
      JSON.stringify(INVENTORY).replace('"instances"', '"\\u0069\\u006estances"'),
    ],
  ])('is the whole file %s', async (_, text) => {
    const path = await fileWith(text);
    const instances: Instance[] = [];
    const rest = await streamInventoryFile(path, (some) => instances.push(...some));
    expect({ ...rest, instances }).toEqual(await readInventoryFile(path));
  });

  const [one] = INVENTORY.instances;
  const broken = (change: (text: string) => string) => change(JSON.stringify(INVENTORY));
  it.each([
    ['nothing', ''],
    ['half of it', broken((text) => text.slice(0, text.length / 2))],
    ['without its last brace', broken((text) => text.slice(0, -1))],
    ['two commas', broken((text) => text.replaceAll('},{"id"', '},,{"id"'))],
    ['a comma at the end', broken((text) => text.replace('],"catalogue"', ',],"catalogue"'))],
    ['another format', broken((text) => text.replace('inventory/1', 'inventory/9'))],
    ['a list', '[]'],
    ['another instance', JSON.stringify({ ...INVENTORY, instances: [one, { ...one, size: 4 }] })],
    ['another catalogue', JSON.stringify({ ...INVENTORY, catalogue: 4 })],
    ['an instance that is a number', JSON.stringify({ ...INVENTORY, instances: [7] })],
    ['an end that is missing', `${JSON.stringify(INVENTORY)}}`],
  ])('is refused as the whole file: %s', async (_, text) => {
    const path = await fileWith(text);
    const whole = await readInventoryFile(path).catch((error: unknown) => error);
    const pieces = await streamInventoryFile(path, () => undefined).catch((error: unknown) => error);
    expect(pieces).toMatchObject({ code: 'format-unknown', message: (whole as Error).message });
  });

  it('is refused if it has its instances twice', async () => {
    const path = await fileWith(JSON.stringify(INVENTORY).replace('{', '{"instances":[],'));
    await expect(streamInventoryFile(path, () => undefined)).rejects.toMatchObject({
      code: 'format-unknown',
    });
  });

  it('may end a piece at any byte', async () => {
    const bytes = Buffer.from(JSON.stringify({ ...inventoryOf(3), name: 'é\\"', instances: [HOSTILE, one] }));
    for (let size = 1; size < 40; size++) {
      const seen: unknown[] = [];
      const rest = await scanInventory(inPieces(bytes, size), (some) => seen.push(...some));
      expect(seen).toEqual([HOSTILE, one]);
      expect(rest).toMatchObject({ name: 'é\\"', instances: [] });
    }
  });

  it('has no instance of many megabytes', async () => {
    const bytes = Buffer.from(`{"instances":["${'x'.repeat(9 * 1_024 * 1_024)}"]}`);
    await expect(scanInventory(inPieces(bytes, 65_536), () => undefined)).rejects.toThrow(ScanError);
  });
});

async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
