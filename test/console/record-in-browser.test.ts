/** Overview, schedule and audit in Chromium: a store with work of every kind, in both languages, themes and on a phone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { systemClock, VirtualClock } from '../../src/clock.ts';
import { createRecord } from '../../src/console/server/record/record.ts';
import { openActionLog } from '../../src/operations/people/action-log.ts';
import { CHROMIUM, cutOff, PATIENCE, startBrowser, violations } from './console-page.ts';
import { playedSchedule, playedStore } from './played-store.ts';
import { NOW, playedNights, playedWork } from './played-work.ts';
import { pagesOf, startTestConsole, type TestConsole } from './test-console.ts';

/** A folder for pictures; undefined: none are kept. */
const PICTURES = process.env.REFIT_PICTURES;

describe.skipIf(CHROMIUM === undefined)('in Chromium', () => {
  let browser: Browser;
  let at: TestConsole;
  let folder: string;
  let page: Page;
  const problems: string[] = [];
  beforeAll(async () => {
    const { runs } = playedStore(playedWork());
    const schedule = playedSchedule({ ...playedNights(), now: NOW, hasScheduler: true });
    const record = createRecord({ clock: new VirtualClock(NOW), runs, plans: null, schedule });
    folder = await mkdtemp(join(tmpdir(), 'refit-record-'));
    const actions = openActionLog({ stateDirectory: folder, host: 'ops-1', clock: systemClock });
    const pages = await pagesOf(inject('built'));
    at = await startTestConsole({ runs, record, actions, pages });
    browser = await startBrowser();
    const context = await browser.newContext({
      ...{ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'Asia/Shanghai' },
    });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (said) => said.type() === 'error' && problems.push(said.text()));
    await page.goto(at.server.loginLink({ name: 'wei', roles: ['operator'] }));
    await page.locator('h1').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await at?.close();
    await rm(folder, { recursive: true, force: true });
    expect(problems).toEqual([]);
    expect(at.faults).toEqual([]);
  });

  /** Looks at a page in each width, theme and language. */
  async function look(name: string): Promise<void> {
    for (const language of ['en', 'zh'] as const) {
      for (const width of [390, 1440]) {
        const colorScheme = (width === 390) === (language === 'en') ? 'light' : 'dark';
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        const state = `${name} ${language} ${width} ${colorScheme}`;
        if (PICTURES)
          await page.screenshot({ path: `${PICTURES}/${state.replaceAll(' ', '-')}.png`, fullPage: true });
        expect(await violations(page), state).toEqual([]);
        expect(await cutOff(page), state).toEqual([]);
      }
      await page.getByRole('button', { name: language === 'en' ? '中文' : 'English' }).click();
      await page.locator(`html[lang^="${language === 'en' ? 'zh' : 'en'}"]`).waitFor();
    }
  }

  it('the overview says what runs, who must approve, what failed and why, and what Tuesday night does', async () => {
    const section = (name: string) => page.getByRole('region', { name });
    await section('Running now').getByRole('link', { name: 'grow-carts' }).waitFor();
    const waiting = (await section('Waiting').textContent())!;
    expect(waiting).toMatch(/Wave rest has 0 of 2 approvals. Still needed: mei, chen \(both must\)/);
    expect(waiting).toMatch(/The next window opens at/);
    const failed = (await section('Failed').textContent())!;
    expect(failed).toMatch(/Refit.TaskFailed.*its task as failed/);
    expect(failed).toContain('<img src=x');
    expect(await section('Next seven days').textContent()).toMatch(
      /Tuesday, January 6.*01:30.*nightly-feeds/,
    );
    expect(await section('Money').textContent()).toMatch(/12 orders were accepted .*in 2 runs/);
    await look('overview');
    expect(await page.title()).not.toBe('owned');
  });

  it('the schedule shows windows, freezes and what ran, and asks before it starts a plan', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByRole('heading', { name: 'Schedule', exact: true }).waitFor();
    await page
      .getByText(/^Freeze/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Month' }).click();
    expect(new URL(page.url()).search).toContain('view=month');
    await page.getByRole('heading', { name: 'January 2026' }).waitFor();
    await look('schedule-month');
    await page.getByRole('button', { name: 'Week' }).click();
    await page.getByRole('button', { name: 'Run now' }).first().click();
    expect(await page.getByRole('dialog').textContent()).toMatch(/orders changes as at a due time/);
    await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
    await page.getByText('The scheduler starts nightly-feeds.yaml.').waitFor();
    await look('schedule-week');
  });

  it('the audit finds an order, a person and a reason, with the evidence of each run', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    await page.getByText('4 runs found').waitFor();
    await page.getByLabel('Order or request id').fill('2026010500131');
    await page.getByText('2 runs, 2 steps found').waitFor();
    expect(await page.locator('.matches').last().textContent()).toContain('<img src=x');
    await page.getByLabel('Order or request id').fill('');
    await page.getByLabel('Text').fill('sold out');
    await page.locator('.matches').getByText('ResourceUnavailable.SaleOut').waitFor();
    expect(new URL(page.url()).search).toBe('?text=sold+out');
    const evidence = page.getByRole('link', { name: /Evidence/ });
    expect(await evidence.getAttribute('href')).toBe('/api/runs/20260105T020000Z-33333333/evidence');
    await look('audit');
    expect(await page.title()).not.toBe('owned');
  });

  it('the audit shows admins what people did in the console, and tells others why it does not', async () => {
    await page.getByText('What people did in the console is for admins only.').waitFor();
    // The page of wei does nothing in the name of mei, who signs in beside it.
    const other = await page.context().newPage();
    await page.goto(`${at.server.origin}/schedule`);
    await page.getByRole('button', { name: 'Disable' }).first().click();
    await other.goto(at.server.loginLink({ name: 'mei', roles: ['admin'] }));
    await other.getByRole('link', { name: 'mei' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByText(/was opened by wei, and now mei is signed in; nothing was changed/).waitFor();
    await page.getByRole('link', { name: 'mei' }).waitFor();
    expect(problems.splice(0)).toEqual([expect.stringMatching(/status of 403/)]);
    await other.close();
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('button', { name: 'In the console' }).click();
    expect(new URL(page.url()).search).toBe('?show=console');
    const rows = page.getByRole('row', { name: /Run a plan now.*nightly-feeds/s });
    await rows.waitFor();
    await page.getByRole('searchbox', { name: 'Person' }).fill('mei');
    await rows.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /mei.*Sign in.*admin/s }).waitFor();
    await page.getByRole('searchbox', { name: 'Person' }).fill('');
    await page.getByRole('combobox', { name: 'Action' }).selectOption({ label: 'Run a plan now' });
    await rows.waitFor();
    await look('audit-console');
  });
});
