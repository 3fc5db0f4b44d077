/** The search over all runs: what each query finds, and that it finds what a naive scan of the journals finds. */
import { describe, expect, it } from 'vitest';
import { message } from '../../src/messages/messages.ts';
import { OUTCOMES, type Outcome, type SavedPlan } from '../../src/model.ts';
import { type AuditQuery, createAuditIndex } from '../../src/operations/audit/find-steps.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { JournalWriter, savedPlan } from '../report/situations.ts';
import { type PlayedRun, playedStore } from './played-store.ts';

const plan = (names: readonly string[], more: Partial<SavedPlan> = {}) =>
  savedPlan(
    names.map((name, at) => ({
      instance: `crs-${at}${name.length}x`,
      name,
      changes: [{ memoryPerShard: 8192 }],
    })),
    more,
  );
const CARTS = plan(['cart-a', 'Cart-B', '购物车'], { name: 'grow-carts', change: 'CHG-1', owner: 'li' });
const [A, B, C] = CARTS.steps.map(({ id }) => id) as [string, string, string];
const FEEDS = plan(['feed-1', 'a"b\\c'], { name: 'grow-feeds', change: 'CHG-22', owner: 'ops' });
const runs: PlayedRun[] = [
  {
    ...{ id: 'r1', saved: CARTS },
    entries: new JournalWriter(CARTS)
      .start({ user: 'wei', host: 'ops-1', pid: 1 })
      .wave('wave-started', 0)
      .ask(A)
      .accept(A)
      .after(60)
      .end(A, 'verified')
      .ask(B)
      .refuse(B, 'SaleOut', 'sold out', 'skip')
      .end(B, 'refused', { code: 'ResourceUnavailable.SaleOut', what: 'Sold out in zone 3' })
      .after(3_600)
      .ask(C)
      .accept(C)
      .end(C, 'failed', { code: 'Refit.TaskFailed', what: 'its task failed' })
      .append({
        ...{ kind: 'control-command', command: 'pause', value: null, accepted: true },
        ...{ by: { user: 'mei', host: 'ops-2', pid: 3 }, message: message('schedule.starting') },
      })
      .finish('done', 3).entries,
  },
  {
    id: 'r2',
    saved: FEEDS,
    entries: new JournalWriter(FEEDS).start({ user: 'zoe', host: 'h', pid: 2 }).entries,
  },
  { id: 'r3', saved: plan(['later']), entries: [] },
];
const ORDER = '2026010500101';

const found = async (query: AuditQuery, most = 100) => {
  const answer = await createAuditIndex(playedStore(runs).runs).find(query, most);
  return answer.runs.flatMap(({ id, found: count, matches }) =>
    count === null ? [id] : matches.map(({ name }) => `${id} ${name}`),
  );
};

