/**
 * Estimates how long a run takes: it simulates the waves many times with the durations of past runs. It orders nothing,
 * reads nothing and assumes no faults; `refit rehearse` shows those. Pure, with the same result each time.
 */
import { given } from '../../given.ts';
import type { Durations, Forecast, ForecastTime, LikelySeconds, Step } from '../../model.ts';
import { leastSeconds } from '../waves/waves.ts';
import { comingWindow, secondsToFit } from '../windows/window-findings.ts';
import { afterWave, createCourse, type PlanToForecast } from './course.ts';
import { secondsAt } from './durations.ts';

/** How often the forecast simulates the plan. A long plan needs fewer simulations, because chance evens out. */
const MAX_SIMULATIONS = 61;
const MIN_SIMULATIONS = 5;
const STEPS_IN_ALL = 30_000;

/** The calls and the time of a run, and whether it fits into the first window. */
export function forecastPlan(
  plan: PlanToForecast,
  now: number,
  { durations, monitorCalls }: { readonly durations: Durations; readonly monitorCalls: number },
): Forecast {
  const { steps, execution, windows } = plan;
  const least = leastSeconds(steps, execution.requestsPerSecond);
  const time = forecastTime(plan, now, durations);
  const fit = secondsToFit({ leastSeconds: least, ...given({ time }) });
  return {
    orders: steps.length,
    leastSeconds: least,
    ...given({
      monitorCalls: monitorCalls > 0 ? monitorCalls : null,
      window: windows && comingWindow(windows, now, fit),
      time,
    }),
  };
}

/**
 * @param now the earliest start of a run, milliseconds since 1970 UTC. With windows, the run starts when one is open.
 * @returns null when there is nothing to order.
 */
export function forecastTime(plan: PlanToForecast, now: number, durations: Durations): ForecastTime | null {
  const { steps, waves } = plan;
  if (steps.length === 0) return null;
  const times = Math.max(MIN_SIMULATIONS, Math.min(MAX_SIMULATIONS, Math.ceil(STEPS_IN_ALL / steps.length)));
  const course = createCourse(plan, now, durations);
  const runs = Array.from({ length: times }, (_, n) => course(n + 1, true));
  // Without windows: this time must fit into one window.
  const open = plan.windows === undefined ? runs : runs.map((_, n) => course(n + 1, false));
  const total = likelySeconds(runs.map((run) => run.total));
  const windows = runs.map((run) => run.windows);
  const isAssumed = durations.source === 'assumed';
  const [from, to] = [0, 1].map((share) => Math.ceil(isAssumed ? course(1, true, share).total : 0));
  return {
    durations,
    total,
    ...given({ range: isAssumed ? { from: from!, to: to! } : null }),
    lastOrder: likelySeconds(open.map((run) => run.lastOrder)),
    waves: waves.map(({ name }, at) => ({ name, ...likelySeconds(runs.map((run) => run.waves[at]!)) })),
    windows: byRank(windows, 0.5),
    calls: callsOf(plan, durations, total.p50),
  };
}

/** Instances in one call of the monitor product. Source: docs/provider.md P116. */
const MEASURED_A_CALL = 50;

/**
 * Calls by action. The number of orders is exact; the numbers of reads are approximate:
 *
 * - one read of each instance before its order, in batches with others;
 * - while steps are in progress, one round of reads at an eighth of the usual duration, at most every 20 s;
 * - tasks and orders before each order and at the end of each change.
 */
function callsOf(plan: PlanToForecast, durations: Durations, total: number): Record<string, number> {
  const { steps, waves, execution } = plan;
  const scopes = countScopes(steps);
  const usual = usualSeconds(durations, steps);
  const soaked = waves.reduce((sum, _, index) => sum + afterWave(waves, index), 0);
  const busy = Math.max(0, Math.min(total - soaked, steps.length * usual));
  const rounds = Math.min((busy / Math.min(20, Math.max(1, usual / 8))) * scopes, 6 * steps.length);
  const batches = steps.length / Math.min(execution.inFlight, 4);
  const facts = 2 * steps.length + rounds / 8;
  const measured = waves.reduce((sum, { gate, steps: own }) => {
    if (gate?.metric === undefined) return sum;
    const ids = new Set(own.map((id) => id.slice(0, id.indexOf('/'))));
    return sum + Math.max(1, Math.ceil(ids.size / MEASURED_A_CALL));
  }, 0);
  return {
    DescribeDealsByCond: Math.ceil(facts),
    DescribeInstances: Math.ceil(batches + rounds + steps.length),
    ...(execution.switch === 'maintenance-window' ? { DescribeMaintenanceWindow: steps.length } : {}),
    DescribeTaskList: Math.ceil(facts),
    ...(measured > 0 ? { GetMonitorData: measured } : {}),
    UpgradeInstance: steps.length,
  };
}

/** The number of regions as each profile sees them. */
function countScopes(steps: readonly Step[]): number {
  const regions = new Map<string, Set<string>>();
  for (const { region, profile } of steps) {
    const own = regions.get(profile);
    if (own === undefined) regions.set(profile, new Set([region]));
    else own.add(region);
  }
  return [...regions.values()].reduce((sum, own) => sum + own.size, 0);
}

/** The usual duration of a step, seconds. */
function usualSeconds({ of }: Durations, steps: readonly Step[]): number {
  return steps.reduce((sum, { change }) => sum + secondsAt(of[change.dimension], 0.5), 0) / steps.length;
}

function likelySeconds(values: readonly number[]): LikelySeconds {
  return { p50: Math.ceil(byRank(values, 0.5)), p90: Math.ceil(byRank(values, 0.9)) };
}

/** The quantile by the nearest rank. */
function byRank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
