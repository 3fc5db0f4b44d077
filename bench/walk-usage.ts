/**
 * Walks the history of use of a folder store or of a database, or only reads the same bytes or rows. It is a separate
 * process, so that memory is its own. Prints `{ ms, megabytes, instances }`.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { folderUsage } from '../src/store/folder/usage/folder-usage.ts';
import { openStore, type PostgresStore } from '../src/store/postgres/open-store.ts';
import { resolveStore } from '../src/store/postgres/store-target.ts';
import { storedUsage } from '../src/store/postgres/usage/stored-usage.ts';
import type { UsageStore } from '../src/store/usage-store.ts';
import { timed } from './measure.ts';
import { FLEET_PROVIDER } from './usage-fleet.ts';

const [mode, where = '', from = '0', until = '0'] = process.argv.slice(2);
let instances = 0;

async function walk(store: Pick<UsageStore, 'walk'>): Promise<void> {
  for await (const _ of store.walk(FLEET_PROVIDER, { from: Number(from), until: Number(until) })) instances++;
}

/** Reads every file below a folder, one after the other, in the order of a walk. */
async function readFiles(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (name.endsWith('.usage')) {
      await readFile(path);
      instances++;
    } else if (!name.includes('.')) await readFiles(path);
  }
}

/** Fetches the rows of every series by a cursor, in the order of a walk. */
async function selectRows({ database }: PostgresStore): Promise<void> {
  const seen = new Set<string>();
  await database.transaction(async (queries) => {
    await queries.script(
      `DECLARE rows CURSOR FOR SELECT instance, metric, period, bucket, first, peaks::text FROM refit.usage
       WHERE provider = '${FLEET_PROVIDER}' ORDER BY instance`,
    );
    for (;;) {
      const rows = await queries.query<{ instance: string }>('FETCH 2000 FROM rows');
      if (rows.length === 0) break;
      for (const { instance } of rows) seen.add(instance);
    }
  });
  instances = seen.size;
}

async function withStore(work: (store: PostgresStore) => Promise<void>): Promise<void> {
  const options = { clock: systemClock, application: 'refit bench', host: 'bench', worker: null };
  const store = await openStore(await resolveStore(where, {}), options);
  await work(store).finally(() => store.close());
}

const WORK: Readonly<Record<string, () => Promise<void>>> = {
  walk: () => walk(folderUsage({ stateDirectory: where, clock: systemClock, host: 'bench' })),
  read: () => readFiles(join(where, 'usage')),
  'walk-store': () => withStore(({ database }) => walk(storedUsage(database))),
  select: () => withStore(selectRows),
};

const ms = await timed(WORK[mode!]!);
process.stdout.write(JSON.stringify({ ms, megabytes: process.resourceUsage().maxRSS / 1024, instances }));
