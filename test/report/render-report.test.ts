import { describe, expect, it } from 'vitest';
import { cellText } from '../../src/report/document/table.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { REPORT_FORMATS, type ReportFormat, renderReport } from '../../src/report/run/render-report.ts';
import { CSV_COLUMNS } from '../../src/report/run/report-csv.ts';
import { tablesOfRun } from '../../src/report/run/tables.ts';
import { verdictOfRun } from '../../src/report/verdict.ts';
import { longRun } from './long-run.ts';
import { htmlOf, tablesOf, textOf as textOfHtml } from './read-renderings.ts';
import { SITUATIONS } from './situations.ts';

const FILE_NAMES: Readonly<Record<ReportFormat, string>> = {
  text: 'txt',
  json: 'json',
  markdown: 'md',
  html: 'html',
  csv: 'csv',
};

const reportOf = (name: string) => {
  const { saved, entries } = SITUATIONS[name]!();
  return buildReport(saved, entries);
};

describe('a priced run with a failure and a refusal', () => {
  const name = 'a-priced-run-with-a-failure-and-a-refusal';

  it.each(REPORT_FORMATS)('matches its golden file: %s', async (format) => {
    const text = renderReport(reportOf(name), format, { color: false, width: 80 });
    await expect(text).toMatchFileSnapshot(`golden/${name}.${FILE_NAMES[format]}`);
  });
});

describe('the verdict of a run has a word and a sentence', () => {
  it.each([
    ['a-small-run-all-verified', 'VERIFIED', '4 of 4 steps verified', null],
    [
      'a-priced-run-with-a-failure-and-a-refusal',
      'NOT ALL VERIFIED',
      '2 of 4 steps verified; 1 failed, 1 refused',
      null,
    ],
    [
      'a-halted-run',
      'HALTED',
      '3 steps failed, the plan allows no more than 2 (failed > 2); 3 of 9 steps verified; 3 failed, 3 not run',
      'refit apply RUN/plan.json --run-dir RUN --endpoint https://redis.tencentcloudapi.com',
    ],
    [
      'a-run-in-progress',
      'NOT ENDED',
      'the run is in progress, or its process died; 1 of 4 steps verified; 2 ordered, no end recorded yet; 1 not run',
      'refit status RUN',
    ],
    [
      'a-resumed-run-with-an-unknown',
      'UNKNOWN',
      '2 of 4 steps verified; 1 skipped, 1 unknown; 1 step is unknown (unknown > 0)',
      'refit reconcile RUN --endpoint https://redis.tencentcloudapi.com',
    ],
    ['a-plan-without-a-journal', 'NOT STARTED', 'the run has not started; 0 of 4 steps have run', null],
    [
      'a-run-whose-processes-died',
      'NOT ENDED',
      'the run is in progress, or its process died; 1 of 4 steps verified; 2 ordered, no end recorded yet; 1 not run',
      'refit status RUN',
    ],
  ])('%s', (name, word, sentence, next) => {
    expect(verdictOfRun(reportOf(name))).toMatchObject({ word, sentence, next });
  });
});

