import { expect, it, onTestFinished } from 'vitest';
import { systemClock, VirtualClock } from '../../src/clock.ts';
import { createReader } from '../../src/cloud/client.ts';
import type { CallRecord } from '../../src/cloud/cloud.ts';
import { secret } from '../../src/cloud/credentials/find-credentials.ts';
import { createHttp } from '../../src/cloud/network/http.ts';
import { HOURLY, periodStart } from '../../src/model.ts';
import { collectUsage } from '../../src/operations/usage/collect-usage.ts';
import { openUsage } from '../../src/operations/usage/open-usage.ts';
import { showUsage } from '../../src/operations/usage/show-usage.ts';
import { simulate } from '../../src/simulator/simulate.ts';
import { storedUsage } from '../../src/store/postgres/usage/stored-usage.ts';
import { describeUsageContract } from '../store/usage-contract.ts';
import { factsOf, fakeMonitor, instancesOf, NOW } from '../usage/fake-monitor.ts';
import { sql } from './server.ts';
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

  it('takes its request slots from the lanes that the workers of the store use', async () => {
    const url = await freshStore();
    const simulation = await simulate({ instances: 10, limit: 20 }, systemClock);
    onTestFinished(() => simulation.close());
    const readerOf = async (who: Login, rate: number) => {
      const store = await openUsage({ store: await loginAs(url, who), env: {}, clock: systemClock });
      onTestFinished(() => store.close());
      const transport = createHttp();
      onTestFinished(() => transport.close());
      const limited: CallRecord[] = [];
      const permits = await store.sharedPermits(rate);
      const { secretId, secretKey } = simulation;
      const keys = { secretId, secretKey: secret(secretKey), token: null, sourceName: 'the simulator' };
      const reader = createReader({
        ...{ transport, clock: systemClock, endpoint: simulation.url, jitter: Math.random },
        ...{ permits: permits!, credentials: () => keys },
        onCall: (call) => call.refusedByLimit && limited.push(call),
      });
      return { store, reader, limited };
    };
    const [host, other] = [await readerOf('scheduler', 10), await readerOf('worker', 18)];
    const scope = { region: 'ap-guangzhou', profile: 'default' };
    const until = periodStart(HOURLY, other.reader.providerNow());
    const [first] = await other.reader.describeInstances(scope);
    const gate = Array.from({ length: 20 }, () =>
      other.reader.describeUsage(scope, {
        ...{ facts: factsOf('cpu'), instances: [first!.id], period: HOURLY },
        ...{ from: until - 3_600_000, until },
      }),
    );
    const collected = await collectUsage(host.reader, host.store, {
      ...{ regions: [scope.region], profile: scope.profile, isSelected: () => true, days: 1, maxCalls: null },
      clock: systemClock,
    });
    expect(collected).toMatchObject({ calls: 15, isComplete: true });
    await Promise.all(gate);
    // Both keep to one limit together, though each of them alone would be allowed nearly all of it.
    expect([...host.limited, ...other.limited]).toEqual([]);
    const lanes = await sql(url, "SELECT lane FROM refit.lanes WHERE lane LIKE '%GetMonitorData%'");
    expect(lanes).toHaveLength(1);
  });
});
