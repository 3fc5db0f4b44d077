/** A replay of a sizing file in every format, with savings that follow from its figures. */
import { describe, expect, it } from 'vitest';
import { loadWords } from '../../../src/messages/languages.ts';
import { BACKTEST_FORMAT, type Backtest, STRATEGIES } from '../../../src/model.ts';
import { escapeControls } from '../../../src/report/document/escape.ts';
import { renderBacktest } from '../../../src/report/recommend/render-backtest.ts';
import { savedBy } from '../../../src/report/recommend/shown-backtest.ts';
import { HOSTILE } from '../situations.ts';

const FORMATS = ['text', 'json', 'markdown', 'html', 'csv'] as const;
const WHERE = { color: false, width: 100 };
const chinese = await loadWords('zh');
const location = { file: 'sizing.yaml', line: 3, column: 5 };

/** @param region of every instance. */
function sample(region = 'ap-guangzhou'): Backtest {
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
      { figure: 'above90', operator: '<', value: 0.1, location, found: 0.02, holds: true },
      { figure: 'changes', operator: '<=', value: 1, location, found: 1.4, holds: false },
    ],
  };
}

describe('a backtest', () => {
  it('says what each strategy saves of the memory that never changing would bill', () => {
    const result = sample();
    expect(savedBy(result.strategies[0]!, result)).toEqual({
      gigabyteDays: 400_000,
      percent: (100 * 4) / 9,
      money: { amount: 666_666.67, currency: 'CNY' },
    });
    expect(savedBy(result.strategies[1]!, result)).toMatchObject({ gigabyteDays: 0, percent: 0 });
  });

  it.each(FORMATS)('is complete and safe as %s', (format) => {
    const text = renderBacktest(sample(HOSTILE), format, WHERE);
    const lines = text.replace(/[\r\n]/g, '');
    expect(escapeControls(lines)).toBe(lines);
    for (const part of format === 'csv' || format === 'json' ? STRATEGIES : ['p95', 'DOES NOT HOLD'])
      expect(text).toContain(part);
    if (format === 'html') expect(text).not.toContain('<script>alert');
  });

  it('fits 80 columns, and is a page in Chinese', () => {
    const lines = renderBacktest(sample(), 'text', { ...WHERE, width: 80 }).split('\n');
    expect(lines.filter((one) => one.length > 80)).toEqual([]);
    expect(renderBacktest(sample(), 'html', { ...WHERE, words: chinese })).toContain('策略比较');
  });

  it('is empty without instances, and divides nothing by zero', () => {
    const strategies = sample().strategies.map((one) => ({ ...one, hours: 0, gigabyteDays: 0 }));
    for (const format of FORMATS)
      expect(
        renderBacktest({ ...sample(), instances: 0, strategies, exceeded: [] }, format, WHERE),
      ).not.toMatch(/\bNaN\b/);
  });
});
