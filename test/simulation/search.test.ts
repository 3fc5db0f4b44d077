/**
 * The short form of `npm run simulate-faults -- --seeds A..B`: whole runs, each from one seed, held to the laws of
 * watcher.ts. The sabotages show that the laws can be broken: what is taken out of Refit is found out.
 */
import { describe, expect, it } from 'vitest';
import { drawScenario } from './draw-scenario.ts';
import { addTo, type Found, nothingFound, search } from './search.ts';
import { shrink } from './shrink.ts';
import { SABOTAGES, type Sabotage, simulate } from './simulate.ts';
import { LAWS, type Law } from './watcher.ts';

const SEEDS = 2_000;
const AT_ONCE = 250;
/** Another range each time it is said so; the same otherwise. */
const FIRST = Number(process.env.REFIT_FIRST_SEED ?? 1);

/** A seed that breaks a law, in words: `npm run simulate-faults -- --seed N` tells its story. */
function broken({ failures }: Found): string[] {
  return failures.flatMap(({ seed, violations }) =>
    violations.slice(0, 2).map(({ law, what }) => `seed ${seed}: ${LAWS[law]}: ${what}`),
  );
}

describe('whatever befalls a run, no law is broken', () => {
  const sum = nothingFound();

  it.each(Array.from({ length: SEEDS / AT_ONCE }, (_, n) => FIRST + n * AT_ONCE))(
    `in ${AT_ONCE} runs from seed %i on`,
    async (first) => {
      const found = await search(first, first + AT_ONCE - 1);
      addTo(sum, found);
      expect(broken(found)).toEqual([]);
      expect(found.seeds).toBe(AT_ONCE);
    },
  );

  it('in which everything that can befall one does', () => {
    const kinds = [
      'accepted order',
      'answer lost',
      'reset before',
      'reset after execution',
      'request lost',
      'no answer in time',
      'no connection',
      'answered with another answer',
      '5xx',
      'html',
      'half-json',
      'call held up',
      'slow disk',
      'disk full',
      'disk broken',
      'torn write',
      'clock jumped',
      'process frozen',
      'machine asleep',
      'died at a wake',
      'died at a write',
      'died at a durable',
      'died at a send',
      'died at a answer',
      'signal: drain',
      'signal: leave',
      'accepted: pause',
      'accepted: continue',
      'accepted: set',
      'accepted: drain',
      'accepted: abort',
      'stranger took of the limit',
      'told somebody',
      'could not tell',
      'somebody else changed an instance',
      'refused FailedOperation.SystemError',
      'refused InternalError',
      'refused ResourceUnavailable.SaleOut',
      'refused InvalidParameter.PermissionDenied',
      'refused RequestLimitExceeded',
    ];
    expect(kinds.filter((kind) => (sum.befallen[kind] ?? 0) === 0)).toEqual([]);
  });

  it('and of the orders hardly any arrives above the limit: under 1 % at 20 a second, under 0.1 % at 18', () => {
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
  it('tells the same story every time', async () => {
    const tell = async (seed: number): Promise<string[]> => {
      const lines: string[] = [];
      await simulate(drawScenario(seed), { tell: (line) => lines.push(line) });
      return lines;
    };
    const first = await tell(7);
    await tell(8);
    expect(await tell(7)).toEqual(first);
    expect(first.length).toBeGreaterThan(20);
  });
});

/** The laws by which each sabotage is known; others may be broken as well. */
const KNOWN_BY: Readonly<Record<Sabotage, readonly Law[]>> = {
  'no-fsync': ['onDisk', 'once', 'true', 'recorded'],
  'retry-below': ['once'],
  'no-patience': ['once'],
  'no-freshness': ['fresh'],
  'tell-first': ['beside'],
  'no-windows': ['windows'],
  'no-judging': ['approved'],
  'no-rollout': ['spread', 'slowStart', 'soak'],
  'resume-blindly': ['once'],
};

describe('what is taken out of Refit on purpose is found within 1,000 seeds', () => {
  it.each(Object.keys(SABOTAGES) as Sabotage[])('%s', async (sabotage) => {
    let known: Law | undefined;
    let seed = 0;
    while (known === undefined && seed < 1_000) {
      seed += 1;
      const { failures } = await search(seed, seed, { sabotage });
      known = failures[0]?.violations.find(({ law }) => KNOWN_BY[sabotage].includes(law))?.law;
    }
    expect(known, `${SABOTAGES[sabotage]}: not found within ${seed} seeds`).toBeDefined();
  });

  it('and a failing seed is shrunk to a short story', async () => {
    const { failures } = await search(1, 1_000, { sabotage: 'no-patience', most: 1 });
    const [{ seed }] = failures as [Found['failures'][number]];
    const { scenario } = await shrink(drawScenario(seed), 'once', { sabotage: 'no-patience', most: 200 });
    expect(scenario.fleet.length).toBeLessThanOrEqual(3);
    const told = await simulate(scenario, { sabotage: 'no-patience' });
    expect(told.violations.map(({ law }) => law)).toContain('once');
    expect((await simulate(scenario)).violations, 'the same story without the sabotage').toEqual([]);
  });
});
