/** A replay of a sizing file in every format, with savings that follow from its figures. */
import { describe, expect, it } from 'vitest';
import { loadWords } from '../../../src/messages/languages.ts';
import { STRATEGIES } from '../../../src/model.ts';
import { escapeControls } from '../../../src/report/document/escape.ts';
import { renderBacktest } from '../../../src/report/recommend/render-backtest.ts';
import { savedBy } from '../../../src/report/recommend/shown-backtest.ts';
import { backtestOf } from '../../recommend/advice.ts';
import { HOSTILE } from '../situations.ts';

const FORMATS = ['text', 'json', 'markdown', 'html', 'csv'] as const;
const WHERE = { color: false, width: 100 };
const chinese = await loadWords('zh');

describe('a backtest', () => {
  it('says what each strategy saves of the memory that never changing would bill', () => {
    const result = backtestOf();
    expect(savedBy(result.strategies[0]!, result)).toEqual({
      gigabyteDays: 400_000,
      percent: (100 * 4) / 9,
      money: { amount: 666_666.67, currency: 'CNY' },
    });
    expect(savedBy(result.strategies[1]!, result)).toMatchObject({ gigabyteDays: 0, percent: 0 });
  });

  it.each(FORMATS)('is complete and safe as %s', (format) => {
    const text = renderBacktest(backtestOf(HOSTILE), format, WHERE);
    const lines = text.replace(/[\r\n]/g, '');
    expect(escapeControls(lines)).toBe(lines);
    for (const part of format === 'csv' || format === 'json' ? STRATEGIES : ['p95', 'DOES NOT HOLD'])
      expect(text).toContain(part);
    if (format === 'html') expect(text).not.toContain('<script>alert');
  });

  it('fits 80 columns, and is a page in Chinese', () => {
    const lines = renderBacktest(backtestOf(), 'text', { ...WHERE, width: 80 }).split('\n');
    expect(lines.filter((one) => one.length > 80)).toEqual([]);
    expect(renderBacktest(backtestOf(), 'html', { ...WHERE, words: chinese })).toContain('策略比较');
  });

  it('is empty without instances, and divides nothing by zero', () => {
    const strategies = backtestOf().strategies.map((one) => ({ ...one, hours: 0, gigabyteDays: 0 }));
    for (const format of FORMATS)
      expect(
        renderBacktest({ ...backtestOf(), instances: 0, strategies, exceeded: [] }, format, WHERE),
      ).not.toMatch(/\bNaN\b/);
  });
});
