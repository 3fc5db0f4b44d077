/** `refit store export`, `import`, `prune` and `restored` as processes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../cli/refit.ts';
import { sql } from './server.ts';
import { withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

withPostgres('runs that move by commands', () => {
  it('a folder run is handed over, continued in the store, exported, verified and pruned', async (test) => {
    const desk = await storeDesk(test, { instances: 3 });
    const { at } = desk;
    const applied = at.start([
      'apply',
      'saved.json',
      '--auto-approve',
      '--run-dir',
      'run',
      '--progress',
      'json',
    ]);
    // The first order has left; the process is killed.
    await until('an order', async () => (await desk.orders()).length > 0);
    applied.kill('SIGKILL');
    await applied.ended;

    const imported = await desk.start('store', 'import', 'run', '--json').ended;
    expect(imported, imported.stderr).toMatchObject({ code: 0 });
    const { run, next } = JSON.parse(imported.stdout) as { run: string; next: string };
    expect(next).toContain(`refit apply ${run}`);
    const refused = await at.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'run']);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain(`refit status ${run} --store`);

    const here = await desk.start('apply', run, '--here').ended;
    expect(here.code, here.stderr).toBe(0);
    expect((await desk.orders()).every((orders) => orders === 1)).toBe(true);

    const exported = await desk.start('store', 'export', 'latest', '-o', 'copy').ended;
    expect(exported, exported.stderr).toMatchObject({ code: 0 });
    expect(exported.stdout).toContain('next     refit audit verify copy');
    for (const check of ['verify', 'replay']) {
      const audit = await at.refit(['audit', check, 'copy']);
      expect(audit.code, audit.stdout + audit.stderr).toBe(0);
      expect((await desk.start('audit', check, run).ended).code).toBe(0);
    }
    const journal = await readFile(join(at.folder, 'copy', 'journal.jsonl'), 'utf8');
    expect(journal).toContain('"kind":"handed-over"');

    const usage = await desk.start('store', 'prune').ended;
    expect(usage.code).toBe(64);
    await sql(desk.url, `UPDATE refit.runs SET ended_at = now() - interval '200 days'`);
    const pruned = await desk.start('store', 'prune', '--older-than', '180d', '--keep-failed', '--json')
      .ended;
    expect(pruned, pruned.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(pruned.stdout)).toMatchObject({ pruned: [{ run }] });

    const restored = await desk.start('store', 'restored', '--reason', 'a test').ended;
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    expect(restored.stdout).toContain('generation  2');
    expect(await desk.value('SELECT reason FROM refit.restorations')).toBe('a test');
  });
});
