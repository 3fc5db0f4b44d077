/** Advice about sizes in every format. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { loadWords } from '../../src/messages/languages.ts';
import { VERDICTS } from '../../src/model.ts';
import {
  type AdviceFormat,
  RECOMMENDATION_FORMATS,
  renderRecommendations,
} from '../../src/report/recommend/render-recommendations.ts';
import { adviceOf } from '../recommend/advice.ts';

const WHERE = { color: false, width: 100, all: false, command: 'refit recommend --explain INSTANCE' };
const FORMATS = RECOMMENDATION_FORMATS;
const advice = adviceOf();
const shown = (format: AdviceFormat, more: object = {}) =>
  renderRecommendations(advice, format, { ...WHERE, ...more });

it('the sample has every verdict', () => {
  expect(new Set(advice.recommendations.map(({ verdict }) => verdict))).toEqual(new Set(VERDICTS));
});

describe('every format', () => {
  it.each(FORMATS)('%s has each instance that should change, with its reason', (format) => {
    const text = shown(format);
    for (const { instance, advised } of advice.recommendations)
      if (advised !== null) expect(text).toContain(instance);
    // Markup writes some characters as entities, and a terminal breaks lines.
    expect(text.replace(/\s+/g, ' ')).toContain('needs up to');
  });

  it.each(['text', 'html', 'markdown'] as const)('%s makes a hostile name harmless', (format) => {
    const hostile = '<img src=x onerror=alert(1)>\x1b[31m\u202e';
    const text = renderRecommendations(adviceOf(hostile), format, WHERE);
    expect(text).not.toContain('\x1b');
    expect(text).not.toContain('\u202e');
    if (format !== 'text') expect(text).not.toContain('<img');
  });

  it('csv starts no formula', () => {
    expect(renderRecommendations(adviceOf('=1+1'), 'csv', WHERE)).not.toMatch(/(^|,)=1/m);
  });
});

describe('pipelines', () => {
  it('fail for what must grow now, and not for what may shrink', () => {
    const junit = shown('junit');
    const failed = [...junit.matchAll(/name="(crs-\d+)"><failure/g)].map(([, id]) => id!);
    const urgent = advice.recommendations.filter(
      ({ risk, verdict, billedMemory }) =>
        risk.level >= 3 && billedMemory >= 0 && verdict !== 'optimal' && verdict !== 'insufficient-data',
    );
    expect(failed.sort()).toEqual(urgent.map(({ instance }) => instance).sort());
    expect(failed.length).toBeGreaterThan(0);
  });

  it('sarif and github name each instance whose size is not right', () => {
    const wrong = advice.recommendations.filter(({ verdict }) => verdict !== 'optimal');
    const sarif = JSON.parse(shown('sarif')) as { runs: [{ results: readonly object[] }] };
    expect(sarif.runs[0].results).toHaveLength(wrong.length);
    expect(shown('github').split('\n')[0]).toContain('SHOULD CHANGE');
    expect(shown('github')).toContain('title=Refit.Advice');
  });
});

describe('json', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../schemas/recommendations.schema.json', import.meta.url), 'utf8'),
  ) as object;
  const isTime = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text);
  const validate = new Ajv2020({
    strict: true,
    strictTypes: false,
    formats: { 'date-time': isTime },
  }).compile(schema);

  it('has one entry for each running instance, as the schema says', () => {
    const result = JSON.parse(shown('json')) as { recommendations: unknown[] };
    validate(result);
    expect(validate.errors ?? []).toEqual([]);
    expect(result.recommendations).toHaveLength(advice.recommendations.length);
  });

  it('rejects another verdict, and an entry without evidence', () => {
    const [first, ...rest] = (JSON.parse(shown('json')) as { recommendations: object[] }).recommendations;
    const whole = JSON.parse(shown('json')) as object;
    expect(validate({ ...whole, recommendations: [{ ...first, verdict: 'maybe' }, ...rest] })).toBe(false);
    expect(validate({ ...whole, recommendations: [{ ...first, evidence: undefined }, ...rest] })).toBe(false);
  });
});

describe('text', () => {
  it('fits in 80 columns', () => {
    for (const line of shown('text', { width: 80 }).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('counts optimal instances, and lists them with --all', () => {
    const optimal = advice.recommendations.find(({ verdict }) => verdict === 'optimal')!;
    expect(shown('text')).not.toContain(optimal.instance);
    expect(shown('text', { all: true })).toContain(optimal.instance);
  });
});

describe('html', () => {
  it('has a picture for each change, and a place for each instance', () => {
    const html = shown('html');
    const changed = advice.recommendations.filter(({ advised }) => advised !== null);
    expect(html.match(/<svg class="spark"/g)).toHaveLength(changed.length);
    for (const { instance } of changed) expect(html).toContain(`<article id="${instance}"`);
    expect(html.replace(/<script>[\s\S]*?<\/script>/g, '')).not.toMatch(/NaN|undefined|null%/);
  });

  it('has no English left in Chinese', async () => {
    const words = await loadWords('zh');
    const kept = new Set(
      'Refit CPU UTC GB MB cart crs ap guangzhou p maxmemory policy noeviction max refit recommend explain INSTANCE'.split(
        ' ',
      ),
    );
    const text = shown('html', { words })
      .replace(/<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>/g, '')
      .replace(/ aria-label="([^"]*)"/g, '>$1<')
      .replace(/<[^>]*>|&[#\w]+;/g, ' ');
    const left = (text.match(/[A-Za-z]+/g) ?? []).filter((word) => !kept.has(word));
    // The refusal of the provider is a sentence with its code.
    expect(
      [...new Set(left)].filter((word) => !/^(ResourceUnavailable|InstanceStatusError)$/.test(word)),
    ).toEqual([]);
  });

  it('stays small for a large fleet, and says what it left out', () => {
    const html = renderRecommendations(adviceOf('cart', 1500), 'html', WHERE);
    expect(html.match(/<svg class="spark"/g)).toHaveLength(300);
    expect(html).toContain('more instance');
    expect(html.length).toBeLessThan(8_000_000);
  });
});
