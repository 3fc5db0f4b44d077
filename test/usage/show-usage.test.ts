import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { DAILY, HOURLY, type UsageMetric, type UsageSeries } from '../../src/model.ts';
import { showUsage } from '../../src/operations/usage/show-usage.ts';
import { renderUsage } from '../../src/report/usage/render-usage.ts';
import { DAY, HOUR } from '../../src/units.ts';
import { memoryUsage } from './memory-usage.ts';

const ID = 'crs-1a2b3c4d';
/** Midnight in UTC+8. */
const START = Date.UTC(2026, 10, 1, 16);
const SIZE = { memoryPerShard: 4096, shards: 1, replicas: 1 };
const WHERE = { color: false, width: 100 };

function series(metric: UsageMetric, values: readonly (number | null)[], day = 0): UsageSeries {
  return { instance: ID, metric, period: HOURLY, from: START + day * DAY, values };
}

/** So many days of hours, each with the value of its number. */
const hours = (count: number, value: (hour: number) => number | null) =>
  Array.from({ length: count }, (_, n) => value(n));

async function show(
  all: readonly UsageSeries[],
  { over = 14, metrics = [] as UsageMetric[], days = 4 } = {},
) {
  const store = memoryUsage();
  await store.put('p', [{ instance: ID, series: all, size: SIZE, at: START }]);
  const larger = { ...SIZE, memoryPerShard: 8192 };
  await store.put('p', [{ instance: ID, series: [], size: larger, at: START + 2 * DAY + HOUR }]);
  const clock = new VirtualClock(START + days * DAY + 20 * 60_000);
  return await showUsage(store, { provider: 'p', instance: ID, over: over * DAY, metrics, clock });
}

describe('what is shown of a history', () => {
  it('has newest, p99 and maximum of hours, and counts gaps only between values', async () => {
    const values = hours(96, (n) => (n < 10 || n === 50 || n > 90 ? null : n));
    const usage = await show([series('memory', values)]);
    const [memory] = usage.metrics;
    expect(memory).toMatchObject({
      newest: { value: 90 },
      max: { value: 90, at: new Date(START + 90 * HOUR).toISOString() },
      p99: 90,
      hours: 80,
      // Hour 50, and those after the newest value, which were asked for.
      gaps: 6,
    });
  });

  it('draws days: sums of what is counted, and peaks of everything else', async () => {
    const usage = await show([
      series(
        'cpu',
        hours(96, (n) => n % 24),
      ),
      series(
        'evicted',
        hours(96, () => 2),
      ),
    ]);
    const days = (metric: string) => usage.metrics.find((one) => one.metric === metric)!.days.slice(-4);
    expect(days('cpu')).toEqual([23, 23, 23, 23]);
    expect(days('evicted')).toEqual([48, 48, 48, 48]);
  });

  it('takes days that are kept where there are no hours', async () => {
    const old: UsageSeries = { ...series('memory', [700, 800]), period: DAILY };
    const usage = await show([
      old,
      series(
        'memory',
        hours(24, () => 5),
        3,
      ),
    ]);
    expect(usage.metrics[0]?.days.slice(-4)).toEqual([700, 800, null, 5]);
    expect(usage.metrics[0]?.max).toEqual({ value: 800, at: new Date(START + DAY).toISOString() });
  });

  it.each([
    ['another metric', { metrics: ['keys' as const] }, '--over 400d'],
    ['a time before the first value', { days: 300 }, '--over 400d'],
  ])('says that nothing is there for %s', async (_, more, fix) => {
    await expect(show([series('cpu', [1, 2])], more)).rejects.toMatchObject({
      code: 'usage',
      fix: expect.stringContaining(fix),
    });
  });

  it('is a line for each metric as text, with blanks for zero, dots for gaps and marks of new sizes', async () => {
    const usage = await show(
      [
        series(
          'memoryShare',
          hours(96, (n) => (n < 24 ? 10 : n < 48 ? null : 95)),
        ),
        series(
          'evicted',
          hours(96, (n) => (n < 72 ? 0 : 3)),
        ),
      ],
      { over: 4 },
    );
    expect(renderUsage(usage, 'text', WHERE)).toBe(`crs-1a2b3c4d  2026-11-01 to 2026-11-05 16:00 UTC  (memory)
  4 GB × 1 replica  observed 2026-11-01 16:00 UTC
  8 GB × 1 replica  observed 2026-11-03 17:00 UTC

metric       newest   p99   max  gaps  by day from 2026-11-01
memoryShare    95 %  95 %  95 %    24  ▁·██
evicted           3     3     3           █
new size                                 ▲

Values are peaks of an hour, or how often something happened in it. · is a gap, and blank is zero.
`);
  });

  it('has a record for each hour as CSV, with empty fields for gaps', async () => {
    const usage = await show([series('memory', [1.5, null, 3]), series('fullestShard', [7, null, null])]);
    expect(renderUsage(usage, 'csv', WHERE)).toBe(
      [
        'instance,hour,memory_mb,fullest_shard_percent',
        'crs-1a2b3c4d,2026-11-01T16:00:00.000Z,1.5,7',
        'crs-1a2b3c4d,2026-11-01T18:00:00.000Z,3,',
        '',
      ].join('\r\n'),
    );
  });

  it('has a chart for each metric as a page, with gaps as bands and nothing that hostile names can do', async () => {
    const usage = await show([series('memory', [1, null, null, 2, null]), series('latency', [3])]);
    const page = renderUsage({ ...usage, store: '<script>alert(1)</script>' }, 'html', WHERE);
    expect(page.match(/<svg /g)).toHaveLength(2);
    expect(page.match(/<rect class="gap"/g)).toHaveLength(2);
    expect(page).toContain('data-gaps="3"');
    expect(page).not.toContain('<script>alert');
    expect(page.match(/<line class="plan"/g)).toHaveLength(2);
  });
});
