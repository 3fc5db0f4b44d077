/** The schedule of a database, statement by statement: who decides, who holds, what stays after prune. */
import { expect, it, type TestContext } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { message } from '../../src/messages/messages.ts';
import { EMPTY_STATE, foldEntry, type ScheduleEvent } from '../../src/schedule/schedule-log.ts';
import { readStoredSchedule } from '../../src/schedule/store/read-stored.ts';
import { entryOf, lineOf } from '../../src/schedule/store/stored-log.ts';
import type { Database } from '../../src/store/postgres/database.ts';
import { readLines, readLogHead } from '../../src/store/postgres/schedules/log.ts';
import { linkRun } from '../../src/store/postgres/schedules/occurrences.ts';
import { addRequest, putPlan } from '../../src/store/postgres/schedules/plans.ts';
import { pruneSchedule } from '../../src/store/postgres/schedules/prune.ts';
import { createScheduleStore } from '../../src/store/postgres/schedules/schedule-store.ts';
import type { HeldOccurrence, ScheduleStore } from '../../src/store/schedule-store.ts';
import { sql } from './server.ts';
import { connectTo, freshStore, loginAs, withPostgres } from './shared.ts';

const DUE = '2026-11-24T10:00:00.000Z';
const started = (
  due: string,
  reason: 'due' | 'requested' = 'due',
  digest: string | null = null,
): ScheduleEvent => ({
  ...{ kind: 'attempt-started', plan: 'p.yaml', due, reason, does: 'run', digest, entries: 0 },
});
const ended = (due: string): ScheduleEvent => ({
  ...{
    kind: 'ended',
    plan: 'p.yaml',
    due,
    exitCode: 0,
    message: message('schedule.exited', { exitCode: 0 }),
  },
});
const occurrence = { plan: 'p.yaml', due: DUE, does: 'run', source: 'text', isFirst: true };

interface Desk {
  readonly url: string;
  readonly database: Database;
  /** Schedulers of this database, each with the role of one. */
  readonly one: ScheduleStore;
  readonly other: ScheduleStore;
}

async function schedulers(test: Pick<TestContext, 'onTestFinished'>): Promise<Desk> {
  const url = await freshStore();
  const database = await connectTo(await loginAs(url, 'scheduler'));
  test.onTestFinished(() => database.close());
  const of = (id: string) =>
    createScheduleStore(database, { id, host: 'h', pid: 1, version: 'v', folder: null }, 'me', systemClock);
  return { url, database, one: of('one'), other: of('other') };
}

const claimed = (result: Awaited<ReturnType<ScheduleStore['claim']>>): HeldOccurrence => {
  if (typeof result === 'string') throw new Error(result);
  return result.held;
};

