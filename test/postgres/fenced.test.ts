/** A process from which another one took its run over, from the outside. */
import { expect, it } from 'vitest';
import { until } from '../cli/refit.ts';
import { sql } from './server.ts';
import { withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

withPostgres('refit apply --here', () => {
  it('exits with 7 when another process takes its run over, and changes nothing of it any more', async (test) => {
    const desk = await storeDesk(test, { instances: 6 });
    const applied = desk.start('apply', 'saved.json', '--here', '--auto-approve');
    await until('an order', async () => (await desk.orders()).length > 0);
    const taken = { pid: 1, host: 'elsewhere', since: '2026-11-30T00:00:00.000Z', purpose: 'worker' };
    await sql(
      desk.url,
      `UPDATE refit.runs SET epoch = epoch + 1, owner = '${JSON.stringify({ ...taken, worker: 'w2', token: 'x', startTicks: null, listens: false })}'`,
    );
    const row = await sql(desk.url, 'SELECT * FROM refit.runs');
    const ended = await applied.ended;
    expect(ended.code, ended.stderr).toBe(7);
    expect(ended.stderr).toContain('process 1 on elsewhere (worker w2) took the run over at');
    expect(ended.stderr).toContain('orders nothing more');
    expect(await sql(desk.url, 'SELECT * FROM refit.runs')).toEqual(row);
    // What it could not write is on the screen: each order may be the only trace of money.
    const orders = Object.entries((await desk.at.simulator.counts()).orders).length;
    const intents = (await desk.kinds()).filter((kind) => kind === 'intent').length;
    expect(orders).toBeLessThanOrEqual(intents);
  });
});
