// The short form of the search for policies that break Refit. The long form: npm run fuzz -- policies 100000 SEED
import { expect, it } from 'vitest';
import { fuzzPolicies } from './fuzz-policies.ts';

const COUNT = Number(process.env.REFIT_FUZZ_COUNT ?? 300);
const SEED = Number(process.env.REFIT_FUZZ_SEED ?? Date.now() % 1_000_000);

it(`${COUNT} changed policies crash nothing and permit nothing more (REFIT_FUZZ_SEED=${SEED})`, async () => {
  expect(await fuzzPolicies(COUNT, SEED)).toEqual([]);
});
