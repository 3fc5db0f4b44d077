/** The ids that completion gets of a store, and forecasts from a run of a store. */
import { createServer } from 'node:net';
import { expect, it, vi } from 'vitest';
import { sql } from './server.ts';
import { withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

withPostgres('completion of a run', () => {
  it('gets the ids of the store, nothing that a shell could execute, and no word if there is no answer', async (test) => {
    const desk = await storeDesk(test, { instances: 1 });
    const ids = (store: string) =>
      desk.at.start(['complete', '--', '--endpoint', 'http://x', 'status', '--store', store, ''], {
        env: { REFIT_STORE: '' },
      }).ended;
    const silent = { code: 0, stdout: ':folders * \n', stderr: '' };
    expect(await ids(desk.url)).toEqual(silent);
    const submitted = await desk.start('apply', 'saved.json', '--auto-approve', '--detach').ended;
    await sql(
      desk.url,
      `INSERT INTO refit.runs (id, digest, plan, name, endpoint, provider, submitted_by)
       VALUES ('$(touch owned)', 'x', '', 'x', 'e', 'p', '{}')`,
    );
    // A shell waits 1.5 s. On a busy machine, an answer may come later than that.
    const found = { ...silent, stdout: `${submitted.stdout.trim()}\t\n:nothing * \n` };
    await vi.waitFor(async () => expect(await ids(desk.url)).toEqual(found), { timeout: 120_000 });
    expect(await ids('folder')).toEqual(silent);
    expect(await ids('no url')).toEqual(silent);
    expect(await ids('postgres://127.0.0.1:1/refit')).toEqual(silent);
    // A server that takes the connection and says nothing.
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    test.onTestFinished(() => void mute.close());
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as { readonly port: number };
    expect(await ids(`postgres://127.0.0.1:${port}/refit`)).toEqual(silent);
  });
});

withPostgres('the forecast of a plan', () => {
  it('takes the durations of a run of the store', async (test) => {
    const desk = await storeDesk(test, { instances: 6 });
    const applied = await desk.start('apply', 'saved.json', '--auto-approve', '--here').ended;
    expect(applied.code, applied.stderr).toBe(0);
    await desk.at.write('plan.yaml', (await desk.at.text('plan.yaml')).replace('8GB', '16GB'));
    for (const durations of ['latest', await desk.value('SELECT id FROM refit.runs')]) {
      const { code, stdout, stderr } = await desk.start('plan', 'plan.yaml', '--durations', durations).ended;
      expect([code, stdout], stderr).toEqual([
        0,
        expect.stringMatching(/durations.*6 verified changes of 1 past run/),
      ]);
    }
    const unknown = await desk.start('plan', 'plan.yaml', '--durations', 'no-such-run').ended;
    expect([unknown.code, unknown.stderr]).toEqual([64, expect.stringContaining('the store has no run')]);
  });
});
