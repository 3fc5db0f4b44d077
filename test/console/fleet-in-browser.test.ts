/** The fleet in Chromium: a table of 100,000 rows, filters in the address, the map by keyboard, and what to plan. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { inventoryOf } from '../../bench/inventory.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { JournalWriter, savedPlan } from '../report/situations.ts';
import { CHROMIUM, cutOff, PATIENCE, startBrowser, violations } from './console-page.ts';
import { playedStore } from './played-store.ts';
import { pagesOf, startTestConsole, type TestConsole } from './test-console.ts';

const HOSTILE = '<img src=x onerror=document.title="owned">\u202e';

/** A run that changed the first instance once, and failed to change it again. */
const PLAN = savedPlan([
  { instance: 'crs-00000000', name: 'cart-0', changes: [{ memoryPerShard: 8192 }, { replicas: 2 }] },
]);
const [GROWN, COPIED] = PLAN.steps.map(({ id }) => id) as [string, string];
const RUN = new JournalWriter(PLAN)
  .start({ user: 'wei', host: 'ops-1', pid: 1 })
  .ask(GROWN)
  .accept(GROWN)
  .after(60)
  .end(GROWN, 'verified')
  .ask(COPIED)
  .accept(COPIED)
  .after(30)
  .end(COPIED, 'failed', { code: 'Refit.TaskFailed', what: 'its task failed' }).entries;

describe.skipIf(CHROMIUM === undefined)('the fleet in Chromium', () => {
  let folder: string;
  let at: TestConsole;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'refit-fleet-'));
    const inventory = inventoryOf(100_000);
    const [first, ...others] = inventory.instances;
    const used = { total: 1_000, fullestShard: null, source: 'MemUtil', readAt: inventory.readAt };
    const instances = [{ ...first!, name: HOSTILE, used }, ...others];
    await writeFile(join(folder, 'fleet.json'), JSON.stringify({ ...inventory, instances }));
    at = await startTestConsole({
      runs: playedStore([{ id: 'r1', saved: PLAN, entries: RUN }]).runs,
      plans: await openPlanFolder(folder),
      pages: await pagesOf(inject('built')),
    });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await at?.close();
    await rm(folder, { recursive: true });
  });

  it('shows, filters and draws 100,000 instances, and says what to plan', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(at.server.loginLink({ name: 'wei', roles: ['author'] }));
    await page.getByRole('link', { name: 'Fleet' }).click();
    const table = page.getByRole('table', { name: 'Instances' });
    await table.getByText('crs-00000000').waitFor();
    expect(await table.getAttribute('aria-rowcount')).toBe('100001');
    await table.getByText('<img src=x').waitFor();

    // Rows load as one scrolls, with the keyboard too.
    await table.getByRole('row').nth(1).focus();
    await page.keyboard.press('End');
    await table.getByText('crs-0000255r').waitFor();
    expect(await violations(page)).toEqual([]);

    // Filters are in the address, and a plan selects by them.
    await page.getByRole('combobox', { name: 'Region', exact: true }).selectOption('ap-shanghai');
    await page.getByRole('combobox', { name: 'Tag', exact: true }).selectOption('app=cart');
    await page.getByText(/now 10,000 instances\./).waitFor();
    expect(await page.locator('.plan-these .selector').textContent()).toBe(
      'select:\n  regions: [ap-shanghai]\n  tags: { app: cart }',
    );
    expect(new URL(page.url()).search).toBe('?region=ap-shanghai&tag=app%3Dcart');
    await page.getByRole('searchbox', { name: 'Find an instance' }).fill('cart-1');
    await page.getByText(/A selector cannot say these filters, and a plan from here/).waitFor();
    expect(await page.getByRole('button', { name: 'Plan these' }).isDisabled()).toBe(true);

    // Chosen instances are named.
    const boxes = table.getByRole('checkbox');
    await boxes.nth(0).click();
    await boxes.nth(2).click({ modifiers: ['Shift'] });
    await page.getByText('The plan names the 3 chosen instances.').waitFor();
    await page.getByRole('button', { name: 'Plan these' }).click();
    const plan = new URL(page.url());
    expect([plan.pathname, plan.searchParams.get('region')]).toEqual(['/plans/new', 'ap-shanghai']);
    expect(plan.searchParams.get('ids')?.split(',').length).toBe(3);

    // The map says with the keyboard what it shows, and opens an instance.
    await page.goto(`${at.server.origin}/fleet?view=map&group=edition&q=crs-00000000`);
    const map = page.getByRole('application');
    await page.getByText('redis-5.0-cluster: crs-00000000').waitFor();
    expect(await violations(page)).toEqual([]);
    await map.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '<img src=x' }).waitFor();
    expect(await page.title()).not.toBe('owned');
    await page.getByText('Sizes sold for it').waitFor();
    await page.locator('.size-plot .mark').nth(1).waitFor();
    expect(await page.locator('.size-plot title').allTextContents()).toEqual([
      expect.stringContaining(', verified, '),
      expect.stringContaining(', failed, '),
    ]);

    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('heading', { name: '可售规格' }).waitFor();
    await page.setViewportSize({ width: 390, height: 900 });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page)).toEqual([]);
    expect(await cutOff(page)).toEqual([]);
    await page.goto(`${at.server.origin}/fleet?view=map`);
    await page.getByText('面积：计费内存').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await cutOff(page)).toEqual([]);
    await context.close();
    expect(problems).toEqual([]);
    expect(at.faults).toEqual([]);
  });
});
