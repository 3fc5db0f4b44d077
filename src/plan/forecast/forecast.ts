/**
 * What carrying a plan out is likely to take: its waves gone through by the clock with the durations of past runs, as
 * often as it takes to tell what is likely. It orders nothing and reads nothing, and knows of no fault: `refit rehearse`
 * shows those. Pure, and the same each time.
 */
import { given } from '../../given.ts';
import type { Durations, Forecast, ForecastTime, LikelySeconds, Step } from '../../model.ts';
import { leastSeconds } from '../waves/waves.ts';
import { comingWindow, secondsToFit } from '../windows/window-findings.ts';
import { afterWave, createCourse, type Forecastable } from './course.ts';
import { secondsAt } from './durations.ts';

/** How often the plan is gone through: less often where it is long, for there chance evens out by itself. */
const MOST_TIMES = 61;
const LEAST_TIMES = 5;
const STEPS_IN_ALL = 30_000;

/** What carrying a plan out costs in calls and time, and whether it fits into the first window. */
export function forecastPlan(
  plan: Forecastable,
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
 * @param now when a run may begin, milliseconds since 1970 UTC: in plans with windows it begins when one is open.
 * @returns null where there is nothing to order.
 */
export function forecastTime(plan: Forecastable, now: number, durations: Durations): ForecastTime | null {
  const { steps, waves } = plan;
  if (steps.length === 0) return null;
  const times = Math.max(LEAST_TIMES, Math.min(MOST_TIMES, Math.ceil(STEPS_IN_ALL / steps.length)));
  const course = createCourse(plan, now, durations);
  const runs = Array.from({ length: times }, (_, n) => course(n + 1, true));
  // Were every window open: what has to fit into one.
  const open = plan.windows === undefined ? runs : runs.map((_, n) => course(n + 1, false));
  const total = likely(runs.map((run) => run.total));
  const windows = runs.map((run) => run.windows);
  return {
    durations,
    total,
    lastOrder: likely(open.map((run) => run.lastOrder)),
    waves: waves.map(({ name }, at) => ({ name, ...likely(runs.map((run) => run.waves[at]!)) })),
    windows: byRank(windows, 0.5),
    calls: callsOf(plan, durations, total.p50),
  };
}

/** Instances of one call of the monitor product. Source: docs/provider.md P116. */
const MEASURED_A_CALL = 50;

/**
 * Calls by action. Orders are exact. Reads are about what a run makes of them: one look at each instance before its order,
 * shared with those beside it; one round at an eighth of the usual duration, at most every 20 s, while something is
 * under way; tasks and orders before each order and at the end of each change.
 */
function callsOf(plan: Forecastable, durations: Durations, total: number): Record<string, number> {
  const { steps, waves, execution } = plan;
  const scopes = new Set(steps.map(({ region, profile }) => `${profile} ${region}`)).size;
  const usual = middle(durations, steps);
  const soaked = waves.reduce((sum, _, index) => sum + afterWave(waves, index), 0);
  const busy = Math.max(0, Math.min(total - soaked, steps.length * usual));
  const rounds = Math.min((busy / Math.min(20, Math.max(1, usual / 8))) * scopes, 6 * steps.length);
  const looks = steps.length / Math.min(execution.inFlight, 4);
  const facts = 2 * steps.length + rounds / 8;
  const measured = waves.reduce((sum, { gate, steps: own }) => {
    if (gate?.metric === undefined) return sum;
    const ids = new Set(own.map((id) => id.slice(0, id.indexOf('/'))));
    return sum + Math.max(1, Math.ceil(ids.size / MEASURED_A_CALL));
  }, 0);
  return {
    DescribeDealsByCond: Math.ceil(facts),
    DescribeInstances: Math.ceil(looks + rounds + steps.length),
    ...(execution.switch === 'maintenance-window' ? { DescribeMaintenanceWindow: steps.length } : {}),
    DescribeTaskList: Math.ceil(facts),
    ...(measured > 0 ? { GetMonitorData: measured } : {}),
    UpgradeInstance: steps.length,
  };
}

/** The usual duration of a step, seconds. */
function middle({ of }: Durations, steps: readonly Step[]): number {
  return steps.reduce((sum, { change }) => sum + secondsAt(of[change.dimension], 0.5), 0) / steps.length;
}

function likely(values: readonly number[]): LikelySeconds {
  return { p50: Math.ceil(byRank(values, 0.5)), p90: Math.ceil(byRank(values, 0.9)) };
}

/** By the nearest rank. */
function byRank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
