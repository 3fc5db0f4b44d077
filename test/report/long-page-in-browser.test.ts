/** The HTML report of 2,000 steps in a real browser: no errors or requests, usable by keyboard and screen reader. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadWords } from '../../src/messages/languages.ts';
import { HOURLY, type Report, USAGE_METRICS } from '../../src/model.ts';
import { renderBacktest } from '../../src/report/recommend/render-backtest.ts';
import { renderExplanation } from '../../src/report/recommend/render-explanation.ts';
import { renderRecommendations } from '../../src/report/recommend/render-recommendations.ts';
import { renderReview } from '../../src/report/review/render-review.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { renderReport } from '../../src/report/run/render-report.ts';
import { renderUsage } from '../../src/report/usage/render-usage.ts';
import { shownUsage } from '../../src/report/usage/shown-usage.ts';
import { DAY } from '../../src/units.ts';
import { adviceOf, backtestOf, explanationOf } from '../recommend/advice.ts';
import { longRun } from './long-run.ts';
import { HOSTILE, REVIEWS, SITUATIONS, type Situation } from './situations.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Milliseconds for one action of the browser, which is slow on a busy machine. */
const PATIENCE = 500_000;
const STEPS = 2000;

/** The parts of an element and of the page that the tests use. */
interface Element {
  readonly dataset: Readonly<Record<string, string>>;
  readonly hidden: boolean;
  readonly cells: readonly Element[];
}
interface Surroundings {
  getComputedStyle(one: unknown): { getPropertyValue(name: string): string };
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** The elements of a page that end outside of the screen or of their own cell. Charts have frames that scroll. */
const CUT_OFF = `[...document.querySelectorAll('body *')].filter((one) => !one.closest('.scroll') &&
  (one.getBoundingClientRect().right > innerWidth + 1 || (one.matches('td') && one.scrollWidth > one.clientWidth + 1)))
  .map((one) => one.outerHTML.slice(0, 100))`;

/** The violations that axe finds on a page, one a line. */
async function violations(page: Page): Promise<string[]> {
  // The debugger runs axe, because the page's policy allows no other script.
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: readonly Violation[] }> };
    };
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary}`);
}

/** The use of an instance over four weeks, with gaps and a resize. Its store has a hostile name. */
function usageOfMonth() {
  const from = Date.UTC(2026, 10, 1, 16);
  const until = from + 28 * DAY;
  const values = Array.from({ length: 28 * 24 }, (_, hour) =>
    hour % 97 < 2 ? null : 40 + (hour % 24) + (hour % 7) / 10,
  );
  const series = USAGE_METRICS.map(({ name }) => {
    return { instance: 'crs-5qlrlhux', metric: name, period: HOURLY, from, values } as const;
  });
  const size = { memoryPerShard: 4096, shards: 3, replicas: 1 };
  const sizes = [
    { size, from, until: from + 9 * DAY },
    { size: { ...size, shards: 5 }, from: from + 10 * DAY, until },
  ];
  const usage = { instance: 'crs-5qlrlhux', series, sizes };
  return shownUsage(usage, { from, until }, [], { provider: 'p', store: HOSTILE });
}

describe.skipIf(CHROMIUM === undefined)('the HTML report in Chromium', () => {
  let browser: Browser;
  let folder: string;
  let report: Report;
  let page: Page;
  const pageErrors: string[] = [];

  const textOf = ({ saved, entries }: Situation) =>
    renderReport(buildReport(saved, entries), 'html', { color: false, width: 100 });

  async function open(name: string, html: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, html);
    const opened = await browser.newPage({ colorScheme });
    opened.setDefaultTimeout(PATIENCE);
    opened.on('console', (message) => pageErrors.push(`console: ${message.text()}`));
    opened.on('pageerror', (error) => pageErrors.push(`error: ${error.message}`));
    opened.on('dialog', (dialog) => {
      pageErrors.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    opened.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) pageErrors.push(`request: ${request.url()}`);
    });
    await opened.goto(pathToFileURL(file).href);
    return opened;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'refit-long-page-'));
    browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    // Hostile names, and prices so that every chart has data.
    const { saved, entries } = longRun(STEPS);
    const situation = {
      saved: {
        ...saved,
        preconditions: saved.preconditions.map((one, at) =>
          at % 50 === 7 ? { ...one, name: HOSTILE } : one,
        ),
      },
      entries,
    };
    report = buildReport(situation.saved, situation.entries);
    const html = textOf(situation);
    expect(html.length).toBeLessThan(3_000_000);
    page = await open('long', html);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it(`of ${STEPS} steps has charts with the figures of report.json, also for screen readers`, async () => {
    const data = (id: string) =>
      page.locator(`#${id}-p`).evaluate((svg) => ({ ...(svg as unknown as Element).dataset }));
    const spoken = (id: string) => page.locator(`#${id}-d`).textContent();
    const texts = (values: object) =>
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
    const { 'not-run': notRun, ...totals } = report.totals;
    expect(await data('outcomes')).toEqual(texts({ ...totals, notRun }));
    expect(await spoken('outcomes')).toBe('1,980 verified, 20 failed');
    expect(await data('memory')).toEqual(texts(report.memory));
    expect(await data('money-0')).toEqual(
      texts({ quoted: report.money.quoted[0]!.amount, verified: report.money.verified[0]!.amount }),
    );
    expect(await data('timeline')).toEqual({ steps: String(STEPS), waves: '2' });
    expect(await data('durations')).toMatchObject({ steps: String(STEPS) });
    const calls = await page.locator('#calls-p [data-action]').evaluateAll((strips) =>
      strips.map((strip) => {
        const { action, calls, refused } = (strip as unknown as Element).dataset;
        return [action, { count: Number(calls), refusedByLimit: Number(refused) }];
      }),
    );
    expect(Object.fromEntries(calls)).toEqual(report.calls);
    expect(await page.locator('#timeline-p rect.o').count()).toBe(STEPS);
  });

  it(`of ${STEPS} steps can be filtered and sorted by keyboard`, async () => {
    const rows = page.locator('#steps tbody tr');
    const shown = () =>
      rows.evaluateAll((all) => all.filter((row) => !(row as unknown as Element).hidden).length);
    const summary = () => page.locator('form.tools output').textContent();
    expect(await summary()).toBe('2,000 of 2,000 shown');
    await page.locator('form.tools input').focus();
    await page.keyboard.type('feed-0099');
    expect([await shown(), await summary()]).toEqual([1, '1 of 2,000 shown']);
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Tab');
    await page.keyboard.press('End');
    expect([await shown(), await summary()]).toEqual([20, '20 of 2,000 shown']);
    await page.keyboard.press('Home');
    expect(await shown()).toBe(STEPS);
    // The next stops are the frame of the table and its column heads.
    const focused = () => page.evaluate<string>("document.activeElement?.textContent?.slice(0, 20) ?? ''");
    for (let tabs = 0; tabs < 12 && (await focused()) !== 'Duration'; tabs++)
      await page.keyboard.press('Tab');
    expect(await focused()).toBe('Duration');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    const head = page.locator('#steps thead th', { hasText: 'Duration' });
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    const took = await rows.evaluateAll((all) =>
      all.map((row) => Number((row as unknown as Element).cells[5]!.dataset.v)),
    );
    expect(took).toEqual([...took].sort((a, b) => b - a));
    expect(new Set(took).size).toBeGreaterThan(5);
  });

  it(`of ${STEPS} steps is accessible according to axe`, async () => {
    // Ten rows, one of them failed, have all the colours. The other rows are hidden, because axe checks each pixel.
    await page.locator('form.tools input').fill('feed-009');
    await page.locator('form.tools').getByLabel('Outcome').selectOption('');
    expect(await page.locator('form.tools output').textContent()).toBe('10 of 2,000 shown');
    expect(await violations(page)).toEqual([]);
    await page.locator('form.tools input').fill('');
  });

  it('keeps its filters in the address, and the address opens them again', async () => {
    const address = () => page.evaluate<string>('location.hash');
    const tools = page.locator('form.tools');
    await tools.locator('input').fill('feed-1');
    await tools.getByLabel('Outcome').selectOption('failed');
    await tools.getByLabel('Wave').selectOption('rest');
    expect(await tools.locator('output').textContent()).toBe('10 of 2,000 shown');
    expect(await address()).toBe('#steps.find=feed-1&steps.outcome=failed&steps.wave=rest');
    const { pathname } = new URL(page.url());
    const again = await browser.newPage();
    await again.goto(`file://${pathname}#steps.outcome=failed&steps.wave=rest&steps.find=feed-1`);
    expect(await again.locator('form.tools output').textContent()).toBe('10 of 2,000 shown');
    // Print says what is left out.
    await again.emulateMedia({ media: 'print' });
    expect(await again.locator('form.tools label').first().isVisible()).toBe(false);
    expect(await again.locator('form.tools output').isVisible()).toBe(true);
    expect(await again.locator('form.tools output').getAttribute('data-by')).toBe(
      'find feed-1, outcome failed, wave rest',
    );
    await again.close();
    await tools.locator('input').fill('');
    await tools.getByLabel('Outcome').selectOption('');
    await tools.getByLabel('Wave').selectOption('');
    expect(await address()).toBe('');
  });

  it('has an address for each row, which shows the row below the sticky heading', async () => {
    const { id } = report.steps[1234]!;
    await page.locator('form.tools').getByLabel('Outcome').selectOption('failed');
    await page.evaluate(`location.hash = ${JSON.stringify(id)}`);
    const row = page.locator('tr:target');
    await row.waitFor();
    const boxes = [await row.boundingBox(), await page.locator('#steps thead th').first().boundingBox()];
    expect(boxes[1]!.y).toBeCloseTo(0, 0);
    expect(boxes[0]!.y).toBeGreaterThanOrEqual(boxes[1]!.height);
    expect(boxes[0]!.y).toBeLessThan(400);
    expect(await page.locator('form.tools output').textContent()).toBe('2,000 of 2,000 shown');
    await page.evaluate("location.hash = ''");
  });

  it('shows the steps that need attention first, each with a link to its row', async () => {
    const first = page.locator('table').first();
    expect(await first.locator('caption').textContent()).toBe('Needs attention');
    await first.locator('a').first().click();
    expect(await page.locator('tr:target').textContent()).toContain('failed');
    await page.evaluate("location.hash = ''");
  });

  it.each([1200, 1001, 390])('cuts nothing off on a screen %i pixels wide', async (width) => {
    const opened = await browser.newPage({ viewport: { width, height: 800 } });
    const pages: [string, string][] = [
      ...Object.entries(SITUATIONS).map(([name, own]): [string, string] => [name, textOf(own())]),
      ...Object.entries(REVIEWS).map(([name, own]): [string, string] => [
        name,
        renderReview(own(), 'html', { color: false, width: 100, all: true }),
      ]),
    ];
    for (const [name, html] of pages) {
      const file = join(folder, 'narrow.html');
      writeFileSync(file, html);
      await opened.goto(pathToFileURL(file).href);
      expect(await opened.evaluate(CUT_OFF), name).toEqual([]);
      if (width === 390 && name in REVIEWS) expect(await violations(opened), name).toEqual([]);
    }
    await opened.close();
  });

  it.each(Object.keys(SITUATIONS).map((name, at) => [name, at % 2 === 0 ? 'light' : 'dark'] as const))(
    '%s in %s mode is accessible according to axe',
    async (name, scheme) => {
      const opened = await open(name, textOf(SITUATIONS[name]!()), scheme);
      expect(await violations(opened)).toEqual([]);
      await opened.close();
    },
  );

  it.each([
    ['en', 'light', 1440],
    ['zh', 'dark', 390],
  ] as const)(
    'the history of use in %s, %s, %i pixels wide, shows the newest hours',
    async (language, scheme, width) => {
      const words = await loadWords(language);
      const opened = await open(
        `use-${language}`,
        renderUsage(usageOfMonth(), 'html', { color: false, width: 100, words }),
        scheme,
      );
      await opened.setViewportSize({ width, height: 900 });
      expect(await opened.evaluate(CUT_OFF)).toEqual([]);
      expect(await violations(opened)).toEqual([]);
      const rightEnds = await opened
        .locator('.peaks svg')
        .evaluateAll((all) =>
          all.map(
            (svg) =>
              (svg as unknown as { getBoundingClientRect(): { right: number } }).getBoundingClientRect()
                .right,
          ),
        );
      expect(rightEnds).toHaveLength(USAGE_METRICS.length);
      for (const end of rightEnds) expect(Math.abs(end - rightEnds[0]!)).toBeLessThan(1);
      expect(rightEnds[0]).toBeLessThanOrEqual(width);
      await opened.close();
    },
  );

  it.each([
    ['en', 'light', 1440],
    ['zh', 'dark', 390],
  ] as const)(
    'advice about sizes in %s, %s, %i pixels wide, is whole and accessible',
    async (language, scheme, width) => {
      const words = await loadWords(language);
      const where = {
        color: false,
        width: 100,
        all: false,
        command: 'refit recommend --explain INSTANCE',
        words,
      };
      const pages = {
        advice: renderRecommendations(adviceOf(HOSTILE), 'html', where),
        explanation: renderExplanation(explanationOf(HOSTILE), 'html', where),
        backtest: renderBacktest(backtestOf(), 'html', where),
      };
      for (const [name, html] of Object.entries(pages)) {
        const opened = await open(`${name}-${language}`, html, scheme);
        await opened.setViewportSize({ width, height: 900 });
        expect(await opened.evaluate(CUT_OFF), name).toEqual([]);
        expect(await violations(opened), name).toEqual([]);
        await opened.close();
      }
    },
  );

  it('axe reports text that is too pale', async () => {
    const opened = await open('pale', textOf(SITUATIONS['a-halted-run']!()));
    await opened.evaluate("document.querySelector('h1').style.color = '#bbb'");
    expect(await violations(opened)).toEqual([expect.stringMatching(/^color-contrast: <bdi/)]);
    await opened.close();
  });

  it('prints every step, without the controls of the screen', async () => {
    const opened = await open('print', textOf(SITUATIONS['a-halted-run']!()), 'dark');
    await opened.emulateMedia({ media: 'print' });
    const style = (selector: string, property: string) =>
      opened
        .locator(selector)
        .evaluate(
          (one, name) => (globalThis as unknown as Surroundings).getComputedStyle(one).getPropertyValue(name),
          property,
        );
    expect(await style('form.tools', 'display')).toBe('none');
    expect(await style('body', 'background-color')).toBe('rgb(255, 255, 255)');
    expect(await style('body', 'color')).toBe('rgb(0, 0, 0)');
    expect((await opened.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    await opened.close();
  });

  it('no page failed, used the network, or executed a hostile name', () => {
    expect(pageErrors).toEqual([]);
  });
});
