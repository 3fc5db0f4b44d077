/**
 * The HTML report of 2,000 steps: milliseconds from opening the file to the moment at which its filter answers, against
 * the same page without a script, and its making, against JSON of the same report. Called by main.ts.
 */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { buildReport } from '../src/report/run/build-report.ts';
import { renderReport } from '../src/report/run/render-report.ts';
import { longRun } from '../test/report/long-run.ts';
import { type Row, rounds, timed } from './measure.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const { saved, entries } = longRun(2000);
const plain = { color: false, width: 100 };

/** Makes the page from plan and journal. */
export const makePage = (): string => renderReport(buildReport(saved, entries), 'html', plain);

/** Makes the same report as JSON: the floor. */
export const makeJson = (): string => renderReport(buildReport(saved, entries), 'json', plain);

/** Opens pages in one browser that has been started before. Null where there is none. */
export async function openPages(): Promise<{
  /** Milliseconds until somebody can filter. */
  interactive(): Promise<number>;
  /** Milliseconds until the same rows without script are shown. */
  bare(): Promise<number>;
  close(): Promise<void>;
} | null> {
  if (CHROMIUM === undefined) return null;
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-page-'));
  const html = makePage();
  const files = { page: join(folder, 'page.html'), bare: join(folder, 'bare.html') };
  writeFileSync(files.page, html);
  writeFileSync(files.bare, html.replace(/<script>[\s\S]*<\/script>/, ''));
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  // By the page's own clock, so that the way to the browser does not count.
  const ready = async (file: string, wanted: string): Promise<number> => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    await page.waitForFunction(wanted);
    const took = await page.evaluate<number>(
      "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd",
    );
    await page.close();
    return took;
  };
  return {
    interactive: () => ready(files.page, "document.querySelector('form.tools output').textContent !== ''"),
    bare: () => ready(files.bare, "document.querySelectorAll('#steps tbody tr').length === 2000"),
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The page of 2,000 steps made from plan and journal. */
export function pageMade(): Promise<Row> {
  return rounds(
    () => timed(makePage),
    () => timed(makeJson),
    { name: 'report: page of 2,000 steps made', unit: 'ms', floorIs: 'the same report as JSON' },
  );
}

/** The page of 2,000 steps opened, until its filter answers; nothing where there is no browser. */
export async function pageOpened(): Promise<readonly Row[]> {
  const pages = await openPages();
  if (pages === null) return [];
  try {
    const row = await rounds(pages.interactive, pages.bare, {
      name: 'report: page of 2,000 steps opened, until it can be filtered',
      unit: 'ms',
      floorIs: 'the same page without its script',
    });
    return [row];
  } finally {
    await pages.close();
  }
}
