/**
 * A person is invited, registers a passkey, approves a plan, declines it and withdraws that, in Chromium. Its run asks an
 * operator about a gate, and that person about a wave.
 */
import { chmod } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, growPlan, plainFleet } from '../cli/refit.ts';
import {
  CHROMIUM,
  cutOff,
  PATIENCE,
  serveDesk,
  signInWith,
  startBrowser,
  violations,
} from './console-page.ts';

/** A folder for pictures; absent: none. */
const PICTURES = process.env.REFIT_PICTURES;

describe.skipIf(CHROMIUM === undefined)('the review in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  const problems: string[] = [];
  async function open(locale: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => problems.push(String(error)));
    return page;
  }

  /** An authenticator in the device that verifies its person. */
  async function withPasskeys(page: Page): Promise<void> {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
        ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
      },
    });
  }

  async function look(page: Page, name: string): Promise<void> {
    expect(await violations(page), name).toEqual([]);
    for (const colorScheme of ['dark', 'light'] as const)
      for (const width of [390, 1440]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        expect(await cutOff(page), `${name} ${width}`).toEqual([]);
        if (colorScheme === 'dark') expect(await violations(page), `${name} dark ${width}`).toEqual([]);
        if (PICTURES)
          await page.screenshot({ path: `${PICTURES}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      }
  }

  it('leads from an invitation to a run that its approval permits, and a decline stops it', async (test) => {
    const at = await desk(test, { fleet: plainFleet(5) });
    await at.write(
      'grow.yaml',
      growPlan([
        'approvals: { need: 1, from: approvers.yaml }',
        'waves:',
        '  - { name: canary, take: 1, soak: 1s, gate: { command: [./check.sh], timeout: 5s } }',
        '  - { name: rest, take: rest, approval: { within: 1h } }',
      ]),
    );
    await chmod(
      await at.write('check.sh', '#!/bin/sh\necho two of 40 hosts do not answer\nexit 75\n'),
      0o700,
    );
    const { link, origin, stop } = await serveDesk(at, ['--plans', '.']);
    test.onTestFinished(stop);

    const admin = await open('en-GB');
    await signInWith(admin, link);
    await admin.goto(`${origin}/people`);
    await admin.getByLabel('Name, as in the lists of approvers').fill('jun');
    await admin.getByLabel(/^approver/).check();
    await admin.getByRole('button', { name: 'Make a link' }).click();
    const invitation = (await admin.locator('.once code').textContent())!;
    await admin.getByRole('button', { name: 'Withdraw the invitation of jun' }).waitFor();
    await look(admin, 'people');

    const page = await open('en-GB');
    await withPasskeys(page);
    await signInWith(page, invitation);
    await page.getByRole('link', { name: 'jun' }).click();
    await page.getByRole('button', { name: 'Register a passkey' }).click();
    const entry = (await page.locator('.once code').textContent())!;
    expect(entry).toMatch(/^- \{ name: "jun", key: passkey rp=localhost origin=/);
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('this passkey will approve').waitFor();
    await look(page, 'passkey');

    await at.write('approvers.yaml', `${entry}\n`);
    expect(await at.refit(['plan', 'grow.yaml', '-q', '-o', 'saved.json'])).toMatchObject({ code: 0 });
    const review = await at.refit(['show', 'saved.json']);
    expect(review.stdout).toMatch(/refit serve --plans \./);
    await page.goto(`${origin}/reviews/saved.json`);
    await page.getByText('These people must approve it: jun').waitFor();
    await look(page, 'review');

    await page.getByRole('button', { name: 'Approve…' }).first().click();
    const { digest } = await at.savedPlan('saved.json');
    const dialog = page.getByRole('dialog');
    expect(await dialog.locator('.signed-text').textContent()).toContain(`"digest":"${digest}"`);
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/approve.png` });
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Sign with your passkey' }).click();
    await page.getByText(/^jun approved it with SHA256:/).waitFor();
    await page.getByText('1 of 1').waitFor();
    expect((await at.refit(['show', 'saved.json'])).stdout).toMatch(/refit apply saved\.json/);

    await page.getByRole('button', { name: 'Decline…' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('the sale begins at 20:00');
    await page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click();
    await page.getByRole('alert').getByText('the sale begins at 20:00').waitFor();
    await look(page, 'declined');
    const apply = ['apply', 'saved.json', '--auto-approve', '--allow-hooks', '--run-dir', 'runs/night-1'];
    const declined = await at.refit(apply);
    expect(declined).toMatchObject({ code: 11 });
    expect(declined.stderr).toMatch(/the sale begins at 20:00/);

    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('button', { name: '撤回否决…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '撤回' }).click();
    await page.getByText('曾否决此计划').waitFor();
    await look(page, 'chinese');
    const applied = at.start(apply);
    await admin.goto(`${origin}/runs/night-1`);
    const gate = admin.getByRole('region', {
      name: 'The gate after wave canary could not decide. Continue?',
    });
    expect(await gate.textContent()).toMatch(/two of 40 hosts do not answer.*An operator must answer/);
    await look(admin, 'gate');
    await gate.getByRole('button', { name: 'Release the gate' }).click();
    await admin.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    const wave = page.getByRole('region', { name: '批次 rest 等待审批' });
    await page.goto(`${origin}/runs/night-1`);
    await wave.getByRole('link', { name: '评审并审批此批次' }).waitFor();
    await look(page, 'wave');
    await wave.getByRole('link', { name: '评审并审批此批次' }).click();
    await page
      .getByRole('button', { name: /^审批批次 rest…/ })
      .first()
      .click();
    await page.getByRole('button', { name: '用通行密钥签名' }).click();
    const { code, stderr } = await applied.ended;
    expect(code, stderr).toBe(0);
    expect((await at.refit(['audit', 'verify', 'runs/night-1'])).code).toBe(0);

    await page.goto(`${origin}/runs/night-1/review`);
    // The plan and the wave.
    await page.getByText('由 jun 审批').nth(1).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
