/** The short form of the search for a disagreement; the long one is `npm run search-agreement`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agree, cases, FORESEEN, formatMet, type Met } from './cases.ts';

const RUNS = 150;

describe('the plan and the provider', () => {
  it('agree on every generated fleet: what is let through is accepted, what is blocked is refused with that code', async () => {
    const seed = Number(process.env.REFIT_SEED ?? 20_261_105);
    const met: Met = new Map();
    console.info(`agreement: seed ${seed}, ${RUNS} fleets (REFIT_SEED=${seed} repeats them)`);
    await fc.assert(
      fc.asyncProperty(cases, (one) => agree(one, met)),
      { seed, numRuns: RUNS },
    );
    console.info(formatMet(met));
    for (const code of ['accepted', ...FORESEEN])
      expect(met.get(code) ?? 0, `${code} was never met`).toBeGreaterThan(0);
  });
});
