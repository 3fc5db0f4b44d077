/**
 * The accuracy of advice in short: a fixed sample of simulated instances with a known truth. `npm run accuracy` is the whole
 * proof, with thousands of instances.
 */
import { describe, expect, it } from 'vitest';
import { keptValue, usageMetric } from '../../src/model.ts';
import { METRICS } from '../../src/simulator/world/usage/metrics.ts';
import { readPoints } from '../../src/simulator/world/usage/points.ts';
import { DAY, HOUR, SECOND } from '../../src/units.ts';
import type { DEMAND_METRICS } from '../../src/usage/demand.ts';
import { loop } from './accuracy/closed-loop.ts';
import { drawFleet, NAMES, resize, START, startHistory, truthOf } from './accuracy/simulated-fleet.ts';
import { addTo, boundsOf, FORESEEABLE, sumOf, type Tallies } from './accuracy/tally.ts';

const SEED = 7;

describe('the simulated histories', () => {
  it.each([0, 0.2])('are what the monitor product answers, with %d of the hours missing', (gaps) => {
    const fleet = drawFleet({ seed: SEED, each: 1, gaps, youngerThan: 4 });
    for (const one of fleet) {
      const history = startHistory(one, START - 3 * DAY);
      history.addUntil(START);
      for (const { metric, values } of history.usage().series) {
        const name = NAMES[metric as (typeof DEMAND_METRICS)[number]];
        const points = readPoints(one.world, one.simulated, METRICS.get('QCE/REDIS_MEM')!.get(name)!, {
          ...{ first: (START - 3 * DAY) / SECOND, last: (START - HOUR) / SECOND, period: 3600, now: START },
        });
        const read = usageMetric(metric).counts ? points.sum : points.max;
        const expected = Array.from({ length: 72 }, (_, hour) => {
          const at = points.times.indexOf((START - 3 * DAY + hour * HOUR) / SECOND);
          return at === -1 ? null : keptValue(read[at]!);
        });
        expect(values, `${one.pattern} ${metric}, seed ${SEED}`).toEqual(expected);
      }
    }
  });

  it('follow the truth after a change of the size', () => {
    const one = drawFleet({ seed: SEED, each: 1, patterns: ['growth'] })[0]!;
    const { memoryPerShard, shards, replicas } = one.instance.size;
    const history = startHistory(one, START);
    const truth = truthOf(one, START, START + 2 * DAY);
    history.addUntil(START + DAY);
    resize(one.simulated, { memoryPerShard: 2 * memoryPerShard, shards, replicas });
    history.addUntil(START + 2 * DAY);
    const [memory, share, fullest] = history.usage().series;
    for (const hour of [0, 23, 24, 47]) {
      const skew = fullest!.values[hour]! / share!.values[hour]!;
      expect((memory!.values[hour]! * skew) / shards / truth[hour]!).toBeCloseTo(1, 2);
    }
    expect(share!.values[24]! / share!.values[23]!).toBeCloseTo(0.5, 1);
  });
});

describe('the advice, beside what really came', () => {
  const tallies: Tallies = new Map();
  const unfounded: string[] = [];
  const failures = drawFleet({ seed: SEED, each: 4 }).flatMap((one) => {
    const looped = loop(one);
    unfounded.push(...looped.unfounded);
    return addTo(tallies, looped);
  });

  it('keeps every bound', () => {
    for (const { name, found, holds } of boundsOf(tallies))
      expect(holds, `${name}: ${found}, seed ${SEED}, ${JSON.stringify(failures)}`).toBe(true);
    expect(unfounded).toEqual([]);
  });

  it('is judged by a measure that other strategies fail', () => {
    for (const strategy of ['never', 'last-peak', 'percentile'] as const)
      expect(sumOf(tallies, FORESEEABLE, strategy).above90, strategy).toBeGreaterThan(0);
    expect(sumOf(tallies, FORESEEABLE, 'percentile').exceeded).toBeGreaterThan(0);
  });

  it('is never given without enough history', () => {
    for (const more of [{ youngerThan: 30 }, { gaps: 0.2 }])
      for (const one of drawFleet({ seed: SEED, each: 1, ...more })) expect(loop(one).unfounded).toEqual([]);
  });
});
