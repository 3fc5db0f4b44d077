/** CPU time of the simulator for one signed order, to show that it is not the bottleneck. */
import { childServer } from './child-server.ts';
import { fleetOf, inTurns, orderBy, refitClient } from './cpu.ts';
import { type Row, rowOf } from './measure.ts';

const ORDERS = 2_000;
const AT_ONCE = 16;
const TO_REACH = 3_000;

/** Orders per second of CPU time. */
export async function simulatorOrders(orders = ORDERS, times = 5): Promise<Row> {
  const fleet = fleetOf((times + 1) * orders);
  const server = await childServer({ kind: 'simulator', fleet, limit: 0 });
  const cloud = refitClient(server);
  try {
    const pairs: [number, number][] = [];
    for (let round = 0; round <= times; round++) {
      const before = await server.cpu();
      await inTurns(orders, AT_ONCE, (n) => orderBy(cloud, round * orders + n));
      const perSecond = (1000 * orders) / ((await server.cpu()) - before);
      if (round > 0) pairs.push([perSecond, TO_REACH]);
    }
    return rowOf(pairs, {
      name: 'simulator: signed orders on one core, by its CPU time',
      unit: '/s',
      floorName: 'enough never to be the bottleneck',
      reach: { atLeast: 1 },
    });
  } finally {
    await cloud.close();
    server.close();
  }
}
