/**
 * The command `npm run simulate-faults`. `--seed N` replays one seed with a trace. `--seeds A..B` searches and shrinks
 * the first failure. Exit code 1 if a run breaks a law.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { drawScenario, LARGE, SMALL } from './draw-scenario.ts';
import { addResult, emptyResult, type SearchResult, search, searchWorkers } from './search.ts';
import { shrink } from './shrink.ts';
import { SABOTAGES, type Sabotage, simulate } from './simulate.ts';
import { LAWS } from './watcher.ts';
import { drawWorkers } from './workers/draw.ts';
import { shrinkWorkers } from './workers/shrink.ts';
import { simulateWorkers, WORKERS_SABOTAGES, type WorkersSabotage } from './workers/simulate.ts';

/** What is simulated: one process after the other, or several workers on one store. */
interface Kind {
  readonly workers: boolean;
  readonly large: boolean;
  /** Of the sabotages of its kind. */
  readonly sabotage: string | null;
}

interface Task extends Kind {
  readonly first: number;
  readonly last: number;
}

/** Seeds in one task of a worker. */
const CHUNK = 50;
/** Chunks per worker. A new worker replaces the old one, because killed simulated processes never free their memory. */
const CHUNKS_A_WORKER = 100;

const USAGE = `npm run simulate-faults -- --seed N | --seeds A..B
  --seed N          replay one seed, with a trace
  --seeds A..B      search these seeds
  --workers         simulate several workers on one store
  --large           use 20 to 200 steps per run instead of 5 to 60
  --jobs N          number of processes (default: one per core)
  --most N          stop after N failing seeds (default 5)
  --sum FILE        add the results to FILE after every 50 seeds; several searches can share it, one after the other
  --sabotage NAME   disable one safeguard: ${Object.keys(SABOTAGES).join(', ')};
                    with --workers: ${Object.keys(WORKERS_SABOTAGES).join(', ')}
  --no-shrink       do not reduce a failing scenario
`;

if (process.send === undefined) process.exitCode = await main(process.argv.slice(2));
else
  process.on('message', async ({ first, last, workers, large, sabotage }: Task) =>
    process.send!(
      await (workers
        ? searchWorkers(first, last, { sabotage: sabotage as WorkersSabotage | null })
        : search(first, last, { scale: large ? LARGE : SMALL, sabotage: sabotage as Sabotage | null })),
    ),
  );

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      workers: { type: 'boolean', default: false },
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
  const { workers, large } = values;
  const wrong = sabotage !== null && !Object.hasOwn(workers ? WORKERS_SABOTAGES : SABOTAGES, sabotage);
  if (wrong || (!range && !/^\d+$/.test(values.seed ?? ''))) {
    process.stderr.write(USAGE);
    return 64;
  }
  const kind: Kind = { workers, large, sabotage };
  if (!range) return replay(Number(values.seed), kind);
  const found = await searchInParallel(
    { first: Number(range[1]), last: Number(range[2]), ...kind },
    { jobs: Number(values.jobs), most: Number(values.most), file: values.sum ?? null },
  );
  printResult(found);
  const [failure] = found.failures;
  if (failure && !values['no-shrink']) await printShortest(failure, kind);
  return found.failures.length > 0 ? 1 : 0;
}

async function replay(seed: number, kind: Kind): Promise<number> {
  const result = kind.workers ? await replayWorkers(seed, kind) : await replayProcesses(seed, kind);
  for (const { law, detail } of result.violations) print(`VIOLATED ${LAWS[law]}: ${detail}`);
  print(
    `${result.steps} steps, ${result.processes} processes, ${(result.duration / 1000).toFixed(0)} s of virtual time, ${result.violations.length} violations`,
  );
  return result.violations.length > 0 ? 1 : 0;
}

function replayProcesses(seed: number, { large, sabotage }: Kind) {
  const scenario = drawScenario(seed, large ? LARGE : SMALL);
  print(`seed ${seed}: ${JSON.stringify({ ...scenario, fleet: `${scenario.fleet.length} instances` })}`);
  return simulate(scenario, { sabotage: sabotage as Sabotage | null, trace: print });
}

