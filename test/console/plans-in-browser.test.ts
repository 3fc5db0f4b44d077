/** The editor of plans in Chromium: a mistake and its fix, a dry run, a conflict and a seal, in both languages and on a phone. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { connectReader } from '../../src/operations/connect.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { readFleet } from '../../src/operations/read-fleet.ts';
import { simulate } from '../../src/simulator/simulate.ts';
import { CHROMIUM, cutOff, PATIENCE, startBrowser, violations } from './console-page.ts';
import { startTestConsole, type TestConsole } from './test-console.ts';

const MARKUP = '<img src=x onerror=document.title="owned">';
const PLAN = `version: 1
name: sale
defaults: { region: ap-guangzhou }
targets:
  - { instance: crs-fleet000, memoryPerShard: 8 G B }
windows: { timezone: Asia/Shanghai, allow: ["Mon-Sun 01:00-05:00"] }
`;

async function pagesIn(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const read = files.map(async (file) => [relative(folder, file), await readFile(file)] as const);
  return new Map(await Promise.all(read));
}

describe.skipIf(CHROMIUM === undefined)('the editor of plans in Chromium', () => {
  let home: string;
  let folder: string;
  let at: TestConsole;
  let browser: Browser;
  let simulation: Awaited<ReturnType<typeof simulate>>;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'refit-editor-'));
    folder = join(home, 'plans');
    await mkdir(folder);
    const fleet = [{ id: 'crs-fleet000', name: MARKUP, edition: 'redis-6.2-standard', memoryPerShard: 4096 }];
    simulation = await simulate(
      { fleet: JSON.stringify(fleet), faults: [], startLag: [0, 0], duration: [1, 1], lockTail: [1, 1] },
      systemClock,
    );
    const { url: endpoint, secretId, secretKey } = simulation;
    const keys = { TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey };
    const connection = { env: { ...keys, HOME: home }, endpoint, clock: systemClock };
    const reader = connectReader(connection);
    const { inventory } = await readFleet(reader, { regions: ['ap-guangzhou'], profile: null });
    await reader.close();
    await writeFile(join(folder, 'fleet.json'), JSON.stringify(inventory));
    await writeFile(join(folder, 'sale.yaml'), PLAN);
    at = await startTestConsole({
      plans: await openPlanFolder(folder),
      pages: await pagesIn(join(inject('built'), 'dist/console-pages')),
      provider: { connection, profile: null, regions: null, policy: null },
    });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await at?.close();
    await simulation?.close();
    await rm(home, { recursive: true });
    expect(at?.faults ?? []).toEqual([]);
  });

  it('shows a mistake at its line, carries out its fix, plans, saves and seals', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    // A conflict is an answer that this test wants.
    page.on(
      'console',
      (one) => one.type() === 'error' && !/\b409\b/.test(one.text()) && problems.push(one.text()),
    );
    const { origin } = at.server;
    await page.goto(at.server.loginLink({ name: 'wei', roles: ['author'] }));
    await page.getByRole('link', { name: 'Plans' }).click();
    await page.getByText('errors: 1').waitFor();
    expect(await violations(page)).toEqual([]);

    await page.getByRole('link', { name: 'sale.yaml' }).click();
    await page.getByRole('button', { name: 'line 5' }).click();
    await page.locator('.cm-lintRange-error').getByText('8 G B').waitFor();
    await page.getByRole('button', { name: 'Change to 8GB' }).click();
    await page.getByText('The text has no mistakes').waitFor();
    // The dry run starts by itself. Names of instances are text.
    await page.getByText('READY').waitFor();
    await page.getByText(MARKUP).first().waitFor();
    await page.getByRole('row', { name: /Open windows/ }).waitFor();

    // Completion: what the schema knows at this place.
    await page.getByRole('textbox', { name: 'Plan as YAML' }).focus();
    await page.keyboard.press('Control+End');
    // Keys of the console are letters here.
    await page.keyboard.type('# g r /?');
    await page.keyboard.press('Enter');
    await page.keyboard.type('onBl');
    await page.getByRole('option', { name: 'onBlocked' }).click();
    await page.keyboard.type('sk');
    await page.getByRole('option', { name: 'skip' }).click();
    await page.getByText('not saved').waitFor();

    // Somebody else writes the file meanwhile.
    await writeFile(join(folder, 'sale.yaml'), `${PLAN}owner: ann\n`);
    await page.keyboard.press('Control+s');
    await page.getByRole('dialog').getByText('owner: ann').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await readFile(join(folder, 'sale.yaml'), 'utf8')).toContain('owner: ann');
    await page.getByRole('button', { name: 'Overwrite with yours' }).click();
    await page.getByText('sale.yaml was saved.').waitFor();
    expect(await readFile(join(folder, 'sale.yaml'), 'utf8')).toMatch(/8GB[\s\S]*onBlocked: skip$/);

    for (const colorScheme of ['dark', 'light'] as const)
      for (const width of [390, 1440]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        expect(await violations(page), `${colorScheme} ${width}`).toEqual([]);
        expect(await cutOff(page), `${colorScheme} ${width}`).toEqual([]);
      }
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByText('就绪').waitFor();
    expect(await violations(page)).toEqual([]);

    await page.getByRole('button', { name: '封存' }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: '封存', exact: true }).click();
    await page.waitForURL(`${origin}/reviews/sale.json`);
    const saved = JSON.parse(await readFile(join(folder, 'sale.json'), 'utf8'));
    expect(saved).toMatchObject({ name: 'sale', inventory: { source: 'live' } });
    expect(await page.title()).not.toBe('owned');
    await context.close();
    expect(problems).toEqual([]);
  });
});
