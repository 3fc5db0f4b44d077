// Goal: a plan under review reads in every format as its golden file, and is folded where it is long.
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/digest.ts';
import { cells } from '../../src/report/document/columns.ts';
import { REVIEW_FORMATS, type ReviewFormat, renderReview } from '../../src/report/review/render-review.ts';
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

const ALL_REVIEWS = { ...REVIEWS, ...MORE_REVIEWS };

/** The picture of a review in a format, compared with its golden file; `npm test -- test/report -u` rewrites it. */
async function check(name: string, format: ReviewFormat, width = 100, suffix = ''): Promise<void> {
  const text = renderReview(ALL_REVIEWS[name]!(), format, { color: false, width, all: false });
  await expect(bounded(text)).toMatchFileSnapshot(`golden/${name}${suffix}.${FILE_NAMES[format]}`);
}

/** Longer ones are kept as their beginning and end, with the digest of the whole. */
function bounded(text: string): string {
  if (text.length <= 30_000) return text;
  const lines = text.split('\n');
  const cut = `… ${lines.length - 60} lines left out of this golden file; sha256 of all: ${sha256(text)}`;
  return [...lines.slice(0, 45), cut, ...lines.slice(-15)].join('\n');
}

describe('every review reads as its golden file', () => {
  for (const name of Object.keys(ALL_REVIEWS)) {
    it(`${name.replaceAll('-', ' ')}, as text`, () => check(name, 'text'));
  }
  it('a priced plan, as text of 80 columns', () =>
    check('a-priced-plan-that-is-ready', 'text', 80, '-narrow'));
  for (const name of ['a-plan-of-5000-changes', 'a-plan-that-shrinks-and-takes-several-steps']) {
    it(`${name.replaceAll('-', ' ')}, as text of 80 and of 60 columns`, async () => {
      await check(name, 'text', 80, '-narrow');
      await check(name, 'text', 60, '-very-narrow');
    });
  }
  for (const name of [
    'a-priced-plan-that-is-ready',
    'a-blocked-plan',
    'a-plan-full-of-hostile-text',
    'a-plan-that-shrinks-and-takes-several-steps',
    'a-small-plan-without-prices',
    'a-plan-of-5000-changes',
  ]) {
    it(`${name.replaceAll('-', ' ')}, in every other format`, async () => {
      for (const format of REVIEW_FORMATS) await check(name, format);
    });
  }
});

describe('a review', () => {
  const many = REVIEWS['a-plan-too-long-to-show']!();
  const text = (all: boolean) => renderReview(many, 'text', { color: false, width: 100, all });
  const rows = (shown: string) =>
    shown.split('\n').filter((line) => line.includes('memory 4 GB → 8 GB')).length;

  it('is capped and says how much is not shown and how to see it', () => {
    expect(rows(text(false))).toBe(1 + 10 + 1);
    expect(text(false)).toContain('and 49 more steps in this wave; --all shows all');
    expect(text(false)).toContain('Refit.Forecast × 14');
    expect(text(false)).toContain('and 13 more: crs-00000001, crs-00000002');
  });

  it('is whole when all is asked for', () => {
    expect(rows(text(true))).toBe(60);
    expect(text(true)).not.toContain('not shown');
  });

  it('is coloured only when asked to be', () => {
    const plain = text(false);
    const coloured = renderReview(many, 'text', { color: true, width: 100, all: false });
    expect(plain).not.toContain('\x1b');
    expect(stripVTControlCharacters(coloured)).toBe(plain);
    expect(coloured).not.toBe(plain);
  });

  it('fits a comment as Markdown, however many steps and findings it has, and states the cut', () => {
    const plan = savedPlan(fleet(2000));
    const findings = Array.from({ length: 500 }, () => finding({ what: '@|<'.repeat(5000) }));
    const markdown = renderReview(
      { verdict: 'blocked', plan, findings, next: 'refit plan x.yaml' },
      'markdown',
      { color: false, width: 80, all: true },
    );
    expect(markdown.length).toBeLessThanOrEqual(65_536);
    expect(markdown.length).toBeGreaterThan(50_000);
    expect(markdown).toMatch(/\*\*\d+ of 500 rows are not shown here\.\*\*/);
    expect(markdown).toMatch(/\*\*[\d,]+ of 1,999 rows are not shown here\.\*\*/);
    expect(markdown.trimEnd().endsWith('Next: `refit plan x.yaml`')).toBe(true);
  });

  it('has one JUnit case for each target and one for the plan, failed where blocked', () => {
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

  it('puts each finding at its place of the plan file as SARIF, relative to the checkout', () => {
    const sarif = JSON.parse(
      renderReview(REVIEWS['a-blocked-plan']!(), 'sarif', { color: false, width: 80, all: false }),
    );
    const places = sarif.runs[0].results.map(
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
    expect(places).toEqual([
      'error plans/double-eleven.yaml:12',
      'error plans/double-eleven.yaml:12',
      'warning plans/double-eleven.yaml:1',
    ]);
  });
});

describe('a plan of 5,000 changes, for eyes', () => {
  const review = fiveThousandChanges();
  const text = (width: number, more = {}) =>
    renderReview(review, 'text', { color: false, width, all: false, ...more });

  it.each([60, 80, 100, 200])('is read at %i columns: short, and no line is too long', (width) => {
    const lines = text(width).split('\n');
    expect(lines.length).toBeLessThan(160);
    expect(lines.filter((line) => cells(line) > width)).toEqual([]);
  });

  it('tells what is not shown by what it changes, so that nothing is lost in the fold', () => {
    const told = [...text(100).matchAll(/and ([\d,]+) more steps in this wave/g)].map(([, number]) => number);
    expect(told).toEqual(['504', '4,471']);
    expect(text(100)).toMatch(/memory 4 GB → 8 GB {2,}[\d,]+ steps {2,}\+¥/);
  });

  it('is without changes where only the summary is asked for', () => {
    const summary = text(100, { summary: true });
    expect(summary).toContain('ResourceUnavailable.InstanceStatusAbnormal × 400');
    expect(summary).not.toContain('Wave rest');
    expect(summary.split('\n').length).toBeLessThan(65);
    expect(summary.trimEnd().endsWith('next    refit apply saved-plan.json')).toBe(true);
  });

  it('has every step where all is asked for', () => {
    const all = text(100, { all: true });
    expect(all.split('\n').filter((line) => /^ {2}crs-[0-9a-z]{8} /.test(line)).length).toBe(
      review.plan.steps.length,
    );
  });
});
