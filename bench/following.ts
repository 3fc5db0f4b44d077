/** The cost of following changes: calls for each resize, and time of empty slots. */
import type { Dimension } from '../src/model.ts';
import { durationsFrom, samplesOf } from '../src/plan/forecast/durations.ts';
import { buildReport } from '../src/report/run/build-report.ts';
import { type Beside, type Row, rowOf } from './measure.ts';
import { type VirtualRun, virtualRun } from './virtual-run.ts';

const TEN_MINUTES = 600_000;
const SEEDS = [1, 2, 3];

/** Counts all calls of 1,000 resizes of ten minutes, all in flight together, without and with bills. */
export async function callsPerResize(
  seeds: readonly number[] = SEEDS,
  kinds: readonly boolean[] = [false, true],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const prepaid of kinds) {
    const pairs: [number, number][] = [];
    let latest = 0;
    for (const seed of seeds) {
      const run = await virtualRun({
        seed,
        steps: 1000,
        inFlight: 1000,
        requestsPerSecond: 20,
        prepaid,
        duration: () => TEN_MINUTES,
      });
      if (run.exitCode !== 0) throw new Error(`a run of seed ${seed} ended with ${run.exitCode}`);
      pairs.push([[...run.calls.values()].reduce((a, b) => a + b, 0) / 1000, 1]);
      latest = Math.max(latest, ...noticedAfter(run));
    }
    rows.push(
      rowOf(pairs, {
        name: `calls: 1,000 resizes of ten minutes${prepaid ? ', with billed prices read' : ''}`,
        unit: 'calls a resize',
        floorName: 'the order alone',
        reach: { atMost: prepaid ? 1.25 : 1.1 },
        beside: [{ name: 'an end noticed after', value: latest, unit: ' s', atMost: 30 }],
      }),
    );
  }
  return rows;
}

const IN_FLIGHT = 200;
const SIGMA = 0.25;

/** The schedule of many steps with log-normal durations, 200 in flight. */
export async function makespan(steps = 10_000): Promise<Row[]> {
  return [...(await asListed(steps)), await knownDurations(steps)];
}

/** All changes alike, compared with the lower bound and the ideal list schedule. */
async function asListed(steps: number): Promise<Row[]> {
  const durations: number[] = [];
  const run = await virtualRun({
    seed: 1,
    steps,
    inFlight: IN_FLIGHT,
    requestsPerSecond: 20,
    duration(normal) {
      const ms = TEN_MINUTES * Math.exp(SIGMA * normal());
      durations.push(ms);
      return ms;
    },
  });
  if (run.exitCode !== 0) throw new Error(`the run ended with ${run.exitCode}`);
  const bound = lowerBound(durations);
  const name = `makespan: ${steps.toLocaleString('en-US')} steps of ten minutes (sigma ${SIGMA}), ${IN_FLIGHT} in flight`;
  return [
    rowOf([[hours(run.took), hours(listSchedule(durations, IN_FLIGHT))]], {
      name,
      unit: 'h',
      floorName: 'list scheduling in the same order, at no cost',
      reach: { atMost: 1.005 },
      beside: [callsBeside(run, steps)],
    }),
    rowOf([[hours(run.took), hours(bound)]], {
      name: `${name}: against max(total / ${IN_FLIGHT}, longest, rate)`,
      unit: 'h',
      floorName: 'lower bound of every schedule',
    }),
  ];
}

/** The usual time of each kind of change, ms. The plan lists the short ones first. */
const USUAL: Readonly<Record<Dimension, number>> = {
  memoryPerShard: TEN_MINUTES / 2,
  replicas: TEN_MINUTES,
  shards: 2 * TEN_MINUTES,
};
/** The steps of the past run from which the plan knows these times. */
const PAST_STEPS = 300;

/** Three kinds of changes. The plan knows the usual time of each kind from a past run, so it starts the longest first. */
async function knownDurations(steps: number): Promise<Row> {
  const kinds = Object.keys(USUAL) as Dimension[];
  const lasting: number[] = [];
  const common = {
    inFlight: IN_FLIGHT,
    requestsPerSecond: 20,
    dimensionOf: (instance: number) => kinds[instance % kinds.length]!,
    duration(normal: () => number, dimension: Dimension) {
      const ms = USUAL[dimension] * Math.exp(SIGMA * normal());
      lasting.push(ms);
      return ms;
    },
  };
  const past = await virtualRun({ ...common, seed: 2, steps: PAST_STEPS });
  const durations = durationsFrom(samplesOf(buildReport(past.saved, past.entries)), 1);
  lasting.length = 0;
  const run = await virtualRun({ ...common, seed: 1, steps, durations });
  if (run.exitCode !== 0) throw new Error(`the run ended with ${run.exitCode}`);
  const count = steps.toLocaleString('en-US');
  return rowOf([[hours(run.took), hours(lowerBound(lasting))]], {
    name: `makespan: ${count} steps of three kinds that past runs know, longest first, ${IN_FLIGHT} in flight`,
    unit: 'h',
    floorName: `lower bound of every schedule: max(total / ${IN_FLIGHT}, longest, rate)`,
    reach: { atMost: 1.02 },
    beside: [callsBeside(run, steps)],
  });
}

/** What no schedule can beat, ms: the work divided by the in-flight slots, the longest change, and the rate. */
function lowerBound(durations: readonly number[]): number {
  const total = durations.reduce((a, b) => a + b, 0);
  return Math.max(total / IN_FLIGHT, Math.max(...durations), (durations.length / 20) * 1000);
}

function callsBeside({ calls }: VirtualRun, steps: number): Beside {
  const all = [...calls.values()].reduce((a, b) => a + b, 0);
  return { name: 'calls a resize', value: all / steps, unit: '', atMost: 9 };
}

const hours = (ms: number) => ms / 3_600_000;

/** The end of the last step, if each step starts as soon as a slot is free. */
function listSchedule(durations: readonly number[], places: number): number {
  const free = new Array<number>(places).fill(0);
  for (const duration of durations) {
    let first = 0;
    for (let place = 1; place < places; place++) if (free[place]! < free[first]!) first = place;
    free[first]! += duration;
  }
  return Math.max(...free);
}

/** Seconds from the end of each change to its journal entry. */
function noticedAfter({ world, entries, saved }: VirtualRun): number[] {
  const endedAt = new Map([...world.deals.values()].map(({ instance, endedAt: at }) => [instance.id, at]));
  const instanceOf = new Map(saved.steps.map(({ id, instance }) => [id, instance]));
  return entries.flatMap((entry) =>
    entry.kind === 'step-ended'
      ? [(Date.parse(entry.at) - Number(endedAt.get(instanceOf.get(entry.step)!))) / 1000]
      : [],
  );
}
