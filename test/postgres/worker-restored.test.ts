/** Processes that may order notice a database that was restored from a backup, by the state of their user. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dump, restore } from './server.ts';
import { withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

withPostgres('a store that was restored from a dump', () => {
  it('is announced by the next worker, which then carries out what waits', async (test) => {
    const desk = await storeDesk(test, { instances: 2 });
    const file = join(desk.at.folder, 'dump');
    const submitted = await desk.start('apply', 'saved.json', '--auto-approve', '--detach').ended;
    expect(submitted.code, submitted.stderr).toBe(0);
    await dump(desk.url, file);
    await restore(desk.url, file);
    const worker = await desk.worker();
    const applied = await desk.start('apply', submitted.stdout.trim()).ended;
    expect(applied.code, applied.stderr).toBe(0);
    expect(worker.stderr()).toContain('was restored from a backup (its tables were made again');
    expect(await desk.value('SELECT generation FROM refit.store')).toBe('2');
    expect(await desk.kinds()).toContain('adopted');
    worker.kill('SIGTERM');
    await worker.ended;
  });

  it('is announced by apply --here, and by no process that only submits', async (test) => {
    const desk = await storeDesk(test, { instances: 2 });
    const file = join(desk.at.folder, 'dump');
    await dump(desk.url, file);
    await restore(desk.url, file);
    const submitted = await desk.start('apply', 'saved.json', '--auto-approve', '--detach').ended;
    expect(submitted.code, submitted.stderr).toBe(0);
    expect(await desk.value('SELECT generation FROM refit.store')).toBe('1');
    const applied = await desk.start('apply', submitted.stdout.trim(), '--here').ended;
    expect(applied.code, applied.stderr).toBe(0);
    expect(applied.stderr).toContain('was restored from a backup');
    expect(await desk.value('SELECT generation FROM refit.store')).toBe('2');
  });
});
