/** A short search for a disagreement between plan and provider. `npm run search-agreement` is the long one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agree, type Counts, cases, formatCounts, PREDICTED } from './cases.ts';

const RUNS = 150;

describe('the plan and the provider', () => {
  it('agree on every generated fleet: the provider accepts what the plan allows and refuses what it blocks, with the same code', async () => {
    const seed = Number(process.env.REFIT_SEED ?? 20_261_105);
    const counts: Counts = new Map();
    console.info(`agreement: seed ${seed}, ${RUNS} fleets (REFIT_SEED=${seed} repeats them)`);
    await fc.assert(
      fc.asyncProperty(cases, (one) => agree(one, counts)),
      { seed, numRuns: RUNS },
    );
    console.info(formatCounts(counts));
    for (const code of ['accepted', ...PREDICTED])
      expect(counts.get(code) ?? 0, `${code} has no case`).toBeGreaterThan(0);
  });
});
