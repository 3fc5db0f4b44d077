/** The simulator over HTTP in this process, for tests that need many of them or set its clock. */
import { systemClock } from '../../src/clock.ts';
import { simulate } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import type { Range } from '../../src/simulator/world/world.ts';
import { type Simulator, servedBy } from './refit.ts';

export interface SimulatorHere extends Simulator {
  /** Milliseconds that its clock is ahead of the machine; tests may change it. */
  ahead: number;
}

/**
 * @param ahead milliseconds that its clock is ahead of the machine at the start.
 * @param showAfter milliseconds until the status shows an accepted order: longer than a process needs to start.
 */
export async function simulatorHere(
  fleet: readonly object[],
  {
    faults = [],
    ahead = 0,
    showAfter = [800, 1_000],
  }: { faults?: readonly string[] | undefined; ahead?: number; showAfter?: Range | undefined } = {},
): Promise<SimulatorHere> {
  const clock = { ...systemClock, now: () => systemClock.now() + here.ahead };
  const here = { ahead } as SimulatorHere;
  const simulation = await simulate(
    {
      fleet: JSON.stringify(fleet),
      faults: faults.map(parseFault),
      startLag: showAfter,
      duration: [150, 500],
      lockTail: [100, 300],
    },
    clock,
  );
  return Object.assign(here, servedBy(simulation));
}
