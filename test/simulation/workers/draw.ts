/** Draws a scenario of several workers from a seed. */
import { type Random, seededRandom } from '../../../src/simulator/world/random.ts';
import { drawScenario } from '../draw-scenario.ts';
import type { Range } from '../scenario.ts';
import { MAX_DRIFT } from '../watcher.ts';
import {
  type HostScript,
  type SharedRun,
  type StoreScript,
  sharedWorld,
  type WorkerScript,
  type WorkersScenario,
} from './scenario.ts';

/** Steps of one run: short runs meet as many disturbances at less cost. */
const STEPS: Range = [2, 16];
/** The same if all runs order as fast as they can, at the same time. */
const BUSY_STEPS: Range = [20, 40];
/** All disturbances of hosts and store happen before this time, milliseconds. */
const DISTURBED = 600_000;

/** Draws a scenario. The same seed gives the same scenario. */
export function drawWorkers(seed: number): WorkersScenario {
  const chance = seededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x3057);
  const isBusy = chance.next() < 0.1;
  // The first drawn scenario also is the world.
  const drawn = Array.from({ length: isBusy ? 2 : pick(chance, [1, 2, 2, 2, 3]) }, (_, n) =>
    drawScenario(Math.imul(seed, 7) + n * 1_000_003, { steps: isBusy ? BUSY_STEPS : STEPS }),
  );
  const [world] = drawn as [(typeof drawn)[number]];
  const runs = drawn.map(
    (one, n): SharedRun => ({
      fleet: one.fleet.map((instance) => ({ ...instance, id: renumber(instance.id, n) })),
      waves: one.waves,
      inFlight: one.inFlight,
      requestsPerSecond: one.requestsPerSecond,
      // Several hosts demand more than two minutes.
      patience: Math.max(one.patience, world.patience, 123_000),
      haltAfter: one.haltAfter,
      spread: world.spread,
      slowStart: one.slowStart,
      soak: one.soak,
      gate: one.gate,
      windows: one.windows,
      submittedAfter: n === 0 ? 0 : pick(chance, [0, 0, 100, 20_000, 120_000]),
      commands: drawCommands(chance),
      ...(isBusy ? BUSY : {}),
    }),
  );
  const hosts = Array.from({ length: pick(chance, [2, 2, 3]) }, () => drawHost(chance));
  return {
    seed: chance.whole(1, 0x7fffffff),
    world: sharedWorld(world),
    runs,
    hosts,
    planner: pick(chance, [0, 0, 400, -60_000, 60_000, 240_000, -240_000]),
    store: drawStore(chance, runs.length),
    restAfter: pick(chance, [20_000, 60_000, 300_000]),
    calmAt: DISTURBED,
  };
}

/** A run that orders as fast as the limit allows. */
const BUSY: Partial<SharedRun> = {
  waves: [],
  inFlight: 40,
  requestsPerSecond: 20,
  haltAfter: { failed: 1_000, unknown: 1_000 },
  spread: null,
  slowStart: false,
  soak: 0,
  gate: false,
  windows: null,
  submittedAfter: 0,
};

/** Instances of different runs have different ids. */
function renumber(id: string, run: number): string {
  const number = Number(id.slice(5)) + 1_000 * run;
  return `${id.slice(0, 5)}${String(number).padStart(7, '0')}`;
}

/** A moment while runs are in progress: early ones are more likely. */
function moment(chance: Random): number {
  return Math.floor(Math.min(1_000 * (DISTURBED / 1_000) ** chance.next(), DISTURBED));
}

