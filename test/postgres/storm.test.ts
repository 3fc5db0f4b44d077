/** A short form of each storm. `npm run storm -- KIND COUNT` is the long one. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type PostgresServer, startPostgres } from './server.ts';
import { withPostgres } from './shared.ts';
import { STORMS, type Storm, storm } from './storm.ts';

const SEED = Number(process.env.REFIT_STORM_SEED ?? Date.now() % 1_000_000);

/** In turn, by the seed. The others are in the long form: their parts are in `fence.test.ts` and `slot-faults.test.ts`. */
const GATE: Storm = SEED % 2 === 0 ? 'kill' : 'restore';

withPostgres(`three workers on one store, with REFIT_STORM_SEED=${SEED}`, () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  it.each([[GATE, STORMS[GATE]] as const])(
    '%s (%s): order each instance once, stay below the limit, and report the truth',
    async (kind) => {
      const command = join(inject('built'), 'dist/cli/main.js');
      const small = { runs: 4, stepsPerRun: 8, audited: 1, kills: 1 };
      const { orders } = await storm(kind, { command, postgres, seed: SEED, ...small });
      expect(orders).toBe(32);
    },
  );
});
