/** Inventory files of any size and the plan of three selectors that is made from them, for benchmarks. */
import { writeFileSync } from 'node:fs';
import { inventoryOf } from './inventory.ts';

/** Three selectors: by tag, by name, by tag over regions. A quarter of the instances becomes steps, more or less. */
export const THREE_SELECTORS = [
  'version: 1',
  'name: bench',
  'onBlocked: skip',
  'expires: 9999d',
  'targets:',
  '  - select: { regions: [ap-guangzhou], tags: { app: cart } }',
  '    memoryPerShard: { grow: 25%, roundTo: sold }',
  '  - select: { regions: [ap-shanghai], name: "feed-*" }',
  '    memoryPerShard: { atLeast: 8GB, roundTo: sold }',
  '  - select: { regions: [ap-guangzhou, ap-shanghai], tags: { tier: gold } }',
  '    replicas: 2',
].join('\n');

/** Writes the file that `refit inventory -o` would. @returns its text, which is held by nobody else. */
export function writeInventory(path: string, instances: number): void {
  writeFileSync(path, JSON.stringify(inventoryOf(instances)));
}
