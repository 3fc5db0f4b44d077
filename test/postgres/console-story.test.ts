/**
 * One night in the console, in Chromium: a plan is written, reviewed and approved by two people with passkeys. It runs on a
 * worker, is paused, slowed and continued by keyboard, and moves to another worker when the first is killed. Then its
 * failures lead to a rollback plan. Every state is looked at in both languages and themes, on a telephone and a desk.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../cli/refit.ts';
import {
  CHROMIUM,
  cutOff,
  englishOn,
  PATIENCE,
  signInWith,
  startBrowser,
  violations,
} from '../console/console-page.ts';
import { withPostgres } from './shared.ts';
import { type StoreDesk, storeDesk } from './worker-desk.ts';

/** A folder for the pictures of the documents, as `npm run screenshots` sets it; absent: none. */
const PICTURES = process.env.REFIT_PICTURES;
/** State, language, width and colours of each picture. */
const KEPT = [
  'overview en 1440 light',
  'plan en 1440 light',
  'review en 1440 light',
  'live en 1440 dark',
  'failed en 390 light',
  'live zh 390 dark',
];

const PLAN = `version: 1
name: grow-before-sale
change: CHG-20481
targets:
  - { select: { regions: [ap-guangzhou], all: true }, memoryPerShard: 8GB }
approvals: { need: 2, from: approvers.yaml }
waves: [{ name: canary, take: 2, soak: 1s }, { name: rest, take: rest }]
execution: { inFlight: 4, requestsPerSecond: 20, patience: 2s }
`;

let browser: Browser;
const problems: string[] = [];

/** A browser of its own, with an authenticator that verifies its person. */
async function open(link: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => problems.push(String(error)));
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  await signInWith(page, link);
  return page;
}

/** Each language with both widths and both themes. */
const LOOKS = [
  ['zh', 390, 'dark'],
  ['zh', 1440, 'light'],
  ['en', 1440, 'dark'],
  ['en', 390, 'light'],
  ['en', 1440, 'light'],
] as const;

/** Looks at a page: nothing is cut off, axe finds nothing, and a picture is kept if somebody wants it. */
async function look(page: Page, name: string): Promise<void> {
  for (const [language, width, colorScheme] of LOOKS) {
    const toggle = page.getByRole('button', { name: language === 'zh' ? '中文' : 'English' });
    if (await toggle.isVisible()) {
      await toggle.click();
      await toggle.waitFor({ state: 'hidden' });
    }
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    const what = `${name} ${language} ${width} ${colorScheme}`;
    expect(await cutOff(page), what).toEqual([]);
    // What the server said in the other language is asked for again.
    if (what.endsWith('zh 1440 light'))
      await expect.poll(() => englishOn(page), { message: what, timeout: PATIENCE }).toEqual([]);
    // Colours do not depend on width and language, and names not on the colours.
    if (what.endsWith('zh 390 dark') || what.endsWith('en 1440 light'))
      expect(await violations(page), what).toEqual([]);
    if (PICTURES && KEPT.includes(what))
      await page.screenshot({ path: `${PICTURES}/console-${what.replaceAll(' ', '-')}.png` });
  }
}

/** Looks at the overview, which has a test of its own. */
async function lookAround(page: Page, origin: string): Promise<void> {
  await page.goto(origin);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.getByText('Refit.TaskFailed').first().waitFor();
  await look(page, 'overview');
}

/** Invites a person, who registers a passkey. @returns their page, and their entry for the list of approvers. */
async function invite(admin: Page, origin: string, name: string): Promise<[Page, string]> {
  await admin.goto(`${origin}/people`);
  await admin.getByLabel('Name, as in the lists of approvers').fill(name);
  await admin.getByLabel(/^approver/).check();
  await admin.getByRole('button', { name: 'Make a link' }).click();
  const page = await open((await admin.locator('.once code').textContent())!);
  await page.goto(`${origin}/passkey`);
  await page.getByRole('button', { name: 'Register a passkey' }).click();
  return [page, (await page.locator('.once code').textContent())!];
}

/** Chooses a command of the palette, and says yes to its question, with the keyboard alone. */
async function command(page: Page, words: string, answer: () => Promise<void>): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search and commands' }).waitFor();
  await page.keyboard.type(words);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await answer();
  await page.getByText(/^The run accepted it/).waitFor();
}

