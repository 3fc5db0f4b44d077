/**
 * The short form of `npm run simulate-faults -- --seeds A..B`. It simulates whole runs, each from one seed, and checks the
 * laws of watcher.ts. The sabotages prove that the search finds a disabled safeguard.
 */
import { describe, expect, it } from 'vitest';
import { drawScenario } from './draw-scenario.ts';
import { addResult, emptyResult, type SearchResult, search } from './search.ts';
import { shrink } from './shrink.ts';
import { SABOTAGES, type Sabotage, simulate } from './simulate.ts';
import { LAWS, type Law } from './watcher.ts';

const SEEDS = 1_000;
const BATCH = 250;
/** First seed. The environment can select another range. */
const FIRST_SEED = Number(process.env.REFIT_FIRST_SEED ?? 1);

/** Describes each violation. `npm run simulate-faults -- --seed N` prints the trace of a seed. */
function describeFailures({ failures }: SearchResult): string[] {
  return failures.flatMap(({ seed, violations }) =>
    violations.slice(0, 2).map(({ law, detail }) => `seed ${seed}: ${LAWS[law]}: ${detail}`),
  );
}

describe('a search over many seeds', () => {
  const sum = emptyResult();

  it.each(Array.from({ length: SEEDS / BATCH }, (_, n) => FIRST_SEED + n * BATCH))(
    `finds no violation in ${BATCH} runs from seed %i`,
    async (first) => {
      const found = await search(first, first + BATCH - 1);
      addResult(sum, found);
      expect(describeFailures(found)).toEqual([]);
      expect(found.seeds).toBe(BATCH);
    },
  );

  it('includes every kind of disturbance', () => {
    const kinds = [
      'accepted order',
      'answer lost',
      'reset before',
      'reset after execution',
      'request lost',
      'no answer in time',
      'no connection',
      'answer of another order',
      '5xx',
      'html',
      'half-json',
      'call delayed',
      'slow disk',
      'disk full',
      'disk broken',
      'torn write',
      'torn mark',
      'clock jumped',
      'process frozen',
      'machine asleep',
      'state lost',
      'old copy',
      'adopted',
      'adoption interrupted',
      'died at register',
      'died at registered',
      'died at wake',
      'died at write',
      'died at durable',
      'died at mark',
      'died at marked',
      'died at send',
      'died at answer',
      'signal: drain',
      'signal: leave',
      'accepted: pause',
      'accepted: continue',
      'accepted: set',
      'accepted: drain',
      'accepted: abort',
      'rested: rest.soak',
      'rested: rest.paused',
      'rested: rest.window',
      'rested: rest.handed-over',
      'other client used the limit',
      'notification delivered',
      'notification failed',
      'another user changed an instance',
      'refused FailedOperation.SystemError',
      'refused InternalError',
      'refused ResourceUnavailable.SaleOut',
      'refused InvalidParameter.PermissionDenied',
      'refused RequestLimitExceeded',
    ];
    expect(kinds.filter((kind) => (sum.events[kind] ?? 0) === 0)).toEqual([]);
  });

  it('shows that the limit refuses less than 1 % of the orders at 20 per second, and less than 0.1 % at 18', () => {
    for (const [rate, most] of [
      ['20', 0.01],
      ['18', 0.001],
    ] as const) {
      const { orders, refusedByLimit } = sum.arrivals[rate]!;
      expect(orders).toBeGreaterThan(1_000);
      expect(refusedByLimit / orders, `${refusedByLimit} of ${orders} at ${rate}`).toBeLessThan(most);
    }
  });
});

describe('a seed', () => {
  it('gives the same trace every time', async () => {
    const trace = async (seed: number): Promise<string[]> => {
      const lines: string[] = [];
      await simulate(drawScenario(seed), { trace: (line) => lines.push(line) });
      return lines;
    };
    const first = await trace(7);
    await trace(8);
    expect(await trace(7)).toEqual(first);
    expect(first.length).toBeGreaterThan(20);
  });
});

/** Laws that each sabotage breaks. It can also break others. */
const BREAKS: Readonly<Record<Sabotage, readonly Law[]>> = {
  // The mark notices the lost entries before an order can be placed twice.
  'no-fsync': ['onDisk', 'markKept', 'once', 'true', 'recorded'],
  'mark-first': ['markKept'],
  'mark-behind': ['marked'],
  'one-slot': ['markKept'],
  'retry-below': ['once'],
  'no-patience': ['once'],
  'no-freshness': ['fresh'],
  'notify-first': ['beside'],
  'no-windows': ['windows'],
  'no-judging': ['approved'],
  'no-rollout': ['spread', 'slowStart', 'soak'],
  'adopt-blindly': ['once', 'true', 'recorded'],
  'resume-blindly': ['once'],
  'forget-pause': ['paused'],
};

/** The seed from which the search starts. Seed 1, the default, finds most sabotages soon. */
const STARTS_AT: Readonly<Partial<Record<Sabotage, number>>> = {
  'one-slot': 700,
  'forget-pause': 170,
  'adopt-blindly': 390,
  'resume-blindly': 280,
};

describe('the search', () => {
  it.each(Object.keys(SABOTAGES) as Sabotage[])(
    'finds the sabotage %s within 1,000 seeds',
    async (sabotage) => {
      let known: Law | undefined;
      const first = STARTS_AT[sabotage] ?? 1;
      for (let tried = 0; known === undefined && tried < 1_000; tried++) {
        const seed = ((first - 1 + tried) % 1_000) + 1;
        const { failures } = await search(seed, seed, { sabotage });
        known = failures[0]?.violations.find(({ law }) => BREAKS[sabotage].includes(law))?.law;
      }
      expect(known, `${SABOTAGES[sabotage]}: not found within 1,000 seeds`).toBeDefined();
    },
  );

  it('reduces a failing seed to a short scenario', async () => {
    const { failures } = await search(1, 1_000, { sabotage: 'no-patience', max: 1 });
    const [{ seed }] = failures as [SearchResult['failures'][number]];
    const { scenario } = await shrink(drawScenario(seed), 'once', { sabotage: 'no-patience', max: 200 });
    expect(scenario.fleet.length).toBeLessThanOrEqual(3);
    const result = await simulate(scenario, { sabotage: 'no-patience' });
    expect(result.violations.map(({ law }) => law)).toContain('once');
    expect((await simulate(scenario)).violations, 'the same scenario without the sabotage').toEqual([]);
  });
});
