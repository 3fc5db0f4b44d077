/** Rows that no process of Refit wrote. A superuser can write them, so reading finds them, and no text of theirs does harm. */
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { sendControlCommand } from '../../src/run/control/ask-run.ts';
import type { PostgresStore } from '../../src/store/postgres/open-store.ts';
import { readWhole } from '../../src/store/run-reading.ts';
import { openWriter, PLANS, started } from '../store/contract.ts';
import { openTestStore, submissionOf } from './run-store.ts';
import { sql } from './server.ts';
import { freshStore, withPostgres } from './shared.ts';

const SAVED = PLANS.first;
const AS_SUPERUSER = 'ALTER TABLE refit.journal DISABLE TRIGGER ALL;';

/** A run with four entries that nobody holds. */
async function storeWithRun(): Promise<{ url: string; store: PostgresStore; id: string }> {
  const url = await freshStore();
  const store = await openTestStore(url);
  onTestFinished(() => store.close());
  const id = await store.submit(submissionOf(SAVED));
  const { journal, end } = await openWriter(await store.claim(id, 'refit apply'));
  await journal.appendDurably(started(SAVED));
  for (const wave of [0, 1, 2]) await journal.appendDurably({ kind: 'wave-started', wave, name: `w${wave}` });
  await end();
  return { url, store, id };
}

withPostgres('rows that somebody else wrote', () => {
  it.each([
    ['a line was changed', `UPDATE refit.journal SET line = replace(line, 'w1', 'w9') WHERE seq = 3`],
    ['a line is not JSON', `UPDATE refit.journal SET line = 'x' WHERE seq = 2`],
    ['two lines are in one row', `UPDATE refit.journal SET line = line || E'\\n' || line WHERE seq = 4`],
    ['an entry is missing', 'DELETE FROM refit.journal WHERE seq = 2'],
    ['the last entry is missing', 'DELETE FROM refit.journal WHERE seq = 4'],
    ['every entry is missing', 'DELETE FROM refit.journal'],
    [
      'two entries changed places',
      'UPDATE refit.journal SET seq = CASE seq WHEN 2 THEN 13 WHEN 3 THEN 12 END WHERE seq IN (2, 3); UPDATE refit.journal SET seq = seq - 10 WHERE seq > 10',
    ],
    [
      'an entry was added',
      `INSERT INTO refit.journal (run, seq, epoch, line) SELECT run, 5, epoch, line FROM refit.journal WHERE seq = 4`,
    ],
    ['the head has another hash', `UPDATE refit.runs SET head_hash = repeat('a', 64)`],
    ['the head is ahead', 'UPDATE refit.runs SET head_seq = 9'],
    ['the head is behind', 'UPDATE refit.runs SET head_seq = 3'],
    [
      'the journal belongs to another run',
      `UPDATE refit.runs SET plan = (SELECT plan FROM refit.runs LIMIT 1)`,
    ],
    ['a line is enormous', `UPDATE refit.journal SET line = repeat('x', 70000000) WHERE seq = 3`],
  ])('%s: nobody carries the run out', async (what, change) => {
    const { url, store, id } = await storeWithRun();
    await sql(url, `${AS_SUPERUSER} ${change}`);
    if (what === 'the journal belongs to another run') {
      await store.database.execute('UPDATE refit.runs SET plan = $1', [JSON.stringify({ format: 'x' })]);
      await expect(store.claim(id, 'refit apply')).rejects.toMatchObject({ exitCode: 6 });
      return;
    }
    await expect(store.claim(id, 'refit apply')).rejects.toMatchObject({
      code: 'journal-broken',
      exitCode: 6,
    });
    // The refused claim is given back: the reason stays the same for the next process.
    await expect(store.claim(id, 'refit apply')).rejects.toMatchObject({ code: 'journal-broken' });
    const run = await store.find(id);
    if (what === 'an entry was added') return;
    await expect(readWhole(run)).rejects.toMatchObject({ code: 'journal-broken' });
    const { journal } = await run.walk(SAVED, () => undefined);
    expect(journal.fault).not.toBe(null);
  });

  it.each([
    ['not JSON', `'\\x'`],
    ['nothing', `''`],
    ['enormous', `repeat('x', 5000000)`],
  ])('an answer to a control command is %s: the run is silent', async (_, answer) => {
    const { url, store, id } = await storeWithRun();
    const claim = await store.claim(id, 'refit apply');
    const control = await claim.openControl(() => new Promise(() => undefined), systemClock);
    const sent = sendControlCommand(
      await store.find(id),
      { kind: 'pause' },
      { user: 'a', host: 'b', pid: 1 },
    );
    sent.catch(() => undefined);
    for (;;) {
      const changed = await sql(url, `UPDATE refit.control SET answer = ${answer} RETURNING id`);
      if (changed.length > 0) break;
    }
    await expect(sent).rejects.toMatchObject({ code: 'run-silent' });
    await control.close();
    await claim.release();
  });

  it('an enormous request is cut before the process reads it', async () => {
    const { url, store, id } = await storeWithRun();
    const claim = await store.claim(id, 'refit apply');
    const lengths: number[] = [];
    const control = await claim.openControl(async (line) => {
      lengths.push(line.length);
      return '{}';
    }, systemClock);
    await sql(
      url,
      `INSERT INTO refit.control (run, epoch, request) SELECT id, epoch, repeat('x', 50000000) FROM refit.runs`,
    );
    expect(await (await store.find(id)).ask('y'.repeat(100_000))).toBe('{}');
    expect(lengths.sort()).toEqual([8193, 8193]);
    await control.close();
    await claim.release();
  });

  it('a request that is older than any operator waits is not carried out', async () => {
    const { url, store, id } = await storeWithRun();
    const claim = await store.claim(id, 'refit apply');
    await sql(
      url,
      `INSERT INTO refit.control (run, epoch, request, asked_at)
       SELECT id, epoch, 'abort', clock_timestamp() - interval '1 hour' FROM refit.runs`,
    );
    const asked: string[] = [];
    const control = await claim.openControl(async (line) => {
      asked.push(line);
      return '{}';
    }, systemClock);
    await (await store.find(id)).ask('status');
    expect(asked).toEqual(['status']);
    await control.close();
    await claim.release();
  });

  it('names with control characters are escaped in messages', async () => {
    const { store, id } = await storeWithRun();
    const owner = { pid: 1, host: '\u001b[31mred', since: '\u0007', purpose: '\u202egnp', worker: null };
    await store.database.execute('UPDATE refit.runs SET owner = $1, owner_seen_at = clock_timestamp()', [
      JSON.stringify({ ...owner, token: 'x', startTicks: null, listens: true }),
    ]);
    const refusal = await store.claim(id, 'refit apply').then(
      () => '',
      (error: Error) => error.message,
    );
    expect(refusal).toContain('held by process 1 on');
    for (const hostile of ['\u001b', '\u0007', '\u202e']) expect(refusal).not.toContain(hostile);
    const missing = await store.find('\u001b[2J').catch((error: Error) => error.message);
    expect(missing).not.toContain('\u001b');
  });
});
