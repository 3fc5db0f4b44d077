/** The long forms of the searches for input that breaks Refit: `npm run fuzz -- KIND [COUNT] [SEED]`. */
import { fuzzAnswers } from './fuzz-answers.ts';
import { fuzzPolicies } from './fuzz-policies.ts';
import { fuzzSavedPlans } from './fuzz-saved-plans.ts';

/** Megabytes that a search may take at most. */
const MOST_MEMORY = 300;

/** Each search returns its faults, with the seeds that repeat them. */
const KINDS: Readonly<Record<string, (count: number, seed: number) => Promise<string[]>>> = {
  answers: fuzzAnswers,
  policies: fuzzPolicies,
  'saved-plans': async (count, seed) => {
    try {
      fuzzSavedPlans(count, seed);
      return [];
    } catch (error) {
      return [String(error)];
    }
  },
};

const [kind = '', count = '10000', seed = '1'] = process.argv.slice(2);
const search = KINDS[kind];
if (search === undefined || !(Number(count) > 0) || !Number.isInteger(Number(seed))) {
  process.stderr.write(`npm run fuzz -- ${Object.keys(KINDS).join('|')} [COUNT] [SEED]\n`);
  process.exit(64);
}
const began = performance.now();
const faults = await search(Number(count), Number(seed));
const seconds = Math.round((performance.now() - began) / 1000);
const memory = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(
  `${count} ${kind} from seed ${seed}: ${faults.length} faults, ${seconds} s, at most ${memory} MB\n`,
);
for (const fault of faults.slice(0, 20)) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length > 0 || memory > MOST_MEMORY ? 1 : 0;
