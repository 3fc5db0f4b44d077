/**
 * The long forms of the searches for input that breaks Refit: `npm run fuzz -- KIND [COUNT] [SEED]`. The process starts with
 * a small young generation, so that its peak shows the memory that inputs need, not the garbage that Node has not collected.
 */
import { fuzzAnswers } from './fuzz-answers.ts';
import { fuzzApprovals } from './fuzz-approvals.ts';
import { fuzzPolicies } from './fuzz-policies.ts';
import { fuzzSavedPlans } from './fuzz-saved-plans.ts';
import { peakMemory } from './search.ts';

const KINDS: Readonly<Record<string, (count: number, seed: number) => Promise<string[]>>> = {
  answers: fuzzAnswers,
  approvals: fuzzApprovals,
  policies: fuzzPolicies,
  'saved-plans': fuzzSavedPlans,
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
process.stdout.write(
  `${count} ${kind} from seed ${seed}: ${faults.length} faults, ${seconds} s, at most ${peakMemory()} MB\n`,
);
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
