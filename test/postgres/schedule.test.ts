/** Schedules of a store, with processes: two schedulers and a worker on one store, and the commands of people. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../cli/refit.ts';
import { sql } from './server.ts';
import { connectTo, loginAs, withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

const planText = (schedule: string): string =>
  [
    'version: 1',
    'name: nightly',
    'targets: [{ select: { regions: [ap-guangzhou], all: true }, memoryPerShard: 8GB }]',
    'execution: { inFlight: 6, requestsPerSecond: 20, patience: 2s }',
    `schedule: ${schedule}`,
    '',
  ].join('\n');

const YEARLY = '{ cron: "0 0 1 1 *", timezone: Asia/Shanghai, does: dry-run }';

withPostgres('schedules of a store', () => {
  it('two schedulers fire a due time once, although one is killed between seal and submit', async (test) => {
    const { at, url, worker, value, orders } = await storeDesk(test, { instances: 3 });
    const env = { REFIT_STORE: await loginAs(url, 'scheduler') };
    // Both also watch a folder, as copies of it on two hosts.
    await mkdir(join(at.folder, 'plans'));
    await at.write('plans/drift.yaml', planText(YEARLY));
    const schedulers = [0, 1].map((n) =>
      at.start(['schedule', 'run', 'plans', '--json'], {
        env: { ...env, XDG_STATE_HOME: `${at.folder}/state-${n}` },
      }),
    );
    await worker();
    const starts = "SELECT count(*) FROM refit.schedule_log WHERE kind = 'started'";
    await until('both schedulers have started', async () => (await value(starts)) === '2');
    // As when the server restarts: they connect again by themselves.
    await sql(
      url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'refit_login_scheduler' AND datname = current_database()",
    );
    const operator = { REFIT_STORE: await loginAs(url, 'operator') };
    /** A busy machine may read the plan after its due time, which then does not count. */
    for (let isRead = false, ahead = 3_000; !isRead; ahead *= 2) {
      const due = Math.ceil((Date.now() + ahead) / 1_000) * 1_000;
      const once = new Date(due).toISOString().replace('.000', '');
      await at.write('nightly.yaml', planText(`{ once: "${once}", does: run }`));
      const put = await at.refit(['schedule', 'put', 'nightly.yaml'], { env: operator });
      expect([put.code, put.stdout], put.stderr).toEqual([
        0,
        expect.stringMatching(/^nightly.yaml: (put|repl)/),
      ]);
      const read = `SELECT extract(epoch FROM at) * 1000 FROM refit.schedule_log WHERE line LIKE '%at ${once.slice(0, -1)}%'`;
      await until('the plan is read', async () => (await value(read)) !== '');
      isRead = Number(await value(read)) < due;
    }
    // Runs can be read, and none can be made: the holder waits in the transaction that submits.
    const lock = await connectTo(url, { connections: 1 });
    await lock.script('BEGIN; LOCK TABLE refit.runs IN SHARE ROW EXCLUSIVE MODE');
    const occurrence = 'FROM refit.schedule_occurrences';
    await until('the plan is sealed', async () => {
      expect(schedulers.map((one) => one.stderr()).join('')).not.toMatch(/refit: |"ended"/);
      return (await value(`SELECT sealed IS NOT NULL ${occurrence}`)) === 't';
    });
    await until('the submit waits', async () => {
      const waits =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO refit.runs%' AND wait_event_type = 'Lock'";
      return Number(await value(waits)) > 0;
    });
    const pid = Number((await value(`SELECT owner ${occurrence}`)).split('-').at(-2));
    const [killed] = schedulers.filter((one) => one.pid === pid);
    killed!.kill('SIGKILL');
    await killed!.ended;
    await lock.script('ROLLBACK');
    await lock.close();
    // As after ten seconds of silence.
    await sql(url, "UPDATE refit.schedule_occurrences SET owner_seen_at = owner_seen_at - interval '1 min'");
    await until(
      'the run has ended',
      async () => (await value("SELECT string_agg(state, ',') FROM refit.runs")) === 'ended',
    );
    await until(
      'the occurrence has ended',
      async () => (await value(`SELECT ended_at IS NOT NULL ${occurrence}`)) === 't',
    );
    expect(await orders()).toEqual([1, 1, 1]);
    const log = await sql(
      url,
      "SELECT kind || coalesce(' ' || (line::jsonb ->> 'reason'), '') FROM refit.schedule_log WHERE plan = 'nightly.yaml' ORDER BY seq",
    );
    expect(log.slice(log.lastIndexOf('scheduled'))).toEqual([
      'scheduled',
      'attempt-started due',
      'attempt-started resumed',
      'submitted',
      'ended',
    ]);
    const listed = await at.refit(['schedule', 'list', '--json'], { env });
    const run = await value('SELECT id FROM refit.runs');
    const { plans, schedulers: living } = JSON.parse(listed.stdout) as {
      plans: object[];
      schedulers: object[];
    };
    expect(plans).toMatchObject([
      { name: 'drift.yaml' },
      { name: 'nightly.yaml', last: { phase: 'ended', exitCode: 0, run } },
    ]);
    expect(living.length).toBeGreaterThan(0);
    // The scheduler that is left carries out the dry run of its folder, and the store keeps the review.
    const asked = await at.refit(['schedule', 'run-now', 'drift', '--json'], { env: operator });
    expect([asked.code, JSON.parse(asked.stdout)], asked.stderr).toMatchObject([
      0,
      { kind: 'attempt-started', plan: 'drift.yaml', reason: 'requested' },
    ]);
    const over =
      "SELECT line::jsonb ->> 'exitCode' FROM refit.schedule_log WHERE plan = 'drift.yaml' AND kind = 'ended'";
    await until('the dry run has ended', async () => (await value(over)) === '0');
    const review = await at.refit(['schedule', 'log', 'drift', '--review'], { env });
    expect(review.stdout, review.stderr).toMatch(/nightly/);
    const [left] = schedulers.filter((one) => one.pid !== pid);
    left!.kill('SIGTERM');
    expect((await left!.ended).code).toBe(143);
    expect(await value(`SELECT count(*) FROM refit.schedulers WHERE pid = ${left!.pid}`)).toBe('0');
  });

  it('people put, list, disable and remove plans; every change is on record, and each error teaches', async (test) => {
    const { at, url } = await storeDesk(test, { instances: 1 });
    const env = { REFIT_STORE: await loginAs(url, 'operator') };
    const refit = (...args: string[]) => at.refit(args, { env });
    await at.write('drift.yaml', planText(YEARLY));
    await at.write('other.yaml', planText(`${YEARLY}\nchange: CHG-2`));
    await at.write(
      'files.yaml',
      planText(`${YEARLY}\nwindows: { timezone: UTC, allow: ["daily 01:00-02:00"], calendars: [days.ics] }`),
    );
    expect((await refit('schedule', 'put', 'drift.yaml')).stdout).toMatch(/^drift.yaml: put on schedule/);
    const again = await refit('schedule', 'put', 'other.yaml', '--name', 'drift');
    expect(again.stdout, again.stderr).toMatch(/^drift.yaml: replaced the plan/);
    const refused = await refit('schedule', 'put', 'files.yaml');
    expect([refused.code, refused.stderr]).toEqual([
      65,
      expect.stringMatching(/names the file days.ics[\s\S]*fix: .*refit plan files.yaml -o saved.json/),
    ]);
    const misnamed = await refit('schedule', 'put', 'drift.yaml', '--name', '../x');
    expect([misnamed.code, misnamed.stderr]).toEqual([
      64,
      expect.stringMatching(/^refit: \.\.\/x cannot be the name[\s\S]*fix: .*--name nightly/),
    ]);
    const unscheduled = await refit('schedule', 'put', 'plan.yaml');
    expect([unscheduled.code, unscheduled.stderr]).toEqual([65, expect.stringMatching(/has no schedule/)]);
    const listed = await refit('schedule', 'list');
    expect([listed.stdout, listed.stderr]).toEqual([
      expect.stringMatching(
        /^drift.yaml\n {2}action +dry-run at "0 0 1 1 \*" Asia\/Shanghai\n {2}state +enabled\n/,
      ),
      expect.stringMatching(/no scheduler of this store lives; next: refit schedule run/),
    ]);
    expect((await refit('schedule', 'disable', 'drift')).stdout).toMatch(/drift.yaml is disabled/);
    expect((await refit('schedule', 'next')).stdout).toBe('nothing is due\n');
    const both = await refit('schedule', 'list', 'plans', '--store', env.REFIT_STORE);
    expect([both.code, both.stderr]).toEqual([
      64,
      expect.stringMatching(/a folder or a store, and here are both/),
    ]);
    const unknown = await refit('schedule', 'enable', 'drft');
    expect([unknown.code, unknown.stderr]).toEqual([
      64,
      expect.stringMatching(/of the plans in the store; did you mean drift\?/),
    ]);
    expect((await refit('schedule', 'remove', 'drift')).code).toBe(0);
    const { entries } = JSON.parse((await refit('schedule', 'log', 'drift', '--json')).stdout) as {
      entries: object[];
    };
    expect(entries).toMatchObject([
      { kind: 'put', replaces: false, from: 'command' },
      { kind: 'put', replaces: true },
      { kind: 'switched', enabled: false },
      { kind: 'removed', by: { host: expect.any(String) } },
    ]);
  });
});
