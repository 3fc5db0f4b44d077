/** A few seeds of the simulation, one test each, so that the first law that breaks kills a mutant of the engine. */
import { expect, it } from 'vitest';
import { drawScenario } from '../simulation/draw-scenario.ts';
import { simulate } from '../simulation/simulate.ts';

const SEEDS = 60;

it.each(Array.from({ length: SEEDS }, (_, at) => at + 1))(
  'keeps every law in the run of seed %i',
  async (seed) => {
    const { violations } = await simulate(drawScenario(seed));
    expect(violations).toEqual([]);
  },
);