describe.each(Object.keys(SITUATIONS))('%s', (name) => {
  const report = reportOf(name);
  const { word } = verdictOfRun(report);
  const tables = tablesOfRun(report).filter(({ rows }) => rows.length > 0);

  it.each(['text', 'markdown', 'html'] as const)('shows its verdict and every heading in %s', (format) => {
    const shown = renderReport(report, format, { color: false, width: 200 });
    expect(shown).toContain(word);
    // The page shows urgent steps in its table of steps, and the terminal shows an ordinary process in the facts.
    const elsewhere = { text: ['processes'], markdown: [], html: ['attempts'] }[format] as string[];
    for (const { id, heading } of tables) if (!elsewhere.includes(id)) expect(shown, id).toContain(heading);
  });

  it('shows every row of its tables in Markdown, with the same titles', () => {
    const shown = tablesOf(htmlOf(renderReport(report, 'markdown', { color: false, width: 100 })));
    expect(shown.map(({ rows }) => rows.length)).toEqual(tables.map(({ rows }) => rows.length));
    for (const [at, { columns }] of tables.entries())
      expect(shown[at]!.head).toEqual(columns.filter((one) => one.in !== 'page').map(({ title }) => title));
  });

  it('shows every cell of its tables on the HTML page', () => {
    const html = renderReport(report, 'html', { color: false, width: 100 });
    for (const { id, rows } of tables.filter((one) => one.id !== 'attempts')) {
      const body = html.split(`<table id="${id}">`)[1]!.split('</table>')[0]!.split('<tbody>')[1]!;
      const shown = [...body.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row]) => textOfHtml(row!));
      expect(shown.length).toBe(rows.length);
      if (name === 'a-run-full-of-hostile-text') continue;
      for (const [at, row] of [...rows].entries())
        for (const cell of row)
          if (typeof cell !== 'object' || cell?.kind !== 'excerpt')
            for (const part of cellText(cell).split(' ')) expect(shown[at]).toContain(part);
    }
  });
});

describe('a run of 2,000 steps', () => {
  const { saved, entries } = longRun(2000);
  const report = buildReport(saved, entries);

  it('shows its first rows as text and says where the others are', () => {
    const text = renderReport(report, 'text', { color: false, width: 100 });
    expect(text.split('\n').filter((line) => /^ {2}[✓✗] /.test(line)).length).toBe(20 + 100);
    expect(text).toContain('\n  1,900 more rows: the HTML and JSON reports show all rows\n');
    expect(text.split('\n').length).toBeLessThan(200);
  });

  it('fills a comment as Markdown and counts the missing rows', () => {
    const markdown = renderReport(report, 'markdown', { color: false, width: 100 });
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(65_536);
    expect(Buffer.byteLength(markdown)).toBeGreaterThan(60_000);
    expect(markdown).toMatch(
      /\*\*1,[\d]{3} of 2,000 rows are not shown\.\*\* The HTML and JSON reports show all rows/,
    );
  });

  it('is complete as CSV', () => {
    // The header, a record for the policy, and the empty rest after the last line.
    expect(renderReport(report, 'csv', { color: false, width: 100 }).split('\r\n')).toHaveLength(2000 + 3);
  });
});

describe('CSV has the requested columns', () => {
  const { saved, entries } = SITUATIONS['a-priced-run-with-a-failure-and-a-refusal']!();
  const csv = (columns?: readonly string[]) =>
    renderReport(buildReport(saved, entries), 'csv', {
      color: false,
      width: 100,
      ...(columns ? { columns } : {}),
    });

  it('in the requested order, and all columns by default', () => {
    const [head, first] = csv(['outcome', 'step', 'waited_change_seconds']).split('\r\n');
    expect([head, first]).toEqual([
      'outcome,step,waited_change_seconds',
      `verified,${saved.steps[0]!.id},180`,
    ]);
    expect(csv().split('\r\n')[0]!.split(',')).toEqual(CSV_COLUMNS);
  });
});

describe('a short report of 2,000 steps', () => {
  const { saved, entries } = longRun(2_000);
  const short = renderReport(buildReport(saved, entries), 'text', {
    color: false,
    width: 100,
    isShort: true,
  });

  it('fits on a screen, with the verdict and the steps that need attention first', () => {
    const lines = short.split('\n');
    expect(lines.length).toBeLessThan(50);
    expect(lines[1]).toMatch(/^NOT ALL VERIFIED {2}1,980 of 2,000 steps verified; 20 failed/);
    expect(short).toMatch(/^Needs attention$/m);
    expect(short).toMatch(/10 more rows: the HTML and JSON reports show all rows/);
  });

  it('names no verified step', () => {
    expect(short).not.toContain('✓ verified');
  });
});
