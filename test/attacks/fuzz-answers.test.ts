// The short form of the search for answers that break Refit. The long form: npm run fuzz -- answers 10000 SEED
import { expect, it } from 'vitest';
import { fuzzAnswers } from './fuzz-answers.ts';

const COUNT = Number(process.env.REFIT_FUZZ_COUNT ?? 250);
const SEED = Number(process.env.REFIT_FUZZ_SEED ?? Date.now() % 1_000_000);

it(`${COUNT} hostile answers crash nothing, hang nothing and leak nothing (REFIT_FUZZ_SEED=${SEED})`, async () => {
  expect(await fuzzAnswers(COUNT, SEED)).toEqual([]);
});
