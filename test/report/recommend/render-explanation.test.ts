/** An explanation shows every number of a recommendation with its points, in every format. */
import { describe, expect, it } from 'vitest';
import { loadWords } from '../../../src/messages/languages.ts';
import { DEFAULT_SIZING } from '../../../src/recommend/default-sizing.ts';
import { explain } from '../../../src/recommend/explain.ts';
import { escapeControls } from '../../../src/report/document/escape.ts';
import { cellText } from '../../../src/report/document/table.ts';
import { renderExplanation } from '../../../src/report/recommend/render-explanation.ts';
import { shownExplanation } from '../../../src/report/recommend/shown-explanation.ts';
import { instance, NOW, offer } from '../../plan/fixtures/small-fleet.ts';
import { explanationOf } from '../../recommend/advice.ts';
import { HOSTILE } from '../situations.ts';

const FORMATS = ['text', 'json', 'markdown', 'html', 'csv'] as const;
const WHERE = { color: false, width: 100 };
const chinese = await loadWords('zh');

/** The texts of a table: one list for each row. */
function textsOf(id: string, one = explanationOf()): string[][] {
  const table = shownExplanation(one).tables.find((other) => other.id === id)!;
  return [...table.rows].map((row) => row.map((cell) => cellText(cell)));
}

/** The first number of a text. */
const numberIn = (text: string): number => Number(/-?[\d.]+/.exec(text.replaceAll(',', ''))![0]);

describe('an explanation', () => {
  it('shows how each peak follows from the metrics of its hour', () => {
    const { shards } = explanationOf();
    const days = textsOf('days');
    expect(days).toHaveLength(28);
    for (const [, , peak, , used, share, fullest] of days) {
      const ratio = Math.max(1, numberIn(fullest!) / numberIn(share!));
      expect((numberIn(used!) * ratio) / shards / numberIn(peak!)).toBeCloseTo(1, 2);
    }
  });

  it('shows formulas whose terms give their result', () => {
    const needs = textsOf('needs');
    expect(needs).toHaveLength(3);
    for (const [, , formula] of needs) {
      const [counts, rise, age, ahead, need] = formula!
        .replaceAll(',', '')
        .match(/[\d.]+/g)!
        .map(Number) as [number, number, number, number, number];
      expect((counts + rise * (age + ahead)) / need).toBeCloseTo(1, 2);
    }
  });

  it('shows the differences whose median is the trend', () => {
    const slopes = textsOf('pairs').map(([, , slope]) => numberIn(slope!));
    const middle = slopes.toSorted((a, b) => a - b)[Math.ceil(slopes.length / 2) - 1]!;
    expect(middle).toBeCloseTo(explanationOf().recommendation.evidence.memory!.trend, 0);
  });

  it('says for each size why it was or was not advised', () => {
    const sizes = textsOf('sizes');
    expect(sizes.filter(([, , , why]) => why === 'advised')).toHaveLength(1);
    expect(sizes.filter(([, , , why]) => why === '')).toEqual([]);
  });

  it.each(FORMATS)('is complete and safe as %s', (format) => {
    const text = renderExplanation(explanationOf(HOSTILE), format, WHERE);
    const lines = text.replace(/[\r\n]/g, '');
    expect(escapeControls(lines)).toBe(lines);
    expect(text).toMatch(format === 'csv' ? /^table,row,column,value/ : /crs-00000001/);
    if (format === 'html') expect(text).not.toContain('<script>alert');
  });

  it('is a page in Chinese, and one without history', () => {
    expect(renderExplanation(explanationOf(), 'html', { ...WHERE, words: chinese })).toContain('可购规格');
    const empty = explain(instance(), null, { sizing: DEFAULT_SIZING, sold: () => offer(), now: NOW });
    for (const format of FORMATS) expect(renderExplanation(empty, format, WHERE)).not.toMatch(/\bNaN\b/);
  });
});
