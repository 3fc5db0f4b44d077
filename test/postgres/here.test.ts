/** A run that was submitted with --here, and whose process died before it started. */
import { expect, it } from 'vitest';
import { until } from '../cli/refit.ts';
import { withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

withPostgres('a run that no worker may take', () => {
  it('says so to those who follow it, and any host can carry it out with --here', async (test) => {
    const desk = await storeDesk(test, { instances: 2 });
    const submitted = await desk.start('apply', 'saved.json', '--auto-approve', '--detach').ended;
    const run = submitted.stdout.trim();
    await desk.value("UPDATE refit.runs SET queue = NULL RETURNING ''");
    const worker = await desk.worker();
    const status = await desk.start('status', run).ended;
    expect(status.stdout).toContain(`next: refit apply ${run} --here`);
    const follower = desk.start('apply', run);
    await until('the reason', () => follower.stderr().includes(`refit apply ${run} --here`));
    expect(await desk.kinds()).toEqual([]);
    worker.kill('SIGTERM');
    await worker.ended;
    const here = await desk.start('apply', run, '--here').ended;
    expect(here.code, here.stderr).toBe(0);
    expect((await follower.ended).code, follower.stderr()).toBe(0);
  });
});
