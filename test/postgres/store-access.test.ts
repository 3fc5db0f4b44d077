/** The schedule of a database, as the console reads and controls it with the role of an operator. */
import { expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { putOnSchedule } from '../../src/schedule/store/read-stored.ts';
import { createStoreAccess } from '../../src/schedule/store/store-access.ts';
import { connectTo, freshStore, loginAs, withPostgres } from './shared.ts';

const PLAN = [
  'version: 1',
  'name: nightly',
  'targets: [{ select: { regions: [ap-guangzhou], all: true }, memoryPerShard: 8GB }]',
  'schedule: { cron: "0 0 1 1 *", timezone: Asia/Shanghai, does: run }',
  '',
].join('\n');

withPostgres('the schedule of a database', () => {
  it('is read and switched by an operator, with each new line of the log once', async ({
    onTestFinished,
  }) => {
    const database = await connectTo(await loginAs(await freshStore(), 'operator'));
    onTestFinished(() => database.close());
    let slept = 0;
    const clock: Clock = {
      ...systemClock,
      monotonic: () => systemClock.monotonic() + slept,
      async sleep(ms) {
        slept += 10 * ms;
      },
    };
    const access = createStoreAccess(database, { clock, host: 'ops-1', place: 'db/refit' });
    expect(await access.read()).toMatchObject({ entries: [], hasScheduler: false });

    const by = { user: 'wei', host: 'ops-1' };
    expect(await putOnSchedule(database, { name: 'nightly.yaml', text: PLAN, by })).toBe('put');
    expect(await access.switch('nightly', false, 'mei')).toBe(true);
    expect(await access.switch('nightly.yaml', false, 'jun')).toBe(false);
    const { view, entries, placeOf } = await access.read();
    expect(view.files.map(({ name }) => name)).toEqual(['nightly.yaml']);
    expect(view.switches.get('nightly.yaml')).toMatchObject({ enabled: false });
    expect(entries).toMatchObject([
      { kind: 'put', by },
      { kind: 'switched', enabled: false, by: { user: 'mei', host: 'ops-1' } },
    ]);
    expect(placeOf('nightly.yaml', '2026-01-01T00:00:00Z', 'run-1')).toBe('run-1');

    expect(await access.switch('nightly', true, 'mei')).toBe(true);
    expect((await access.read()).entries).toHaveLength(3);
    await expect(access.switch('weekly', true, 'mei')).rejects.toMatchObject({ code: 'usage' });

    // Nothing runs without a scheduler, and nothing is asked any more.
    await expect(access.runNow('nightly', 'mei')).rejects.toMatchObject({
      ...{ code: 'run-silent', fix: expect.stringContaining('refit schedule run') },
    });
    expect([...(await access.read()).view.requests]).toEqual([]);
  });
});
