/** A gate that waits for an answer while no process has its run: the page of the run asks, and the answer wakes the run. */
import { expect, it } from 'vitest';
import { until } from '../cli/refit.ts';
import { CHROMIUM, PATIENCE, signInWith, startBrowser, violations } from '../console/console-page.ts';
import { withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

const LINES = [
  'waves: [{ name: canary, take: 1, gate: { url: "https://gate.example.invalid/ok", timeout: 1s } }, { name: rest, take: rest }]',
  'execution: { inFlight: 6, requestsPerSecond: 20, patience: 2s }',
];

withPostgres('a run that rests at a gate', () => {
  it.skipIf(CHROMIUM === undefined)('is released in the console, and goes on', async (test) => {
    const desk = await storeDesk(test, { lines: LINES, instances: 2 });
    await desk.worker('--rest-after', '1s');
    const server = desk.start('serve', '--listen', '127.0.0.1:0', '--plans', '.');
    await until('the console', () => server.stdout().includes('\n'));
    const { url } = JSON.parse(server.stdout()) as { url: string };
    expect((await desk.start('apply', 'saved.json', '--auto-approve', '--detach').ended).code).toBe(0);
    const browser = await startBrowser();
    test.onTestFinished(() => browser.close());
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await signInWith(page, url);
    await until(
      'the run rests',
      async () => (await desk.value('SELECT state FROM refit.runs')) === 'waiting',
    );
    const id = await desk.value('SELECT id FROM refit.runs');
    await page.goto(`${new URL(url).origin}/runs/${id}`);
    await page.getByText('no process has this run').waitFor();
    const question = page.getByRole('region', { name: /^The gate after wave canary/ });
    await question.getByRole('button', { name: 'Release the gate' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await question.getByRole('button', { name: 'Release the gate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText(/^The run accepted it/).waitFor();
    await page.getByText('every step is verified').waitFor();
    expect(await desk.orders()).toEqual([1, 1]);
  });
});
