/** A fleet's advice with every verdict, for tests of what is shown. */
import { iso } from '../../src/clock.ts';
import { type Instance, RECOMMENDATIONS_FORMAT, type Recommendations } from '../../src/model.ts';
import { DEFAULT_RULES, DEFAULT_SIZING } from '../../src/recommend/default-sizing.ts';
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

/** @param name of every instance. @param times how often the fleet is repeated. */
export function adviceOf(name = 'cart', times = 1): Recommendations {
  const all = Array.from({ length: times }, (_, n) =>
    FLEET.map(([history, is], at) => {
      const id = `crs-${String(n * FLEET.length + at + 1).padStart(8, '0')}`;
      const one = instance({ id, name, used: null, ...is });
      return recommendFor(one, history === null ? null : historyOf({ size: one.size, ...history }), {
        sizing: DEFAULT_SIZING,
        sold: () => offer(),
        now: NOW,
      });
    }),
  ).flat();
  return {
    format: RECOMMENDATIONS_FORMAT,
    at: iso(NOW),
    sizing: null,
    rules: DEFAULT_RULES,
    recommendations: rank(all),
    notRunning: 2,
  };
}
