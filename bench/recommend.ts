/** Sizes recommended for a fleet from its stored history, compared with only reading that history. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.ts';
import { folderUsage } from '../src/store/folder/usage/folder-usage.ts';
import { type Row, rounds } from './measure.ts';
import { type Spent, spentWithin } from './replay.ts';
import { writeUsageFleet } from './usage-fleet.ts';

const SCRIPT = join(import.meta.dirname, 'recommend-usage.ts');
const DAYS = 28;
/** 2026-11-02 00:00 in UTC+8. */
const UNTIL = Date.UTC(2026, 10, 1, 16);
/** MB. The advice of all instances is kept until it is ranked. */
const HEAP = 480;
const MOST_MEMORY = 600;

/** Recommends for so many instances. */
export async function recommending(instances = 100_000, times = 2): Promise<Row> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'refit-bench-recommend-'));
  try {
    const store = folderUsage({ stateDirectory, clock: systemClock, host: 'bench' });
    await writeUsageFleet(store, { instances, days: DAYS, until: UNTIL });
    const memory: number[] = [];
    const spend = (mode: 'recommend' | 'walk'): number => {
      const given = [mode, stateDirectory, String(instances), String(UNTIL)];
      const spent = spentWithin(HEAP, SCRIPT, ...given) as Spent & { readonly instances: number };
      if (spent.instances !== instances)
        throw new Error(`${mode}: ${spent.instances} of ${instances} instances`);
      if (mode === 'recommend') memory.push(spent.megabytes);
      return spent.ms / instances;
    };
    const row = await rounds(
      () => spend('recommend'),
      () => spend('walk'),
      {
        name: `recommend: ${instances.toLocaleString('en')} instances, ${DAYS} days in a folder`,
        floorName: 'a walk over the same history',
        unit: 'ms an instance',
        reach: { atMost: 10 },
      },
      times,
    );
    const beside = [{ name: 'peak memory', value: Math.max(...memory), unit: ' MB', atMost: MOST_MEMORY }];
    return { ...row, beside };
  } finally {
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}
