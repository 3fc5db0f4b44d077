/** What `refit simulate` runs: a world made from options, on loopback. */
import type { Clock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { given } from '../given.ts';
import { DAY } from '../units.ts';
import { type AccountRequest, createAccounts, readFleetFile } from './fleet/accounts.ts';
import { type ServerCertificate, startServer } from './server.ts';
import { createWorld } from './world/create-world.ts';
import { type Fault, parseFault } from './world/faults.ts';
import type { LimitCounting } from './world/request-limit.ts';
import { FIRST_ACCOUNT, type Range } from './world/world.ts';

/** Everything has a default; times are least and greatest in milliseconds. */
export interface SimulateOptions {
  /** How many instances the default fleet has: 60. */
  readonly instances?: number;
  /** The text of a fleet file (accounts.ts, read-fleet.ts), instead of the default fleet. */
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
  /** Of the first account. Made from the seed, in the form of the provider's. */
  readonly secretId?: string;
  readonly secretKey?: string;
  /** What the first account holds, CNY: 10,000,000. */
  readonly balance?: number;
  /** Accounts beside the first and those of the fleet file. */
  readonly accounts?: readonly AccountRequest[];
  /** Where SwitchOption 1 is not rolled out: `honoured`, the default, is everywhere. The faults do it for one region. */
  readonly maintenanceWindow?: 'honoured' | 'ignored' | 'refused';
  /** The role bound to the virtual machine of the metadata service; null: none. */
  readonly cvmRole?: string | null;
  /** Serves https with this certificate; without it plain http. */
  readonly tls?: ServerCertificate;
}

/** Keys of somebody who may sign: of an account itself, or of a user of it. */
export interface Keys {
  readonly account: string;
  /** null: the account itself. */
  readonly user: string | null;
  readonly uin: string;
  readonly secretId: string;
  readonly secretKey: string;
}

/** A server on loopback, the keys of the first account, and everybody's, the first account's first. */
export type Simulation = Readonly<
  Awaited<ReturnType<typeof startServer>> & Omit<ReturnType<typeof createSimulatedWorld>, 'world'>
>;

/** A world from options, without a server: for whoever calls `http` itself. */
export function createSimulatedWorld(options: SimulateOptions, now: number) {
  const seed = options.seed ?? 1;
  const count = options.instances ?? 60;
  if (!Number.isInteger(count) || count < 0 || count > 100_000) {
    throw new RefitError('usage', `cannot simulate ${count} instances`, 'a whole number from 0 to 100000');
  }
  const range = (name: string, [least, greatest]: Range): Range => {
    if (!(least >= 0 && greatest >= least && greatest <= 7 * DAY)) {
      const message = `${name} is ${least} to ${greatest} ms`;
      throw new RefitError('usage', message, 'two times from 0 to a week, the lesser first');
    }
    return [Math.round(least), Math.round(greatest)];
  };
  const listed = options.fleet === undefined ? [] : readFleetFile(options.fleet);
  const { balance, secretId, secretKey, cvmRole } = options;
  const first: AccountRequest = {
    name: FIRST_ACCOUNT,
    ...(listed.length === 0 ? { instances: count } : listed.find(({ name }) => name === FIRST_ACCOUNT)),
    ...given({ balance, secretId, secretKey }),
  };
  const others = [...listed.filter(({ name }) => name !== FIRST_ACCOUNT), ...(options.accounts ?? [])];
  const [own, ...further] = createAccounts([first, ...others], seed);
  const keys = [own!, ...further].flatMap((account) => account.keys);
  const window = options.maintenanceWindow ?? 'honoured';
  const world = createWorld(
    {
      seed,
      fleet: own!.fleet,
      identities: keys,
      accounts: further,
      uin: own!.uin,
      roles: own!.roles,
      ...(cvmRole === undefined ? {} : { cvmRole }),
      startLag: range('startLag', options.startLag ?? [200, 600]),
      duration: range('duration', options.duration ?? [1000, 4000]),
      lockTail: range('lockTail', options.lockTail ?? [1000, 2000]),
      limit:
        options.limit === undefined ? null : options.limit === 0 ? Number.POSITIVE_INFINITY : options.limit,
      limitCounting: options.limitCounting ?? 'calendar',
      balance: own!.balance,
      faults: [...(options.faults ?? []), ...(window === 'honoured' ? [] : [parseFault(`window-${window}`)])],
    },
    now,
  );
  const everybody = keys.map(({ account = FIRST_ACCOUNT, user, uin, secretId, secretKey }): Keys => {
    return { account, user, uin, secretId, secretKey };
  });
  const [main] = everybody;
  return { world, secretId: main!.secretId, secretKey: main!.secretKey, keys: everybody as readonly Keys[] };
}

/**
 * Starts the simulator on 127.0.0.1.
 * @throws RefitError `usage` for options, a fleet or a port that cannot be
 */
export async function simulate(options: SimulateOptions, clock: Clock): Promise<Simulation> {
  const { world, ...keys } = createSimulatedWorld(options, clock.now());
  const server = await startServer(world, clock, options.port ?? 0, options.tls);
  return { ...server, ...keys };
}
