import { describe, expect, it } from 'vitest';
import { callsChart, PROVIDER_LIMIT } from '../../src/report/charts/calls.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { fleet, JournalWriter, savedPlan } from './situations.ts';

/** For each strip, its peak as a share of the limit. */
function reaches(counts: readonly (readonly [number, string, number, number])[]): number[] {
  const saved = savedPlan(fleet(1));
  const journal = new JournalWriter(saved).start().after(30).append({ kind: 'calls', counts });
  const svg = callsChart(buildReport(saved, journal.entries))!.raw;
  return [...svg.matchAll(/ d="([^"]+)"[\s\S]*?class="limit"[^>]* y1="([\d.]+)"/g)].map(([, path, limit]) => {
    const heights = [...path!.matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y));
    const base = Math.max(...heights);
    return (base - Math.min(...heights)) / (base - Number(limit));
  });
}

const second = Date.UTC(2026, 0, 5, 2, 0, 5) / 1000;

describe('the chart of calls', () => {
  it('compares each action with the limit: two actions with fifteen calls in one second stay below it', () => {
    const drawn = reaches([
      [second, 'DescribeInstances', 15, 0],
      [second, 'DescribeTaskList', 15, 0],
    ]);
    expect(drawn.map((share) => Math.round(share * PROVIDER_LIMIT))).toEqual([15, 15]);
  });

  it('draws an action above the limit above its line', () => {
    const [share] = reaches([[second, 'DescribeInstances', 30, 10]]);
    expect(Math.round(share! * PROVIDER_LIMIT)).toBe(30);
  });

  it('shows the peak of one second where a column covers several seconds', () => {
    const [share] = reaches([
      [second, 'DescribeInstances', 18, 0],
      [second + 1, 'DescribeInstances', 2, 0],
      [second + 40_000, 'DescribeInstances', 1, 0],
    ]);
    expect(Math.round(share! * PROVIDER_LIMIT)).toBe(18);
  });
});
