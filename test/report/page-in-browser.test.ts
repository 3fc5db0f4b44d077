import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadWords } from '../../src/messages/languages.ts';
import { english } from '../../src/messages/words.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { renderReport } from '../../src/report/run/render-report.ts';
import { fleet, JournalWriter, SITUATIONS, type Situation, savedPlan } from './situations.ts';

/** The page in a real browser. Without a browser the tests are skipped, unless all tests are required. */
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const demanded = process.env.REFIT_REQUIRE_ALL === '1';

it.runIf(demanded)('the browser for the page tests is installed', () => {
  expect(CHROMIUM, 'apt-get install chromium').toBeDefined();
});

function manySteps(): Situation {
  const saved = savedPlan(fleet(300));
  let journal = new JournalWriter(saved).start().wave('wave-started', 0);
  for (const { id } of saved.steps) journal = journal.ask(id).accept(id);
  return { saved, entries: journal.entries };
}

describe.skipIf(CHROMIUM === undefined)('the HTML report in Chromium', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'refit-page-'));
    browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the report of a situation and collects errors, dialogs and requests of the page. */
  async function open(
    { saved, entries }: Situation,
    words = english,
  ): Promise<{ page: Page; pageErrors: string[] }> {
    const file = join(folder, 'report.html');
    const report = buildReport(saved, entries, words);
    writeFileSync(file, renderReport(report, 'html', { color: false, width: 100, words }));
    const page = await browser.newPage();
    const pageErrors: string[] = [];
    page.on('console', (message) => pageErrors.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => pageErrors.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      pageErrors.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) pageErrors.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    return { page, pageErrors };
  }

  it.each(Object.keys(SITUATIONS))('%s opens without errors, requests or executed text', async (name) => {
    const { page, pageErrors } = await open(SITUATIONS[name]!());
    expect(await page.locator('h1').count()).toBe(1);
    expect(pageErrors).toEqual([]);
    await page.close();
  });

  it('filters in Chinese, and keeps the English names in its address', async () => {
    const situation = SITUATIONS['a-priced-run-with-a-failure-and-a-refusal']!();
    const { page, pageErrors } = await open(situation, await loadWords('zh'));
    const tools = page.locator('form.tools');
    await tools.getByLabel('结果').selectOption({ label: '失败' });
    expect(await page.locator('#steps tbody tr').locator('visible=true').count()).toBe(1);
    expect(await tools.locator('output').textContent()).toBe('显示 1 / 4 行');
    expect(await tools.locator('output').getAttribute('data-by')).toBe('结果 失败');
    expect(await page.evaluate<string>('location.hash')).toBe('#steps.outcome=failed');
    expect(pageErrors).toEqual([]);
    await page.close();
  });

  it('filters its steps by typing and sorts them by keyboard', async () => {
    const { page, pageErrors } = await open(manySteps());
    const tools = page.locator('form.tools').first();
    const rows = page.locator(`#${await tools.getAttribute('data-for')} tbody tr`);
    const all = await rows.count();
    expect(all).toBeGreaterThanOrEqual(300);

    const id = /crs-[a-z0-9]+/.exec(await rows.nth(7).innerText())![0];
    await tools.locator('input').focus();
    await page.keyboard.type(id);
    expect(await rows.locator('visible=true').count()).toBeLessThan(all);
    expect(await rows.locator('visible=true').first().innerText()).toContain(id);

    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    const head = page.locator(`#${await tools.getAttribute('data-for')} thead th`).nth(1);
    await head.locator('button').focus();
    await page.keyboard.press('Enter');
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    const first = (await rows.allInnerTexts())[0];
    await page.keyboard.press('Enter');
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    expect((await rows.allInnerTexts()).at(-1)).toBe(first);
    expect(pageErrors).toEqual([]);
    await page.close();
  });

  it('shows the totals of report.json', async () => {
    const situation = SITUATIONS['a-priced-run-with-a-failure-and-a-refusal']!();
    const { totals } = buildReport(situation.saved, situation.entries);
    const { page } = await open(situation);
    const text = await page.locator('body').innerText();
    for (const [outcome, count] of Object.entries(totals)) {
      expect(text).toContain(`${count} ${outcome === 'not-run' ? 'not run' : outcome}`);
    }
    await page.close();
  });
});
