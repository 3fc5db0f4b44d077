/**
 * The long search for a disagreement between plan and provider: `npm run search-agreement -- --cases 100000`, and with
 * `--seed N` the same one again. A case is one instance, the change that is wanted of it and what is sold. Ends with 1
 * and the smallest case it can find where the two disagree.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { agree, cases, FORESEEN, formatMet, type Met } from './cases.ts';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
const wanted = Number(values.cases);
const first = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
/** Fleets between two lines of progress. */
const BATCH = 250;

if (!(wanted > 0) || !Number.isInteger(first)) {
  console.error('npm run search-agreement -- --cases 100000 --seed 1');
  process.exit(64);
}
console.info(`seed ${first}: npm run search-agreement -- --cases ${wanted} --seed ${first} repeats this`);
const met: Met = new Map();
const began = performance.now();
let done = 0;
for (let seed = first; done < wanted; seed++) {
  const { failed, counterexample, errorInstance } = await fc.check(
    fc.asyncProperty(cases, async (one) => {
      await agree(one, met);
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
  console.info(`${done} of ${wanted} cases agree, ${rate} a second`);
}
console.info(formatMet(met));
const never = FORESEEN.filter((code) => !met.has(code));
if (never.length > 0) {
  console.error(`never met: ${never.join(', ')}`);
  process.exit(1);
}
