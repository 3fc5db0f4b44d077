/** CPU time of workers that have nothing to do, with that of their PostgreSQL, compared with processes that only wait. */
import { spawn } from 'node:child_process';
import { systemClock } from '../../src/clock.ts';
import { type Row, rowOf } from '../measure.ts';
import { cpuOf, cpuOfServer } from './cpu-of.ts';
import { withDesk } from './desk.ts';

/** How long workers wait before they are measured, milliseconds: connections and compiled code settle. */
const SETTLE = 10_000;
/** As often as a worker looks for work, milliseconds. */
const TIMER = 2_000;

/** @param seconds how long each is measured. */
export function storeIdle(workers = 10, seconds = 30, settle = SETTLE): Promise<Row> {
  return withDesk({ retail: 1 }, {}, async (desk) => {
    const cpuOfPostgres = await cpuOfServer(desk.url);
    /** Percent of one core: the processes and PostgreSQL. */
    const shareOf = async (pids: readonly number[]): Promise<number> => {
      await systemClock.sleep(settle);
      const before = cpuOf(pids) + cpuOfPostgres();
      const began = systemClock.monotonic();
      await systemClock.sleep(1000 * seconds);
      return (100 * (cpuOf(pids) + cpuOfPostgres() - before)) / (systemClock.monotonic() - began);
    };
    const running = await Promise.all(Array.from({ length: workers }, () => desk.worker()));
    const share = await shareOf(running.map(({ pid }) => pid));
    await desk.end(...running);
    const script = `setInterval(() => {}, ${TIMER})`;
    const timers = Array.from({ length: workers }, () =>
      spawn(process.execPath, ['-e', script], { stdio: 'ignore' }),
    );
    try {
      return rowOf([[share, await shareOf(timers.map(({ pid }) => pid!))]], {
        name: `store: ${workers} idle workers and PostgreSQL, over ${seconds} s`,
        unit: '% of a core',
        floorName: `${workers} idle Node processes with a timer`,
        beside: [{ name: 'of a core', value: share, unit: ' %', atMost: 2 }],
      });
    } finally {
      for (const timer of timers) timer.kill();
    }
  });
}
