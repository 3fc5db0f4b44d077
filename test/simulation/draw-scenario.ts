/** Draws a scenario from a seed. */
import type { ControlCommand } from '../../src/model.ts';
import { schemeOf } from '../../src/simulator/world/order-numbers.ts';
import { type Random, seededRandom } from '../../src/simulator/world/random.ts';
import { MINUTE } from '../../src/units.ts';
import { drawApprovals } from './approvals.ts';
import { drawReceivers } from './notified.ts';
import type {
  HourlyWindow,
  Loss,
  Network,
  ProcessScript,
  Range,
  RequestedInstance,
  Rests,
  Scenario,
} from './scenario.ts';

/** Size of a scenario. */
export interface Scale {
  /** Minimum and maximum of steps. */
  readonly steps: Range;
}

export const SMALL: Scale = { steps: [5, 60] };

export const LARGE: Scale = { steps: [20, 200] };

/** Faults that only cost time, with their maximum probability. A run with them ends as one without them. */
const PASSING: readonly (readonly [string, number])[] = [
  ['lost-answer', 0.15],
  ['reset-before', 0.15],
  ['http-500', 0.1],
  ['http-500=executed', 0.1],
  ['html', 0.1],
  ['html=executed', 0.1],
  ['half-json', 0.1],
  ['internal-error', 0.1],
  ['internal-error=executed', 0.1],
  ['system-error', 0.1],
  ['system-error=executed', 0.1],
  ['unknown-error', 0.1],
  ['unknown-error=executed', 0.1],
  ['no-permission', 0.02],
  ['no-cam', 0.02],
  ['pay-failed', 0.02],
  ['quota', 0.02],
  ['lost-answer@DescribeInstances', 0.1],
  ['half-json@DescribeInstances', 0.1],
  ['http-500@DescribeTaskList', 0.15],
  ['html@DescribeTaskList', 0.1],
  ['internal-error@DescribeDealsByCond', 0.15],
  ['reset-before@DescribeDealsByCond', 0.15],
];

/** Draws a scenario. The same seed and scale give the same scenario. */
export function drawScenario(seed: number, scale: Scale = SMALL): Scenario {
  const chance = seededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5eed);
  const maybe = (probability: number): boolean => chance.next() < probability;
  // Separate random numbers keep all other draws of a seed unchanged.
  const rollout = seededRandom(Math.imul(seed, 0x85ebca6b) ^ 0x50a4);
  const pages = seededRandom(Math.imul(seed, 0xc2b2ae35) ^ 0x9a6e);
  // Small scenarios find faults as well and run faster. The logarithm is drawn evenly.
  const [least, greatest] = scale.steps;
  const wanted = Math.round(least * (greatest / least) ** (chance.next() ** 3));
  const inWindow = maybe(0.04);
  const fleet = drawFleet(chance, wanted, inWindow);
  const startLag: Range = [0, pick(chance, [500, 5_000, 20_000, 45_000])];
  const duration: Range = [
    // The provider uses whole seconds, so no change starts and ends within one second.
    pick(chance, [1_500, 3_000, 10_000]),
    pick(chance, [12_000, 30_000, 120_000]),
  ];
  const network = drawNetwork(chance);
  // Every order is visible after its arrival plus the start lag. Patience must be longer, because otherwise no trace
  // would prove nothing.
  // In whole seconds, as a plan can have it.
  const patience = Math.ceil(Math.max(60_000, startLag[1] + network.delayUpTo + 20_000) / 1_000) * 1_000;
  const scenario: Scenario = {
    seed: chance.whole(1, 0x7fffffff),
    fleet,
    waves: maybe(0.5) ? [] : Array.from({ length: chance.whole(1, 3) }, () => chance.whole(1, 6)),
    inFlight: pick(chance, [1, 2, 3, 5, 8, 20, 40]),
    requestsPerSecond: pick(chance, [18, 18, 20, 20, 10, 5]),
    patience,
    haltAfter: maybe(0.5)
      ? { failed: 1_000, unknown: 1_000 }
      : { failed: chance.whole(0, 4), unknown: chance.whole(0, 1) },
    switch: inWindow ? 'maintenance-window' : 'now',
    spread:
      rollout.next() < 0.4
        ? { apps: pick(rollout, [1, 2, 3, 5, 8]), maxInFlight: pick(rollout, [1, 1, 1, 2, 3]) }
        : null,
    slowStart: rollout.next() < 0.3,
    soak: rollout.next() < 0.3 ? pick(rollout, [1_000, 60_000, 1_800_000]) : 0,
    gate: rollout.next() < 0.2,
    windows: inWindow ? null : drawWindows(seed),
    limitCounting: pick(chance, ['calendar', 'sliding', 'bucket'] as const),
    orderNumbers: schemeOf('random', seed),
    startLag,
    duration,
    lockTail: [0, pick(chance, [0, 2_000, 15_000, 60_000])],
    network,
    faults: [
      ...PASSING.filter(() => maybe(0.12)).map(([name, most]) => `${name}:${share(chance, most)}`),
      ...(maybe(0.1) ? [`slow=${chance.whole(1, 90)}s:${share(chance, 0.1)}`] : []),
      ...(pages.next() < 0.1 ? [`short-pages=${pick(pages, [2, 3, 5, 20])}`] : []),
      ...(maybe(0.05) ? [`limit=${chance.whole(2, 12)}@UpgradeInstance+60s..${chance.whole(65, 180)}s`] : []),
    ],
    otherClient: maybe(0.08) ? { perSecond: chance.whole(1, 15), until: chance.whole(5_000, 120_000) } : null,
    foreignChanges: maybe(0.15)
      ? Array.from({ length: chance.whole(1, 3) }, () => ({
          at: chance.whole(0, 180_000),
          instance: chance.pick(fleet).id,
          how: chance.pick(['by-hand', 'order'] as const),
        }))
      : [],
    processes: maybe(0.3)
      ? []
      : Array.from({ length: chance.whole(1, 5) }, () => drawProcess(chance, wanted)),
  };
  const approvals = drawApprovals(seed, scenario.waves.length);
  const notified = drawReceivers(seed);
  const rests = drawRests(seed);
  const losses = drawLosses(seed, scenario.processes.length);
  return {
    ...scenario,
    ...(losses.length === 0 ? {} : { losses }),
    ...(approvals.length === 0 ? {} : { approvals }),
    ...(notified === null ? {} : { notified }),
    ...(rests === null ? {} : { rests }),
  };
}

