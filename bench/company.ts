/**
 * A whole company in virtual time: a million instances in 200 accounts and 20 regions, one run for each account and region.
 * Every run is the real executor (virtual-run.ts). The provider counts each account and region apart, so runs affect each
 * other only through the workers and the commits of the store. Both are computed from what the runs did.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { type Row, rowOf } from './measure.ts';
import { virtualRun } from './virtual-run.ts';

/** What the runs of a company need. */
interface CompanyOptions {
  readonly accounts: number;
  readonly regions: number;
  /** Instances in each region of each account. */
  readonly instances: number;
  /** Runs at the same time, over all workers. */
  readonly slots: readonly number[];
}

/** One run, as the schedule needs it. */
interface Work {
  /** Seconds that it held its worker. */
  readonly took: number;
  /** No schedule of its orders is faster, seconds. */
  readonly bound: number;
  /** Commits in each second of the run. */
  readonly commits: readonly number[];
}

const WHOLE: CompanyOptions = { accounts: 200, regions: 20, instances: 250, slots: [50, 100, 200, 400] };
/** The evenly spaced rate of a lane in a shared store, orders a second. */
const RATE = 18;
const MEDIAN_CHANGE = 60_000;
const SIGMA = 0.4;
/** Runs that one process carries out before another takes over, because ended runs leave garbage. */
const CHUNK = 25;

/** @returns for each number of runs at the same time: the makespan, and the busiest second of the store. */
export async function company(options: CompanyOptions = WHOLE): Promise<Row[]> {
  const runs = options.accounts * options.regions;
  const works = await carryOutAll(runs, options.instances);
  const total = (runs * options.instances).toLocaleString('en-US');
  return options.slots.map((slots) => {
    const { ends, busiest, mean } = schedule(works, slots);
    const sum = works.reduce((all, { bound }) => all + bound, 0);
    const bound = Math.max(sum / slots, ...works.map((work) => work.bound));
    return rowOf([[ends / 60, bound / 60]], {
      name: `company: ${total} instances in ${options.accounts} accounts and ${options.regions} regions, ${slots} runs at the same time; ${Math.round(mean)} commits a second, ${busiest} in the busiest second`,
      unit: 'min',
      floorName: `every lane at ${RATE} orders a second, no time to notice an end, no idle slot`,
      reach: { atMost: 1.5 },
    });
  });
}

async function carryOutAll(runs: number, instances: number): Promise<Work[]> {
  const works: Work[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < runs) {
      const first = next;
      next += CHUNK;
      const seeds = Array.from({ length: Math.min(CHUNK, runs - first) }, (_, index) => first + index + 1);
      if (runs <= CHUNK) for (const seed of seeds) works[seed - 1] = await carryOut(seed, instances);
      else
        for (const [index, one] of (await inProcess(seeds, instances)).entries()) works[first + index] = one;
    }
  };
  await Promise.all(Array.from({ length: runs <= CHUNK ? 1 : availableParallelism() }, work));
  return works;
}

async function inProcess(seeds: readonly number[], instances: number): Promise<readonly Work[]> {
  const child: ChildProcess = fork(import.meta.filename, ['carry-out']);
  child.send({ seeds, instances });
  const answered = once(child, 'message') as Promise<[readonly Work[]]>;
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`a process of the benchmark ended with ${code}`);
  });
  died.catch(() => undefined);
  const [works] = await Promise.race([answered, died]);
  child.disconnect();
  return works;
}

async function carryOut(seed: number, instances: number): Promise<Work> {
  const durations: number[] = [];
  const run = await virtualRun({
    seed,
    steps: instances,
    inFlight: instances,
    requestsPerSecond: RATE,
    duration(normal) {
      const ms = MEDIAN_CHANGE * Math.exp(SIGMA * normal());
      durations.push(ms);
      return ms;
    },
  });
  if (run.exitCode !== 0) throw new Error(`the run of seed ${seed} ended with ${run.exitCode}`);
  const commits: number[] = [];
  for (const at of run.commits)
    commits[Math.max(0, Math.floor(at))] = (commits[Math.max(0, Math.floor(at))] ?? 0) + 1;
  return {
    took: run.took / 1000,
    bound: Math.max(...durations.map((ms, nth) => nth / RATE + ms / 1000)),
    commits: Array.from(commits, (count) => count ?? 0),
  };
}

/** Each run starts as soon as a slot is free, in their order. */
function schedule(works: readonly Work[], slots: number) {
  const free = new Array<number>(Math.min(slots, works.length)).fill(0);
  const seconds: number[] = [];
  for (const { took, commits } of works) {
    let slot = 0;
    for (let other = 1; other < free.length; other++) if (free[other]! < free[slot]!) slot = other;
    const from = Math.floor(free[slot]!);
    for (const [second, count] of commits.entries())
      seconds[from + second] = (seconds[from + second] ?? 0) + count;
    free[slot]! += took;
  }
  const counts = Array.from(seconds, (count) => count ?? 0);
  const ends = free.reduce((a, b) => Math.max(a, b));
  return {
    ends,
    busiest: counts.reduce((a, b) => Math.max(a, b), 0),
    mean: counts.reduce((a, b) => a + b, 0) / ends,
  };
}

if (process.argv[2] === 'carry-out')
  process.once('message', async ({ seeds, instances }: { seeds: readonly number[]; instances: number }) => {
    const works: Work[] = [];
    for (const seed of seeds) works.push(await carryOut(seed, instances));
    process.send!(works);
  });
