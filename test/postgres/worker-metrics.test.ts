/** What a worker shows: its health, its runs, its request slots and its store. */
import { expect, it } from 'vitest';
import { until } from '../cli/refit.ts';
import { readMetrics } from '../telemetry/read-metrics.ts';
import { withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

withPostgres('a worker with metrics', () => {
  it('shows its health, its store, its runs and its request slots', async (test) => {
    const desk = await storeDesk(test);
    const worker = await desk.worker('--concurrency', '3', '--metrics', '127.0.0.1:0');
    await until('the address', () => /^metrics (\S+)$/m.test(worker.stderr()));
    const address = /^metrics (\S+)$/m.exec(worker.stderr())![1]!;
    const probe = async (path: string) => {
      const answer = await fetch(address.replace('/metrics', path));
      return `${answer.status} ${await answer.text()}`;
    };
    const scrape = async () => readMetrics(await (await fetch(address)).text()).values;
    expect(await probe('/healthz')).toBe('200 ok\n');
    await until('it is ready', async () => (await probe('/readyz')) === '200 ok\n');
    await until('the store', async () => (await scrape()).get('refit_store_up') === 1);
    const idle = await scrape();
    expect(idle.get('refit_worker_runs_limit')).toBe(3);
    expect(idle.get('refit_runs_without_worker')).toBe(0);
    expect(idle.get('refit_orders_total{result="accepted"}')).toBe(0);

    const applied = await desk.start('apply', 'saved.json', '--auto-approve').ended;
    expect(applied.code, applied.stderr).toBe(0);
    await until('its end', async () => (await scrape()).get('refit_runs_ended_total{because="done"}') === 1);
    const values = await scrape();
    expect(values.get('refit_orders_total{result="accepted"}')).toBe(12);
    expect(values.get('refit_steps_total{outcome="verified"}')).toBe(12);
    expect(values.get('refit_store_request_seconds_count')).toBeGreaterThan(20);
    expect(values.get('refit_journal_append_seconds_count')).toBeGreaterThan(5);
    const lanes = [...values].filter(([series]) =>
      series.startsWith('refit_request_slots_per_second{action="UpgradeInstance"'),
    );
    expect(lanes.map(([, rate]) => Math.round(rate))).toEqual([18]);
    expect([...values.keys()].filter((series) => series.startsWith('refit_run_steps'))).toEqual([]);

    worker.kill('SIGTERM');
    expect((await worker.ended).code).toBe(143);
  });
});