/** Goes to the last button of a dialog, which does it, and presses it. */
async function confirm(page: Page): Promise<void> {
  for (let n = 0; n < 6; n++) {
    const isThere = await page.evaluate(
      `document.activeElement?.matches('dialog .actions button:last-child') ?? false`,
    );
    if (isThere) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
}

async function startConsole(desk: StoreDesk): Promise<{ readonly origin: string; readonly link: string }> {
  const server = desk.start('serve', '--listen', '127.0.0.1:0', '--plans', '.');
  await until('the console', () => server.stdout().includes('\n'));
  const { url } = JSON.parse(server.stdout()) as { url: string };
  return { origin: new URL(url).origin, link: url };
}

withPostgres('a night in the console', () => {
  beforeAll(async () => {
    if (CHROMIUM !== undefined) browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it.skipIf(CHROMIUM === undefined)('from the plan to the rollback, with two passkeys', async (test) => {
    const desk = await storeDesk(test, {
      simulator: ['--start-lag', '20ms..100ms', '--duration', '500ms..1s', '--fault', 'failed-task#2'],
    });
    const { origin, link } = await startConsole(desk);
    const admin = await open(link);
    const [mei, meiEntry] = await invite(admin, origin, 'mei');
    const [jun, junEntry] = await invite(admin, origin, 'jun');
    await desk.at.write('approvers.yaml', `${meiEntry}\n${junEntry}\n`);
    await look(admin, 'people');

    await desk.at.write('night.yaml', PLAN);
    await admin.goto(`${origin}/plans/night.yaml`);
    await admin.getByText('The text has no mistakes').waitFor();
    await admin.getByRole('button', { name: 'Dry run' }).click();
    await admin.getByText(/12 instances in 12 steps/).waitFor();
    await look(admin, 'plan');
    await admin.getByRole('button', { name: /^Seal/ }).first().click();
    await admin.getByRole('dialog').getByRole('button', { name: 'Seal' }).click();
    await admin.getByText(/These people must approve it: (mei, jun|jun, mei)/).waitFor();
    await look(admin, 'review');
    const review = admin.url();

    for (const page of [mei, jun]) {
      await page.goto(review);
      await page.getByRole('button', { name: 'Approve…' }).first().click();
      await page.getByRole('button', { name: 'Sign with your passkey' }).click();
      await page.getByText(/approved it with SHA256:/).waitFor();
    }
    await admin.reload();
    await admin.getByText('2 of 2').waitFor();
    await look(admin, 'approved');

    const first = await desk.worker();
    const saved = decodeURIComponent(new URL(review).pathname.split('/').at(-1)!);
    await admin.getByRole('link', { name: 'Start this plan…' }).click();
    await admin.getByRole('heading', { name: 'Start grow-before-sale' }).waitFor();
    const { digest } = await desk.at.savedPlan(saved);
    await admin.getByRole('textbox').fill(digest.slice(0, 8));
    await look(admin, 'start');
    await admin.getByRole('button', { name: /^Submit: 12 orders/ }).click();
    await admin.getByRole('heading', { name: 'grow-before-sale' }).waitFor();
    await until('two orders', async () => (await desk.orders()).length >= 2);

    await command(admin, 'pause', () => confirm(admin));
    await admin.getByText(/^Paused by /).waitFor();
    await look(admin, 'paused');
    await command(admin, 'set', async () => {
      await admin.getByRole('spinbutton').focus();
      await admin.keyboard.press('ArrowDown');
      await confirm(admin);
    });
    const second = await desk.worker();
    await command(admin, 'continue', () => confirm(admin));

    first.kill('SIGKILL');
    await admin.getByText(new RegExp(`process ${second.pid} on `)).waitFor();
    await admin.getByText('opened by 2 processes').waitFor();
    await admin.getByRole('heading', { name: /Not as planned/ }).waitFor();
    await look(admin, 'live');
    // While it goes on, its state is beside the failures.
    const title = admin.locator('.run > .title').filter({ hasNotText: /running|stopping|paused/ });
    await title.getByText(/^\d+ (failed|unknown)/).waitFor();
    expect(await desk.orders()).toEqual(Array.from({ length: 12 }, () => 1));
    await look(admin, 'failed');

    await admin.getByRole('button', { name: 'Verify the journal' }).click();
    await admin.getByText(/^Sound: no byte has changed/).waitFor();
    await admin.getByRole('button', { name: 'Plan a rollback' }).click();
    await admin.getByRole('dialog').getByRole('button', { name: 'Make the plan' }).click();
    await admin.getByRole('heading', { name: /rollback/ }).waitFor();
    await look(admin, 'rollback');
    if (PICTURES) await lookAround(admin, origin);
    expect(problems).toEqual([]);
  });
});
