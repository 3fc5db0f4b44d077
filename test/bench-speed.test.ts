/**
 * The benchmarks of speed in short, each a ratio of one run: fails only where twice the target is passed, never on a time.
 * In full: npm run bench.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { explicitTargets } from '../bench/explicit-targets.ts';
import { inventoryOf } from '../bench/inventory.ts';
import { longRun } from '../bench/long-journal.ts';
import { cpuTimed, isReached, rounds } from '../bench/measure.ts';
import { lineByLine } from '../bench/replay.ts';
import { STARTS, startUp } from '../bench/start.ts';
import { VirtualClock } from '../src/clock.ts';
import { EMPTY_CHAIN } from '../src/journal/chain.ts';
import { createReplay } from '../src/journal/replay.ts';
import { planFleet } from '../src/operations/plans/plan-fleet.ts';
import { RUN_FILES, readRunSnapshot } from '../src/store/folder/run-directory.ts';
import { createJournalWriter } from '../src/store/journal-writer.ts';
import { words } from './messages/words.ts';

const TWICE = 2;
const folder = await mkdtemp(join(tmpdir(), 'refit-bench-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('no benchmark is clearly lost', () => {
  it.each(Object.keys(STARTS) as (keyof typeof STARTS)[])('how long a start takes: %s', async (which) => {
    const row = await startUp(which, 7);
    expect(isReached(row, TWICE), JSON.stringify(row)).toBe(true);
  });

  it('planning, against JSON.parse of the inventory', async () => {
    const text = JSON.stringify(inventoryOf(10_000));
    const plan = [
      'version: 1',
      'name: bench',
      'onBlocked: skip',
      'targets:',
      '  - { select: { regions: [ap-guangzhou], tags: { app: cart } }, memoryPerShard: { grow: 25%, roundTo: sold } }',
      '  - { select: { regions: [ap-shanghai], name: "feed-*" }, memoryPerShard: { atLeast: 8GB, roundTo: sold } }',
      '  - { select: { regions: [ap-guangzhou, ap-shanghai], tags: { tier: gold } }, replicas: 2 }',
    ].join('\n');
    const row = await rounds(
      () =>
        cpuTimed(async () => {
          const from = { inventory: JSON.parse(text), source: 'bench' };
          const { review } = await planFleet(plan, 'bench.yaml', { from });
          expect(review?.verdict).toBe('ready');
        }),
      // What is allowed to a fleet of 100,000, without its fixed second: that would be a time, and no ratio.
      async () => 12 * (await cpuTimed(() => JSON.parse(text))),
      { name: 'planning', unit: 'ms of CPU', floorName: '12 times JSON.parse', reach: { atMost: 1 } },
    );
    expect(isReached(row, TWICE), JSON.stringify(row)).toBe(true);
  });

  it('explicit targets, against the yaml package alone', async () => {
    const row = await explicitTargets(2_000, 5);
    expect(isReached(row, TWICE), JSON.stringify(row)).toBe(true);
  });

  it('a journal that is gone through, against reading and hashing its lines', async () => {
    const directory = join(folder, 'run');
    await longRun(directory, 5_000);
    const row = await rounds(
      () => cpuTimed(async () => expect((await readRunSnapshot(directory)).state.entries).toBe(5_000)),
      () => cpuTimed(() => lineByLine(join(directory, RUN_FILES.journal))),
      { name: 'replay', unit: 'ms of CPU', floorName: 'line by line', reach: { atMost: 5 } },
    );
    expect(isReached(row, TWICE), JSON.stringify(row)).toBe(true);
  });

  it('durable entries with 200 waiting: each fsync makes many of them durable', async () => {
    const [entries, waiting] = [4_000, 200];
    const time = new VirtualClock();
    let appends = 0;
    const append = async () => {
      appends += 1;
      await time.sleep(1);
    };
    const journal = createJournalWriter({
      store: { append },
      clock: time,
      end: EMPTY_CHAIN,
      replay: createReplay({ steps: [] }),
    });
    const lane = async (_: unknown, n: number) => {
      for (let attempt = 0; attempt < entries / waiting; attempt++)
        await journal.appendDurably({
          kind: 'not-sent',
          step: `crs-bench${n}/replicas`,
          attempt,
          reason: words('measured'),
        });
    };
    await time.run(() => Promise.all(Array.from({ length: waiting }, lane)));
    expect(entries / appends).toBeGreaterThanOrEqual(20 / TWICE);
  });
});
