/**
 * Searches at length for a disagreement between plan and provider: `npm run search-agreement -- --cases 100000`.
 * `--seed N` repeats a search. A case is one instance, its requested change and the sizes sold. If the two disagree, the
 * search exits with 1 and prints the smallest case that it finds.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { agree, type Counts, cases, formatCounts, PREDICTED } from './cases.ts';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
const requested = Number(values.cases);
const first = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
/** The number of fleets between two progress lines. */
const BATCH = 250;

if (!(requested > 0) || !Number.isInteger(first)) {
  console.error('npm run search-agreement -- --cases 100000 --seed 1');
  process.exit(64);
}
console.info(`seed ${first}: npm run search-agreement -- --cases ${requested} --seed ${first} repeats this`);
const counts: Counts = new Map();
const began = performance.now();
let done = 0;
for (let seed = first; done < requested; seed++) {
  const { failed, counterexample, errorInstance } = await fc.check(
    fc.asyncProperty(cases, async (one) => {
      await agree(one, counts);
      done += one.wanted.length;
    }),
    { seed, numRuns: BATCH },
  );
  if (failed) {
    console.error(`they disagree, seed ${seed}:\n${JSON.stringify(counterexample, null, 1)}`);
    console.error(errorInstance instanceof Error ? errorInstance.message : errorInstance);
    process.exit(1);
  }
  const rate = Math.round((done * 1000) / (performance.now() - began));
  console.info(`${done} of ${requested} cases agree, ${rate} a second`);
}
console.info(formatCounts(counts));
const missing = PREDICTED.filter((code) => !counts.has(code));
if (missing.length > 0) {
  console.error(`codes without a case: ${missing.join(', ')}`);
  process.exit(1);
}