function drawFleet(chance: Random, steps: number, inWindow: boolean): RequestedInstance[] {
  const fleet: RequestedInstance[] = [];
  for (let left = steps; left > 0; ) {
    const cluster = chance.next() < 0.35;
    const multiZone = chance.next() < 0.1;
    const all = cluster
      ? (['memoryPerShard', 'shards', 'replicas'] as const)
      : (['memoryPerShard', 'replicas'] as const);
    const changes = all.filter(() => chance.next() < 0.5).slice(0, left);
    if (changes.length === 0) changes.push('memoryPerShard');
    const fate =
      chance.next() < 0.06
        ? chance.pick([
            'sold-out',
            'insufficient',
            'low-version',
            'failed-task',
            'failed-task',
            'hand-change',
          ] as const)
        : // Rare: a stuck change takes two hours of virtual time, as much as ten other runs.
          chance.next() < 0.001
          ? 'stuck'
          : null;
    fleet.push({
      id: `crs-${cluster ? 'c' : 's'}${String(fleet.length + 1).padStart(7, '0')}`,
      cluster,
      prepaid: chance.next() < 0.5,
      multiZone,
      changes,
      // A stuck change would keep a window busy for days.
      fate: inWindow && fate === 'stuck' ? null : fate,
    });
    left -= changes.length;
  }
  return fleet;
}

/** Start of the virtual clock, milliseconds since 1970 UTC. */
const CLOCK_START = Date.UTC(2026, 0, 5, 2, 0, 0);

/** Draws windows with separate random numbers, which keep all other draws of a seed unchanged. */
function drawWindows(seed: number): HourlyWindow | null {
  const chance = seededRandom(Math.imul(seed, 0x85ebca6b) ^ 0x3a11);
  if (chance.next() >= 0.15) return null;
  const from = chance.whole(0, 20);
  const to = from + chance.whole(4, 35);
  const frozen = CLOCK_START + chance.whole(0, 120) * MINUTE;
  return {
    from,
    to,
    lastStart: chance.pick([0, 0, 1, 2]),
    freeze: chance.next() < 0.4 ? { from: frozen, to: frozen + chance.whole(1, 150) * MINUTE } : null,
    atClose: chance.pick(['drain', 'halt'] as const),
  };
}

