/** A database that was restored from a backup: who notices, and that no order is doubled or lost. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { JournalEntry } from '../../src/model.ts';
import { openStored } from '../../src/operations/runs/open-stored.ts';
import { announceRestoredStore } from '../../src/operations/store-admin.ts';
import type { StoreIdentity } from '../../src/store/postgres/identity.ts';
import type { PostgresStore } from '../../src/store/postgres/open-store.ts';
import { judgeStore } from '../../src/store/postgres/restored.ts';
import { resolveStore } from '../../src/store/postgres/store-target.ts';
import { readWhole } from '../../src/store/run-reading.ts';
import { A } from '../run/fleets.ts';
import { submissionOf } from './run-store.ts';
import { dump, restore, sql } from './server.ts';
import { freshStore, loginAs, withPostgres } from './shared.ts';
import { applyOn, hold, ordersOf, setDatabaseStage } from './store-desk.ts';

const KNOWN: StoreIdentity = {
  id: '4f0f1c2e-8f43-4f5e-9f39-0d9b0d4b9f10',
  generation: 2,
  systemIdentifier: '7301',
  timeline: 1,
  journalTable: 16_400,
};

describe('the verdict about a database', () => {
  const other = (change: Partial<StoreIdentity>): StoreIdentity => ({ ...KNOWN, ...change });
  it.each<[string, StoreIdentity | null, StoreIdentity, StoreIdentity, string]>([
    ['nobody has seen it', null, KNOWN, KNOWN, 'first'],
    ['nothing has changed', KNOWN, KNOWN, KNOWN, 'same'],
    ['another server, unannounced', KNOWN, KNOWN, other({ systemIdentifier: '9' }), 'restored'],
    ['a recovery to a point in time, unannounced', KNOWN, KNOWN, other({ timeline: 2 }), 'restored'],
    ['a dump, unannounced', KNOWN, KNOWN, other({ journalTable: 17_000 }), 'restored'],
    ['a dump, and a user who never saw the store', null, KNOWN, other({ journalTable: 17_000 }), 'restored'],
    ['announced since', other({ generation: 1 }), KNOWN, KNOWN, 'same'],
    [
      'announced since, on another server',
      other({ generation: 1, systemIdentifier: '9' }),
      KNOWN,
      KNOWN,
      'same',
    ],
    ['a backup from before an announcement', other({ generation: 3 }), KNOWN, KNOWN, 'restored'],
    ['a backup that was announced once before', other({ timeline: 2 }), KNOWN, KNOWN, 'restored'],
  ])('%s', (_, known, recorded, now, kind) => {
    expect(judgeStore(known, { recorded, now })).toMatchObject({ kind });
  });
});

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'refit-restored-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a store as a worker of one user does, who has a state folder. */
async function openedBy(
  url: string,
  stateDirectory: string,
): Promise<{ store: PostgresStore; notices: string[] }> {
  const notices: string[] = [];
  const store = await openStored(await resolveStore(url, {}), {
    clock: systemClock,
    purpose: 'test',
    stateDirectory,
    onNotice: (text) => notices.push(text),
  });
  onTestFinished(() => store.close().catch(() => undefined));
  return { store, notices };
}

const isFirstAccepted = ({ kind }: JournalEntry) => kind === 'accepted';

