/**
 * A process that sends as fast as the shared request slots of a store allow, with clocks of its own. It notes when each
 * call leaves, by the monotonic clock of the machine, which all its processes share.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { type Clock, systemClock } from '../../src/clock.ts';
import { createSharedPermits } from '../../src/cloud/limit/shared-permits.ts';
import { openDatabase } from '../../src/store/postgres/database.ts';
import { createSlotSource } from '../../src/store/postgres/slots.ts';
import { resolveStore } from '../../src/store/postgres/store-target.ts';
import { laneOf, mostInASecond } from '../cloud/limit/shared-world.ts';

export interface SlotSettings {
  readonly url: string;
  /** The clocks of this process are this far off, ms. */
  readonly offset: number;
  readonly lanes: number;
  readonly callers: number;
}

export interface SlotProcess {
  readonly child: ChildProcess;
  /** The calls so far, by lane: ms of the machine's monotonic clock. Later calls are noted, too. */
  readonly calls: ReadonlyMap<string, readonly number[]>;
  stop(): Promise<void>;
}

/** Milliseconds by the clock that all processes of a machine share. */
export const machineTime = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Starts a process that sends until it is stopped. */
export function startSlotProcess(settings: SlotSettings): SlotProcess {
  const child = fork(import.meta.filename, [], {
    env: { ...process.env, SLOT_SETTINGS: JSON.stringify(settings) },
  });
  const calls = new Map<string, number[]>();
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  child.on('message', ([lane, at]: [string, number]) => {
    const times = calls.get(lane) ?? [];
    calls.set(lane, times);
    times.push(at);
  });
  return {
    child,
    calls,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** How well processes use a limit that they share. */
export interface SharedUse {
  /** Calls a second in each lane, the worst lane first. */
  readonly perSecond: readonly number[];
  /** Maximum calls of a lane in any 1,000 ms. */
  readonly mostInASecond: number;
}

/**
 * Lets processes send as fast as their shared slots allow, at full demand in every lane.
 * @param seconds how long it counts, after every process has sent.
 */
export async function measureSharedUse(
  url: string,
  { count, lanes, callers, seconds }: Readonly<Record<'count' | 'lanes' | 'callers' | 'seconds', number>>,
): Promise<SharedUse> {
  const processes = Array.from({ length: count }, (_, n) =>
    startSlotProcess({ url, offset: n * 3_600_000, lanes, callers }),
  );
  try {
    while (!processes.every(({ calls }) => calls.size === lanes)) await systemClock.sleep(50);
    await systemClock.sleep(1_000);
    const from = machineTime();
    await systemClock.sleep(seconds * 1000);
    const until = machineTime();
    // What left before `until` has been noted by then.
    await systemClock.sleep(500);
    const times = [...processes[0]!.calls.keys()].map((lane) =>
      processes.flatMap(({ calls }) => calls.get(lane)!.filter((at) => at >= from && at < until)),
    );
    return {
      perSecond: times.map(({ length }) => (length * 1000) / (until - from)).sort((a, b) => a - b),
      mostInASecond: Math.max(...times.map(mostInASecond)),
    };
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
  }
}

async function send({ url, offset, lanes, callers }: SlotSettings): Promise<void> {
  const clock: Clock = {
    now: () => systemClock.now() + offset,
    monotonic: () => systemClock.monotonic() + 2 * offset,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
  };
  const target = await resolveStore(url, {});
  const database = await openDatabase(target, { clock, application: 'refit test', connections: 1 });
  const source = createSlotSource(database);
  const shared = createSharedPermits(source, clock, Math.random);
  const runs = [shared.forRun(20), shared.forRun(20)];
  for (const lane of Array.from({ length: lanes }, (_, n) => laneOf(`lane-${n}`)))
    for (const run of runs)
      for (let n = 0; n < callers; n++)
        void (async () => {
          for (;;) {
            const slot = await run.take(lane);
            const at = machineTime();
            // A pause between the two must not count as a late call.
            if (!run.isVoid(slot)) process.send!([lane.host, at]);
            await systemClock.sleep(5);
          }
        })();
}

const given = process.env.SLOT_SETTINGS;
if (given !== undefined) await send(JSON.parse(given));