describe('a search finds', () => {
  it.each<[string, AuditQuery, readonly string[]]>([
    ['every run without a query', {}, ['r1', 'r2', 'r3']],
    ['an order by a part of its number, as a text', { text: ORDER.slice(4) }, ['r1 cart-a']],
    ['a ticket, as a text', { text: 'chg-22' }, ['r2']],
    ['an instance by a part of its id', { instance: 'crs-06' }, ['r1 cart-a', 'r2 feed-1']],
    ['an instance by a part of its name, in any case', { instance: 'CART' }, ['r1 cart-a', 'r1 Cart-B']],
    ['a name in another script', { instance: '购物' }, ['r1 购物车']],
    ['a name with characters that JSON escapes', { instance: 'a"b\\' }, ['r2 a"b\\c']],
    ['an order by its whole number', { order: ORDER }, ['r1 cart-a']],
    ['no order by a part of its number', { order: ORDER.slice(0, -1) }, []],
    ['a request by its id', { order: '7c1d8f20-0000-4000-8000-000000000001' }, ['r1 cart-a']],
    ['steps by their outcome', { outcome: 'failed' }, ['r1 购物车']],
    ['steps that did not run', { outcome: 'not-run', text: 'feeds' }, ['r2 feed-1', 'r2 a"b\\c']],
    ['a reason by its words', { text: 'sold OUT' }, ['r1 Cart-B']],
    ['a code', { text: 'saleout' }, ['r1 Cart-B']],
    ['a plan by its name', { text: 'grow-feeds' }, ['r2']],
    ['who started it', { person: 'wei' }, ['r1']],
    ['who controlled it', { person: 'MEI@ops-2' }, ['r1']],
    ['who owns it', { person: 'li' }, ['r1']],
    ['a ticket', { ticket: 'chg-2' }, ['r2', 'r3']],
    ['runs by their time', { from: '2026-01-05T03:30:00.000Z' }, ['r2']],
    ['steps by their time', { instance: 'cart', to: '2026-01-05T02:00:30.000Z' }, ['r1 cart-a']],
    ['what all conditions match', { person: 'wei', ticket: 'CHG-1', outcome: 'verified' }, ['r1 cart-a']],
    ['nothing if one condition does not match', { person: 'zoe', outcome: 'verified' }, []],
    ['nothing of a pattern: it is a text', { text: '.*' }, []],
  ])('%s', async (_, query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it('the first of many, and says how many there are', async () => {
    const answer = await createAuditIndex(playedStore(runs).runs).find({}, 1);
    expect(answer).toMatchObject({
      found: { runs: 3, steps: 0 },
      isComplete: true,
      searched: { runs: 3, steps: 6 },
    });
    expect(answer.runs.map(({ id }) => id)).toEqual(['r1']);
  });

  it('what is read so far, and the rest at the next search', async () => {
    const store = playedStore(runs);
    const index = createAuditIndex(store.runs);
    const none = await index.find({}, 9, AbortSignal.abort());
    expect(none).toMatchObject({ isComplete: false, runs: [] });
    expect((await index.find({}, 9)).isComplete).toBe(true);
    await index.find({ order: ORDER }, 9);
    expect(store.reads()).toBe(3);
  });
});

describe('the history of an instance', () => {
  it('has its steps in all runs, the newest first, with sizes, orders and outcome', async () => {
    const later = plan(['cart-a', 'Cart-B'], { name: 'grow-again' });
    const all = [{ id: 'r0', saved: later, entries: [] }, runs[0]!];
    const index = createAuditIndex(playedStore(all).runs);
    const { instance, before, after } = CARTS.steps[0]!;
    const { steps, ...rest } = await index.history(instance);
    expect(steps).toMatchObject([
      { run: 'r0', plan: 'grow-again', at: 0, outcome: null, orders: [], startedAt: null },
      { run: 'r1', plan: 'grow-carts', at: 0, outcome: 'verified', orders: [ORDER], before, after },
    ]);
    expect(rest).toMatchObject({ more: 0, isComplete: true, searched: { runs: 2, more: 0, unreadable: 0 } });
    expect((await index.history(instance.slice(0, -1))).steps).toEqual([]);
  });

  it('says that a step did not run only after its run has ended', async () => {
    const entries = new JournalWriter(FEEDS)
      .start({ user: 'zoe', host: 'h', pid: 2 })
      .finish('drained', 4).entries;
    const index = createAuditIndex(playedStore([{ id: 'r', saved: FEEDS, entries }]).runs);
    const { steps } = await index.history(FEEDS.steps[1]!.instance);
    expect(steps).toMatchObject([{ at: 1, outcome: 'not-run', endedAt: null }]);
  });
});

describe('a search in more steps than fit into memory', () => {
  it('leaves out the oldest runs, says so, and makes room for new ones', async () => {
    const played = Array.from({ length: 6 }, (_, n) => ({
      ...runs[2]!,
      id: `n${n}`,
      saved: plan(['a', 'b']),
    }));
    const list = [...played];
    const store = playedStore(list);
    const index = createAuditIndex(store.runs, 6);
    const searched = { runs: 3, steps: 6, more: 3, unreadable: 0 };
    expect(await index.find({}, 9)).toMatchObject({ isComplete: true, searched, found: { runs: 3 } });
    expect(store.reads()).toBe(4);
    list.unshift({ ...played[0]!, id: 'new' });
    const answer = await index.find({}, 9);
    expect(answer.runs.map(({ id }) => id)).toEqual(['new', 'n0', 'n1']);
    expect(store.reads()).toBe(5);
  });
});

describe('a search in random runs', () => {
  it('finds the steps that a scan of the plans finds', async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e9);
    const chance = seededRandom(seed);
    const one = <T>(all: readonly T[]): T => all[chance.whole(0, all.length - 1)]!;
    const NAMES = [
      'cart',
      'Cart',
      'feed',
      'FEED-1',
      '购物',

      'İx',
      'K',
      'a"b',
      '\u001b[1m',
      'ΑΣ',
      '',
    ];
    const ENDS = ['verified', 'failed', 'refused', 'skipped', 'unknown', 'drifted'] as const;
    const played: PlayedRun[] = [];
    const truth: {
      run: string;
      step: string;
      name: string;
      instance: string;
      orders: string[];
      outcome: Outcome;
    }[] = [];
    for (let n = 0; n < 30; n++) {
      const saved = plan(
        Array.from({ length: chance.whole(1, 6) }, () => one(NAMES) + one(NAMES)),
        { owner: one(['li', 'mei']), change: one(['CHG-1', 'CHG-2', null]) },
      );
      const journal = new JournalWriter(saved).start().wave('wave-started', 0);
      for (const { id: step, instance } of saved.steps) {
        const name = saved.preconditions.find((known) => known.instance === instance)!.name;
        const outcome: Outcome = one([...ENDS, 'not-run']);
        const before = journal.entries.length;
        if (outcome !== 'not-run') journal.after(1).ask(step).accept(step).after(5).end(step, outcome, {});
        const orders = journal.entries
          .slice(before)
          .flatMap((entry) => (entry.kind === 'accepted' ? [entry.order] : []));
        truth.push({ run: `r${n}`, step, name, instance, orders, outcome });
      }
      played.push({ id: `r${n}`, saved, entries: journal.entries });
    }
    const index = createAuditIndex(playedStore(played).runs);
    for (let n = 0; n < 200; n++) {
      const query = {
        ...(chance.whole(0, 1) ? { instance: one([...NAMES, 'crs-', 'x', 'i', 'k', 'ς']) } : {}),
        ...(chance.whole(0, 2) ? {} : { order: one(truth).orders[0] ?? 'none' }),
        ...(chance.whole(0, 2) ? {} : { outcome: one(OUTCOMES) }),
      };
      if (Object.keys(query).length === 0) continue;
      const has = (text: string) => text.toLowerCase().includes((query.instance ?? '').toLowerCase());
      const expected = truth.filter(
        ({ name, instance, orders, outcome }) =>
          (has(name) || has(instance)) &&
          (query.order === undefined || orders.includes(query.order)) &&
          (query.outcome === undefined || query.outcome === outcome),
      );
      const answer = await index.find(query, 1_000);
      expect(
        answer.runs.flatMap(({ id, matches }) => matches.map((step) => `${id} ${step.id}`)),
        `seed ${seed}: ${JSON.stringify(query)}`,
      ).toEqual(expected.map(({ run, step }) => `${run} ${step}`));
    }
  });
});
