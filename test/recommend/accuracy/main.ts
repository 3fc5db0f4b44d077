/**
 * `npm run accuracy [-- --seeds 20 --from 1 --each 125 --write --verbose]`: compares the advice with the simulated truth, and
 * fails if a bound does not hold. `--write` puts the tables into docs/rightsizing.md.
 */
import { parseArgs } from 'node:util';
import { loop } from './closed-loop.ts';
import { drawFleet } from './simulated-fleet.ts';
import { writeTables } from './tables.ts';
import { addTo, boundsOf, type Failure, type Tallies } from './tally.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', default: '1' },
    each: { type: 'string', default: '125' },
    write: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const [seeds, from, each] = [Number(values.seeds), Number(values.from), Number(values.each)];
const tallies: Tallies = new Map();
const failures: Failure[] = [];
const unfounded: string[] = [];
for (let seed = from; seed < from + seeds; seed++) {
  for (const one of drawFleet({ seed, each })) {
    const looped = loop(one);
    failures.push(...addTo(tallies, looped));
    unfounded.push(...looped.unfounded);
  }
  process.stderr.write(`seed ${seed} done\n`);
}
// Not enough to go by: instances younger than the lookback, and a fifth of the hours missing.
for (const more of [{ youngerThan: 40 }, { gaps: 0.2 }, { gaps: 0.2, youngerThan: 40 }])
  for (const one of drawFleet({ seed: from, each: Math.ceil(each / 5), ...more }))
    unfounded.push(...loop(one).unfounded);
const bounds = [
  ...boundsOf(tallies),
  { name: 'advice without sufficient data: none', found: unfounded.length, holds: unfounded.length === 0 },
];
for (const { name, found, holds } of bounds)
  process.stdout.write(`${holds ? 'holds' : 'FAILS'}  ${name}: ${found?.toFixed(3) ?? 'no case'}\n`);
const text = writeTables(tallies, { seeds, from, each }, bounds, values.write);
process.stdout.write(`\n${text}\n`);
if (values.verbose)
  process.stdout.write(`${[...failures.map((one) => JSON.stringify(one)), ...unfounded].join('\n')}\n`);
process.exitCode = bounds.every(({ holds }) => holds) ? 0 : 1;
