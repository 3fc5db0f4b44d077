// Goal: a plan review matches its golden file in every format, and long reviews are shortened.

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RefusedReview } from '../../src/model.ts';
import { cells } from '../../src/report/document/columns.ts';
import { REVIEW_FORMATS, type ReviewFormat, renderReview } from '../../src/report/review/render-review.ts';
import { verdictOfReview } from '../../src/report/verdict.ts';
import { fiveThousandChanges, MORE_REVIEWS } from './review-situations.ts';
import { finding, fleet, REVIEWS, savedPlan } from './situations.ts';

const FILE_NAMES: Readonly<Record<ReviewFormat, string>> = {
  text: 'txt',
  json: 'json',
  markdown: 'md',
  html: 'html',
  csv: 'csv',
  junit: 'junit.xml',
  sarif: 'sarif.json',
  github: 'github.txt',
};

describe('a priced plan that is ready', () => {
  const name = 'a-priced-plan-that-is-ready';

  it.each(REVIEW_FORMATS)('matches its golden file: %s', async (format) => {
    const text = renderReview(REVIEWS[name]!(), format, { color: false, width: 80, all: false });
    await expect(text).toMatchFileSnapshot(`golden/${name}.${FILE_NAMES[format]}`);
  });
});

describe('the verdict of a review has a word and a sentence', () => {
  it.each([
    ['a-priced-plan-that-is-ready', 'READY', '4 steps on 3 instances, 1 blocked target excluded'],
    ['a-small-plan-without-prices', 'READY', '7 steps on 6 instances'],
    ['a-blocked-plan', 'BLOCKED', '2 errors; no plan was sealed'],
    ['a-plan-without-changes', 'NO CHANGE', 'every target already has the requested size; nothing to apply'],
  ])('%s', (name, word, sentence) => {
    expect(verdictOfReview({ ...REVIEWS, ...MORE_REVIEWS }[name]!())).toMatchObject({ word, sentence });
  });
});

describe('a plan of which onBlocked: skip leaves nothing', () => {
  const blocked = REVIEWS['a-blocked-plan']!() as RefusedReview;
  const nothingLeft = { ...blocked, nothingLeft: true } as const;

  it.each(['text', 'markdown', 'html', 'github'] as const)(
    'says that there is nothing to do: %s',
    (format) => {
      const text = renderReview(nothingLeft, format, { color: false, width: 100, all: false });
      expect(text).toContain('NOTHING TO DO');
      expect(text).toMatch(/1 blocked target left out, \d+ targets? unchanged; no plan was sealed/);
      expect(text).not.toContain('BLOCKED');
    },
  );

  it('is blocked for programs', () => {
    const json = renderReview(nothingLeft, 'json', { color: false, width: 100, all: false });
    expect(json).toBe(renderReview(blocked, 'json', { color: false, width: 100, all: false }));
  });
});