withPostgres('a store that was restored from a dump in mid-run', () => {
  it.each([
    ['noticed by the next worker', false],
    ['announced by an operator', true],
  ])('%s: the run reads every open step, and orders nothing twice', async (_, isAnnounced) => {
    const url = await freshStore();
    const folder = await temporary();
    const state = join(folder, 'state');
    await mkdir(state, { mode: 0o700 });
    const stage = await setDatabaseStage();
    const before = await openedBy(await loginAs(url, 'worker'), state);
    const id = await before.store.submit(submissionOf(stage.saved));
    // The dump knows of no order; the run then orders, and dies.
    await applyOn(stage, () => before.store.claim(id, 'refit apply'), {
      leavesAt: ({ kind }) => kind === 'approved',
    });
    await dump(url, join(folder, 'dump'));
    await applyOn(stage, () => before.store.claim(id, 'refit apply'), { leavesAt: isFirstAccepted });
    const orders = ordersOf(stage);
    expect(Object.keys(orders).length).toBeGreaterThan(0);
    await before.store.close();
    await restore(url, join(folder, 'dump'));

    if (isAnnounced) {
      const target = await resolveStore(await loginAs(url, 'operator'), {});
      expect(await announceRestoredStore(target, { reason: 'disk failed', by: 'wei' })).toEqual({
        generation: 2,
        runs: 1,
      });
    }
    const { store, notices } = await openedBy(await loginAs(url, 'worker'), state);
    expect(notices.map((text) => text.includes('1 unfinished runs'))).toEqual(isAnnounced ? [] : [true]);
    expect(store.identity.generation).toBe(2);
    expect(JSON.parse(await readFile(join(state, 'stores', `${store.identity.id}.json`), 'utf8'))).toEqual(
      store.identity,
    );
    const found = await (await store.find(id)).read();
    expect(found.trust).toEqual({ kind: 'restored', generation: 2 });
    const end = await applyOn(stage, () => store.claim(id, 'refit apply'));
    expect(end.exitCode).toBe(0);
    expect(ordersOf(stage)).toEqual({ [A(1)]: 1, [A(2)]: 1 });
    const { journal, trust } = await readWhole(await store.find(id));
    expect(journal.entries.filter(({ kind }) => kind === 'adopted')).toHaveLength(1);
    expect(trust).toEqual({ kind: 'known' });
    expect(await sql(url, 'SELECT generation, reason FROM refit.restorations')).toHaveLength(1);
    // The next process finds nothing new.
    expect((await openedBy(await loginAs(url, 'worker'), state)).notices).toEqual([]);
  });

  it('adopts a run again if its process died before the adoption was durable', async () => {
    const url = await freshStore();
    const state = await temporary();
    const stage = await setDatabaseStage();
    const { store } = await openedBy(url, state);
    const id = await store.submit(submissionOf(stage.saved));
    await applyOn(stage, () => store.claim(id, 'refit apply'), {
      leavesAt: ({ kind }) => kind === 'approved',
    });
    await announceRestoredStore(await resolveStore(url, {}), { reason: 'test', by: 'wei' });
    const next = (await openedBy(url, state)).store;
    await applyOn(stage, () => next.claim(id, 'refit apply'), {
      leavesAt: ({ kind }) => kind === 'run-started',
    });
    const entries = async () => (await readWhole(await next.find(id))).journal.entries;
    const adopted = (await entries()).filter(({ kind }) => kind === 'adopted').length;
    const { trust } = await (await next.find(id)).read();
    expect(trust?.kind).toBe(adopted === 0 ? 'restored' : 'known');
    await applyOn(stage, () => next.claim(id, 'refit apply'));
    expect((await entries()).some(({ kind }) => kind === 'adopted')).toBe(true);
    expect(ordersOf(stage)).toEqual({ [A(1)]: 1, [A(2)]: 1 });
  });

  it('fences a process that still works when the restore is announced', async () => {
    const url = await freshStore();
    const stage = await setDatabaseStage();
    const { store } = await openedBy(url, await temporary());
    const id = await store.submit(submissionOf(stage.saved));
    const target = await resolveStore(url, {});
    let announced = false;
    const applying = applyOn(stage, () => store.claim(id, 'refit apply'), {
      onEntry({ kind }) {
        if (kind !== 'approved' || announced) return;
        announced = true;
        void hold(announceRestoredStore(target, { reason: 'test', by: 'wei' }));
      },
    });
    const failure = await applying.then(
      (end) => end,
      (error: unknown) => error,
    );
    // It either ended before the announcement, or ordered nothing after it.
    expect(['fenced', 'store-restored']).toContain((failure as { code?: string }).code);
    expect(announced).toBe(true);
  });

  it('does not continue an ended run, and a submitted plan from before the restore reads first, too', async () => {
    const url = await freshStore();
    const state = await temporary();
    const [ended, late] = [
      await setDatabaseStage(),
      await setDatabaseStage({ plan: `targets: [{ select: { ids: [${A(1)}] }, memoryPerShard: 8GB }]` }),
    ];
    const { store } = await openedBy(url, state);
    const id = await store.submit(submissionOf(ended.saved));
    await applyOn(ended, () => store.claim(id, 'refit apply'));
    await announceRestoredStore(await resolveStore(url, {}), { reason: 'test', by: 'wei' });
    const next = (await openedBy(url, state)).store;
    expect((await (await next.find(id)).read()).trust).toEqual({ kind: 'known' });
    // The plan was sealed before the restore: its run of then may be what the backup lacks.
    const again = await next.submit(submissionOf(late.saved));
    expect((await (await next.find(again)).read()).trust).toMatchObject({ kind: 'restored' });
  });

  it.each([
    ['4 minutes ahead', 4, 1],
    ['an hour later, so after the restore', 60, 2],
  ])('reads first for a plan that a clock sealed %s', async (_, minutes, generation) => {
    const url = await freshStore();
    const state = await temporary();
    await openedBy(url, state);
    await announceRestoredStore(await resolveStore(url, {}), { reason: 'test', by: 'wei' });
    const { store } = await openedBy(url, state);
    const { saved } = await setDatabaseStage();
    const sealedAt = new Date(Date.now() + minutes * 60_000).toISOString();
    const id = await store.submit(submissionOf({ ...saved, sealedAt }));
    const rows = await sql(url, `SELECT generation FROM refit.runs WHERE id = '${id}'`);
    expect(rows).toEqual([String(generation)]);
  });

  it('refuses a damaged record of the user no more than a missing one', async () => {
    const url = await freshStore();
    const state = await temporary();
    const { store } = await openedBy(url, state);
    await writeFile(join(state, 'stores', `${store.identity.id}.json`), '{');
    expect((await openedBy(url, state)).notices).toEqual([]);
  });
});
