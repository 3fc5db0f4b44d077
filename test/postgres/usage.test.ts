import { expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { collectUsage } from '../../src/operations/usage/collect-usage.ts';
import { openUsage } from '../../src/operations/usage/open-usage.ts';
import { showUsage } from '../../src/operations/usage/show-usage.ts';
import { storedUsage } from '../../src/store/postgres/usage/stored-usage.ts';
import { describeUsageContract } from '../store/usage-contract.ts';
import { fakeMonitor, instancesOf, NOW } from '../usage/fake-monitor.ts';
import { connectTo, freshStore, type Login, loginAs, withPostgres } from './shared.ts';

withPostgres('a database', () => {
  describeUsageContract('a PostgreSQL database', async () => {
    const database = await connectTo(await loginAs(await freshStore(), 'operator'));
    onTestFinished(() => database.close());
    return { ...storedUsage(database), close: () => database.close() };
  });

  it('keeps what a scheduler collects, and an auditor shows it and collects nothing', async () => {
    const url = await freshStore();
    const clock = new VirtualClock(NOW);
    const openAs = async (who: Login) => {
      const store = await openUsage({ store: await loginAs(url, who), env: {}, clock });
      onTestFinished(() => store.close());
      return store;
    };
    const [scheduler, auditor] = [await openAs('scheduler'), await openAs('auditor')];
    const { reader, calls } = fakeMonitor(instancesOf(3));
    const collect = (store: typeof scheduler, days: number) =>
      collectUsage(reader, store, {
        ...{
          regions: ['ap-guangzhou'],
          profile: 'default',
          isSelected: () => true,
          days,
          maxCalls: null,
          clock,
        },
      });
    expect(await collect(scheduler, 7)).toMatchObject({ collected: 3, isComplete: true });
    expect(await collect(scheduler, 7)).toMatchObject({ collected: 0, upToDate: 3, calls: 0 });
    const shown = await showUsage(auditor, {
      ...{ provider: 'the provider', instance: 'crs-00000002', over: 7 * 86_400_000, metrics: [], clock },
    });
    expect(shown.metrics).toHaveLength(15);
    expect(shown.metrics[0]).toMatchObject({ p99: 1, gaps: 0 });
    expect(shown.sizes).toHaveLength(1);
    calls.length = 0;
    await expect(collect(auditor, 14)).rejects.toThrow('may not write the history of use');
    const operator = await openAs('operator');
    await expect(scheduler.exclusively('the provider', () => collect(operator, 14))).rejects.toMatchObject({
      code: 'locked',
    });
    expect(calls).toEqual([]);
  });
});
