/** The history of use of a fleet walked, compared with only reading its files, or with only selecting its rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { folderUsage } from '../src/store/folder/usage/folder-usage.ts';
import { storedUsage } from '../src/store/postgres/usage/stored-usage.ts';
import { DAY } from '../src/units.ts';
import { connectTo, makeStore } from '../test/postgres/make-store.ts';
import { type Row, rounds } from './measure.ts';
import { type Spent, spentBy } from './replay.ts';
import { withDurableServer } from './store/server.ts';
import { type FleetHistory, writeUsageFleet } from './usage-fleet.ts';

const SCRIPT = join(import.meta.dirname, 'walk-usage.ts');
const DAYS = 28;
/** 2026-11-02 00:00 in UTC+8. */
const UNTIL = Date.UTC(2026, 10, 1, 16);
/** MB. Reading the files alone takes two thirds of it. */
const MOST_MEMORY = 200;

/** How many instances each row has; 0: no row. */
export interface WalkSizes {
  readonly folder: number;
  /** Collected each night, so that each file has several frames. */
  readonly nightly: number;
  /** In a database. */
  readonly stored: number;
}

const WHOLE: WalkSizes = { folder: 100_000, nightly: 5_000, stored: 5_000 };

/** All rows of this file. */
export async function usageWalk(sizes: WalkSizes = WHOLE, times = 2): Promise<readonly Row[]> {
  const history = (instances: number): FleetHistory => ({ instances, days: DAYS, until: UNTIL });
  const rows: Row[] = [];
  if (sizes.folder > 0) rows.push(await inFolder(history(sizes.folder), times));
  if (sizes.nightly > 0) rows.push(await inFolder({ ...history(sizes.nightly), isNightly: true }, times));
  if (sizes.stored > 0) rows.push(await inDatabase(history(sizes.stored), times));
  return rows;
}

async function inFolder(history: FleetHistory, times: number): Promise<Row> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'refit-bench-usage-'));
  try {
    await writeUsageFleet(folderUsage({ stateDirectory, clock: systemClock, host: 'bench' }), history);
    const how =
      history.isNightly === true ? 'collected each night, walked in a folder' : 'walked in a folder';
    return await walked(history, times, {
      name: `usage: ${history.instances.toLocaleString('en')} instances, ${DAYS} days ${how}`,
      floorName: 'readFile of the same files',
      modes: ['walk', 'read'],
      // A frame takes some time, too, however short it is.
      atMost: history.isNightly === true ? 8 : 4,
      where: stateDirectory,
    });
  } finally {
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}

function inDatabase(history: FleetHistory, times: number): Promise<Row> {
  return withDurableServer(async (server) => {
    const url = await makeStore(server);
    const database = await connectTo(url, { connections: 2 });
    try {
      await writeUsageFleet({ ...storedUsage(database), close: async () => undefined }, history);
      await database.script('VACUUM (ANALYZE) refit.usage');
    } finally {
      await database.close();
    }
    return await walked(history, times, {
      name: `usage: ${history.instances.toLocaleString('en')} instances, ${DAYS} days walked in a database`,
      floorName: 'a plain cursor over the same rows',
      modes: ['walk-store', 'select'],
      atMost: 4,
      where: url,
    });
  });
}

async function walked(
  { instances, days, until }: FleetHistory,
  times: number,
  {
    name,
    floorName,
    modes: [walk, floor],
    atMost,
    where,
  }: {
    readonly name: string;
    readonly floorName: string;
    readonly modes: readonly [string, string];
    readonly atMost: number;
    readonly where: string;
  },
): Promise<Row> {
  const memory: number[] = [];
  const spend = (mode: string): number => {
    const span = [until - days * DAY, until].map(String);
    const spent = spentBy(SCRIPT, mode, where, ...span) as Spent & { readonly instances: number };
    if (spent.instances !== instances)
      throw new Error(`${mode}: ${spent.instances} of ${instances} instances`);
    if (mode === walk) memory.push(spent.megabytes);
    return spent.ms / instances;
  };
  const row = await rounds(
    () => spend(walk),
    () => spend(floor),
    { name, floorName, unit: 'ms an instance', reach: { atMost } },
    times,
  );
  const beside = [{ name: 'peak memory', value: Math.max(...memory), unit: ' MB', atMost: MOST_MEMORY }];
  return { ...row, beside };
}
