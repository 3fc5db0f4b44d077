/**
 * The order of the instances within a wave. Those whose changes take longest start first. Otherwise a long change that
 * starts last runs alone, while the other in-flight slots are empty. With two slots and changes of 1, 1, 1 and 3 minutes:
 *
 *   as listed       A 1 · C 1        longest first    D 3
 *                   B 1 · D 3                         A 1 · B 1 · C 1
 *                   ends after 4                      ends after 3
 *
 * The order within one instance stays, and so does the wave of each instance. Pure.
 */
import type { Change, Durations, Execution, RolloutOptions, UnsealedPlan, Wave } from '../../model.ts';
import type { Route } from '../resolve/order-steps.ts';
import { PAUSE_BETWEEN_STEPS, secondsAt } from './durations.ts';

/** What decides whether the order of a wave matters. */
interface InWave {
  readonly execution: Pick<Execution, 'inFlight' | 'slowStart' | 'switch'>;
  readonly slowStart: RolloutOptions['slowStart'];
  readonly instances: number;
}

/**
 * True if the longest start first: past runs measured the durations, and instances wait for in-flight slots. A slow start
 * keeps the listed order, because its first steps shall show a fault soon.
 */
function startsLongestFirst({ source }: Durations, { execution, slowStart, instances }: InWave): boolean {
  return (
    source === 'runs' &&
    !(slowStart ?? execution.slowStart ?? false) &&
    execution.switch !== 'maintenance-window' &&
    instances > execution.inFlight
  );
}

/**
 * Sorts the routes of a wave. Of equal ones, the first listed stays first.
 * @param wave the wave as the author wrote it; null for the wave that Refit adds for the rest.
 */
export function longestFirst<Priced extends { readonly route: Pick<Route, 'legs'> }>(
  routes: readonly Priced[],
  wave: RolloutOptions | null,
  { durations, execution }: { readonly durations: Durations; readonly execution: InWave['execution'] },
): readonly Priced[] {
  const options = { execution, slowStart: wave?.slowStart, instances: routes.length };
  if (!startsLongestFirst(durations, options)) return routes;
  const timed = routes.map((priced) => {
    const changes = priced.route.legs.map(({ change }) => change);
    return { priced, seconds: usualSeconds(changes, durations) };
  });
  return timed.sort((a, b) => b.seconds - a.seconds).map(({ priced }) => priced);
}

/** The usual time of the changes of one instance, seconds. */
function usualSeconds(changes: readonly Pick<Change, 'dimension'>[], { of, pauses }: Durations): number {
  const pause = pauses ? secondsAt(pauses, 0.5) : PAUSE_BETWEEN_STEPS;
  return changes.reduce(
    (sum, { dimension }) => sum + secondsAt(of[dimension], 0.5),
    pause * (changes.length - 1),
  );
}

/** True if a wave of a plan starts the longest changes first, and not all take the same time. */
export function isLongestFirst(
  { execution, waves, steps, forecast }: Pick<UnsealedPlan, 'execution' | 'waves' | 'steps' | 'forecast'>,
  wave: Wave,
): boolean {
  const durations = forecast.time?.durations;
  if (durations?.source !== 'runs') return false;
  const index = waves.indexOf(wave);
  const chains = [
    ...Map.groupBy(
      steps.filter((step) => step.wave === index),
      ({ instance }) => instance,
    ).values(),
  ];
  if (!startsLongestFirst(durations, { execution, slowStart: wave.slowStart, instances: chains.length }))
    return false;
  const seconds = chains.map((chain) =>
    usualSeconds(
      chain.map(({ change }) => change),
      durations,
    ),
  );
  return seconds[0] !== seconds.at(-1) && seconds.every((one, n) => n === 0 || one <= seconds[n - 1]!);
}
