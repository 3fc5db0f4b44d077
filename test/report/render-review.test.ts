import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ReviewFormat } from '../../src/report/render-review.ts';
import { REVIEW_FORMATS, renderReview } from '../../src/report/render-review.ts';
import { finding, fleet, REVIEWS, savedPlan } from './situations.ts';

const FILE_NAMES: Readonly<Record<ReviewFormat, string>> = {
  text: 'txt',
  json: 'json',
  markdown: 'md',
  html: 'html',
  csv: 'csv',
  junit: 'junit.xml',
  sarif: 'sarif.json',
};

/** The picture of a review in a format, compared with its golden file; `vitest -u` rewrites it. */
async function check(name: string, format: ReviewFormat, width = 100, suffix = ''): Promise<void> {
  const text = renderReview(REVIEWS[name]!(), format, { color: false, width, all: false });
  await expect(text).toMatchFileSnapshot(`golden/${name}${suffix}.${FILE_NAMES[format]}`);
}

describe('every review reads as its golden file', () => {
  for (const name of Object.keys(REVIEWS)) {
    it(`${name.replaceAll('-', ' ')}, as text`, () => check(name, 'text'));
  }
  it('a priced plan, as text of 80 columns', () =>
    check('a-priced-plan-that-is-ready', 'text', 80, '-narrow'));
  for (const name of ['a-priced-plan-that-is-ready', 'a-blocked-plan', 'a-plan-full-of-hostile-text']) {
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
    expect(rows(text(false))).toBe(1 + 15);
    expect(text(false)).toContain('44 more steps not shown; --all shows all');
    expect(text(false)).toContain('4 more findings not shown; --all shows all');
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
    expect(markdown).toMatch(/\*\*\d+ of 2000 rows are not shown here\.\*\*/);
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
