import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import type { ReportFormat } from '../../src/report/render-report.ts';
import { REPORT_FORMATS, renderReport } from '../../src/report/render-report.ts';
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
  it('a priced run, in every other format', async () => {
    for (const format of REPORT_FORMATS) await check('a-priced-run-with-a-failure-and-a-refusal', format);
  });
  it('a run full of hostile text, in every other format', async () => {
    for (const format of REPORT_FORMATS) await check('a-run-full-of-hostile-text', format);
  });
});
