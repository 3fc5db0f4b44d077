/** The check in real time: 1,000 orders at 20 a second over HTTP, at a simulator that counts calendar seconds. */
import { systemClock } from '../src/clock.ts';
import { createPermits } from '../src/cloud/limit/permits.ts';
import { childServer } from './child-server.ts';
import { fleetOf, inTurns, refitClient, requestFor } from './cpu.ts';
import { type Row, rowOf } from './measure.ts';

const RATE = 20;
/** The orders that a run places together. */
const AT_ONCE = 8;

export async function overHttp(orders = 1_000): Promise<Row> {
  const server = await childServer({ kind: 'simulator', fleet: fleetOf(orders), limit: RATE });
  const cloud = refitClient(server);
  const permits = createPermits(systemClock, RATE);
  let refused = 0;
  const accepted: number[] = [];
  const place = async (n: number): Promise<void> => {
    const request = requestFor(n);
    for (;;) {
      const slot = await permits.take(cloud.orderLane(request));
      const answer = await cloud.order(request, () => !permits.isVoid(slot));
      if (answer.kind === 'not-sent') continue;
      if (answer.kind === 'no-answer') throw new Error(`an order was not answered: ${answer.reason}`);
      const byLimit = answer.kind === 'refused' && answer.code === 'RequestLimitExceeded';
      permits.onResponse(slot, answer.sentAt, byLimit);
      if (byLimit) refused += 1;
      else if (answer.kind === 'accepted') return void accepted.push(answer.sentAt);
      else throw new Error(`an order was refused: ${answer.code}`);
    }
  };
  try {
    await inTurns(orders, AT_ONCE, place);
  } finally {
    await cloud.close();
    server.close();
  }
  accepted.sort((a, b) => a - b);
  const perSecond = (1000 * (accepted.length - 1)) / (accepted.at(-1)! - accepted[0]!);
  return rowOf([[perSecond, RATE]], {
    name: 'limit: 1,000 orders at 20 a second over HTTP in real time, calendar seconds counted',
    unit: 'accepted/s',
    floorName: 'requestsPerSecond',
    reach: { atLeast: 0.98 },
    beside: [{ name: 'refused', value: (100 * refused) / (refused + orders), unit: ' %', atMost: 1 }],
  });
}
