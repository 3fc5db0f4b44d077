/** The provider of a rehearsal: a new world for each run, made from the saved plan, with what goes wrong in it. */
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
  /** They are what a client measured, from the acceptance to its reading the change back; else the provider's own. */
  readonly durationsMeasured: boolean;
  readonly startLag?: Range;
  readonly lockTail?: Range;
}

/** Orders show within it. Source: docs/provider.md P165; the figures are an inference. */
const DEFAULT_LAG: Range = [1_000, 10_000];
/** The provider's own plug-in leaves 2 minutes between two changes of an instance. Source: docs/provider.md P168. */
const DEFAULT_TAIL: Range = [0, 120_000];

/** Faults of keys, of which a rehearsal has none. */
const KEY_FAULTS: ReadonlySet<string> = new Set(['expired-token', 'token-life', 'no-cvm-role']);
/** Faults whose value is an instance where they have one. */
const INSTANCE_FAULTS: ReadonlySet<string> = new Set(
  ALL_FAULTS.filter(({ parameter }) => parameter === 'instance' || parameter === 'instance?').map(
    ({ name }) => name,
  ),
);

/** @throws RefitError `usage` for a fault that nobody knows, of keys, or of an instance that the plan does not name. */
export function createRehearsal(plan: RehearsedPlan, options: RehearsalOptions) {
  const { startLag = DEFAULT_LAG, lockTail = DEFAULT_TAIL } = options;
  const durations = options.durationsMeasured
    ? providerDurations(options.durations, startLag)
    : options.durations;
  for (const text of options.faults) checkFault(plan, text);
  return {
    /** What is assumed of the provider, in sentences. */
    assumed: [
      `an order begins ${formatRange(startLag)} after it was accepted, and an instance takes no other order for ${formatRange(lockTail)} after its change`,
    ],
    /** The provider for one run; `startsAt` in milliseconds since 1970 UTC. */
    gatewayFor(
      { seed, faults, startsAt }: { seed: number; faults: readonly string[]; startsAt: number },
      clock: Clock,
    ): Gateway {
      const worldOptions = { seed, faults: faults.map(parseFault), startLag, lockTail };
      const world = createRehearsalWorld(plan, durations, worldOptions, startsAt);
      return createGateway(world, clock, { seed, identityOf });
    },
    /** Numbers from 0 to below 1, of a kind with nothing else of that seed. */
    chanceFor: (seed: number): (() => number) => seededRandom(seed ^ 0x6a697474).next,
  };
}

function checkFault({ preconditions }: RehearsedPlan, text: string): void {
  const fault = parseFault(text);
  if (KEY_FAULTS.has(fault.name)) {
    throw new RefitError(
      'usage',
      `--fault ${text}: it is a fault of keys, and a rehearsal has none`,
      'refit simulate --fault … in another shell, and refit apply --endpoint against it',
    );
  }
  const strikes = INSTANCE_FAULTS.has(fault.name) && fault.value !== null;
  if (strikes && !preconditions.some(({ instance }) => instance === fault.value)) {
    throw new RefitError(
      'usage',
      `--fault ${text}: the plan changes no instance ${fault.value}`,
      `--fault ${fault.name}=${preconditions[0]?.instance ?? 'INSTANCE'}`,
    );
  }
}

/** A client looks at about an eighth of the usual duration and no less often than every 20 s, and then once more. */
const CLIENT_READS = { share: 1 / 8, most: 20, again: 0.5 };

/** What is left of measured durations for the provider itself: without the lag before, and half a look after. */
function providerDurations({ of, ...rest }: Durations, [least, greatest]: Range): Durations {
  const lag = (least + greatest) / 2000;
  const own = (seconds: number): number =>
    Math.max(
      0,
      seconds - lag - Math.min(CLIENT_READS.most, CLIENT_READS.share * seconds) / 2 - CLIENT_READS.again,
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
