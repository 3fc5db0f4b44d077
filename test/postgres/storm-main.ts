/** The command `npm run storm -- KIND COUNT [SEED]`: storms of 12 runs and 1,200 orders. Exit code 1 if one breaks a promise. */
import { join } from 'node:path';
import { startPostgres } from './server.ts';
import { STORMS, type Storm, storm } from './storm.ts';

const [kind = '', count = '1', first = '1'] = process.argv.slice(2);
const kinds = kind === 'all' ? (Object.keys(STORMS) as Storm[]) : [kind as Storm];
if (!kinds.every((one) => Object.hasOwn(STORMS, one))) {
  process.stderr.write(
    `npm run storm -- KIND COUNT [SEED]; KIND is all or one of: ${Object.keys(STORMS).join(', ')}\n`,
  );
  process.exit(64);
}
/** A quiet machine takes over within this time, ms. A busy one proves nothing about it. */
const LATE_MS = 15_000;

const command = join(import.meta.dirname, '../../dist/cli/main.js');
const postgres = await startPostgres({ fsync: true });
let failed = 0;
try {
  for (const one of kinds)
    for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
      try {
        const { orders, most, countedLate, seconds, processes, takeoverMs } = await storm(one, {
          command,
          postgres,
          seed,
        });
        const takeover =
          takeoverMs === null
            ? ''
            : `, longest takeover ${(takeoverMs / 1000).toFixed(1)} s${takeoverMs > LATE_MS ? ', which is late' : ''}`;
        const late =
          countedLate === 0 ? '' : ` (${countedLate} refused: the simulator stood still and counted late)`;
        process.stdout.write(
          `${one} ${seed}: ${orders} orders once each in ${seconds} s, at most ${most} in a second${late}, ${processes} processes${takeover}\n`,
        );
      } catch (error) {
        failed += 1;
        process.stdout.write(`${one} ${seed}: FAILED\n${String(error)}\n`);
      }
    }
} finally {
  await postgres.stop();
}
process.exitCode = failed === 0 ? 0 : 1;
