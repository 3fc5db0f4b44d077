/**
 * `npm run simulate-faults -- --seed N` replays one seed with a trace; `--seeds A..B` searches, and shrinks what it
 * finds. Exit code 1 where a law was broken.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { drawScenario, LARGE, SMALL } from './draw-scenario.ts';
import { addTo, type Found, nothingFound, search } from './search.ts';
import { shrink } from './shrink.ts';
import { SABOTAGES, type Sabotage, simulate } from './simulate.ts';
import { LAWS } from './watcher.ts';

interface Task {
  readonly first: number;
  readonly last: number;
  readonly large: boolean;
  readonly sabotage: Sabotage | null;
}

/** Seeds handed out at once. */
const CHUNK = 50;
/** A simulated process that is killed never gives back what it held: after so many chunks another real one goes on. */
const CHUNKS_A_WORKER = 100;

const USAGE = `npm run simulate-faults -- --seed N | --seeds A..B
  --seed N          replay one seed, with a trace
  --seeds A..B      search
  --large           20 to 200 steps a run instead of 5 to 60
  --jobs N          processes (one a core)
  --most N          stop at so many failing seeds (5)
  --sum FILE        add what is found to FILE, every fifty seeds: of several searches, one after the other
  --sabotage NAME   take out one of: ${Object.keys(SABOTAGES).join(', ')}
  --no-shrink       leave a failing seed as it is
`;

if (process.send === undefined) process.exitCode = await main(process.argv.slice(2));
else
  process.on('message', async ({ first, last, large, sabotage }: Task) =>
    process.send!(await search(first, last, { scale: large ? LARGE : SMALL, sabotage })),
  );

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      large: { type: 'boolean', default: false },
      jobs: { type: 'string', default: String(availableParallelism()) },
      sabotage: { type: 'string' },
      most: { type: 'string', default: '5' },
      sum: { type: 'string' },
      'no-shrink': { type: 'boolean', default: false },
    },
  });
  const sabotage = values.sabotage ?? null;
  const range = /^(\d+)\.\.(\d+)$/.exec(values.seeds ?? '');
  const wrong = sabotage !== null && !Object.hasOwn(SABOTAGES, sabotage);
  if (wrong || (!range && !/^\d+$/.test(values.seed ?? ''))) {
    process.stderr.write(USAGE);
    return 64;
  }
  const { large } = values;
  const taken = sabotage as Sabotage | null;
  if (!range) return replay(Number(values.seed), large, taken);
  const found = await searchAll(
    { first: Number(range[1]), last: Number(range[2]), large, sabotage: taken },
    { jobs: Number(values.jobs), most: Number(values.most), file: values.sum ?? null },
  );
  tellFound(found);
  const [failure] = found.failures;
  if (failure && !values['no-shrink']) await tellShortest(failure, large, taken);
  return found.failures.length > 0 ? 1 : 0;
}

async function replay(seed: number, large: boolean, sabotage: Sabotage | null): Promise<number> {
  const scenario = drawScenario(seed, large ? LARGE : SMALL);
  say(`seed ${seed}: ${JSON.stringify({ ...scenario, fleet: `${scenario.fleet.length} instances` })}`);
  const told = await simulate(scenario, { sabotage, tell: say });
  for (const { law, what } of told.violations) say(`BROKEN ${LAWS[law]}: ${what}`);
  say(
    `${told.steps} steps, ${told.lives} processes, ${(told.took / 1000).toFixed(0)} s of virtual time, ${told.violations.length} laws broken`,
  );
  return told.violations.length > 0 ? 1 : 0;
}

interface Sharing {
  readonly jobs: number;
  readonly most: number;
  readonly file: string | null;
}

/** Shares the seeds out among processes. */
async function searchAll(task: Task, { jobs, most, file }: Sharing): Promise<Found> {
  const sum = nothingFound();
  let next = task.first;
  let told = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      let worker = fork(import.meta.filename);
      let chunks = 0;
      while (next <= task.last && sum.failures.length < most) {
        const first = next;
        next += CHUNK;
        if (chunks++ === CHUNKS_A_WORKER) {
          worker.disconnect();
          worker = fork(import.meta.filename);
          chunks = 1;
        }
        const found = await ask(worker, { ...task, first, last: Math.min(task.last, first + CHUNK - 1) });
        addTo(sum, found);
        if (file !== null) addToFile(file, found);
        if (sum.seeds - told >= 2_000) {
          told = sum.seeds;
          const rate = (1000 * sum.seeds) / (performance.now() - began);
          process.stderr.write(
            `${sum.seeds} seeds, ${sum.steps} steps, ${rate.toFixed(0)} seeds a second, ${sum.failures.length} failing\n`,
          );
        }
      }
      worker.disconnect();
    }),
  );
  return sum;
}

/** @throws where the process ends before it has answered: no seed is left out in silence. */
async function ask(worker: ChildProcess, task: Task): Promise<Found> {
  const answered = new AbortController();
  const { signal } = answered;
  const died = once(worker, 'exit', { signal }).then(([code, by]) => {
    throw new Error(`seeds ${task.first} to ${task.last}: their process ended by ${by ?? `exit ${code}`}`);
  });
  died.catch(() => undefined);
  worker.send(task);
  try {
    const [found] = await Promise.race([once(worker, 'message', { signal }), died]);
    return found;
  } finally {
    answered.abort();
  }
}

function addToFile(file: string, found: Found): void {
  const sum: Found = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : nothingFound();
  addTo(sum, found);
  writeFileSync(`${file}.tmp`, JSON.stringify(sum, null, 1));
  renameSync(`${file}.tmp`, file);
}

function tellFound(found: Found): void {
  say(`${found.seeds} seeds, ${found.steps} steps, ${found.lives} processes; what befell them:`);
  for (const [kind, times] of Object.entries(found.befallen).sort((a, b) => b[1] - a[1]))
    say(`${String(times).padStart(10)}  ${kind}`);
  for (const [rate, { orders, refusedByLimit }] of Object.entries(found.arrivals))
    say(
      `at ${rate} a second ${refusedByLimit} of ${orders} orders were refused by the limit (${((100 * refusedByLimit) / Math.max(1, orders)).toFixed(3)} %)`,
    );
  for (const { seed, violations } of found.failures) {
    say(`seed ${seed}:`);
    for (const { law, what } of violations.slice(0, 3)) say(`  BROKEN ${LAWS[law]}: ${what}`);
  }
  say(found.failures.length === 0 ? 'no law was broken' : `${found.failures.length} seeds break a law`);
}

async function tellShortest(
  { seed, violations }: Found['failures'][number],
  large: boolean,
  sabotage: Sabotage | null,
): Promise<void> {
  const { law } = violations[0]!;
  const { scenario, tried } = await shrink(drawScenario(seed, large ? LARGE : SMALL), law, { sabotage });
  say(`\nthe shortest story found in ${tried} tries in which "${LAWS[law]}" is broken:`);
  say(JSON.stringify(scenario, null, 1));
  await simulate(scenario, { sabotage, tell: say });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
