/** Starting a run from the console in Chromium: it outlives the console, and pages continue after a restart. */
import { expect, it, type TestContext } from 'vitest';
import { type Desk, desk, growPlan, plainFleet, startRefit, until } from '../cli/refit.ts';
import { CHROMIUM, PATIENCE, startBrowser } from './console-page.ts';

/** Starts the console of a desk. @param port 0: a free one. */
async function serve(test: TestContext, at: Desk, port = '0') {
  const endpoint = ['--endpoint', at.simulator.url];
  const args = ['serve', '--listen', `127.0.0.1:${port}`, '--plans', '.', ...endpoint];
  const server = startRefit(args, { cwd: at.folder, env: at.env });
  test.onTestFinished(() => server.kill('SIGKILL'));
  await until('the console', () => server.stdout().includes('\n'));
  const { url } = JSON.parse(server.stdout()) as { url: string };
  return { server, url, origin: new URL(url).origin };
}

it.skipIf(CHROMIUM === undefined)(
  'starts a run that outlives the console, and continues to show it',
  async (test) => {
    const at = await desk(test, {
      simulator: ['--start-lag', '20ms..100ms', '--duration', '2s..3s'],
      fleet: plainFleet(12),
    });
    await at.write(
      'plan.yaml',
      growPlan(['execution: { inFlight: 2, requestsPerSecond: 10, patience: 2s }']),
    );
    expect(await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).toMatchObject({ code: 0 });
    const { digest } = await at.savedPlan('saved.json');
    const first = await serve(test, at);
    const browser = await startBrowser();
    test.onTestFinished(() => browser.close());
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(first.url);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.goto(`${first.origin}/runs/start?saved=saved.json`);
    const button = page.getByRole('button', { name: 'Start: send 12 orders' });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: /to start/ }).fill(digest.slice(0, 8));
    await page.keyboard.press('Enter');
    await page.getByText('Live', { exact: true }).waitFor();
    const address = page.url();
    const people = await context.newPage();
    await people.goto(`${first.origin}/people`);
    await people.getByLabel('Name, as in the lists of approvers').fill('jun');
    await people.getByLabel(/^approver/).check();

    first.server.kill('SIGKILL');
    await first.server.ended;
    const second = await serve(test, at, new URL(first.origin).port);
    const other = await context.newPage();
    await other.goto(second.url);
    await page.getByRole('link', { name: 'Open the report', exact: true }).waitFor();
    expect(page.url()).toBe(address);
    // A page that was open before the restart takes the new session over, with what was typed.
    await people.getByRole('button', { name: 'Make a link' }).click();
    await people.getByRole('button', { name: 'Withdraw the invitation of jun' }).waitFor();
    await page.getByText('12 / 12').first().waitFor();
    const run = `runs/${address.split('/').at(-1)}`;
    const approved = (await at.journal(run)).filter(({ kind }) => kind === 'approved');
    expect(approved).toMatchObject([{ how: 'console' }]);
    expect(Object.values((await at.simulator.counts()).orders)).toEqual(Array.from({ length: 12 }, () => 1));
  },
);
