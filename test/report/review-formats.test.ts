// Goal: the formats of a plan are valid for the programs that read them: Markdown, SARIF, JUnit, CSV, annotations.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import type { Review } from '../../src/model.ts';
import { type ReviewFormat, renderReview } from '../../src/report/review/render-review.ts';
import { createTextReview } from '../../src/report/review/review-targets.ts';
import { annotationsOf, htmlOf, recordsOf, tablesOf, tagsOf } from './read-renderings.ts';
import { fiveThousandChanges, MORE_REVIEWS } from './review-situations.ts';
import { finding, REVIEWS } from './situations.ts';

const PUBLISHED = join(import.meta.dirname, 'published');
const SCHEMAS = join(import.meta.dirname, '../../schemas');
const json = (folder: string, name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

const invalid = createTextReview(
  'plans/a.yaml',
  [finding({ instance: null })],
  'refit validate plans/a.yaml',
);
const ALL: Readonly<Record<string, () => Review>> = {
  ...REVIEWS,
  ...MORE_REVIEWS,
  'an-invalid-plan': () => invalid,
};
const render = (review: Review, format: ReviewFormat, elsewhere = 'refit show saved.json --all') =>
  renderReview(review, format, { color: false, width: 100, all: false, elsewhere });

describe('Markdown, checked by a renderer that code hosts use', () => {
  const large = fiveThousandChanges();
  const text = render(large, 'markdown');

  it('of 5,000 changes fits a comment and nearly fills it', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    expect(Buffer.byteLength(text)).toBeGreaterThan(55_000);
  });

  it.each(Object.entries(ALL))('has complete tables and only its own markup: %s', (_, review) => {
    const html = htmlOf(render(review(), 'markdown'));
    expect(tagsOf(html).filter((tag) => !OWN_TAGS.has(tag))).toEqual([]);
    const open = tagsOf(html).filter((tag) => tag === 'details').length;
    const closed = html.split('</details>').length - 1;
    expect(closed).toBe(open);
    for (const table of tablesOf(html))
      for (const row of table.rows) expect(row.length).toBe(table.head.length);
  });

  it('shows every row, or counts the missing rows and says how to show them', () => {
    const shown = tablesOf(htmlOf(text)).map(({ head, rows }) => [head.join(), rows.length] as const);
    const left = [...text.matchAll(/\*\*([\d,]+) of ([\d,]+) rows are not shown\.\*\*/g)].map(
      ([, missing, all]) => [missing, all].map((number) => Number(number!.replaceAll(',', ''))),
    );
    const sum = (head: RegExp) =>
      shown.filter(([columns]) => head.test(columns)).reduce((total, [, rows]) => total + rows, 0);
    const missing = left.reduce((total, [number]) => total + number!, 0);
    const findings = 500 + 2 + 4 + 1;
    // The open table has one row for a code with many findings. The folded table after it has all of them.
    expect(sum(/^Count,Severity/)).toBe(1 + 1 + 2 + 4 + 1);
    expect(sum(/^Severity/) + sum(/^Instance,Name/) + sum(/^Instance,Region,Reason/) + missing).toBe(
      findings + large.plan.steps.length + 300,
    );
    expect(left.every(([number, all]) => number! < all!)).toBe(true);
    expect(text).toContain('To show all rows: `refit show saved.json --all`');
  });

  it('starts with the summary and ends with the next command', () => {
    const blocks = text.split('\n\n');
    expect(blocks.slice(0, 3).map((block) => block.slice(0, 9))).toEqual([
      '## double',
      '**5,001 s',
      '- targets',
    ]);
    expect(text.trimEnd().split('\n').at(-1)).toBe('Next: `refit apply saved-plan.json`');
  });

  it('fits with very many findings and very long texts', () => {
    const wide = 'ü|`<@'.repeat(3000);
    const findings = Array.from({ length: 3000 }, (_, at) =>
      finding({
        message: wide,
        fix: wide,
        instance: `crs-${at}`,
        code: wide,
        location: { file: wide, line: 1, column: 1 },
      }),
    );
    const names = Array.from({ length: 200 }, (_, at) => `${wide}${at}`);
    const plan = { ...large.plan, name: wide, file: wide, owner: wide, change: wide };
    const waves = names.map((name, at) => ({
      name,
      steps: plan.steps
        .filter(({ wave }) => wave === 1)
        .slice(at, at + 1)
        .map(({ id }) => id),
    }));
    const text = render(
      { verdict: 'blocked', plan: { ...plan, waves }, findings, next: wide },
      'markdown',
      wide,
    );
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    expect(tagsOf(htmlOf(text)).filter((tag) => !OWN_TAGS.has(tag))).toEqual([]);
  });
});

/** The elements of rendered Markdown and of folds. A span prevents links from `@` and `#`. */
const OWN_TAGS = new Set(
  'h2 h3 p strong ul li code table thead tbody tr th td details summary span'.split(' '),
);

