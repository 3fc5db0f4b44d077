/**
 * The short form of `npm run simulate-faults -- --workers --seeds A..B`. Several workers on hosts with different clocks share
 * one store, lose runs to each other, and finish them. The sabotages prove that the search finds a disabled safeguard.
 */
import { describe, expect, it } from 'vitest';
import { addResult, emptyResult, searchWorkers } from '../search.ts';
import { LAWS, type Law } from '../watcher.ts';
import { drawWorkers } from './draw.ts';
import { simulateWorkers, WORKERS_SABOTAGES, type WorkersSabotage } from './simulate.ts';

const SEEDS = 50;
const BATCH = 25;
/** First seed. The environment can select another range. */
const FIRST_SEED = Number(process.env.REFIT_FIRST_SEED ?? 1);

describe('a search over many seeds with several workers', () => {
  const sum = emptyResult();

  it.each(Array.from({ length: SEEDS / BATCH }, (_, n) => FIRST_SEED + n * BATCH))(
    `finds no violation in ${BATCH} stores from seed %i`,
    async (first) => {
      const found = await searchWorkers(first, first + BATCH - 1);
      addResult(sum, found);
      const described = found.failures.flatMap(({ seed, violations }) =>
        violations.slice(0, 2).map(({ law, detail }) => `seed ${seed}: ${LAWS[law]}: ${detail}`),
      );
      expect(described).toEqual([]);
      expect(found.seeds).toBe(BATCH);
    },
  );

  it('includes every kind of disturbance', () => {
    const kinds = [
      'accepted order',
      'adopted',
      'claim',
      'clock jumped',
      'continued by a person',
      'died at answered',
      'died at ask',
      'lost',
      'machine asleep',
      'process frozen',
      'redelivered',
      'run failed: fenced',
      'run failed: locked',
      'run failed: store-unreachable',
      'signal: drain',
      'store restored',
      'store: connection broken after the commit',
      'store: connection broken before the commit',
      'store: killed',
      'store: late statement',
      'store: no connection',
      'store: server gone',
      'store: slow commit',
    ];
    expect(kinds.filter((kind) => (sum.events[kind] ?? 0) === 0)).toEqual([]);
  });
});

describe('a seed', () => {
  it('gives the same trace every time', async () => {
    const trace = async (seed: number): Promise<string[]> => {
      const lines: string[] = [];
      await simulateWorkers(drawWorkers(seed), { trace: (line) => lines.push(line) });
      return lines;
    };
    const first = await trace(7);
    await trace(8);
    expect(await trace(7)).toEqual(first);
    expect(first.length).toBeGreaterThan(20);
  });
});

describe('a plan from a machine whose clock is four minutes ahead', () => {
  it.each([16, 36, 40, 61])('is carried out once, also in a restored store (seed %i)', async (seed) => {
    const drawn = drawWorkers(seed);
    const scenario = {
      ...drawn,
      planner: 240_000,
      // The backup lacks the second run, and the first orders of the first one.
      runs: drawn.runs.map((run, n) => ({ ...run, windows: null, submittedAfter: n * 3_000 })),
      store: { ...drawn.store, outages: [], restore: { backupAt: 2_500, at: 60_000, ms: 4_000 } },
    };
    expect((await simulateWorkers(scenario)).violations).toEqual([]);
  });
});

describe('a run', () => {
  it.each([
    ['whose claim was committed without an answer is claimed again after the lease', 629],
    ['that lost its entries finds the order of a step whose earlier step drifted since', 856],
    ['that lost its entries orders nothing of a later wave before its wave', 1188],
    ['that halts on a host whose clock jumped ends once the clock is set', 1008],
  ])('%s (seed %i)', async (_, seed) => {
    expect((await simulateWorkers(drawWorkers(seed))).violations).toEqual([]);
  });
});

/** Laws that each sabotage breaks. It can also break others. */
const BREAKS: Readonly<Record<WorkersSabotage, readonly Law[]>> = {
  'no-epoch': ['newestOwner'],
  'no-head': ['journal'],
  'no-freshness': ['fresh'],
  'local-slots': ['sharedLimit'],
  'restored-unnoticed': ['once', 'true', 'recorded'],
};

/** The seed from which the search starts: a little before the first one that finds the sabotage. */
const STARTS_AT: Readonly<Record<WorkersSabotage, number>> = {
  'no-epoch': 6,
  'no-head': 1,
  'no-freshness': 118,
  'local-slots': 33,
  'restored-unnoticed': 2,
};

describe('the search with several workers', () => {
  it.each(Object.keys(WORKERS_SABOTAGES) as WorkersSabotage[])(
    'finds the sabotage %s within 1,000 seeds',
    async (sabotage) => {
      let known: Law | undefined;
      const first = STARTS_AT[sabotage];
      for (let tried = 0; known === undefined && tried < 1_000; tried++) {
        const seed = ((first - 1 + tried) % 1_000) + 1;
        const { failures } = await searchWorkers(seed, seed, { sabotage });
        known = failures[0]?.violations.find(({ law }) => BREAKS[sabotage].includes(law))?.law;
      }
      expect(known, `${WORKERS_SABOTAGES[sabotage]}: not found within 1,000 seeds`).toBeDefined();
    },
  );
});
