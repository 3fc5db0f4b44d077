/**
 * Recommends sizes for the fleet of `usage-fleet.ts` from a folder store, or only walks its history. It is a separate process,
 * so that memory is its own. Prints `{ ms, megabytes, instances }`.
 */
import { systemClock, VirtualClock } from '../src/clock.ts';
import { recommendFleet, spanOf } from '../src/operations/recommend/recommend-fleet.ts';
import { DEFAULT_SIZING } from '../src/recommend/default-sizing.ts';
import { folderUsage } from '../src/store/folder/usage/folder-usage.ts';
import { DEMAND_METRICS } from '../src/usage/demand.ts';
import { inventoryOf } from './inventory.ts';
import { timed } from './measure.ts';
import { FLEET_PROVIDER } from './usage-fleet.ts';

const [mode, where = '', count = '0', until = '0'] = process.argv.slice(2);
const now = Number(until);
const inventory = inventoryOf(Number(count));
const store = {
  ...folderUsage({ stateDirectory: where, clock: systemClock, host: 'bench' }),
  close: async () => undefined,
};
let instances = 0;

async function recommend(): Promise<void> {
  const { recommendations } = await recommendFleet({
    ...{ inventory, sizing: DEFAULT_SIZING, store, provider: FLEET_PROVIDER, clock: new VirtualClock(now) },
  });
  instances = recommendations.filter(({ evidence }) => evidence.memory !== null).length;
}

/** Reads what recommending reads. */
async function walk(): Promise<void> {
  const query = { ...spanOf(DEFAULT_SIZING, now), metrics: DEMAND_METRICS };
  for await (const _ of store.walk(FLEET_PROVIDER, query)) instances++;
}

const ms = await timed(mode === 'recommend' ? recommend : walk);
process.stdout.write(JSON.stringify({ ms, megabytes: process.resourceUsage().maxRSS / 1024, instances }));
