import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createSlotSource } from '../../src/store/postgres/slots.ts';
import { closest, newLane, SLOT_CONTRACT, slotsOf, wishFor } from '../cloud/limit/slot-contract.ts';
import { connectTo, freshStore, loginAs, withPostgres } from './shared.ts';

withPostgres('request slots in the database', () => {
  it.each(Object.entries(SLOT_CONTRACT))('%s', async (_, holds) => {
    const database = await connectTo(await loginAs(await freshStore(), 'worker'));
    try {
      await holds({
        source: createSlotSource(database),
        sleep: (ms) => systemClock.sleep(ms),
        async moveNext(lane, ms) {
          await database.execute('UPDATE refit.lanes SET next_at = next_at + $2 WHERE lane = $1', [lane, ms]);
        },
      });
    } finally {
      await database.close();
    }
  });

  it('many connections that ask for many lanes at the same time get one line of slots in each, without deadlock', async () => {
    const url = await loginAs(await freshStore(), 'worker');
    const lanes = Array.from({ length: 25 }, newLane);
    const slots = new Map<string, number[]>(lanes.map((lane) => [lane, []]));
    const databases = await Promise.all(Array.from({ length: 6 }, () => connectTo(url, { connections: 1 })));
    try {
      const until = systemClock.monotonic() + 3_000;
      await Promise.all(
        databases.map(async (database, n) => {
          const source = createSlotSource(database);
          // Each asks in another order.
          const order = [...lanes.slice(n * 4), ...lanes.slice(0, n * 4)];
          while (systemClock.monotonic() < until) {
            const { grants } = await source.take(order.map((lane) => wishFor(lane, { count: 3 })));
            for (const grant of grants) slots.get(grant.lane)!.push(...slotsOf(grant));
          }
        }),
      );
    } finally {
      await Promise.all(databases.map((database) => database.close()));
    }
    for (const [lane, given] of slots) {
      expect(given.length, lane).toBeGreaterThan(3);
      expect(closest(given), lane).toBeGreaterThan(54.9);
    }
  });
});
