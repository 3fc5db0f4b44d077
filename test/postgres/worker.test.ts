/** Workers and submitters as processes. The simulator counts the orders, so "ordered once" is what the provider saw. */
import { expect, it } from 'vitest';
import { approversFile, pemOf } from '../approval/people.ts';
import { until } from '../cli/refit.ts';
import { withPostgres } from './shared.ts';
import { type StoreDesk, storeDesk } from './worker-desk.ts';

/** Two changes at the same time, so that a run of 12 takes some seconds. */
const SLOW = ['execution: { inFlight: 2, requestsPerSecond: 20, patience: 2s }'];

async function verifiedOnce(desk: StoreDesk, instances = 12): Promise<void> {
  expect(await desk.value("SELECT string_agg(state || ' ' || exit_code, ', ') FROM refit.runs")).toBe(
    'ended 0',
  );
  expect(await desk.orders()).toEqual(Array.from({ length: instances }, () => 1));
}

/** Waits until a run has so many entries of a kind. */
const seen = (desk: StoreDesk, kind: string, least: number) =>
  until(
    `${least} entries ${kind}`,
    async () => (await desk.kinds()).filter((one) => one === kind).length >= least,
  );

withPostgres('refit worker', { concurrent: true }, () => {
  it('carries out what another process submits and follows, and the store carries out a plan once', async (test) => {
    const desk = await storeDesk(test);
    const worker = await desk.worker();
    const both = await Promise.all([
      desk.start('apply', 'saved.json', '--auto-approve').ended,
      desk.start('apply', 'saved.json', '--auto-approve').ended,
    ]);
    const [one, other] = both.sort((a, b) => a.code! - b.code!);
    expect(one, one!.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('12 verified') });
    const id = await desk.value('SELECT id FROM refit.runs');
    expect(other).toMatchObject({ code: 6, stderr: expect.stringContaining(id) });
    await verifiedOnce(desk);
    worker.kill('SIGTERM');
    expect(await worker.ended).toMatchObject({ code: 143 });
    expect(await desk.value('SELECT count(*) FROM refit.workers')).toBe('0');
  });

  it('takes over the run of a worker that was killed, without ordering twice', async (test) => {
    const desk = await storeDesk(test, { lines: SLOW, instances: 6 });
    const first = await desk.worker();
    const apply = desk.start('apply', 'saved.json', '--auto-approve');
    await seen(desk, 'accepted', 2);
    await desk.worker();
    first.kill('SIGKILL');
    expect((await apply.ended).code, apply.stderr()).toBe(0);
    await verifiedOnce(desk, 6);
    expect(await desk.kinds()).toContain('lock-taken-over');
  });

  it('ends a follower with the code of a run that an operator aborted, and says so', async (test) => {
    const desk = await storeDesk(test, { lines: SLOW, instances: 6 });
    await desk.worker();
    const apply = desk.start('apply', 'saved.json', '--auto-approve');
    await seen(desk, 'accepted', 1);
    const run = await desk.value('SELECT id FROM refit.runs');
    expect(await desk.start('abort', run).ended).toMatchObject({ code: 0 });
    const { code, stderr } = await apply.ended;
    expect([code, stderr]).toEqual([143, expect.stringContaining('the run stopped: an operator aborted it')]);
    expect(stderr).toMatch(new RegExp(`next +refit apply ${run} --endpoint http`));
    expect((await desk.start('apply', run).ended).code).toBe(0);
    await verifiedOnce(desk, 6);
  });

  it('hands its run over at SIGTERM, and the other worker continues it', async (test) => {
    // Each change takes longer than a worker needs to start, so that the run is not over before.
    const changes = ['--start-lag', '20ms', '--duration', '4s', '--lock-tail', '20ms'];
    const desk = await storeDesk(test, { lines: SLOW, instances: 6, simulator: changes });
    const first = await desk.worker();
    const apply = desk.start('apply', 'saved.json', '--auto-approve');
    await seen(desk, 'accepted', 2);
    await desk.worker();
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(143);
    expect((await apply.ended).code, apply.stderr()).toBe(0);
    await verifiedOnce(desk, 6);
    const kinds = await desk.kinds();
    expect(kinds.filter((one) => one === 'run-started')).toHaveLength(2);
    expect(kinds).not.toContain('lock-taken-over');
  });

  it('says why no worker takes a run, until one can', async (test) => {
    const desk = await storeDesk(test, { instances: 2 });
    const apply = desk.start('apply', 'saved.json', '--auto-approve');
    await until('the notice', () => apply.stderr().includes('no worker lives'));
    expect(apply.stderr()).toMatch(/start one: refit worker --endpoint http/);
    await desk.at.write('keys', '[retail]\nsecret_id = AKIDother\nsecret_key = other\n');
    const keys = {
      TENCENTCLOUD_SECRET_ID: undefined,
      TENCENTCLOUD_CREDENTIALS_FILE: `${desk.at.folder}/keys`,
    };
    const other = desk.at.start(['worker', '--profile', 'retail'], {
      env: { REFIT_STORE: desk.url, ...keys },
    });
    await until('the other worker', async () => (await desk.value('SELECT id FROM refit.workers')) !== '');
    const second = desk.start('apply', await desk.value('SELECT id FROM refit.runs'));
    await until('the reason', () => second.stderr().includes('has no keys for profile default'));
    expect(other.stderr()).toBe('');
    await desk.worker();
    expect([(await apply.ended).code, (await second.ended).code]).toEqual([0, 0]);
    await verifiedOnce(desk, 2);
  });

  it('obeys commands from elsewhere, and a submitter need not stay', async (test) => {
    const desk = await storeDesk(test, { lines: SLOW, instances: 6 });
    await desk.worker();
    const { code, stdout } = await desk.start('apply', 'saved.json', '--auto-approve', '--detach').ended;
    expect(code).toBe(0);
    const id = stdout.trim();
    await seen(desk, 'accepted', 1);
    expect(await desk.start('pause', id).ended).toMatchObject({ code: 0 });
    const paused = await desk.start('status', 'latest', '--json').ended;
    expect(JSON.parse(paused.stdout)).toMatchObject({ run: id, status: expect.stringContaining('paused') });
    expect(await desk.start('continue', id).ended).toMatchObject({ code: 0 });
    expect((await desk.start('apply', id).ended).code).toBe(0);
    await verifiedOnce(desk, 6);
  });

  it('waits without a process for an approval of the plan and of a wave, and each approval wakes the run', async (test) => {
    const people = ['wei', 'jun'];
    const desk = await storeDesk(test, {
      instances: 3,
      lines: [
        'approvals: { need: 1, from: approvers.yaml }',
        'waves: [{ name: canary, take: 1 }, { name: rest, take: rest, approval: required }]',
      ],
      files: {
        'approvers.yaml': approversFile(people),
        ...Object.fromEntries(people.map((name) => [`${name}.key`, pemOf(name)])),
      },
    });
    await desk.worker();
    const apply = desk.start('apply', 'saved.json', '--auto-approve');
    const waiting = () =>
      until(
        'the run waits',
        async () =>
          (await desk.value("SELECT id FROM refit.runs WHERE state = 'waiting' AND owner IS NULL")) !== '',
      );
    await waiting();
    expect(await desk.orders()).toEqual([]);
    const sign = ['approve', 'saved.json', '--key', 'wei.key'];
    expect(await desk.start(...sign).ended).toMatchObject({ code: 0 });
    await seen(desk, 'run-ended', 1);
    await waiting();
    expect(await desk.orders()).toEqual([1]);
    expect(await desk.start(...sign, '--wave', 'rest').ended).toMatchObject({ code: 0 });
    expect((await apply.ended).code, apply.stderr()).toBe(0);
    expect(apply.stderr()).toMatch(/waits.*approval/);
    await verifiedOnce(desk, 3);
  });

  it('gives its worker back while it soaks, and is woken in time', async (test) => {
    const desk = await storeDesk(test, {
      instances: 2,
      lines: ['waves: [{ name: canary, take: 1, soak: 8s }, { name: rest, take: rest }]'],
    });
    await desk.worker('--rest-after', '1s');
    const apply = desk.start('apply', 'saved.json', '--auto-approve');
    await seen(desk, 'rested', 1);
    const free = "SELECT owner IS NULL AND wake_at > submitted_at FROM refit.runs WHERE state = 'waiting'";
    await until('nobody has the run', async () => (await desk.value(free)) === 't');
    expect((await apply.ended).code, apply.stderr()).toBe(0);
    expect(apply.stderr()).toMatch(/waits until \S+Z: .*soak/);
    expect((await desk.kinds()).filter((one) => one === 'run-started')).toHaveLength(2);
    await verifiedOnce(desk, 2);
  });

  it('needs no worker with --here, and another process continues what a killed one left', async (test) => {
    const desk = await storeDesk(test, { lines: SLOW, instances: 4 });
    const here = desk.start('apply', 'saved.json', '--auto-approve', '--here');
    await seen(desk, 'accepted', 1);
    here.kill('SIGKILL');
    await here.ended;
    const id = await desk.value('SELECT id FROM refit.runs');
    const again = await desk.start('apply', id, '--here').ended;
    expect(again, again.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('4 verified') });
    await verifiedOnce(desk, 4);
  });

  it('runs a program only if its own policy names it, whatever the submitter allows', async (test) => {
    const desk = await storeDesk(test, { instances: 1, lines: ['hooks: { run-end: [touch, heard] }'] });
    const refused = await desk.start('apply', 'saved.json', '--auto-approve').ended;
    expect(refused).toMatchObject({ code: 11, stderr: expect.stringContaining('--allow-hooks') });
    await desk.worker();
    const apply = desk.start('apply', 'saved.json', '--auto-approve', '--allow-hooks');
    await until('the reason', () => /names no touch among the programs/.test(apply.stderr()));
    expect(await desk.orders()).toEqual([]);
    await desk.at.write('worker.yaml', 'version: 1\nallow: { hooks: [touch] }\n');
    await desk.worker('--policy', 'worker.yaml');
    expect((await apply.ended).code, apply.stderr()).toBe(0);
    await desk.at.text('heard');
  });

  it('keeps every run when all tables of jobs are lost', async (test) => {
    const desk = await storeDesk(test, { instances: 2 });
    const submitted = await desk.start('apply', 'saved.json', '--auto-approve', '--detach').ended;
    await desk.value('DROP SCHEMA refit_jobs CASCADE');
    expect(await desk.start('worker').ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('fix: refit store rebuild'),
    });
    expect(await desk.start('store', 'rebuild').ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('jobs     1 made'),
    });
    await desk.worker();
    expect((await desk.start('apply', submitted.stdout.trim()).ended).code).toBe(0);
    await verifiedOnce(desk, 2);
  });
});
