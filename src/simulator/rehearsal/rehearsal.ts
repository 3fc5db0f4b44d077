/** The simulated provider of a rehearsal. Each run gets a new world from the saved plan, with the requested faults. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { Durations } from '../../model.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { ALL_FAULTS, parseFault } from '../world/faults.ts';
import { seededRandom } from '../world/random.ts';
import type { Range } from '../world/world.ts';
import { createRehearsalWorld, identityOf, type RehearsedPlan } from './rehearsal-world.ts';

export interface RehearsalOptions {
  readonly faults: readonly string[];
  readonly durations: Durations;
  /** True if a client measured them, from the acceptance until it read the new size. */
  readonly durationsMeasured: boolean;
  readonly startLag?: Range;
  readonly lockTail?: Range;
}

/** Start lag of an order. Source: docs/provider.md P165; the figures are an inference. */
const DEFAULT_LAG: Range = [1_000, 10_000];
/** Lock after a change. The provider's own plug-in waits 2 minutes between two changes. Source: docs/provider.md P168. */
const DEFAULT_TAIL: Range = [0, 120_000];

/** Faults of temporary keys. A rehearsal has no keys. */
const KEY_FAULTS: ReadonlySet<string> = new Set(['expired-token', 'token-life', 'no-cvm-role']);
/** Faults whose value is an instance. */
const INSTANCE_FAULTS: ReadonlySet<string> = new Set(
  ALL_FAULTS.filter(({ parameter }) => parameter === 'instance' || parameter === 'instance?').map(
    ({ name }) => name,
  ),
);

/**
 * Creates the provider of a rehearsal.
 * @throws RefitError `usage` for an unknown fault, a fault of keys, or an instance that is not in the plan
 */
export function createRehearsal(plan: RehearsedPlan, options: RehearsalOptions) {
  const { startLag = DEFAULT_LAG, lockTail = DEFAULT_TAIL } = options;
  const durations = options.durationsMeasured
    ? providerDurations(options.durations, startLag)
    : options.durations;
  for (const text of options.faults) checkFault(plan, text);
  return {
    /** Assumptions about the provider, as sentences. */
    assumed: [
      `a change starts ${formatRange(startLag)} after its order is accepted, and the instance refuses other orders for ${formatRange(lockTail)} after the change`,
    ],
    /** Creates the provider for one run. `startsAt` is in milliseconds since 1970 UTC. */
    gatewayFor(
      { seed, faults, startsAt }: { seed: number; faults: readonly string[]; startsAt: number },
      clock: Clock,
    ): Gateway {
      const worldOptions = { seed, faults: faults.map(parseFault), startLag, lockTail };
      const world = createRehearsalWorld(plan, durations, worldOptions, startsAt);
      return createGateway(world, clock, { seed, identityOf });
    },
    /** Random numbers from 0 to below 1, independent of all others of the seed. */
    chanceFor: (seed: number): (() => number) => seededRandom(seed ^ 0x6a697474).next,
  };
}

function checkFault({ preconditions }: RehearsedPlan, text: string): void {
  const fault = parseFault(text);
  if (KEY_FAULTS.has(fault.name)) {
    throw new RefitError(
      'usage',
      `--fault ${text}: this fault affects keys, and a rehearsal uses no keys`,
      `run refit simulate --fault ${text} in another shell, then refit apply --endpoint with its URL`,
    );
  }
  const hasInstance = INSTANCE_FAULTS.has(fault.name) && fault.value !== null;
  if (hasInstance && !preconditions.some(({ instance }) => instance === fault.value)) {
    throw new RefitError(
      'usage',
      `--fault ${text}: the plan does not change instance ${fault.value}`,
      `--fault ${fault.name}=${preconditions[0]?.instance ?? 'INSTANCE'}`,
    );
  }
}

/** How a client polls, in seconds: at 1/8 of the usual duration, at most every 20 s, and one last read. */
const CLIENT_POLL = { share: 1 / 8, max: 20, lastRead: 0.5 };

/** The provider's part of measured durations: without the start lag and half a poll interval. */
function providerDurations({ of, ...rest }: Durations, [least, greatest]: Range): Durations {
  const lag = (least + greatest) / 2000;
  const own = (seconds: number): number =>
    Math.max(
      0,
      seconds - lag - Math.min(CLIENT_POLL.max, CLIENT_POLL.share * seconds) / 2 - CLIENT_POLL.lastRead,
    );
  const spreads = Object.entries(of).map(
    ([dimension, { samples, seconds }]) => [dimension, { samples, seconds: seconds.map(own) }] as const,
  );
  return { ...rest, of: Object.fromEntries(spreads) as unknown as Durations['of'] };
}

/** `1 to 10 s` */
function formatRange([least, greatest]: Range): string {
  const seconds = (ms: number) => String(ms / 1000);
  return least === greatest ? `${seconds(least)} s` : `${seconds(least)} to ${seconds(greatest)} s`;
}