withPostgres('the schedule of a database', () => {
  it('lets one of twenty schedulers start a due time, and the others read again', async (test) => {
    const { one, other, url } = await schedulers(test);
    const { head } = await one.read(0);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? one : other).claim(occurrence, lineOf(started(DUE)), head),
      ),
    );
    expect(results.filter((result) => typeof result !== 'string')).toHaveLength(1);
    expect(new Set(results.filter((result) => typeof result === 'string'))).toEqual(new Set(['moved']));
    expect(await sql(url, 'SELECT count(*) FROM refit.schedule_log')).toEqual(['1']);
  });

  it('keeps names that are paths and times that nobody can read out of its rows', async (test) => {
    const { url, one } = await schedulers(test);
    const operator = await connectTo(await loginAs(url, 'operator'));
    test.onTestFinished(() => operator.close());
    const { head } = await one.read(0);
    await expect(
      one.claim({ ...occurrence, plan: '../../p.yaml' }, lineOf({ kind: 'stopped', exitCode: 0 }), head),
    ).rejects.toThrow(/check constraint/);
    await sql(
      url,
      `INSERT INTO refit.schedule_plans (name, text, sha256, put_by, put_at, switched_at)
       VALUES ('p.yaml', 'x', repeat('a', 64), 'me', 'infinity', 'infinity')`,
    );
    await operator.execute("UPDATE refit.schedule_plans SET put_at = 'infinity', switched_at = '-infinity'");
    const [plan] = (await one.read(0)).plans;
    expect([plan!.putAt, plan!.switchedAt].every((at) => Math.abs(at - Date.now()) < 3_600_000)).toBe(true);
    await one.claim(occurrence, lineOf(started(DUE)), head);
    for (const change of [
      "UPDATE refit.schedule_occurrences SET owner_seen_at = 'infinity'",
      "INSERT INTO refit.schedule_requests (id, plan, asked_by) VALUES ('a', E'p\\n.yaml', 'me')",
      "INSERT INTO refit.schedule_requests (id, plan, asked_by) VALUES (E'\\x1b', 'p.yaml', 'me')",
    ])
      await expect(sql(url, change)).rejects.toThrow(/check constraint/);
  });

  it('forgets a request whose operator left without withdrawing it', async (test) => {
    const { url, one } = await schedulers(test);
    const operator = await connectTo(await loginAs(url, 'operator'));
    test.onTestFinished(() => operator.close());
    await addRequest(operator, 'p.yaml', 'me');
    expect((await one.read(0)).requests).toHaveLength(1);
    await sql(url, "UPDATE refit.schedule_requests SET asked_at = asked_at - interval '61 s'");
    expect((await one.read(0)).requests).toEqual([]);
    await addRequest(operator, 'q.yaml', 'me');
    expect(await sql(url, 'SELECT plan FROM refit.schedule_requests')).toEqual(['q.yaml']);
  });

  it('takes no plan that would push another one out of every reading', async (test) => {
    const { url } = await schedulers(test);
    const operator = await connectTo(await loginAs(url, 'operator'));
    test.onTestFinished(() => operator.close());
    await sql(
      url,
      `INSERT INTO refit.schedule_plans (name, text, sha256, put_by)
       SELECT 'p' || n || '.yaml', 'x', repeat('a', 64), 'me' FROM generate_series(1, 10000) AS n`,
    );
    const put = (name: string) =>
      putPlan(operator, { name, text: 'y', sha256: 'b'.repeat(64), by: 'me' }, 'command', () =>
        lineOf({ kind: 'removed', plan: name }),
      );
    await expect(put('a.yaml')).rejects.toMatchObject({ code: 'blocked-by-rule' });
    expect(await put('p1.yaml')).toBe('replaced');
  });

  it('starts no due time again that is on record, even if the log does not say so', async (test) => {
    const { one, url } = await schedulers(test);
    await one.claim(occurrence, lineOf(started(DUE)), (await one.read(0)).head);
    await sql(url, 'DELETE FROM refit.schedule_log');
    const { head } = await one.read(1);
    expect(await one.claim(occurrence, lineOf(started(DUE)), head)).toBe('on-record');
    expect((await one.read(1)).head, 'nothing was written').toEqual(head);
  });

  it('lets a scheduler that lost its claim seal, submit and end nothing', async (test) => {
    const { one, other, url, database } = await schedulers(test);
    const first = claimed(await one.claim(occurrence, lineOf(started(DUE)), (await one.read(0)).head));
    const again = { ...occurrence, isFirst: false, source: null };
    const resume = async () => other.claim(again, lineOf(started(DUE)), (await other.read(0)).head);
    expect(await resume(), 'while the first one lives').toBe('moved');
    await sql(url, "UPDATE refit.schedule_occurrences SET owner_seen_at = owner_seen_at - interval '11 s'");
    const second = claimed(await resume());
    expect(second).toMatchObject({ source: 'text', sealed: null, isRestored: false });
    expect(await one.beat([first])).toEqual([first]);
    expect(await one.seal(first, 'late')).toBeNull();
    const line = lineOf({ kind: 'submitted', plan: 'p.yaml', due: DUE, run: 'r', digest: 'd' });
    await expect(database.transaction((queries) => linkRun(queries, first, 'r', line))).rejects.toThrow(
      /took over/,
    );
    expect(await one.end(first, lineOf(ended(DUE)), true, {})).toBeNull();
    expect(await other.seal(second, 'sealed')).toBe('sealed');
    expect(await other.seal(second, 'another'), 'the first one stays').toBe('sealed');
    expect(await database.transaction((queries) => linkRun(queries, second, 'r', line))).toMatchObject({
      seq: 3,
    });
    await expect(
      database.transaction((queries) => linkRun(queries, second, 'r2', line)),
      'one run for each occurrence',
    ).rejects.toThrow(/took over/);
  });

  it('decides nothing from a reading of before an announced restore', async (test) => {
    const { one, url } = await schedulers(test);
    const { head } = await one.read(0);
    await sql(url, 'UPDATE refit.store SET generation = generation + 1');
    expect(await one.claim(occurrence, lineOf(started(DUE)), head)).toBe('moved');
    expect(await one.append(lineOf(ended(DUE)), head)).toBeNull();
    await expect(one.read(5)).rejects.toThrow(/was restored/);
  });

  it('prune keeps what decides about coming due times', async (test) => {
    const { one, url } = await schedulers(test);
    const database = await connectTo(url);
    test.onTestFinished(() => database.close());
    const at = (hour: number) => `2026-11-24T${String(hour).padStart(2, '0')}:00:00.000Z`;
    const write = async (event: ScheduleEvent) => one.append(lineOf(event), null);
    const run = async (due: string, event: ScheduleEvent) => {
      const { head } = await one.read(0);
      const held = claimed(await one.claim({ ...occurrence, due, isFirst: false }, lineOf(event), head));
      await one.end(held, lineOf(ended(due)), true, { review: 'r' });
    };
    await write({ kind: 'scheduled', plan: 'p.yaml', schedule: 'old' });
    await write({ kind: 'scheduled', plan: 'p.yaml', schedule: 'new' });
    await run(at(1), started(at(1), 'due', 'saved'));
    for (const hour of [2, 3, 4, 5]) await run(at(hour), started(at(hour)));
    // A request of a person says nothing about due times.
    await run('2026-11-24T09:30:00.000Z', started('2026-11-24T09:30:00.000Z', 'requested'));
    await write({
      kind: 'skipped',
      plan: 'p.yaml',
      due: at(6),
      count: 1,
      reason: 'missed',
      message: message('schedule.missed'),
    });
    const before = (await readStoredSchedule(database)).state.plans.get('p.yaml')!;
    await sql(
      url,
      "UPDATE refit.schedule_log SET at = at - interval '200 days'; UPDATE refit.schedule_occurrences SET ended_at = ended_at - interval '200 days'",
    );
    const by = { user: 'me', host: 'h' };
    const pruned = await pruneSchedule(database, 180 * 86_400_000, (entries, until) =>
      lineOf({ kind: 'pruned', entries, before: until, by }),
    );
    expect(pruned).toEqual({ entries: 7, occurrences: 3 });
    const { head } = await readLogHead(database);
    const entries = (await readLines(database, 0, head)).map(entryOf);
    const after = entries.reduce(foldEntry, EMPTY_STATE).plans.get('p.yaml')!;
    for (const key of ['decidedUpTo', 'schedule', 'last', 'open', 'lastSkipped'] as const)
      expect(after[key], key).toEqual(before[key]);
    expect([...after.ofDigest.keys()]).toEqual(['saved']);
    expect(entries.at(-1)).toMatchObject({ kind: 'pruned', entries: 7 });
  });

  it('a folder replaces no plan that a person put', async (test) => {
    const { one, url } = await schedulers(test);
    const sha = 'ab'.repeat(32);
    const put = (replaces: boolean) =>
      lineOf({
        kind: 'put',
        plan: 'p.yaml',
        by: { user: 'me', host: 'h' },
        from: 'folder',
        sha256: sha,
        replaces,
      });
    expect(await one.putFromFolder('p.yaml', 'text', sha, put)).toBe(true);
    expect(await one.planText({ name: 'p.yaml', sha256: sha })).toBe('text');
    await sql(url, "UPDATE refit.schedule_plans SET source = 'command'");
    expect(await one.putFromFolder('p.yaml', 'other', 'cd'.repeat(32), put)).toBe(false);
    await one.removeFromFolder('p.yaml', sha, lineOf({ kind: 'removed', plan: 'p.yaml' }));
    expect((await one.read(0)).plans).toHaveLength(1);
  });
});