describe('SARIF, checked by the published schema', () => {
  const { $schema: _, id: __, ...schema } = json(PUBLISHED, 'sarif-2.1.0.json');
  const validate = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
    unicodeRegExp: false,
  }).compile(schema);

  it.each(Object.entries(ALL))('is valid: %s', (_, review) => {
    const sarif = JSON.parse(render(review(), 'sarif'));
    validate(sarif);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('gives every result a line, a column and a unique fingerprint', () => {
    const [{ results }] = JSON.parse(render(fiveThousandChanges(), 'sarif')).runs;
    // 507 findings and 2 effects: the orders and the expiry.
    expect(results.length).toBe(509);
    for (const { locations } of results) {
      const { artifactLocation, region } = locations[0].physicalLocation;
      expect(artifactLocation.uri).toBe('plans/double-eleven.yaml');
      expect(region.startLine).toBeGreaterThan(0);
      expect(region.startColumn).toBeGreaterThan(0);
    }
    const prints = results.map((one: { partialFingerprints: object }) =>
      JSON.stringify(one.partialFingerprints),
    );
    expect(new Set(prints).size).toBe(results.length);
  });
});

describe('JUnit, checked by the schema of Jenkins', () => {
  it('is valid in every situation', async () => {
    const xml = Object.entries(ALL).map(([name, review]) => ({
      fileName: `${name}.xml`,
      contents: render(review(), 'junit'),
    }));
    const schema = readFileSync(join(PUBLISHED, 'jenkins-junit.xsd'), 'utf8');
    const { valid, errors } = await validateXML({ xml, schema: [schema] });
    expect(errors.map(({ message }) => message)).toEqual([]);
    expect(valid).toBe(true);
  });
});

describe('JSON, checked by its schema', () => {
  const ajv = new Ajv2020({
    discriminator: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    validateFormats: false,
  });
  ajv.addSchema(json(SCHEMAS, 'saved-plan.schema.json'));
  const validate = ajv.compile(json(SCHEMAS, 'review.schema.json'));

  it.each(Object.entries({ ...REVIEWS, ...MORE_REVIEWS }))('is valid: %s', (_, review) => {
    validate(JSON.parse(render(review(), 'json')));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('is invalid if verdict and digest contradict each other', () => {
    const ready = JSON.parse(render(REVIEWS['a-priced-plan-that-is-ready']!(), 'json'));
    expect(validate({ ...ready, plan: { ...ready.plan, digest: '' } })).toBe(false);
    expect(validate({ ...ready, verdict: 'blocked' })).toBe(false);
    expect(validate({ ...ready, more: 1 })).toBe(false);
  });
});

describe('CSV, parsed like a spreadsheet', () => {
  it('has one record for each step, each blocked and each unchanged target, and each finding', () => {
    const review = fiveThousandChanges();
    const [head, ...records] = recordsOf(render(review, 'csv'));
    const states = Map.groupBy(records, (record) => record[0]!);
    expect([...states].map(([state, own]) => [state, own.length])).toEqual([
      ['blocked', 500],
      ['change', review.plan.steps.length],
      ['finding', 7],
      ['unchanged', 300],
      // The orders of two regions, and the expiry.
      ['effect', 3],
    ]);
    expect(records.every((record) => record.length === head!.length)).toBe(true);
  });
});

describe('annotations of a GitHub workflow', () => {
  it('are at most ten of a kind, at their lines of the plan; the last one counts the rest', () => {
    const shown = annotationsOf(render(fiveThousandChanges(), 'github'));
    const { lines } = shown;
    const [effects, ...annotations] = shown.annotations;
    expect(lines[0]).toMatch(/^READY: 5,001 steps .*, digest [0-9a-f]{64}$/);
    expect(annotations.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 10 }, () => 'error'),
      'warning',
      'warning',
      ...Array.from({ length: 5 }, () => 'notice'),
    ]);
    expect(effects).toMatchObject({ kind: 'notice', properties: { title: 'This plan will' } });
    expect(effects!.message).toMatch(/^order: 5,001 changes on 4,808 instances: .*\nexpire: /);
    expect(annotations[0]).toEqual({
      kind: 'error',
      properties: {
        file: 'plans/double-eleven.yaml',
        line: '20',
        col: '5',
        title: 'ResourceUnavailable.SaleOut',
      },
      message: 'redis-6.2-cluster is sold out there\nfix: wait, or take another zone',
    });
    expect(annotations[9]!.message).toBe(
      '491 errors more in this plan are not shown\nfix: refit show saved.json --all',
    );
  });

  it('are at the first line of the plan if they have no location', () => {
    const { annotations } = annotationsOf(
      render(createTextReview('plans/a.yaml', [finding({ location: null, instance: null })], null), 'github'),
    );
    expect(annotations[0]!.properties).toMatchObject({ file: 'plans/a.yaml', line: '1', col: '1' });
  });
});
