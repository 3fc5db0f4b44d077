/** The console in Chromium: a real run with faults at the simulator, watched and controlled, in both languages and themes. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { type Desk, desk, growPlan, plainFleet, startRefit, until } from '../cli/refit.ts';
import { CHROMIUM, cutOff, PATIENCE, startBrowser, violations } from './console-page.ts';

/** Starts the console of a desk. @returns its address, and the one that signs in. */
async function serve(at: Desk): Promise<{ readonly origin: string; readonly link: string }> {
  const server = startRefit(['serve', '--listen', '127.0.0.1:0'], { cwd: at.folder, env: at.env });
  // The desk ends it with its folder.
  await until('the console', () => server.stdout().includes('\n'));
  const { url } = JSON.parse(server.stdout()) as { url: string };
  started.push(() => server.kill('SIGKILL'));
  return { origin: new URL(url).origin, link: url };
}

const started: (() => void)[] = [];

describe.skipIf(CHROMIUM === undefined)('the console in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    for (const end of started) end();
  });

  async function open(test: TestContext, at: Desk, locale = 'en-GB') {
    const { origin, link } = await serve(at);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on(
      'console',
      (message) =>
        message.type() === 'error' && !/\b401\b/.test(message.text()) && problems.push(message.text()),
    );
    page.on('request', (request) => {
      if (!request.url().startsWith(origin)) problems.push(`it asked ${request.url()}`);
    });
    test.onTestFinished(async () => {
      await context.close();
      expect(problems).toEqual([]);
    });
    await page.goto(link);
    await page.locator('h1').waitFor();
    await page.goto(`${origin}/runs`);
    return { page, origin };
  }

  it('follows a run with failures, pauses and continues it, and shows why a step failed', async (test) => {
    const hostile = '<img src=x onerror=document.title="owned">';
    const fleet = plainFleet(30).map((one, at) => (at === 0 ? { ...one, name: hostile } : one));
    const at = await desk(test, {
      simulator: ['--start-lag', '20ms..100ms', '--duration', '1s..2s', '--fault', 'failed-task#1'],
      fleet,
    });
    await at.write(
      'plan.yaml',
      growPlan([
        'waves: [{ name: canary, take: 3, soak: 1s }, { name: rest, take: rest }]',
        'execution: { inFlight: 4, requestsPerSecond: 10, patience: 2s }',
      ]),
    );
    expect(await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).toMatchObject({ code: 0 });
    const { page } = await open(test, at);
    await page.getByText('No run yet').waitFor();
    expect(await violations(page)).toEqual([]);

    const apply = at.start(['apply', 'saved.json', '--auto-approve', '--run-dir', 'runs/night-1']);
    await page.getByRole('link', { name: 'grow-everything' }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    expect(await page.getByRole('dialog').textContent()).toMatch(/No new order leaves/);
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/The run accepted it/).waitFor();
    await page.getByText(/^Paused by /).waitFor();
    const before = Object.keys((await at.simulator.counts()).orders).length;
    expect(await violations(page)).toEqual([]);

    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await page.getByRole('spinbutton').fill('99');
    await page.getByRole('dialog').getByRole('button', { name: 'Set' }).click();
    await page.getByText(/The run refused it/).waitFor();
    expect(Object.keys((await at.simulator.counts()).orders).length).toBe(before);

    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Continue', exact: true }).click();
    expect((await apply.ended).code).toBe(3);
    await page.getByRole('heading', { name: /Not as planned/ }).waitFor();
    await page.getByText('29', { exact: true }).first().waitFor();
    // What went wrong, what to do, and the button for it stand together.
    await page.locator('.title .tone-failed', { hasText: /^\d+ failed/ }).waitFor();
    await page.getByText(/^What to do: /).waitFor();
    await page
      .locator('section[aria-labelledby=failures]')
      .getByRole('button', { name: 'Plan a retry' })
      .waitFor();
    const controls = (await at.journal('runs/night-1')).filter(({ kind }) => kind === 'control-command');
    expect(controls.map((entry) => ('command' in entry ? entry.command : ''))).toEqual([
      'pause',
      'set inFlight',
      'continue',
    ]);
    expect(await page.title()).toBe('grow-everything · Refit');

    // Keyboard only: find the failed step, open it, and close it.
    await page.getByRole('button', { name: /^failed/ }).focus();
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).search).toBe('?outcome=failed');
    await page.getByRole('row').nth(1).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Refit.TaskFailed').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    // The palette knows the commands of the page, the pages and the runs.
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Search and commands' });
    await palette.getByRole('option', { name: /^grow-everything/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type('crs-00000001');
    await palette.getByRole('option', { name: /Search the audit for crs-00000001/ }).waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('design');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Design system' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    expect(await violations(page)).toEqual([]);
    await page.goBack();
    await page.getByRole('heading', { name: 'grow-everything' }).waitFor();

    for (const colorScheme of ['dark', 'light'] as const)
      for (const width of [390, 1440]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        expect(await violations(page), `${colorScheme} ${width}`).toEqual([]);
        expect(await cutOff(page), `${colorScheme} ${width}`).toEqual([]);
      }
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('heading', { name: /未按计划/ }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await violations(page)).toEqual([]);
  });

  it('opens a link once, in the language of the browser', async (test) => {
    const at = await desk(test, { simulator: null });
    const { page, origin } = await open(test, at, 'zh-CN');
    await page.getByText('还没有运行').waitFor();
    expect(page.url()).not.toContain('login');
    await page.getByRole('button', { name: '退出登录' }).click();
    await page.getByRole('alert').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${origin}/nothing`);
    await page.getByRole('alert').waitFor();
  });
});
