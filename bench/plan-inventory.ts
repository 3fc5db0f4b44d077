/**
 * Plans three selectors against an inventory file, or only parses the file. It is a separate process, so that CPU time
 * and memory are its own. Prints `{ ms, megabytes }`: CPU time of all threads, and peak memory.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuTimed } from './measure.ts';

// Uses the built files: a compiler of the sources would add time and memory.
const DIST = join(import.meta.dirname, '../dist/operations');
const { readInventoryFile }: typeof import('../src/operations/fleet/read-inventory-file.ts') = await import(
  join(DIST, 'fleet/read-inventory-file.js')
);
const { planFleet }: typeof import('../src/operations/plans/plan-fleet.ts') = await import(
  join(DIST, 'plans/plan-fleet.js')
);

/** Selectors by tag, by name, and by tag in both regions. A quarter of the instances becomes steps. */
const THREE_SELECTORS = [
  'version: 1',
  'name: bench',
  'onBlocked: skip',
  'targets:',
  '  - select: { regions: [ap-guangzhou], tags: { app: cart } }',
  '    memoryPerShard: { grow: 25%, roundTo: sold }',
  '  - select: { regions: [ap-shanghai], name: "feed-*" }',
  '    memoryPerShard: { atLeast: 8GB, roundTo: sold }',
  '  - select: { regions: [ap-guangzhou, ap-shanghai], tags: { tier: gold } }',
  '    replicas: 2',
].join('\n');

const [mode, file = ''] = process.argv.slice(2);
const text = mode === 'parse' ? readFileSync(file, 'utf8') : '';
const ms = await cpuTimed(async () => {
  if (mode === 'parse') return JSON.parse(text);
  const inventory = await readInventoryFile(file);
  const { review } = await planFleet(THREE_SELECTORS, 'bench.yaml', { from: { inventory, source: file } });
  const steps = review?.plan.steps.length ?? 0;
  if (review?.verdict !== 'ready' || steps < inventory.instances.length / 4)
    throw new Error(`not sealed, or only ${steps} steps`);
  return review;
});
process.stdout.write(JSON.stringify({ ms, megabytes: process.resourceUsage().maxRSS / 1024 }));
