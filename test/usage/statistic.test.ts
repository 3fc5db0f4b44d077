/** Statistics over hourly peaks, beside sorting. */
import { describe, expect, it } from 'vitest';
import { STATISTICS } from '../../src/model.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { statisticOf } from '../../src/usage/statistic.ts';

const PART = { max: 1, p99: 0.99, p95: 0.95, p90: 0.9, p50: 0.5 };

describe('a statistic', () => {
  it.each(STATISTICS)('%s is the value by the nearest rank of the sorted hours', (statistic) => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const kinds = [() => random.next() * 100, () => random.whole(0, 3), () => 7, (at: number) => at];
      const kind = random.pick(kinds);
      const values = Float64Array.from({ length: random.whole(1, 700) }, (_, at) =>
        random.next() < 0.1 ? Number.NaN : kind(at),
      );
      const sorted = [...values].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
      const expected = sorted[Math.ceil(PART[statistic] * sorted.length) - 1] ?? null;
      const before = values.slice();
      expect(statisticOf(values, { first: 0, end: values.length }, statistic), `seed ${seed}`).toBe(expected);
      expect(values, `seed ${seed}`).toEqual(before);
    }
  });
});
