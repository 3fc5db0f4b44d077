/** A run that was submitted with --here, and whose process died before it started. */
import { expect, it } from 'vitest';
import { startRefit, until } from '../cli/refit.ts';
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
    expect(status.stdout).toContain(`next: refit apply ${run} --endpoint ${desk.at.simulator.url} --here`);
    const follower = desk.start('apply', run);
    await until('the reason', () =>
      follower.stderr().includes(`refit apply ${run} --here --endpoint ${desk.at.simulator.url}`),
    );
    expect(await desk.kinds()).toEqual([]);
    worker.kill('SIGTERM');
    await worker.ended;
    const here = await desk.start('apply', run, '--here').ended;
    expect(here.code, here.stderr).toBe(0);
    expect((await follower.ended).code, follower.stderr()).toBe(0);
  });
});

withPostgres('the next command of a run that nobody carries out', () => {
  it('works when it is copied, without the endpoint of the reader, and has no password', async (test) => {
    const desk = await storeDesk(test, { instances: 2 });
    const submitted = await desk.start('apply', 'saved.json', '--auto-approve', '--detach').ended;
    const run = submitted.stdout.trim();
    const { password } = new URL(desk.url);
    /** As a person on another machine types it. */
    const type = (args: readonly string[], env = {}) => {
      const one = startRefit(args, { cwd: desk.at.folder, env: { ...desk.at.env, ...env } });
      test.onTestFinished(() => one.kill('SIGKILL'));
      return one;
    };
    const { stdout } = await type(['status', run, '--store', desk.url]).ended;
    const [, next = ''] = /^next: refit (worker .*)$/m.exec(stdout) ?? [];
    expect(next).toContain(`--endpoint ${desk.at.simulator.url}`);
    expect(next).not.toContain(`:${password}@`);
    // No entry, no head.
    expect(stdout).not.toContain('head');
    const follower = type(['apply', run], { REFIT_STORE: desk.url });
    await until('the reason', () =>
      follower.stderr().includes(`start one: refit worker --endpoint ${desk.at.simulator.url}`),
    );
    type(next.split(' '), { PGPASSWORD: password });
    expect((await follower.ended).code, follower.stderr()).toBe(0);
    expect((await type(['status', run, '--store', desk.url]).ended).stdout).toMatch(/head {5}[0-9a-f]{64}/);
  });
});
