/** A fleet's advice with every verdict, for tests of what is shown. */
import { iso } from '../../src/clock.ts';
import {
  BACKTEST_FORMAT,
  type Backtest,
  type Instance,
  RECOMMENDATIONS_FORMAT,
  type Recommendations,
  STRATEGIES,
} from '../../src/model.ts';
import { DEFAULT_RULES, DEFAULT_SIZING } from '../../src/recommend/default-sizing.ts';
import { type Explanation, explain } from '../../src/recommend/explain.ts';
import { rank } from '../../src/recommend/rank.ts';
import { recommendFor } from '../../src/recommend/recommend.ts';
import { GB, instance, NOW, offer, size } from '../plan/fixtures/small-fleet.ts';
import { type History, historyOf, line } from './history.ts';

const FLEET: readonly (readonly [History | null, Partial<Instance>?])[] = [
  [{ memory: 11_500 }],
  [{ memory: line(8600, 140), skew: 1.1 }],
  [{ memory: 6000, skew: 1.7 }],
  [{ memory: 3000 }],
  [{ memory: 3000 }, { size: size(16 * GB, 3) }],
  [{ memory: 3000, days: 9 }],
  [null],
  [{ memory: 12_000, evicted: 500 }],
  [{ memory: 7800 }],
  [{ cpu: 95 }],
  [{ memory: 10_000 }, { task: '700001' }],
];

/** @param name of every instance. @param times how often the fleet is repeated, with other ids. */
export function adviceOf(name = 'cart', times = 1): Recommendations {
  const once = FLEET.map(([history, is]) => {
    const one = instance({ name, used: null, ...is });
    return recommendFor(one, history === null ? null : historyOf({ size: one.size, ...history }), {
      sizing: DEFAULT_SIZING,
      sold: () => offer(),
      now: NOW,
    });
  });
  const all = Array.from({ length: times }, () => once)
    .flat()
    .map((one, at) => ({ ...one, instance: `crs-${String(at + 1).padStart(8, '0')}` }));
  return {
    format: RECOMMENDATIONS_FORMAT,
    at: iso(NOW),
    sizing: null,
    rules: DEFAULT_RULES,
    recommendations: rank(all),
    notRunning: 2,
  };
}

/** The explanation of a growing instance that evicted keys in one hour. */
export function explanationOf(name = 'cart', memory = line(8600, 90)): Explanation {
  const of = instance({ name });
  const usage = historyOf({ size: of.size, memory, skew: 1.1, evicted: (ago) => (ago === 40 ? 7 : 0) });
  return explain(of, usage, { sizing: DEFAULT_SIZING, sold: () => offer(), now: NOW });
}

const LOCATION = { file: 'sizing.yaml', line: 3, column: 5 };

/** A replay with two demands, one of which does not hold. @param region of every instance. */
export function backtestOf(region = 'ap-guangzhou'): Backtest {
  return {
    ...{ format: BACKTEST_FORMAT, from: '2026-09-06T02:00:00.000Z', until: '2026-11-05T02:00:00.000Z' },
    ...{ days: 60, sizing: 'sizing.yaml', instances: 980, withoutHistory: 20, atLeast: 12 },
    strategies: STRATEGIES.map((strategy, at) => ({
      strategy,
      hours: 1_411_200,
      above90: 1411 * at,
      beyond: 100 * at,
      cpuAbove90: 50,
      gigabyteDays: strategy === 'never' ? 900_000 : 500_000 + 40_000 * at,
      changes: 900 - 100 * at,
      exceeded: 3 * at,
    })),
    pricePerGigabyte: { amount: 50, currency: 'CNY' },
    exceeded: [
      {
        ...{ instance: 'crs-00000001', region, hours: 5, at: Date.UTC(2026, 9, 1, 4), need: 3790.2 },
        ...{ size: { memoryPerShard: 4096, shards: 3, replicas: 1 }, changedAt: null },
      },
    ],
    mustHold: [
      { figure: 'above90', operator: '<', value: 0.1, location: LOCATION, found: 0.02, holds: true },
      { figure: 'changes', operator: '<=', value: 1, location: LOCATION, found: 1.4, holds: false },
    ],
  };
}
