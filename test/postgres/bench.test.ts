/** The short form of a benchmark: fails on a ratio that is clearly lost, never on a time. */
import { expect, it } from 'vitest';
import { isReached } from '../../bench/measure.ts';
import { appendsIn } from '../../bench/store/appends.ts';
import { freshStore, withPostgres } from './shared.ts';

/** The server of the tests does not wait for the disk. Then pgbench, which is written in C, is about five times as fast. */
const SLACK = 10;

withPostgres('no ratio of a store is clearly lost', () => {
  it('durable appends, beside pgbench', async () => {
    const row = await appendsIn(await freshStore(), { connections: 8, group: 8 }, { seconds: 1, times: 1 });
    expect(isReached(row, SLACK), JSON.stringify(row)).toBe(true);
  });
});
