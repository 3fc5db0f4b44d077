/** The simulator over HTTP in this very process, for tests that need dozens of them, or to set its clock. */
import { systemClock } from '../../src/clock.ts';
import { simulate } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import type { Range } from '../../src/simulator/world/world.ts';
import type { WorldState } from '../../src/simulator/world/world-state.ts';
import type { Simulator } from './refit.ts';

export interface SimulatorHere extends Simulator {
  /** Milliseconds by which its clock is ahead of the machine's; may be set. */
  ahead: number;
}

/**
 * @param ahead milliseconds by which its clock begins ahead of the machine's.
 * @param showAfter milliseconds until an accepted order shows by status: more than a process takes to start.
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
