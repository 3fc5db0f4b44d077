/** The simulator over HTTP in this very process, for tests that need dozens of them, or to set its clock. */
import { systemClock } from '../../src/clock.ts';
import { parseFault } from '../../src/simulator/faults.ts';
import { type SimulateOptions, simulate } from '../../src/simulator/simulate.ts';
import type { WorldState } from '../../src/simulator/world-state.ts';
import type { Simulator } from './refit.ts';

export interface SimulatorHere extends Simulator {
  /** Milliseconds by which its clock is ahead of the machine's; may be set. */
  ahead: number;
}

/** @param ahead milliseconds by which its clock begins ahead of the machine's. */
export async function simulatorHere(
  fleet: readonly object[],
  faults: readonly string[] = [],
  pace: Pick<SimulateOptions, 'startLag' | 'duration' | 'lockTail'> = BRISK_HERE,
  ahead = 0,
): Promise<SimulatorHere> {
  const clock = { ...systemClock, now: () => systemClock.now() + here.ahead };
  const here = { ahead } as SimulatorHere;
  const simulation = await simulate(
    { fleet: JSON.stringify(fleet), faults: faults.map(parseFault), ...pace },
    clock,
  );
  const { url, secretId, secretKey } = simulation;
  return Object.assign(here, {
    url,
    secretId,
    secretKey,
    env: { TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey },
    counts: async () => simulation.counts(),
    state: async () => (await (await fetch(`${url}/_refit/state`)).json()) as WorldState,
    stop: () => simulation.close(),
  });
}

/** Brisk, but for the time in which an order shows by neither status nor size: longer than a process takes to start. */
const BRISK_HERE = { startLag: [800, 1_000], duration: [150, 500], lockTail: [100, 300] } as const;
