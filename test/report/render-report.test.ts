import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/run/build-report.ts';
import { REPORT_FORMATS, type ReportFormat, renderReport } from '../../src/report/run/render-report.ts';
import { CSV_COLUMNS } from '../../src/report/run/report-csv.ts';
import { longRun } from './long-run.ts';
import { SITUATIONS } from './situations.ts';

const FILE_NAMES: Readonly<Record<ReportFormat, string>> = {
  text: 'txt',
  json: 'json',
  markdown: 'md',
  html: 'html',
  csv: 'csv',
};

/** The picture of a situation in a format, compared with its golden file; `vitest -u` rewrites it. */
async function check(name: string, format: ReportFormat, width = 100, suffix = ''): Promise<void> {
  const { saved, entries } = SITUATIONS[name]!();
  const text = renderReport(buildReport(saved, entries), format, { color: false, width });
  await expect(text).toMatchFileSnapshot(`golden/${name}${suffix}.${FILE_NAMES[format]}`);
}

describe('every situation reads as its golden file', () => {
  for (const name of Object.keys(SITUATIONS)) {
    it(`${name.replaceAll('-', ' ')}, as text`, () => check(name, 'text'));
  }
  it('a resumed run with an unknown, as text of 80 columns', () =>
    check('a-resumed-run-with-an-unknown', 'text', 80, '-narrow'));
  it('a small run, as text of 60 columns: the numbers of its orders stand under the steps, whole', () =>
    check('a-small-run-all-verified', 'text', 60, '-narrow'));
  for (const name of Object.keys(SITUATIONS)) {
    it(`${name.replaceAll('-', ' ')}, in every other format`, async () => {
      for (const format of REPORT_FORMATS.filter((one) => one !== 'text')) await check(name, format);
    });
  }

  it('a run of 2,000 steps, of which text and Markdown show the beginning and say where the rest is', async () => {
    const { saved, entries } = longRun(2000);
    const report = buildReport(saved, entries);
    for (const format of ['text', 'markdown'] as const) {
      const text = renderReport(report, format, { color: false, width: 100 });
      await expect(text).toMatchFileSnapshot(`golden/a-run-of-2000-steps.${FILE_NAMES[format]}`);
      expect(text).toMatch(/1,?\d* more steps?|The HTML, CSV and JSON reports hold them all/);
      expect(text.split('\n').length).toBeLessThan(1000);
    }
    const rows = renderReport(report, 'csv', { color: false, width: 100 }).split('\r\n');
    expect(rows).toHaveLength(2000 + 2);
  });
});

describe('CSV has the columns that are asked for', () => {
  const { saved, entries } = SITUATIONS['a-priced-run-with-a-failure-and-a-refusal']!();
  const csv = (columns?: readonly string[]) =>
    renderReport(buildReport(saved, entries), 'csv', {
      color: false,
      width: 100,
      ...(columns ? { columns } : {}),
    });

  it('in their order, and all of them where nobody asks', () => {
    const [head, first] = csv(['outcome', 'step', 'waited_change_seconds']).split('\r\n');
    expect([head, first]).toEqual([
      'outcome,step,waited_change_seconds',
      `verified,${saved.steps[0]!.id},180`,
    ]);
    expect(csv().split('\r\n')[0]!.split(',')).toEqual(CSV_COLUMNS);
  });
});
