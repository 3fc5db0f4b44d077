/** The fence: whatever happens between a process and its database, each entry is there once, and only of the owner. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { RefitError } from '../../src/errors.ts';
import { type ChainEnd, sealLine } from '../../src/journal/chain.ts';
import type { JournalEvent } from '../../src/model.ts';
import type { JournalStore } from '../../src/store/journal-writer.ts';
import type { ClaimedRun } from '../../src/store/ports.ts';
import type { PostgresStore } from '../../src/store/postgres/open-store.ts';
import { APPEND } from '../../src/store/postgres/runs/append.ts';
import { readWhole } from '../../src/store/run-reading.ts';
import { intent, openWriter, PLANS, started } from '../store/contract.ts';
import { startCutProxy } from './cut-proxy.ts';
import { openTestStore, submissionOf } from './run-store.ts';
import { cutConnections, dump, restore, sql, startPostgres } from './server.ts';
import { freshStore, withPostgres } from './shared.ts';

/** The name of the prepared statement that appends, as it goes over the wire. */
const APPENDING = `\0${APPEND.name}\0`;
const SAVED = PLANS.first;
const wave = (n: number): JournalEvent => ({ kind: 'wave-started', wave: n, name: `wave ${n}` });

async function opened(url: string, host?: string, clock?: Clock): Promise<PostgresStore> {
  const store = await openTestStore(url, host, clock);
  onTestFinished(() => store.close());
  return store;
}

/** Makes the owner of a run look dead: its lease is over. */
async function lapse(url: string): Promise<void> {
  await sql(url, `UPDATE refit.runs SET owner_seen_at = clock_timestamp() - interval '1 minute'`);
}

/** Claims a run whose owner looks dead. Each append of the owner renews its lease, so this may take several attempts. */
async function claimLapsed(url: string, store: PostgresStore, id: string): Promise<ClaimedRun> {
  for (;;) {
    await lapse(url);
    try {
      return await store.claim(id, 'refit apply');
    } catch (error) {
      if (!(error instanceof RefitError && error.code === 'locked')) throw error;
    }
  }
}

/** The waves in the journal, and the claims that wrote them, read with a connection of its own. */
async function journalOf(url: string): Promise<{ waves: number[]; epochs: number[] }> {
  const store = await openTestStore(url, 'auditor');
  try {
    const { journal } = await readWhole(await store.find('latest'));
    const rows = await store.database.query<{ epoch: number }>(
      'SELECT epoch FROM refit.journal ORDER BY seq',
    );
    return {
      waves: journal.entries.flatMap((entry) => (entry.kind === 'wave-started' ? [entry.wave] : [])),
      epochs: rows.map(({ epoch }) => epoch),
    };
  } finally {
    await store.close();
  }
}

/** A run with one entry, claimed and open for appending. */
async function atWork(
  store: PostgresStore,
): Promise<{ claim: ClaimedRun; writer: Awaited<ReturnType<typeof openWriter>> }> {
  const id = await store.submit(submissionOf(SAVED));
  const claim = await store.claim(id, 'refit apply');
  const writer = await openWriter(claim);
  await writer.journal.appendDurably(started(SAVED));
  return { claim, writer };
}

/** The journal of a claim, opened after any head. */
async function openJournalAt(claim: ClaimedRun, end: ChainEnd): Promise<JournalStore> {
  Object.assign(claim.run.journal, { end });
  return await claim.openJournal();
}

