/**
 * The command `npm run mutants`. It changes the code in small ways and runs the tests that reach each change. Exit code 1 if
 * a change survives that test/mutants/survivors.json does not list.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { filesForLoad, type Numbered, numberAll, sample, tasksLeft, testsOf } from './choose.ts';
import { figures, type Judged } from './figures.ts';
import { append, hashAll, type Outcomes, type Reached, readOutcomes, readReached } from './log.ts';
import { runTests } from './run-tests.ts';
import { readSurvivors, rowOf, type Survivor, writeSurvivors } from './survivors.ts';
import { ROOT, readTargets } from './targets.ts';

const USAGE = `npm run mutants -- [--folder PATH]... [--sample N | --all | --survivors]
  --folder PATH   only mutants of files whose path begins with PATH; may be repeated
  --sample N      N mutants of each folder (default 25)
  --seed TEXT     chooses another sample
  --all           every mutant; takes hours
  --survivors     only the mutants that survivors.json lists
  --list          add unlisted survivors to survivors.json, to be given a reason
  --discard       forget the results of earlier searches
A search that was stopped goes on where it stopped. Results are kept in coverage/mutants.
`;

const CACHE = join(ROOT, 'coverage/mutants');
const REACHED = join(CACHE, 'reached.jsonl');
const OUTCOMES = join(CACHE, 'outcomes.jsonl');
/** The reason of a row that `--list` wrote. */
const TO_DO = 'to do';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      folder: { type: 'string', multiple: true },
      sample: { type: 'string', default: '25' },
      seed: { type: 'string', default: '1' },
      all: { type: 'boolean', default: false },
      survivors: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      discard: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE) ?? 0;
  if (values.discard) rmSync(CACHE, { recursive: true, force: true });
  const targets = readTargets();
  const all = numberAll(targets);
  const hashes = await hashAll(targets);
  const listed = readSurvivors();
  const inside = all.filter(({ file }) => values.folder?.some((one) => file.startsWith(one)) ?? true);
  const chosen = values.survivors
    ? inside.filter(({ key }) => listed.has(key))
    : values.all
      ? inside
      : sample(inside, Number(values.sample), values.seed);
  if (chosen.length === 0) return console.log('No mutant there.') ?? 1;
  console.log(`${chosen.length} of ${inside.length} mutants, seed ${values.seed}`);

  const reached = await reach(hashes);
  const outcomes = await tryAll(chosen, all, reached, hashes);
  const judged = chosen.map(
    (mutant): Judged => ({
      mutant,
      killed: outcomes.killed.has(mutant.key),
      listed: listed.get(mutant.key)?.kind ?? null,
    }),
  );
  console.log(figures(judged, inside));
  return report(judged, listed, reached, values.list);
}

/** Runs every test once without a mutant, except those that ran before and have not changed. */
async function reach(hashes: Readonly<Record<string, string>>): Promise<Reached> {
  for (let attempts = 0; ; attempts++) {
    const known = readReached(REACHED, hashes);
    const missing = Object.keys(hashes).filter((file) => file.startsWith('test/') && !known.tests.has(file));
    if (missing.length === 0 || attempts === 3) return known;
    console.log(`${missing.length} test files run without a mutant`);
    append(REACHED, { kind: 'head', hashes });
    await runTests({ kind: 'reach', out: REACHED, mutants: [] }, missing);
  }
}

async function tryAll(
  chosen: readonly Numbered[],
  all: readonly Numbered[],
  reached: Reached,
  hashes: Readonly<Record<string, string>>,
): Promise<Outcomes> {
  const byKey = new Map(all.map((mutant) => [mutant.key, mutant]));
  const read = () => readOutcomes(OUTCOMES, hashes, (key) => byKey.get(key)?.file);
  const tests = testsOf(chosen, reached);
  append(OUTCOMES, { kind: 'head', hashes });
  for (let before = -1; ; ) {
    const left = tasksLeft(chosen, tests, read());
    const files = Object.keys(left);
    const count = Object.values(left).flatMap((one) => Object.values(one).flat()).length;
    // Tests that could not be used are left over.
    if (count === 0 || count === before) break;
    before = count;
    console.log(`up to ${count} runs of a test left, in ${files.length} files`);
    const job = {
      kind: 'kill',
      out: OUTCOMES,
      mutants: chosen.map(({ number, key }) => ({ number, key })),
    } as const;
    const end = await runTests({ ...job, tests: left }, files);
    const { open } = read();
    if (end === 'hung' && open) append(OUTCOMES, { ...open, kind: 'hung' });
  }
  await tryFromLoad(chosen, all, reached, read);
  return read();
}

/** Mutants that the load of a module reaches need a process each. */
async function tryFromLoad(
  chosen: readonly Numbered[],
  all: readonly Numbered[],
  reached: Reached,
  read: () => Outcomes,
): Promise<void> {
  const { killed, fresh } = read();
  const left = chosen.filter(
    ({ number, key }) => reached.load.has(number) && !killed.has(key) && !fresh.has(key),
  );
  for (const [at, mutant] of left.entries()) {
    const files = filesForLoad(mutant, all, reached);
    if (files.length === 0) continue;
    console.log(`from the load of its module: ${at + 1} of ${left.length}`);
    const { number, key } = mutant;
    const job = { kind: 'fresh', out: `${OUTCOMES}.fresh`, mutants: [{ number, key }] } as const;
    const end = await runTests(job, files, number);
    append(OUTCOMES, { kind: 'fresh', mutant: key, killed: end !== 'passed', files });
  }
}

function report(
  judged: readonly Judged[],
  listed: ReadonlyMap<string, Survivor>,
  reached: Reached,
  list: boolean,
): number {
  const alive = judged.filter(({ killed }) => !killed);
  const missing = alive.filter(({ listed: kind }) => kind === null);
  const covered = new Set([...reached.tests.values()].flat().flatMap((test) => test.reached));
  for (const { mutant } of missing) {
    const { file, line, operator, from, to, number } = mutant;
    console.log(
      `\n${file}:${line} ${operator}${covered.has(number) || reached.load.has(number) ? '' : ', no test reaches it'}`,
    );
    console.log(`- ${from}\n+ ${to}`);
  }
  for (const { mutant } of judged.filter(({ killed, listed: kind }) => killed && kind !== null))
    console.log(`\nlisted, but killed: ${mutant.file}:${mutant.line}\n+ ${mutant.to}`);
  if (list) {
    const rows = missing.map(
      ({ mutant }) => ({ ...rowOf(mutant), kind: 'accepted', reason: TO_DO }) as const,
    );
    writeSurvivors([...listed.values(), ...rows]);
  }
  const reasonless = [...listed.values()].filter(({ reason }) => reason === TO_DO).length;
  console.log(
    `\n${missing.length} survivors are not listed${reasonless > 0 ? `, ${reasonless} rows have no reason` : ''}.`,
  );
  return missing.length + reasonless > 0 ? 1 : 0;
}
