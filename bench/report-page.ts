/**
 * The HTML report of 2,000 steps. Measures the time to open it until its filter works, compared with the same page without
 * a script. Measures the time to render it, compared with JSON of the same report.
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

/** Renders the page from plan and journal. */
export const makePage = (): string => renderReport(buildReport(saved, entries), 'html', plain);

/** Renders the same report as JSON: the floor. */
export const makeJson = (): string => renderReport(buildReport(saved, entries), 'json', plain);

/** Opens pages in a running browser; null if there is no browser. */
export async function openPages(): Promise<{
  /** Milliseconds until the filter works. */
  interactive(): Promise<number>;
  /** Milliseconds until the page without a script shows its rows. */
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
  // Measured with the clock of the page, so that the connection to the browser does not count.
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

/** Rendering the page of 2,000 steps. */
export function pageMade(): Promise<Row> {
  return rounds(
    () => timed(makePage),
    () => timed(makeJson),
    { name: 'report: page of 2,000 steps made', unit: 'ms', floorName: 'the same report as JSON' },
  );
}

/** Opening the page of 2,000 steps until its filter works; empty if there is no browser. */
export async function pageOpened(): Promise<readonly Row[]> {
  const pages = await openPages();
  if (pages === null) return [];
  try {
    const row = await rounds(pages.interactive, pages.bare, {
      name: 'report: page of 2,000 steps opened, until it can be filtered',
      unit: 'ms',
      floorName: 'the same page without its script',
    });
    return [row];
  } finally {
    await pages.close();
  }
}
