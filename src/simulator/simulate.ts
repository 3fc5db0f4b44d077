/** Runs `refit simulate`: creates a world from options and serves it on loopback. */
import type { Clock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { given } from '../given.ts';
import { DAY } from '../units.ts';
import { type AccountRequest, createAccounts, readFleetFile } from './fleet/accounts.ts';
import { type ServerCertificate, startServer } from './server.ts';
import { createWorld } from './world/create-world.ts';
import { type Fault, parseFault } from './world/faults.ts';
import { type OrderNumberScheme, schemeOf } from './world/order-numbers.ts';
import type { LimitCounting } from './world/request-limit.ts';
import { FIRST_ACCOUNT, type Range } from './world/world.ts';

/** Options of the simulator, all with a default. A range is minimum and maximum in milliseconds. */
export interface SimulateOptions {
  /** Size of the default fleet. Default 60. */
  readonly instances?: number;
  /** Text of a fleet file (accounts.ts, read-fleet.ts) that replaces the default fleet. */
  readonly fleet?: string;
  /** 0, the default, means a free port. */
  readonly port?: number;
  /** Results of `parseFault`. */
  readonly faults?: readonly Fault[];
  /** Default 1. The same seed gives the same fleet, delays and keys. */
  readonly seed?: number;
  /** Requests per second for each action. Default: 35 for DescribeInstances, 20 for the others. 0: no limit. */
  readonly limit?: number;
  /** Default `calendar`. */
  readonly limitCounting?: LimitCounting;
  /** How the numbers of an order relate; `random`: drawn from the seed. Default `one`. */
  readonly orderNumbers?: OrderNumberScheme | 'random';
  /** Time from an accepted order to "in process". Default 200 to 600. */
  readonly startLag?: Range;
  /** Time in process. Default 1,000 to 4,000. */
  readonly duration?: Range;
  /** Time locked after the change. Default 1,000 to 2,000. */
  readonly lockTail?: Range;
  /** Keys of the first account. Default: generated from the seed in the provider's format. */
  readonly secretId?: string;
  readonly secretKey?: string;
  /** Balance of the first account in CNY. Default 10,000,000. */
  readonly balance?: number;
  /** More accounts, in addition to the first one and those of the fleet file. */
  readonly accounts?: readonly AccountRequest[];
  /** How all regions handle SwitchOption 1. Default `honoured`. A fault changes it for one region only. */
  readonly maintenanceWindow?: 'honoured' | 'ignored' | 'refused';
  /** Role of the virtual machine in the metadata service; null: none. */
  readonly cvmRole?: string | null;
  /** Certificate for HTTPS; left out: plain HTTP. */
  readonly tls?: ServerCertificate;
}

/** Keys that can sign requests: those of an account or of one of its users. */
export interface Keys {
  readonly account: string;
  /** null: the main account itself. */
  readonly user: string | null;
  readonly uin: string;
  readonly secretId: string;
  readonly secretKey: string;
}

/** A running server with all keys. The keys of the first account come first. */
export type Simulation = Readonly<
  Awaited<ReturnType<typeof startServer>> & Omit<ReturnType<typeof createSimulatedWorld>, 'world'>
>;

/** Creates a world from options, without a server, for callers of `http`. @throws RefitError `usage` */
export function createSimulatedWorld(options: SimulateOptions, now: number) {
  const seed = options.seed ?? 1;
  const count = options.instances ?? 60;
  if (!Number.isInteger(count) || count < 0 || count > 100_000) {
    throw new RefitError(
      'usage',
      `cannot simulate ${count} instances`,
      'use a whole number from 0 to 100000',
    );
  }
  const range = (name: string, [least, greatest]: Range): Range => {
    if (!(least >= 0 && greatest >= least && greatest <= 7 * DAY)) {
      const message = `${name} is ${least} to ${greatest} ms`;
      throw new RefitError('usage', message, 'use two times from 0 to 7 days, the shorter one first');
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
      orderNumbers: schemeOf(options.orderNumbers ?? 'one', seed),
      balance: own!.balance,
      faults: [...(options.faults ?? []), ...(window === 'honoured' ? [] : [parseFault(`window-${window}`)])],
    },
    now,
  );
  const allKeys = keys.map(({ account = FIRST_ACCOUNT, user, uin, secretId, secretKey }): Keys => {
    return { account, user, uin, secretId, secretKey };
  });
  const [main] = allKeys;
  return { world, secretId: main!.secretId, secretKey: main!.secretKey, keys: allKeys as readonly Keys[] };
}

/**
 * Starts the simulator on 127.0.0.1.
 * @throws RefitError `usage` for invalid options, an invalid fleet or an unusable port
 */
export async function simulate(options: SimulateOptions, clock: Clock): Promise<Simulation> {
  const { world, ...keys } = createSimulatedWorld(options, clock.now());
  const server = await startServer(world, clock, options.port ?? 0, options.tls);
  return { ...server, ...keys };
}