function replayWorkers(seed: number, { sabotage }: Kind) {
  const scenario = drawWorkers(seed);
  const runs = scenario.runs.map((run) => ({ ...run, fleet: `${run.fleet.length} instances` }));
  print(`seed ${seed}: ${JSON.stringify({ ...scenario, runs })}`);
  return simulateWorkers(scenario, { sabotage: sabotage as WorkersSabotage | null, trace: print });
}

interface Sharing {
  readonly jobs: number;
  readonly most: number;
  readonly file: string | null;
}

/** Distributes the seeds over worker processes. */
async function searchInParallel(task: Task, { jobs, most, file }: Sharing): Promise<SearchResult> {
  const sum = emptyResult();
  let next = task.first;
  let reported = 0;
  const startedAt = performance.now();
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
        const found = await runTask(worker, { ...task, first, last: Math.min(task.last, first + CHUNK - 1) });
        addResult(sum, found);
        if (file !== null) addToFile(file, found);
        if (sum.seeds - reported >= 2_000) {
          reported = sum.seeds;
          const rate = (1000 * sum.seeds) / (performance.now() - startedAt);
          process.stderr.write(
            `${sum.seeds} seeds, ${sum.steps} steps, ${rate.toFixed(0)} seeds per second, ${sum.failures.length} failing\n`,
          );
        }
      }
      worker.disconnect();
    }),
  );
  return sum;
}

/** Runs a task on a worker. @throws if the worker ends without an answer, so that no seed is lost silently */
async function runTask(worker: ChildProcess, task: Task): Promise<SearchResult> {
  const answered = new AbortController();
  const { signal } = answered;
  const died = once(worker, 'exit', { signal }).then(([code, by]) => {
    throw new Error(
      `seeds ${task.first} to ${task.last}: the worker ended with ${by ?? `exit code ${code}`}`,
    );
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

function addToFile(file: string, found: SearchResult): void {
  const sum: SearchResult = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : emptyResult();
  addResult(sum, found);
  writeFileSync(`${file}.tmp`, JSON.stringify(sum, null, 1));
  renameSync(`${file}.tmp`, file);
}

function printResult(found: SearchResult): void {
  print(`${found.seeds} seeds, ${found.steps} steps, ${found.processes} processes; events:`);
  for (const [kind, times] of Object.entries(found.events).sort((a, b) => b[1] - a[1]))
    print(`${String(times).padStart(10)}  ${kind}`);
  for (const [rate, { orders, refusedByLimit }] of Object.entries(found.arrivals))
    print(
      `at ${rate} per second, the limit refused ${refusedByLimit} of ${orders} orders (${((100 * refusedByLimit) / Math.max(1, orders)).toFixed(3)} %)`,
    );
  for (const { seed, violations } of found.failures) {
    print(`seed ${seed}:`);
    for (const { law, detail } of violations.slice(0, 3)) print(`  VIOLATED ${LAWS[law]}: ${detail}`);
  }
  print(found.failures.length === 0 ? 'no violations' : `${found.failures.length} seeds with violations`);
}

async function printShortest(
  { seed, violations }: SearchResult['failures'][number],
  { workers, large, sabotage }: Kind,
): Promise<void> {
  const { law } = violations[0]!;
  const say = (scenario: object, tries: number): void => {
    print(`\nshortest scenario found in ${tries} tries that violates "${LAWS[law]}":`);
    print(JSON.stringify(scenario, null, 1));
  };
  if (workers) {
    const options = { sabotage: sabotage as WorkersSabotage | null };
    const { scenario, tries } = await shrinkWorkers(drawWorkers(seed), law, options);
    say(scenario, tries);
    await simulateWorkers(scenario, { ...options, trace: print });
    return;
  }
  const options = { sabotage: sabotage as Sabotage | null };
  const { scenario, tries } = await shrink(drawScenario(seed, large ? LARGE : SMALL), law, options);
  say(scenario, tries);
  await simulate(scenario, { ...options, trace: print });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