function drawHost(chance: Random): HostScript {
  const maybe = (probability: number): boolean => chance.next() < probability;
  return {
    clock: {
      offset: maybe(0.4) ? 0 : chance.pick([1, -1]) * pick(chance, [5, 400, 3_000, 60_000, 240_000]),
      drift: maybe(0.5) ? 0 : Math.round(1e6 * MAX_DRIFT * (2 * chance.next() - 1)) / 1e6,
    },
    trip: pick(chance, [1, 1, 4, 30]),
    concurrency: pick(chance, [1, 2, 2]),
    partitions: maybe(0.25)
      ? Array.from({ length: chance.whole(1, 2) }, () => {
          const at = moment(chance);
          return [at, at + pick(chance, [500, 3_000, 15_000, 60_000, 200_000])] as const;
        })
      : [],
    processes: maybe(0.25) ? [] : Array.from({ length: chance.whole(1, 3) }, () => drawProcess(chance)),
  };
}

function drawProcess(chance: Random): WorkerScript {
  const maybe = (probability: number): boolean => chance.next() < probability;
  const at = () => Math.floor(600 ** chance.next());
  return {
    after: pick(chance, [0, 50, 2_000, 30_000]),
    dies: maybe(0.5) ? at() : null,
    freezes: maybe(0.5)
      ? Array.from({ length: chance.whole(1, 3) }, () => ({
          // Between the commit of an intent and its order, or anywhere.
          ...(maybe(0.5)
            ? { kind: 'recorded' as const, moment: Math.floor(12 ** chance.next()) }
            : { moment: at() }),
          ms: pick(chance, [100, 1_500, 3_000, 30_000, 30_000, 300_000]),
          asleep: maybe(0.4),
        }))
      : [],
    jumps: maybe(0.08)
      ? [
          {
            at: chance.whole(0, 120_000),
            by: chance.pick([1, -1]) * chance.pick([20_000, 100_000, 240_000]),
          },
        ]
      : [],
    drainAfter: maybe(0.15) ? chance.whole(0, 120_000) : null,
    leaveAfter: maybe(0.1) ? chance.whole(0, 120_000) : null,
  };
}

function drawCommands(chance: Random): SharedRun['commands'] {
  if (chance.next() >= 0.15) return [];
  const at = chance.whole(0, 120_000);
  return chance.pick([
    [[at, { kind: 'set', setting: 'inFlight', value: chance.whole(1, 10) }]],
    [[at, { kind: 'set', setting: 'requestsPerSecond', value: chance.whole(1, 20) }]],
    [[at, { kind: 'drain' }]],
    [[at, { kind: 'abort' }]],
    [
      [at, { kind: 'pause' }],
      [at + 6_000, { kind: 'continue' }],
    ],
  ] as const);
}

function drawStore(chance: Random, runs: number): StoreScript {
  const maybe = (probability: number): boolean => chance.next() < probability;
  const bad = maybe(0.5);
  const share = (most: number): number => (bad ? Math.round(most * chance.next() * 100) / 100 : 0);
  const backupAt = moment(chance);
  return {
    commit: pick(chance, [1, 3, 3, 20]),
    statements: {
      lost: share(0.05),
      doubtful: share(0.1),
      late: share(0.06),
      lateUpTo: pick(chance, [500, 5_000, 40_000]),
      slow: maybe(0.3) ? 0.005 : 0,
    },
    outages: maybe(0.3)
      ? Array.from({ length: chance.whole(1, 2) }, () => ({
          at: moment(chance),
          ms: pick(chance, [800, 3_000, 12_000, 90_000]),
        }))
      : [],
    restore: maybe(0.15)
      ? {
          backupAt,
          at: Math.floor(backupAt + 1 + (DISTURBED - backupAt) * chance.next() ** 3),
          // Nobody restores a backup faster. An intent is valid for two seconds.
          ms: pick(chance, [4_000, 20_000, 120_000]),
        }
      : null,
    redeliveries: maybe(0.4)
      ? Array.from({ length: chance.whole(1, 3) }, () => ({
          at: moment(chance),
          run: chance.whole(0, runs - 1),
        }))
      : [],
  };
}

function pick<T>(chance: Random, list: readonly T[]): T {
  return chance.pick(list);
}
