import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { mostInASecond } from '../cloud/limit/shared-world.ts';
import { cutConnections, type PostgresServer, startPostgres } from './server.ts';
import { freshStore, withPostgres } from './shared.ts';
import { machineTime, type SlotProcess, startSlotProcess } from './slot-process.ts';

const SECOND = 1000;
const LANES = 4;

interface Stage {
  readonly server: PostgresServer;
  readonly url: string;
  readonly processes: readonly SlotProcess[];
}

/** Waits until every process has sent more in every lane since this moment. */
async function untilAllSend(processes: readonly SlotProcess[], since: number): Promise<void> {
  const sends = ({ calls }: SlotProcess) =>
    calls.size === LANES && [...calls.values()].every((times) => times.at(-1)! > since);
  while (!processes.every(sends)) await systemClock.sleep(50);
}

withPostgres('three processes whose clocks differ by hours, each with two runs', () => {
  it.concurrent.for<[string, (stage: Stage) => Promise<void>]>([
    ['undisturbed', async () => {}],
    ['the server is killed and starts again', ({ server }) => server.crash()],
    ['the server restarts', ({ server }) => server.restart()],
    [
      'the server is away for three seconds',
      async ({ server }) => {
        await server.kill();
        await systemClock.sleep(3 * SECOND);
        await server.start();
      },
    ],
    [
      'every connection is cut, again and again',
      async ({ url }) => {
        for (let n = 0; n < 8; n++) {
          await cutConnections(url);
          await systemClock.sleep(200);
        }
      },
    ],
    [
      'a process is frozen and wakes',
      async ({ processes }) => {
        for (let n = 0; n < 4; n++) {
          processes[0]!.child.kill('SIGSTOP');
          await systemClock.sleep(400 + 200 * n);
          processes[0]!.child.kill('SIGCONT');
          await systemClock.sleep(300);
        }
      },
    ],
  ])('%s: at most 20 calls in any second of a lane, and all go on', async ([, disturb]) => {
    const server = await startPostgres();
    const processes: SlotProcess[] = [];
    try {
      const url = await freshStore(server);
      const hours = [0, 5, -3].map((hour) => hour * 3600 * SECOND);
      for (const offset of hours) processes.push(startSlotProcess({ url, offset, lanes: LANES, callers: 6 }));
      await untilAllSend(processes, 0);
      await systemClock.sleep(2 * SECOND);
      await disturb({ server, url, processes });
      await untilAllSend(processes, machineTime());
      await systemClock.sleep(2 * SECOND);
      await untilAllSend(processes, machineTime());
    } finally {
      await Promise.all(processes.map((process) => process.stop()));
      await server.stop();
    }
    const lanes = new Map<string, number[]>();
    for (const { calls } of processes)
      for (const [lane, times] of calls) lanes.set(lane, [...(lanes.get(lane) ?? []), ...times]);
    expect(lanes.size).toBe(LANES);
    for (const [lane, times] of lanes) {
      expect(times.length, lane).toBeGreaterThan(30);
      expect(mostInASecond(times), lane).toBeLessThanOrEqual(20);
    }
  });
});
