/** The memory of a console that reads a live fleet of 100,000 instances from the simulator. */
import { systemClock } from '../../src/clock.ts';
import type { FleetReadingView } from '../../src/console/api/fleet.ts';
import { type Row, rowOf } from '../measure.ts';
import { type ConsoleDesk, firstLine, openConsoleDesk } from './console-desk.ts';

const MOST_MEMORY = 150;

/** @param instances of the simulator. @param times readings, each by a console of its own. */
export async function liveFleet(instances = 100_000, times = 3): Promise<Row> {
  const pairs: [number, number][] = [];
  for (let round = 0; round < times; round++) pairs.push(await peaksOf(instances));
  return rowOf(pairs, {
    name: `console: most memory of the server that reads a live fleet of ${instances.toLocaleString('en')} instances`,
    ...{ unit: 'MB', floorName: 'before it reads' },
    beside: [
      { name: 'server', value: Math.max(...pairs.map(([most]) => most)), unit: ' MB', atMost: MOST_MEMORY },
    ],
  });
}

/** The most memory of a console that has read, and before that. */
async function peaksOf(instances: number): Promise<[number, number]> {
  const desk = await openConsoleDesk(async (_, start) => {
    const simulator = start(['simulate', '-q', '--instances', String(instances)]);
    const { url, secretId, secretKey } = await firstLine<Record<string, string>>(simulator);
    return {
      args: ['--endpoint', url!],
      env: { TENCENTCLOUD_SECRET_ID: secretId!, TENCENTCLOUD_SECRET_KEY: secretKey! },
    };
  });
  try {
    const before = desk.peak();
    await ask(desk, { method: 'POST', body: JSON.stringify({ kind: 'live', withUse: false }) });
    for (;;) {
      await systemClock.sleep(200);
      const { reading, inProgress, fault } = await ask(desk, {});
      if (fault !== null) throw new Error(fault.message);
      if (inProgress !== null || reading === null) continue;
      if (reading.instances !== instances) throw new Error(`read ${reading.instances} instances`);
      // People filter, sort and page while it is fresh.
      for (const sort of ['name', '-memory', 'zone'])
        await (await fetch(`${desk.origin}/api/fleet?q=1&sort=${sort}`, { headers: desk.headers })).text();
      return [desk.peak(), before];
    }
  } finally {
    await desk.close();
  }
}

async function ask({ origin, headers }: ConsoleDesk, how: RequestInit): Promise<FleetReadingView> {
  const answer = await fetch(`${origin}/api/fleet/reading`, { ...how, headers });
  if (answer.status !== 200) throw new Error(await answer.text());
  return (await answer.json()) as FleetReadingView;
}