describe('a review', () => {
  const many = REVIEWS['a-plan-too-long-to-show']!();
  const text = (all: boolean) => renderReview(many, 'text', { color: false, width: 100, all });
  const rows = (shown: string) =>
    shown.split('\n').filter((line) => line.includes('memory 4 GB → 8 GB')).length;

  it('is shortened, counts the hidden rows and says how to show them', () => {
    expect(rows(text(false))).toBe(1 + 10 + 1);
    expect(text(false)).toContain('and 49 more steps in this wave; use --all to show all');
    expect(text(false)).toContain('Refit.FinishByTooSoon × 14');
    expect(text(false)).toContain('and 13 more: crs-00000001, crs-00000002');
  });

  it('is complete with --all', () => {
    expect(rows(text(true))).toBe(60);
    expect(text(true)).not.toContain('not shown');
  });

  it('has colours only on request', () => {
    const plain = text(false);
    const coloured = renderReview(many, 'text', { color: true, width: 100, all: false });
    expect(plain).not.toContain('\x1b');
    expect(stripVTControlCharacters(coloured)).toBe(plain);
    expect(coloured).not.toBe(plain);
  });

  it('fits a comment as Markdown with many steps and findings, and counts the missing rows', () => {
    const plan = savedPlan(fleet(2000));
    const findings = Array.from({ length: 500 }, () => finding({ message: '@|<'.repeat(5000) }));
    const markdown = renderReview(
      { verdict: 'blocked', plan, findings, next: 'refit plan x.yaml' },
      'markdown',
      { color: false, width: 80, all: true },
    );
    expect(markdown.length).toBeLessThanOrEqual(65_536);
    expect(markdown.length).toBeGreaterThan(50_000);
    expect(markdown).toMatch(/\*\*\d+ of 501 rows are not shown\.\*\*/);
    expect(markdown).toMatch(/\*\*[\d,]+ of 1,999 rows are not shown\.\*\*/);
    expect(markdown.trimEnd().endsWith('Next: `refit plan x.yaml`')).toBe(true);
  });

  it('has one JUnit case for each target and one for the plan; blocked targets fail', () => {
    const xml = renderReview(REVIEWS['a-blocked-plan']!(), 'junit', { color: false, width: 80, all: false });
    const cases = [...xml.matchAll(/<testcase [^>]*name="([^"]*)">\n( *<failure)?/g)].map(
      ([, name, failed]) => [name, failed !== undefined],
    );
    expect(cases).toEqual([
      ['double-eleven-headroom', false],
      ['crs-b10cked1', true],
      ['crs-50ld0ut0', true],
      ['crs-0k0k0k0k', false],
    ]);
  });

  it('puts each finding at its location in the plan file as SARIF, relative to the checkout', () => {
    const sarif = JSON.parse(
      renderReview(REVIEWS['a-blocked-plan']!(), 'sarif', { color: false, width: 80, all: false }),
    );
    const { results } = sarif.runs[0];
    const found = results.filter(({ ruleId }: { ruleId: string }) => ruleId !== 'Refit.Effect');
    const locations = found.map(
      (result: {
        level: string;
        locations: {
          physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } };
        }[];
      }) => {
        const { artifactLocation, region } = result.locations[0]!.physicalLocation;
        return `${result.level} ${artifactLocation.uri}:${region.startLine}`;
      },
    );
    expect(locations).toEqual([
      'error plans/double-eleven.yaml:12',
      'error plans/double-eleven.yaml:12',
      'warning plans/double-eleven.yaml:1',
    ]);
  });
});

describe('a review of 5,000 changes as text', () => {
  const review = fiveThousandChanges();
  const text = (width: number, more = {}) =>
    renderReview(review, 'text', { color: false, width, all: false, ...more });

  it.each([60, 80, 100, 200])('is short at %i columns, and no line is too long', (width) => {
    const lines = text(width).split('\n');
    expect(lines.length).toBeLessThan(185);
    expect(lines.filter((line) => cells(line) > width)).toEqual([]);
  });

  it('summarises the hidden steps by kind of change', () => {
    const hidden = [...text(100).matchAll(/and ([\d,]+) more steps in this wave/g)].map(
      ([, number]) => number,
    );
    expect(hidden).toEqual(['504', '4,471']);
    expect(text(100)).toMatch(/memory 4 GB → 8 GB {2,}[\d,]+ {2,}\+¥/);
  });

  it('has no changes in the summary', () => {
    const summary = text(100, { summary: true });
    expect(summary).toContain('ResourceUnavailable.InstanceStatusAbnormal × 400');
    expect(summary).not.toContain('Wave rest');
    expect(summary.split('\n').length).toBeLessThanOrEqual(75);
    expect(summary.trimEnd().endsWith('next    refit apply saved-plan.json')).toBe(true);
  });

  it('shows every step with --all', () => {
    const all = text(100, { all: true });
    expect(all.split('\n').filter((line) => /^ {2}crs-[0-9a-z]{8} /.test(line)).length).toBe(
      review.plan.steps.length,
    );
  });
});
