// The short form of the search for signed files that count but must not. The long form: npm run fuzz -- approvals 100000 SEED
import { expect, it } from 'vitest';
import { fuzzApprovals } from './fuzz-approvals.ts';

const COUNT = Number(process.env.REFIT_FUZZ_COUNT ?? 1800);
const SEED = Number(process.env.REFIT_FUZZ_SEED ?? Date.now() % 1_000_000);

it(`${COUNT} changed approvals and signatures of planners count only within the rules (REFIT_FUZZ_SEED=${SEED})`, async () => {
  expect(await fuzzApprovals(COUNT, SEED)).toEqual([]);
});
