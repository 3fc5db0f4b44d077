import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { GENESIS } from '../../src/journal/chain.ts';
import type { EndedBecause, Report } from '../../src/model.ts';
import { rehearseSavedPlan } from '../../src/operations/plans/rehearse-plan.ts';
import { cellText } from '../../src/report/document/table.ts';
import { REHEARSAL_BANNER, rehearsalTables } from '../../src/report/run/describe-rehearsal.ts';
import { REPORT_FORMATS, renderReport } from '../../src/report/run/render-report.ts';
import { verdictOfRun } from '../../src/report/verdict.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { fleet, savedPlan } from './situations.ts';

const PLAIN = { color: false, width: 100 };

/** A rehearsal of six instances, one with two steps. The head is fixed, because it depends on the version. */
async function rehearsed(faults: readonly string[]): Promise<Report> {
  const saved = sealDraft(
    savedPlan([
      ...fleet(5),
      { instance: 'crs-2steps01', wave: 1, changes: [{ memoryPerShard: 8192 }, { replicas: 2 }] },
    ]),
  );
  const { report } = await rehearseSavedPlan(saved, { faults, seeds: 3 });
  return { ...report, head: GENESIS };
}

describe('a rehearsal', () => {
  const report = rehearsed(['lost-answer:0.3', 'failed-task#1']);

  it('matches its golden file, up to the run of the first seed', async () => {
    const [own] = renderReport(await report, 'text', PLAIN).split(/(?<=\nRun of seed 1\n)/);
    await expect(own).toMatchFileSnapshot('golden/a-rehearsal.txt');
  });

  it.each(['text', 'markdown', 'html'] as const)('shows every table in %s', async (format) => {
    const shown = renderReport(await report, format, PLAIN);
    for (const { heading, columns, rows } of rehearsalTables(await report)) {
      expect(shown).toContain(heading);
      for (const row of rows)
        expect(shown.replace(/\s+/g, ' ')).toContain(
          format === 'text' ? cellText(row[0]!) : cellText(row.at(-1)!),
        );
      expect(columns.length).toBe([...rows][0]!.length);
    }
  });

  it('without faults has no effects of faults', async () => {
    const text = renderReport(await rehearsed([]), 'text', PLAIN);
    expect(text).toMatch(/^ {2}faults +none$/m);
    expect(text).not.toContain('Effects of the faults');
  });

  it('fits the report schema without extra keys', async () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
      (_, value) =>
        typeof value === 'object' && value !== null && 'properties' in value && 'required' in value
          ? { ...value, additionalProperties: false }
          : value,
    );
    const ajv = new Ajv2020({ strictTypes: false, formats: { 'date-time': true } });
    const validate = ajv.compile(schema);
    validate(JSON.parse(renderReport(await report, 'json', PLAIN)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('is marked as a rehearsal in every format', async () => {
    const shown = new Map<string, string>();
    for (const format of REPORT_FORMATS) shown.set(format, renderReport(await report, format, PLAIN));
    const flat = (text: string) => text.replace(/\s+/g, ' ');
    for (const format of ['text', 'markdown', 'html'])
      expect(flat(shown.get(format)!).split(REHEARSAL_BANNER).length, format).toBe(3);
    expect(shown.get('json')).toMatch(/^\{\n {2}"format": "refit.report\/1",\n {2}"rehearsal": true,/);
    const [head, ...rows] = shown.get('csv')!.trimEnd().split('\r\n');
    expect(head).toMatch(/^rehearsal,step,/);
    for (const row of rows) expect(row).toMatch(/^REHEARSAL,/);
    for (const text of shown.values()) {
      expect(text).not.toContain('Journal head');
      expect(text).not.toContain('refit audit verify');
      expect(text).not.toMatch(/\brefit (apply|reconcile|status) /);
    }
    expect(shown.get('html')).toContain(
      '<title>double-eleven-headroom: rehearsal, not an audit report</title>',
    );
  });
});

describe('the headline of a rehearsal counts the runs of all seeds', () => {
  const steps = { verified: 0, failed: 0, refused: 0, drifted: 0, skipped: 0, unknown: 0, 'not-run': 0 };
  const end = (because: EndedBecause, runs: number) => ({ because, message: null, runs, notRun: 0 });
  const cases: [string, readonly ReturnType<typeof end>[], Partial<typeof steps>, string, string][] = [
    [
      'some halted',
      [end('done', 5), end('halted', 5)],
      { verified: 55, failed: 5 },
      'REHEARSED, HALTED IN 5 OF 10',
      'bad',
    ],
    [
      'two causes',
      [end('halted', 4), end('finish-by', 6)],
      { verified: 60 },
      'REHEARSED, HALTED IN 4 OF 10, OUT OF TIME IN 6 OF 10',
      'bad',
    ],
    ['none stopped', [end('done', 10)], { verified: 60 }, 'REHEARSED, VERIFIED', 'good'],
    ['some refused', [end('done', 10)], { verified: 50, refused: 10 }, 'REHEARSED, NOT ALL VERIFIED', 'warn'],
  ];
  it.each(cases)('%s', async (_, ended, totals, word, tone) => {
    const report = await rehearsed([]);
    const { seeds, all } = report.rehearsed!;
    const other = {
      ...report.rehearsed!,
      seeds: { ...seeds, count: 10 },
      all: { ...all, ended, totals: { ...steps, ...totals } },
    };
    expect(verdictOfRun({ ...report, rehearsed: other })).toMatchObject({ word, tone, next: null });
  });
});
