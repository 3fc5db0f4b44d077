/** Takes the advice of each day, and lets the simulated truth go on. Beside it, other strategies with the same truth. */
import {
  type InstanceUsage,
  type Size,
  STRATEGIES,
  type Strategy,
  sameSize,
  totalMemory,
} from '../../../src/model.ts';
import { inHindsight, lastPeak, percentile } from '../../../src/recommend/backtest/baselines.ts';
import {
  type Came,
  type Outcome,
  outcomeOf,
  type Timeline,
} from '../../../src/recommend/backtest/outcome.ts';
import { type Chooser, replay } from '../../../src/recommend/backtest/replay.ts';
import { DEFAULT_RULES, DEFAULT_SIZING } from '../../../src/recommend/default-sizing.ts';
import { recommendFor } from '../../../src/recommend/recommend.ts';
import { DAY, HOUR } from '../../../src/units.ts';
import type { Demand } from '../../../src/usage/demand.ts';
import { FUTURE, resize, type Simulated, SPAN, START, startHistory, truthOf } from './simulated-fleet.ts';

/** What came of an instance. */
export interface Looped {
  readonly simulated: Simulated;
  readonly start: Size;
  readonly came: Came;
  readonly timelines: Readonly<Record<Strategy, Timeline>>;
  readonly outcomes: Readonly<Record<Strategy, Outcome>>;
  /** Advised changes whose history was too short or had too many gaps. */
  readonly unfounded: readonly string[];
}

const HOURS = DAY / HOUR;

/** Runs one instance through all days. */
export function loop(simulated: Simulated): Looped {
  const { instance, sold } = simulated;
  const start = instance.size;
  const truth = truthOf(simulated, SPAN.from, SPAN.until);
  const first = (START - SPAN.from) / HOUR;
  const none = new Float64Array(truth.length - first).fill(Number.NaN);
  const came: Came = { made: start, from: START, memory: truth.subarray(first), cpu: none };
  const offer = sold(instance);
  const demand = demandOfTruth(truth);
  const evicts = simulated.pattern === 'cache';
  const from = START;
  const replaying = { demand, made: start, start, from, until: SPAN.until, evicts, limitsOf: null };
  const by = (lookback: number, choose: Chooser) => replay(replaying, lookback, choose);
  const fixed = (size: Size): Timeline => [{ hour: 0, size }];
  const { advice, unfounded } = takeAdvice(simulated);
  const timelines: Looped['timelines'] = {
    advice,
    never: fixed(start),
    'last-peak': by(DAY, lastPeak(offer)),
    percentile: by(DEFAULT_RULES.over, percentile(offer, DEFAULT_RULES)),
    hindsight: fixed(inHindsight(replaying, offer, DEFAULT_RULES.memory.fit)),
    'hindsight-90': fixed(inHindsight(replaying, offer, 90)),
  };
  const outcomes = Object.fromEntries(
    STRATEGIES.map((name) => [name, outcomeOf(came, timelines[name], start)]),
  ) as Looped['outcomes'];
  return { simulated, start, came, timelines, outcomes, unfounded };
}

/** A demand of memory alone, without gaps. */
function demandOfTruth(memory: Float64Array): Demand {
  const gaps = () => new Float64Array(memory.length).fill(Number.NaN);
  return {
    ...{ ...SPAN, memory, cpu: gaps(), connections: gaps(), bandwidth: gaps() },
    ...{ evicted: gaps(), throttled: gaps(), skew: gaps(), changes: [], since: SPAN.from },
  };
}

/** The sizes that the advice of each day gives the simulated instance. */
function takeAdvice(one: Simulated): { advice: Timeline; unfounded: string[] } {
  const { simulated, sold } = one;
  const history = startHistory(one, SPAN.from);
  const advice: { hour: number; size: Size }[] = [{ hour: 0, size: one.instance.size }];
  const unfounded: string[] = [];
  history.observe(SPAN.from);
  for (let day = 0; day < FUTURE; day++) {
    const now = START + day * DAY;
    history.addUntil(now);
    history.observe(now);
    const { memoryPerShard, shards, replicas } = simulated;
    const size = { memoryPerShard, shards, replicas };
    const usage = history.usage();
    const { verdict, advised } = recommendFor({ ...one.instance, size }, usage, {
      ...{ sizing: DEFAULT_SIZING, sold, now },
    });
    if (advised === null || sameSize(advised, size)) continue;
    if (!isFounded(usage, totalMemory(advised) < totalMemory(size), now))
      unfounded.push(`${simulated.id} day ${day}: ${verdict}`);
    if (day === 0) advice.pop();
    advice.push({ hour: day * HOURS, size: advised });
    resize(simulated, advised);
    // The order is done within the hour.
    history.observe(now + HOUR / 4);
  }
  return { advice, unfounded };
}

/** Whether there is enough history, counted from the points alone: 90 % of 14 days, or three quarters of two days. */
function isFounded({ series }: InstanceUsage, isLess: boolean, now: number): boolean {
  const { from, values } = series.find(({ metric }) => metric === 'memory')!;
  const [days, part] = isLess ? [14, 0.9] : [2, 0.75];
  const end = (now - from) / HOUR;
  const found = values.slice(Math.max(0, end - days * HOURS), end).filter((value) => value !== null).length;
  return found >= part * days * HOURS;
}
