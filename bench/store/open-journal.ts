/**
 * Reads the journal of a run in a database: like `refit status`, claimed for work like a worker does, or only the same rows
 * by a cursor. It is a separate process, so that memory is its own. Prints `{ ms, megabytes }`; the time is not that of the CPU, because the server works too.
 */
import { systemClock } from '../../src/clock.ts';
import { openStore } from '../../src/store/postgres/open-store.ts';
import { resolveStore } from '../../src/store/postgres/store-target.ts';
import { timed } from '../measure.ts';

const [mode, url = '', id = ''] = process.argv.slice(2);
/** Rows of one answer of the cursor. */
const PAGE = 4_000;

const options = { clock: systemClock, application: 'refit bench', host: 'bench', worker: null };
const ms = await timed(async () => {
  const store = await openStore(await resolveStore(url, {}), options);
  if (mode === 'read') await (await store.find(id)).read();
  else if (mode === 'claim') {
    const claim = await store.claim(id, 'refit bench');
    // The process of a run works on a copy of the replay.
    claim.run.replay.copy();
    await claim.release();
  } else
    await store.database.transaction(async (queries) => {
      await queries.script(
        `DECLARE lines CURSOR FOR SELECT line FROM refit.journal WHERE run = '${id}' ORDER BY seq`,
      );
      while ((await queries.query(`FETCH ${PAGE} FROM lines`)).length > 0);
    });
  await store.close();
});
process.stdout.write(JSON.stringify({ ms, megabytes: process.resourceUsage().maxRSS / 1024 }));