/** Draws losses with separate random numbers, which keep all other draws of a seed unchanged. */
function drawLosses(seed: number, processes: number): readonly Loss[] {
  const chance = seededRandom(Math.imul(seed, 0x85ebca6b) ^ 0x1057);
  if (processes === 0 || chance.next() >= 0.15) return [];
  // Not both: without state and journal, nothing shows that the run has started.
  return [
    {
      before: chance.whole(1, processes),
      what: chance.pick(['state', 'entries', 'entries'] as const),
      // Most often only the newest entries are missing: those of orders in flight.
      kept: chance.pick([0, chance.next(), 1 - 0.2 * chance.next()]),
    },
  ];
}

/** Draws the rests of workers with separate random numbers, which keep all other draws of a seed unchanged. */
function drawRests(seed: number): Rests | null {
  const chance = seededRandom(Math.imul(seed, 0x85ebca6b) ^ 0x4e57);
  if (chance.next() >= 0.25) return null;
  return { afterMs: chance.pick([1_000, 5_000, 60_000]), handsOver: chance.next() < 0.5 };
}

function drawNetwork(chance: Random): Network {
  const bad = chance.next() < 0.25;
  return {
    median: pick(chance, [5, 25, 25, 25, 120]),
    sigma: 0.6,
    connects: 0.1,
    connectFailures: bad ? share(chance, 0.1) : 0,
    delays: bad ? share(chance, 0.1) : 0,
    delayUpTo: pick(chance, [300, 3_000, 20_000, 90_000]),
    requestLoss: bad ? share(chance, 0.08) : 0,
    answerLoss: bad ? share(chance, 0.08) : 0,
    repeatsAnswer: chance.next() < 0.1 ? share(chance, 0.1) : 0,
  };
}

function drawProcess(chance: Random, steps: number): ProcessScript {
  const maybe = (probability: number): boolean => chance.next() < probability;
  // Early moments are as likely as late ones, the first one included.
  const moment = () => Math.floor((8 * steps + 41) ** chance.next());
  return {
    after: pick(chance, [0, 50, 2_000, 30_000, 200_000, 3_600_000]),
    dies: maybe(0.65) ? { moment: moment(), kept: pick(chance, [0, 0, 1, chance.next()]) } : null,
    freezes: maybe(0.25)
      ? Array.from({ length: chance.whole(1, 3) }, () => ({
          moment: moment(),
          ms: pick(chance, [100, 1_500, 3_000, 30_000, 300_000, 3_600_000]),
          asleep: maybe(0.5),
        }))
      : [],
    jumps: maybe(0.15)
      ? Array.from({ length: chance.whole(1, 2) }, () => ({
          at: chance.whole(0, 120_000),
          by:
            chance.pick([1, -1]) * // No jump cancels a sleep to within seconds: no clock of a machine could detect that.
            chance.pick([20_000, 100_000, 240_000, 2_900_000]),
        }))
      : [],
    disk: {
      median: pick(chance, [1, 3, 3, 20, 400]),
      fails: maybe(0.06)
        ? { write: Math.ceil((3 * steps) ** chance.next()), how: chance.pick(['full', 'broken'] as const) }
        : null,
    },
    drainAfter: maybe(0.15) ? chance.whole(0, 120_000) : null,
    leaveAfter: maybe(0.1) ? chance.whole(0, 120_000) : null,
    commands: maybe(0.2)
      ? Array.from(
          { length: chance.whole(1, 5) },
          () => [chance.whole(0, 200_000), drawCommand(chance)] as const,
        )
      : [],
    reconciles: maybe(0.08),
  };
}

function pick<T>(chance: Random, list: readonly T[]): T {
  return chance.pick(list);
}

function drawCommand(chance: Random): ControlCommand {
  switch (chance.whole(0, 9)) {
    case 0:
      return { kind: 'drain' };
    case 1:
      return { kind: 'abort' };
    case 2:
    case 3:
      return { kind: 'continue' };
    case 4:
    case 5:
      return { kind: 'set', setting: 'inFlight', value: chance.whole(1, 10) };
    case 6:
      return { kind: 'set', setting: 'requestsPerSecond', value: chance.whole(1, 20) };
    default:
      return { kind: 'pause' };
  }
}

/** Draws a probability up to `most`, with few digits. */
function share(chance: Random, most: number): number {
  return Math.max(0.01, Math.round(most * chance.next() * 100) / 100);
}