withPostgres('the fence of a run in PostgreSQL', () => {
  it('lets the old owner append between no two entries of the new one', async () => {
    const url = await freshStore();
    const [first, second] = [await opened(url, 'one'), await opened(url, 'two')];
    const id = await first.submit(submissionOf(SAVED));
    const owners: ClaimedRun[] = [];
    // Each round, another host takes over, and every owner before it tries to go on.
    for (let round = 0; round < 6; round++) {
      const store = round % 2 === 0 ? first : second;
      await lapse(url);
      const claim = await store.claim(id, `round ${round}`);
      const { journal } = await openWriter(claim);
      for (let n = 0; n < 3; n++) {
        const { seq, hash } = await journal.appendDurably(n === 0 ? started(SAVED, round > 0) : wave(round));
        for (const old of owners) {
          // At the head that it left, and at the newest one, as if it had read it.
          for (const head of [old.run.journal.end, { seq, hash }]) {
            const { entry, line } = sealLine(head, '2026-11-30T00:00:00.000Z', wave(99));
            const appending = openJournalAt(old, head).then((store) => store.append(`${line}\n`, entry));
            await expect(appending).rejects.toMatchObject({
              code: 'fenced',
              exitCode: 7,
              message: expect.stringContaining(`round ${round}`),
            });
          }
        }
      }
      owners.push(claim);
    }
    for (const claim of owners.slice(0, -1)) await claim.release();
    expect(await journalOf(url)).toEqual({
      waves: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5],
      epochs: [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6],
    });
    // The release of an old owner takes nothing from the new one.
    await expect(first.claim(id, 'another')).rejects.toMatchObject({ code: 'locked' });
  });

  it('has one winner among claims and appends that meet', async () => {
    const url = await freshStore();
    const stores = await Promise.all([1, 2, 3].map((n) => opened(url, `host-${n}`)));
    const id = await stores[0]!.submit(submissionOf(SAVED));
    for (let round = 0; round < 10; round++) {
      await lapse(url);
      const claims = await Promise.allSettled(stores.map((store) => store.claim(id, 'refit apply')));
      const won = claims.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(won).toHaveLength(1);
      for (const one of claims)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'locked' });
      const { journal } = await openWriter(won[0]!);
      await journal.appendDurably(started(SAVED, round > 0));
      // The next claim comes while this owner appends.
      const appending = Promise.allSettled([1, 2, 3].map((n) => journal.appendDurably(wave(round * 10 + n))));
      const next = await claimLapsed(url, stores[(round + 1) % 3]!, id);
      const appended = (await appending).filter(({ status }) => status === 'fulfilled').length;
      const seen = next.run.state.wavesStarted.filter((started) => started > round * 10).length;
      // Whatever the old owner believes to be written, the new one has read.
      expect(seen).toBeGreaterThanOrEqual(appended);
      const { waves } = await journalOf(url);
      expect(waves.filter((n) => n > round * 10)).toHaveLength(seen);
    }
  });

  it.each(['before', 'after'] as const)(
    'writes an entry once if the connection is cut %s the server carries it out',
    async (where) => {
      const url = await freshStore();
      const proxy = await startCutProxy(url);
      onTestFinished(() => proxy.stop());
      const { writer } = await atWork(await opened(proxy.url));
      for (const n of [1, 2, 3]) {
        proxy.cut(where, APPENDING);
        await writer.journal.appendDurably(wave(n));
      }
      expect(proxy.cuts).toBe(3);
      expect(writer.journal.failed).toBe(false);
      await writer.end();
      expect(await journalOf(url)).toEqual({ waves: [1, 2, 3], epochs: [1, 1, 1, 1] });
    },
  );

  it.each(['before', 'after'] as const)(
    'fences a process whose connection is cut %s its append, while another one takes over',
    async (where) => {
      const url = await freshStore();
      const proxy = await startCutProxy(url);
      onTestFinished(() => proxy.stop());
      const { claim, writer } = await atWork(await opened(proxy.url, 'cut'));
      const other = await opened(url, 'other');
      let taken: ClaimedRun | null = null;
      proxy.cut(where, APPENDING, async () => {
        await lapse(url);
        taken = await other.claim(claim.run.name, 'refit apply');
      });
      await expect(writer.journal.appendDurably(wave(1))).rejects.toMatchObject({ code: 'fenced' });
      expect(writer.journal.failed).toBe(true);
      // The new owner has read what was stored, so nothing that could lead to an order is lost.
      const next = taken as unknown as ClaimedRun;
      expect(next.run.journal.end.seq).toBe(where === 'after' ? 2 : 1);
      const { journal, end } = await openWriter(next);
      await journal.appendDurably(started(SAVED, true));
      await end();
      await claim.release();
    },
  );

  it.each([
    [
      'the claim',
      'UPDATE refit.runs SET epoch',
      (store: PostgresStore, id: string) => store.claim(id, 'refit apply'),
    ],
    ['its commit', 'COMMIT', (store: PostgresStore, id: string) => store.claim(id, 'refit apply')],
  ])('claims once if the connection is cut at %s', async (_, text, claimIt) => {
    for (const where of ['before', 'after'] as const) {
      const url = await freshStore();
      const proxy = await startCutProxy(url);
      onTestFinished(() => proxy.stop());
      const store = await opened(proxy.url);
      const id = await store.submit(submissionOf(SAVED));
      proxy.cut(where, text);
      const claim = await claimIt(store, id);
      expect(proxy.cuts).toBe(1);
      expect(claim.takeOvers()).toEqual([]);
      const { journal, end } = await openWriter(claim);
      await journal.appendDurably(started(SAVED));
      await end();
      expect((await journalOf(url)).epochs).toEqual([1]);
    }
  });

  it('submits once if the connection is cut at the commit, and refuses the plan of another submitter', async () => {
    for (const where of ['before', 'after'] as const) {
      const url = await freshStore();
      const proxy = await startCutProxy(url);
      onTestFinished(() => proxy.stop());
      const store = await opened(proxy.url);
      proxy.cut(where, 'COMMIT');
      const id = await store.submit(submissionOf(SAVED));
      expect(proxy.cuts).toBe(1);
      await expect(store.submit(submissionOf(SAVED))).rejects.toMatchObject({
        code: 'already-carried-out',
        exitCode: 6,
        message: expect.stringContaining(id),
        fix: expect.stringContaining(`refit status ${id}`),
      });
    }
  });

  it('makes one run of two submitters at the same time', async () => {
    const url = await freshStore();
    const stores = await Promise.all([1, 2, 3].map((n) => opened(url, `host-${n}`)));
    const results = await Promise.allSettled(stores.map((store) => store.submit(submissionOf(SAVED))));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const one of results)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'already-carried-out' });
  });

  it('goes on when every connection was cut, and when the server crashed between two entries', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const url = await freshStore(server);
    const { writer } = await atWork(await opened(url));
    await writer.journal.appendDurably(wave(1));
    await cutConnections(url);
    await writer.journal.appendDurably(wave(2));
    await server.kill();
    const appending = writer.journal.appendDurably(wave(3));
    await server.start();
    await appending;
    await server.restart();
    await writer.journal.appendDurably(wave(4));
    await writer.end();
    expect((await journalOf(url)).waves).toEqual([1, 2, 3, 4]);
  });

  it('stops when the database stays away, and says what it could not write', async () => {
    const url = await freshStore();
    const proxy = await startCutProxy(url);
    onTestFinished(() => proxy.stop());
    const { writer, claim } = await atWork(await opened(proxy.url, 'here', fast()));
    proxy.close();
    await expect(writer.journal.appendDurably(intent(SAVED))).rejects.toMatchObject({
      code: 'store-unreachable',
      exitCode: 1,
      message: expect.stringContaining('orders nothing more'),
      fix: expect.not.stringContaining('disk'),
    });
    expect(writer.journal.unwritten.map(({ kind }) => kind)).toEqual(['intent']);
    proxy.open();
    // It never writes again: what it knows may not be what the next process reads.
    await expect(writer.journal.appendDurably(wave(1))).rejects.toMatchObject({ code: 'store-unreachable' });
    await claim.release();
    expect((await journalOf(url)).waves).toEqual([]);
  });

  it('keeps its claim while it reads a journal for longer than a lease', async () => {
    const url = await freshStore();
    const { writer } = await atWork(await opened(url, 'one'));
    await writer.end();
    // Reading waits for a lock on the journal, and the clock of the reader runs fast.
    const slow = await opened(url, 'slow', fast());
    const id = (await slow.find('latest')).id;
    const blocker = await opened(url, 'blocker');
    let claiming: Promise<ClaimedRun> | null = null;
    await blocker.database.transaction(async (queries) => {
      await queries.script('LOCK TABLE refit.journal IN ACCESS EXCLUSIVE MODE');
      claiming = slow.claim(id, 'refit apply');
      claiming.catch(() => undefined);
      // Its lease is renewed meanwhile.
      for (let renewed = 0; renewed < 2; ) {
        await sql(
          url,
          `UPDATE refit.runs SET owner_seen_at = clock_timestamp() - interval '7 seconds' WHERE owner IS NOT NULL`,
        );
        await systemClock.sleep(300);
        const [seen] = await sql(
          url,
          `SELECT count(*) FROM refit.runs WHERE owner_seen_at > clock_timestamp() - interval '2 seconds'`,
        );
        if (seen === '1') renewed += 1;
      }
    });
    const claim = await (claiming as unknown as Promise<ClaimedRun>);
    expect(claim.run.journal.end.seq).toBe(1);
    await claim.release();
  });

  it('is fenced, and blames no journal, if another process takes the run over while it reads', async () => {
    const url = await freshStore();
    const { writer } = await atWork(await opened(url, 'one'));
    await writer.end();
    const [slow, blocker] = [await opened(url, 'slow'), await opened(url, 'blocker')];
    const id = (await slow.find('latest')).id;
    let claiming: Promise<unknown> = Promise.resolve();
    await blocker.database.transaction(async (queries) => {
      await queries.script('LOCK TABLE refit.journal IN ACCESS EXCLUSIVE MODE');
      claiming = slow.claim(id, 'refit apply');
      claiming.catch(() => undefined);
      while ((await sql(url, 'SELECT epoch FROM refit.runs'))[0] !== '2') await systemClock.sleep(10);
      // What a new owner does.
      await queries.execute(
        `UPDATE refit.runs SET epoch = epoch + 1, owner = owner || '{"host":"quick","token":"other"}', head_seq = 2`,
      );
      await queries.execute(`INSERT INTO refit.journal (run, seq, epoch, line) VALUES ($1, 2, 3, 'x')`, [id]);
    });
    await expect(claiming).rejects.toMatchObject({
      code: 'fenced',
      message: expect.stringContaining('quick'),
    });
  });

  it('tells a waiting process that another one took its run over', async () => {
    const url = await freshStore();
    const { claim } = await atWork(await opened(url, 'one', fast()));
    const other = await opened(url, 'two');
    // The owner may renew its lease in between.
    for (let taken = null; taken === null; ) {
      await lapse(url);
      taken = await other.claim(claim.run.name, 'refit apply').catch(() => null);
    }
    expect(await claim.lost).toMatchObject({ code: 'fenced', message: expect.stringContaining('two') });
  });

  it('writes nothing into the run of another owner: no report, no signature, no log, no mark, no claim', async () => {
    const url = await freshStore();
    const { claim } = await atWork(await opened(url, 'one'));
    await lapse(url);
    const taken = await (await opened(url, 'two')).claim(claim.run.name, 'refit apply');
    const row = async () => await sql(url, 'SELECT * FROM refit.runs');
    const before = await row();
    const fenced = { code: 'fenced' };
    await expect(claim.writeReports([{ file: 'report.json', text: '{}' }])).rejects.toMatchObject(fenced);
    await expect(claim.signatures.keep('signatures', [{ name: 'a.json', text: 'x' }])).rejects.toMatchObject(
      fenced,
    );
    await expect(claim.register.register()).rejects.toMatchObject(fenced);
    await expect(claim.claimInstances(['crs-aaaa0009'])).rejects.toMatchObject(fenced);
    await claim.log('hooks.log', 'late\n');
    await claim.release();
    expect(await row()).toEqual(before);
    expect(await sql(url, `SELECT count(*) FROM refit.signatures`)).toEqual(['0']);
    expect(await sql(url, `SELECT count(*) FROM refit.logs`)).toEqual(['0']);
    await taken.release();
  });

  it('stops at a database that was restored from a dump in mid-run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'refit-dump-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const url = await freshStore();
    const { writer } = await atWork(await opened(url));
    await dump(url, join(folder, 'dump'));
    await writer.journal.appendDurably(wave(1));
    await restore(url, join(folder, 'dump'));
    await expect(writer.journal.appendDurably(wave(2))).rejects.toMatchObject({
      code: 'store-restored',
      exitCode: 6,
      fix: expect.stringContaining('refit store restored'),
    });
    expect((await journalOf(url)).waves).toEqual([]);
  });
});

/** A clock whose waits are short, so that a bounded time passes quickly. */
function fast(): Clock {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    monotonic: () => systemClock.monotonic() + ahead,
    async sleep(ms, signal) {
      await systemClock.sleep(ms / 20, signal);
      ahead += ms;
    },
  };
}
