/** Requests that no process has taken: one that wakes a run that waits, and one that its process left behind. */
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { PLANS } from '../store/contract.ts';
import { openTestStore, submissionOf } from './run-store.ts';
import { freshStore, withPostgres } from './shared.ts';

withPostgres('a run that waits in a database', () => {
  it('answers the request that woke it before its process goes on', async () => {
    const url = await freshStore();
    const store = await openTestStore(url);
    const elsewhere = await openTestStore(url, 'elsewhere');
    onTestFinished(() => Promise.all([store.close(), elsewhere.close()]).then(() => undefined));
    const id = await store.submit(submissionOf(PLANS.first));
    const first = await store.claim(id, 'refit apply');
    const wakeAt = systemClock.now() + 86_400_000;
    await first.settle({ state: 'waiting', wakeAt, wakesOn: 'control', waiting: null });
    await first.release();

    const asked = elsewhere.find(id).then((run) => run.ask('continue'));
    const hasAsked = async () =>
      (await store.database.query('SELECT 1 FROM refit.control WHERE run = $1', [id])).length > 0;
    while (!(await hasAsked())) await systemClock.sleep(20);
    const claim = await store.claim(id, 'refit apply');
    const course: string[] = [];
    const control = await claim.openControl(async (line) => {
      await systemClock.sleep(50);
      course.push(line);
      return 'continued';
    }, systemClock);
    course.push('goes on');
    expect(course).toEqual(['continue', 'goes on']);
    expect(await asked).toBe('continued');
    await control.close();
    await claim.release();
  });

  it('answers a request that its dead process did not take, unless the operator gave up', async () => {
    const url = await freshStore();
    const store = await openTestStore(url);
    const elsewhere = await openTestStore(url, 'elsewhere');
    onTestFinished(() => Promise.all([store.close(), elsewhere.close()]).then(() => undefined));
    const id = await store.submit(submissionOf(PLANS.first));
    const dead = await elsewhere.claim(id, 'refit apply');
    const number = (age: string, request: string) =>
      `INSERT INTO refit.control (run, epoch, request, asked_at)
        SELECT id, epoch, '${request}', clock_timestamp() - interval '${age}' FROM refit.runs`;
    await store.database.execute(number('16 s', 'given up'), []);
    await store.database.execute(number('14 s', 'pause'), []);
    await dead.release();
    const claim = await store.claim(id, 'refit apply');
    const asked: string[] = [];
    const control = await claim.openControl(async (line) => {
      asked.push(line);
      return 'paused';
    }, systemClock);
    expect(asked).toEqual(['pause']);
    await control.close();
    await claim.release();
  });
});
