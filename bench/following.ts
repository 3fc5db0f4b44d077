/** What following changes to their ends costs: calls for each resize, and time that places stand empty. */
import { type Row, rowOf } from './measure.ts';
import { type VirtualRun, virtualRun } from './virtual-run.ts';

const TEN_MINUTES = 600_000;
const SEEDS = [1, 2, 3];

/** 1,000 resizes of ten minutes, as many under way at once, all calls counted, without and with bills. */
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
        floorIs: 'the order alone',
        reach: { atMost: prepaid ? 1.25 : 1.1 },
        beside: [{ what: 'an end noticed after', value: latest, unit: ' s', atMost: 30 }],
      }),
    );
  }
  return rows;
}

const IN_FLIGHT = 200;
const SIGMA = 0.25;

/** Many steps with log-normal durations, 200 under way, against what no schedule and what the ideal list schedule can beat. */
export async function makespan(steps = 10_000): Promise<Row[]> {
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
  const total = durations.reduce((a, b) => a + b, 0);
  const bound = Math.max(total / IN_FLIGHT, Math.max(...durations), (steps / 20) * 1000);
  const hours = (ms: number) => ms / 3_600_000;
  const name = `makespan: ${steps.toLocaleString('en-US')} steps of ten minutes (sigma ${SIGMA}), ${IN_FLIGHT} in flight`;
  return [
    rowOf([[hours(run.took), hours(listSchedule(durations, IN_FLIGHT))]], {
      name,
      unit: 'h',
      floorIs: 'list scheduling in the same order, at no cost',
      reach: { atMost: 1.02 },
    }),
    rowOf([[hours(run.took), hours(bound)]], {
      name: `${name}: against max(total / ${IN_FLIGHT}, longest, rate)`,
      unit: 'h',
      floorIs: 'what no schedule can beat',
    }),
  ];
}

/** When the last of them ends, where each begins as soon as a place is free. */
function listSchedule(durations: readonly number[], places: number): number {
  const free = new Array<number>(places).fill(0);
  for (const duration of durations) {
    let first = 0;
    for (let place = 1; place < places; place++) if (free[place]! < free[first]!) first = place;
    free[first]! += duration;
  }
  return Math.max(...free);
}

/** Seconds from the end of each change to its entry. */
function noticedAfter({ world, entries, saved }: VirtualRun): number[] {
  const endedAt = new Map([...world.deals.values()].map(({ instance, endedAt: at }) => [instance.id, at]));
  const instanceOf = new Map(saved.steps.map(({ id, instance }) => [id, instance]));
  return entries.flatMap((entry) =>
    entry.kind === 'step-ended'
      ? [(Date.parse(entry.at) - Number(endedAt.get(instanceOf.get(entry.step)!))) / 1000]
      : [],
  );
}
