/** Workers and submitters as processes. The simulator counts the orders. */
import { expect, it } from 'vitest';
import { withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

withPostgres('refit worker', () => {
  it('carries out what another process submits and follows', async (test) => {
    const desk = await storeDesk(test);
    const worker = await desk.worker();
    const apply = await desk.start('apply', 'saved.json', '--auto-approve').ended;
    expect(apply.code, apply.stderr).toBe(0);
    expect(apply.stdout).toContain('12 verified');
    expect(await desk.value("SELECT state || ' ' || exit_code FROM refit.runs")).toBe('ended 0');
    worker.kill('SIGTERM');
    const ended = await worker.ended;
    expect(ended.code, ended.stderr).toBe(143);
    expect(await desk.value('SELECT count(*) FROM refit.workers')).toBe('0');
  });
});
