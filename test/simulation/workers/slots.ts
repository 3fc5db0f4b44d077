/** Request slots of all processes, from the clock of the store. */
import type { VirtualClock } from '../../../src/clock.ts';
import { createPermits, type Permits } from '../../../src/cloud/limit/permits.ts';
import { createSharedPermits } from '../../../src/cloud/limit/shared-permits.ts';
import type { Random } from '../../../src/simulator/world/random.ts';
import { createMemorySlots, type MemorySlots } from '../../cloud/limit/memory-slots.ts';
import type { Machine } from '../machine.ts';
import type { Link } from './database.ts';

/** Creates the slots of a store. */
export function createStoreSlots(time: VirtualClock): MemorySlots {
  return createMemorySlots(() => time.now());
}

/** Creates the permits of one process. Each run has its own, with its own rate. */
export function createProcessPermits(slots: MemorySlots, link: Link, { clock }: Machine, chance: Random) {
  const shared = createSharedPermits(
    {
      take: (wishes) => link.ask(() => slots.take(wishes)),
      readLane: (lane) => link.ask(() => slots.readLane(lane)),
      teach: (...lesson) => link.ask(() => slots.teach(...lesson)),
      lanes: () => link.ask(() => slots.lanes()),
    },
    clock,
    chance.next,
  );
  return (requestsPerSecond: number): Permits => shared.forRun(requestsPerSecond);
}

/** Permits by the clock of the host, as if no other process used the limit. */
export function createLocalPermits({ clock }: Machine): (requestsPerSecond: number) => Permits {
  const runs = new Map<number, Permits>();
  return (requestsPerSecond) => {
    const permits = runs.get(requestsPerSecond) ?? createPermits(clock, requestsPerSecond);
    runs.set(requestsPerSecond, permits);
    return permits;
  };
}
