/** What `refit simulate` runs: a world made from options, on loopback. */
import type { Clock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { createWorld } from './create-world.ts';
import { defaultFleet } from './default-fleet.ts';
import type { Fault } from './faults.ts';
import { seededRandom } from './random.ts';
import { readFleet } from './read-fleet.ts';
import type { LimitCounting } from './request-limit.ts';
import { startServer } from './server.ts';
import { OWNER_UIN, type Range, type World, type WorldCounts } from './world.ts';

/** Everything has a default; times are least and greatest in milliseconds. */
export interface SimulateOptions {
  /** How many instances the default fleet has: 60. */
  readonly instances?: number;
  /** The text of a fleet file (read-fleet.ts), instead of the default fleet. */
  readonly fleet?: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Already read by `parseFault`. */
  readonly faults?: readonly Fault[];
  /** 1. The same seed makes the same fleet, delays and keys. */
  readonly seed?: number;
  /** Requests a second for every action; without it 35 for DescribeInstances and 20 for the rest. 0: no limit. */
  readonly limit?: number;
  /** `calendar` */
  readonly limitCounting?: LimitCounting;
  /** From an accepted order to "in process": 200 to 600. */
  readonly startLag?: Range;
  /** In process: 1,000 to 4,000. */
  readonly duration?: Range;
  /** Locked after the end: 1,000 to 2,000. */
  readonly lockTail?: Range;
  /** Made from the seed, in the form of the provider's. */
  readonly secretId?: string;
  readonly secretKey?: string;
  /** What the account holds, CNY: 10,000,000. */
  readonly balance?: number;
}

export interface Simulation {
  readonly url: string;
  readonly port: number;
  readonly secretId: string;
  readonly secretKey: string;
  close(): Promise<void>;
  counts(): WorldCounts;
}

const KEY_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A world from options, without a server: for whoever calls `http` itself. */
export function simulatedWorld(
  options: SimulateOptions,
  now: number,
): { world: World; secretId: string; secretKey: string } {
  const seed = options.seed ?? 1;
  const count = options.instances ?? 60;
  if (!Number.isInteger(count) || count < 0 || count > 100_000) {
    throw new RefitError('usage', `cannot simulate ${count} instances`, 'a whole number from 0 to 100000');
  }
  const range = (name: string, [least, greatest]: Range): Range => {
    if (!(least >= 0 && greatest >= least && greatest <= 7 * 24 * 3600_000)) {
      throw new RefitError(
        'usage',
        `${name} is ${least} to ${greatest} ms`,
        'two times from 0 to a week, the lesser first',
      );
    }
    return [Math.round(least), Math.round(greatest)];
  };
  const keys = seededRandom(seed ^ 0x6b657973);
  const secretId = options.secretId ?? `AKID${keys.text(32, KEY_LETTERS)}`;
  const secretKey = options.secretKey ?? keys.text(32, KEY_LETTERS);
  const world = createWorld(
    {
      seed,
      fleet: options.fleet === undefined ? defaultFleet(count, seed) : readFleet(options.fleet),
      identities: [{ secretId, secretKey, token: null, uin: OWNER_UIN }],
      startLag: range('startLag', options.startLag ?? [200, 600]),
      duration: range('duration', options.duration ?? [1000, 4000]),
      lockTail: range('lockTail', options.lockTail ?? [1000, 2000]),
      limit:
        options.limit === undefined ? null : options.limit === 0 ? Number.POSITIVE_INFINITY : options.limit,
      limitCounting: options.limitCounting ?? 'calendar',
      balance: options.balance ?? 10_000_000,
      faults: options.faults ?? [],
    },
    now,
  );
  return { world, secretId, secretKey };
}

/**
 * Starts the simulator on 127.0.0.1.
 * @throws RefitError `usage` for options, a fleet or a port that cannot be
 */
export async function simulate(options: SimulateOptions, clock: Clock): Promise<Simulation> {
  const { world, secretId, secretKey } = simulatedWorld(options, clock.now());
  const server = await startServer({ world, port: options.port ?? 0, clock });
  return { ...server, secretId, secretKey };
}
