import { describe, expect, it } from 'vitest';
import type { Deal, Task } from '../../../src/cloud/cloud.ts';
import { message, textOf } from '../../../src/messages/messages.ts';
import type { Dimension, Instance, Size, Step } from '../../../src/model.ts';
import { judgeFollowing, judgeStart, type Reading } from '../../../src/run/decide/judge-following.ts';
import { foreignOrders, judgeOrderFate, ownInBilling } from '../../../src/run/decide/judge-order-fate.ts';

const US = '100000000001';
const THEM = '100000000099';
const OWNERSHIP = { known: new Set(['known']), self: new Set([US]), hidden: [] };
const BEFORE: Size = { memoryPerShard: 4096, shards: 1, replicas: 1 };
const AFTER: Size = { ...BEFORE, memoryPerShard: 8192 };

const STEP = {
  id: 'crs-aaaa0001/memoryPerShard',
  instance: 'crs-aaaa0001',
  change: { dimension: 'memoryPerShard', from: 4096, to: 8192 },
  before: BEFORE,
  after: AFTER,
} as Step;

const order = (createdBy: string | null, state: Deal['state'], more: Partial<Deal> = {}): Deal => ({
  order: createdBy === US ? 'ours' : 'theirs',
  numbers: [createdBy === US ? 'ours' : 'theirs'],
  instances: [STEP.instance],
  createdAt: Date.UTC(2026, 0, 5, 2),
  billed: null,
  direction: 'up',
  createdBy,
  state,
  ...more,
});

const TYPES: Readonly<Record<Dimension, string>> = {
  memoryPerShard: '002',
  shards: '028',
  replicas: '029',
};

const task = (dimension: Dimension, result: Task['result']): Task => ({
  id: `t-${dimension}`,
  instance: STEP.instance,
  type: TYPES[dimension],
  dimension,
  startedAt: Date.UTC(2026, 0, 5, 2),
  result,
});

interface Seen {
  readonly size?: Partial<Size>;
  readonly status?: Instance['status'];
  readonly tasks?: readonly Task[] | null;
  readonly deals?: readonly Deal[] | null;
}

function reading({ size = {}, status = 'running', tasks = [], deals = [] }: Seen): Reading {
  return {
    instance: {
      id: STEP.instance,
      size: { ...BEFORE, ...size },
      status,
      nodes: [] as const,
    } as unknown as Instance,
    tasks,
    deals,
  };
}

const AT_TARGET = { memoryPerShard: 8192 };
const ELSEWHERE = { memoryPerShard: 16_384 };
const OTHER_DIMENSION = { replicas: 2 };
const BOTH = { memoryPerShard: 8192, replicas: 2 };

describe('an order without an answer, to 8 GB, judged by a reading', () => {
  it.each<[string, Seen, object]>([
    ['nothing at all', {}, { kind: 'silent' }],
    [
      'an unrecorded order of this identity, and a fitting task',
      {
        deals: [order(US, 'in-progress')],
        tasks: [task('memoryPerShard', 'running')],
        status: 'processing',
      },
      { kind: 'executed', order: 'ours', evidence: message('run.billing-lists', { order: 'ours' }) },
    ],
    [
      'an unrecorded order of this identity, before the task list shows its task',
      { deals: [order(US, 'in-progress')] },
      { kind: 'executed', order: 'ours', provisional: true },
    ],
    ['a recorded order', { deals: [order(US, 'delivered', { order: 'known' })] }, { kind: 'silent' }],
    [
      'an order without a named creator',
      { deals: [order(null, 'in-progress')] },
      { kind: 'executed', order: 'theirs' },
    ],
    [
      'a fitting task, and billing that lists nothing yet',
      { tasks: [task('memoryPerShard', 'running')], status: 'processing' },
      { kind: 'executed', order: null, provisional: true },
    ],
    [
      'its target, and nothing else',
      { size: AT_TARGET },
      { kind: 'executed', order: null, provisional: true },
    ],
    [
      'a foreign order in progress',
      {
        deals: [order(THEM, 'in-progress')],
        tasks: [task('memoryPerShard', 'running')],
        status: 'processing',
      },
      { kind: 'unclear', working: true },
    ],
    [
      'a foreign order, ended at another size',
      { deals: [order(THEM, 'delivered')], tasks: [task('memoryPerShard', 'done')], size: ELSEWHERE },
      { kind: 'foreign', certain: true },
    ],
    [
      'a foreign order, ended at the exact target',
      { deals: [order(THEM, 'delivered')], tasks: [task('memoryPerShard', 'done')], size: AT_TARGET },
      { kind: 'foreign', certain: true },
    ],
    [
      'a foreign order, failed',
      { deals: [order(THEM, 'failed')], tasks: [task('memoryPerShard', 'failed')] },
      { kind: 'foreign', certain: true },
    ],
    [
      'a foreign order beside one of this identity',
      { deals: [order(THEM, 'delivered'), order(US, 'in-progress')], status: 'processing' },
      { kind: 'executed', order: 'ours' },
    ],
    [
      'a foreign order that is not paid',
      { deals: [order(THEM, 'unpaid')] },
      { kind: 'foreign', certain: true },
    ],
    [
      'a task of another dimension in progress',
      { tasks: [task('replicas', 'running')], status: 'processing' },
      { kind: 'unclear', working: true },
    ],
    [
      'a task of another dimension, ended in that dimension',
      { tasks: [task('replicas', 'done')], size: OTHER_DIMENSION },
      { kind: 'foreign', certain: true },
    ],
    [
      'a task of another dimension, ended in that dimension, without permission for billing',
      { tasks: [task('replicas', 'done')], size: OTHER_DIMENSION, deals: null },
      { kind: 'foreign', certain: true },
    ],
    [
      'a task of another dimension, ended without a change, without permission for billing',
      { tasks: [task('replicas', 'failed')], deals: null },
      { kind: 'foreign', certain: false },
    ],
    [
      'a task of another dimension, ended at the exact target, because the mapping of types is an inference',
      { tasks: [task('replicas', 'done')], size: AT_TARGET },
      { kind: 'executed', order: null, provisional: true },
    ],
    [
      'a task of another dimension and an order of this identity, ended at the exact target',
      { tasks: [task('replicas', 'done')], deals: [order(US, 'delivered')], size: AT_TARGET },
      { kind: 'executed', order: 'ours' },
    ],
    [
      'a task of another dimension and an order of this identity, ended elsewhere',
      { tasks: [task('replicas', 'done')], deals: [order(US, 'delivered')], size: OTHER_DIMENSION },
      { kind: 'foreign', certain: true },
    ],
    [
      'a task of another dimension and an order of this identity, both failed: either may be it',
      { tasks: [task('replicas', 'failed')], deals: [order(US, 'failed')] },
      { kind: 'foreign', certain: false },
    ],
    [
      'two dimensions changed, one of them as ordered, and nothing shows who changed the other',
      { tasks: [task('replicas', 'done')], size: BOTH },
      { kind: 'foreign', certain: false },
    ],
    [
      'an order of this identity for less',
      { deals: [order(US, 'delivered', { direction: 'down' })], size: { memoryPerShard: 2048 } },
      { kind: 'foreign', certain: true },
    ],
    [
      'an order of this identity for less, delayed until after a foreign order for more',
      {
        deals: [
          order(THEM, 'delivered', { createdAt: Date.UTC(2026, 0, 5, 1) }),
          order(US, 'delivered', { direction: 'down' }),
        ],
        size: ELSEWHERE,
      },
      { kind: 'executed', order: 'ours' },
    ],
    [
      'one foreign order delivered, and another in progress',
      { deals: [order(THEM, 'delivered'), order(THEM, 'in-progress', { order: 'second' })], size: ELSEWHERE },
      { kind: 'unclear', working: true },
    ],
    [
      'one foreign order in progress, and another failed, at the exact target',
      { deals: [order(THEM, 'in-progress'), order(THEM, 'failed', { order: 'second' })], size: AT_TARGET },
      { kind: 'unclear', working: true },
    ],
    [
      'one task of another dimension done, and another pending',
      { tasks: [task('replicas', 'done'), task('shards', 'pending')], size: OTHER_DIMENSION },
      { kind: 'unclear', working: true },
    ],
    [
      'an order of this identity for less, between two foreign orders',
      {
        deals: [
          order(THEM, 'delivered', { createdAt: Date.UTC(2026, 0, 5, 3) }),
          order(US, 'delivered', { direction: 'down' }),
          order(THEM, 'delivered', { createdAt: Date.UTC(2026, 0, 5, 1), order: 'first' }),
        ],
        size: ELSEWHERE,
      },
      { kind: 'executed', order: 'ours' },
    ],
    [
      'an order of this identity for less, in the second of a foreign order',
      { deals: [order(THEM, 'delivered'), order(US, 'delivered', { direction: 'down' })], size: ELSEWHERE },
      { kind: 'executed', order: 'ours' },
    ],
    [
      'an order of this identity for less, before a foreign order',
      {
        deals: [
          order(THEM, 'delivered', { createdAt: Date.UTC(2026, 0, 5, 3) }),
          order(US, 'delivered', { direction: 'down' }),
        ],
        size: ELSEWHERE,
      },
      { kind: 'foreign' },
    ],
    ['another size, without any trace', { size: ELSEWHERE }, { kind: 'foreign', certain: true }],
    [
      'another size, without permission for the task list',
      { size: ELSEWHERE, tasks: null },
      { kind: 'foreign', certain: false },
    ],
  ])('%s', (_, seen, verdict) => {
    expect(judgeOrderFate(STEP, reading(seen), OWNERSHIP)).toMatchObject(verdict);
  });

  it('names the order with its creator and time, and the task with its type', () => {
    const seen = { deals: [order(THEM, 'delivered')], tasks: [task('replicas', 'done')], size: ELSEWHERE };
    const verdict = judgeOrderFate(STEP, reading(seen), OWNERSHIP);
    expect(verdict.kind === 'foreign' && textOf(verdict.evidence)).toBe(
      `the instance has 16 GB × 1 replica, because of order theirs by ${THEM}, created at 2026-01-05T02:00:00.000Z; task t-replicas (type 029), started at 2026-01-05T02:00:00.000Z`,
    );
  });

  it('accepts the order of anyone if this identity is not known', () => {
    const deals = [order(THEM, 'in-progress')];
    expect(judgeOrderFate(STEP, reading({ deals }), { ...OWNERSHIP, self: null })).toMatchObject({
      order: 'theirs',
    });
  });

  it('takes the latest of several that may be its own', () => {
    const early = order(US, 'delivered', { order: 'early' });
    const late = order(US, 'delivered', { order: 'late', createdAt: early.createdAt + 1_000 });
    expect(ownInBilling(STEP, [late, early], OWNERSHIP)?.order).toBe('late');
    expect(ownInBilling(STEP, [early, late], OWNERSHIP)?.order).toBe('late');
  });

  describe('in an adopted run whose journal may lack the order of a later step', () => {
    const LATER: Size = { ...AFTER, replicas: 2 };
    const adopted = { ...OWNERSHIP, hidden: [LATER] };
    const early = order(US, 'delivered', { order: 'early' });
    const late = order(US, 'delivered', { order: 'late', createdAt: early.createdAt + 1_000 });

    it('takes the first of several orders, and leaves the others to the later steps', () => {
      expect(ownInBilling(STEP, [late, early], adopted)?.order).toBe('early');
      expect(foreignOrders([late, early, order(THEM, 'delivered')], adopted, ['early'])).toEqual([
        order(THEM, 'delivered'),
      ]);
    });

    it.each<[string, Seen, string | null]>([
      ['with its order', { deals: [late, early] }, 'early'],
      ['without billing', { deals: null, tasks: [task('replicas', 'done')] }, null],
      ['without any trace', {}, null],
    ])('takes the size of that step as proof, %s', (_, seen, own) => {
      const verdict = { kind: 'executed', order: own };
      expect(judgeOrderFate(STEP, reading({ size: LATER, ...seen }), adopted)).toMatchObject(verdict);
      const followed = judgeFollowing(STEP, reading({ size: LATER, ...seen }), [own ?? ''], [], [LATER]);
      expect(followed).toMatchObject({ kind: 'verified', size: LATER, isPassed: true });
      expect(judgeOrderFate(STEP, reading({ size: LATER, ...seen }), OWNERSHIP)).not.toEqual(
        expect.objectContaining({ evidence: expect.objectContaining({ id: 'run.at-later-size' }) }),
      );
    });
  });
});

describe('an accepted order, to 8 GB, judged by a reading', () => {
  const AT = Date.UTC(2026, 0, 5, 2);
  const done = task('memoryPerShard', 'done');
  const failed = task('memoryPerShard', 'failed');
  const pending = task('replicas', 'pending');
  const later = (one: Task): Task => ({ ...one, startedAt: AT + 1_000 });
  const ours = order(US, 'in-progress');
  const delivered = order(US, 'delivered');
  const theirs = (state: Deal['state'], number = 'theirs') => order(THEM, state, { order: number });
  const VERIFIED = { kind: 'verified', isPassed: false };
  const NEAR = { kind: 'in-progress', near: true };
  const FAR = { kind: 'in-progress', near: false };
  const FAILED = { kind: 'failed', code: null };

  // biome-ignore format: one line a case
  it.each<[string, Seen, object]>([
    ['at its target, all delivered', { size: AT_TARGET, tasks: [done], deals: [delivered] }, VERIFIED],
    ['at its target, and no list can be read', { size: AT_TARGET, tasks: null, deals: null }, VERIFIED],
    ['at its target, one task done and another pending', { size: AT_TARGET, tasks: [done, pending], deals: [delivered] }, NEAR],
    ['at its target, one task running and another done', { size: AT_TARGET, tasks: [task('shards', 'running'), done], deals: [delivered] }, NEAR],
    ['at its target, a pending task explained by a foreign order', { size: AT_TARGET, tasks: [done, pending], deals: [delivered, theirs('in-progress')] }, VERIFIED],
    ['at its target, a pending task, and its own order not delivered', { size: AT_TARGET, tasks: [pending], deals: [ours, theirs('in-progress')] }, NEAR],
    ['at its target, its order in progress', { size: AT_TARGET, tasks: [done], deals: [ours] }, NEAR],
    ['at its target, its order not paid', { size: AT_TARGET, tasks: [done], deals: [order(US, 'unpaid')] }, NEAR],
    ['at its target, and processing', { size: AT_TARGET, status: 'processing', tasks: [done], deals: [delivered] }, FAR],
    ['at its old size, nothing shown yet', {}, FAR],
    ['at its old size, a task done', { tasks: [done] }, FAR],
    ['its task failed', { tasks: [failed], deals: [ours] }, FAILED],
    ['its task failed, and it still processes', { tasks: [failed], deals: [ours], status: 'processing' }, FAR],
    ['a task failed after another was done', { tasks: [later(failed), done], deals: [ours] }, FAILED],
    ['a task runs after another failed', { tasks: [failed, later(task('shards', 'running'))], deals: [ours] }, FAR],
    ['of two tasks of one second, the latter in the list failed', { tasks: [done, failed], deals: [ours] }, FAILED],
    ['of two tasks of one second, the former in the list failed', { tasks: [failed, done], deals: [ours] }, FAR],
    ['a task failed, and its order is delivered', { size: AT_TARGET, tasks: [failed], deals: [delivered] }, VERIFIED],
    ['a task failed, as a foreign order did', { tasks: [failed], deals: [ours, theirs('delivered', 'x'), theirs('failed')] }, FAR],
    ['a task failed beside a foreign order that did not', { tasks: [failed], deals: [ours, theirs('delivered')] }, FAILED],
    ['its order failed', { deals: [order(US, 'failed')] }, FAILED],
    ['elsewhere, its order and a foreign one delivered', { size: ELSEWHERE, deals: [delivered, theirs('delivered')] }, { kind: 'drifted' }],
    ['elsewhere, its task done and a foreign order delivered', { size: ELSEWHERE, tasks: [failed, later(done)], deals: [ours, theirs('delivered')] }, { kind: 'drifted' }],
    ['elsewhere, one foreign order delivered and another failed', { size: ELSEWHERE, deals: [delivered, theirs('failed'), theirs('delivered', 'x')] }, { kind: 'drifted' }],
    ['elsewhere, one foreign order delivered and another in progress', { size: ELSEWHERE, deals: [delivered, theirs('delivered'), theirs('in-progress', 'x')] }, FAR],
    ['elsewhere, a foreign order delivered and a task pending', { size: ELSEWHERE, tasks: [pending], deals: [delivered, theirs('delivered')] }, FAR],
    ['elsewhere, a foreign order delivered and its own not', { size: ELSEWHERE, deals: [ours, theirs('delivered')] }, FAR],
    ['elsewhere, its order delivered and no foreign one', { size: ELSEWHERE, deals: [delivered] }, FAR],
    ['elsewhere, one of two tasks done', { size: ELSEWHERE, tasks: [failed, later(done)], deals: [ours] }, { kind: 'failed', code: 'Refit.OtherSize' }],
    ['elsewhere, its task running', { size: ELSEWHERE, tasks: [task('memoryPerShard', 'running')], deals: [ours] }, FAR],
  ])('%s', (_, seen, verdict) => {
    const foreign = (seen.deals ?? []).filter(({ createdBy }) => createdBy === THEM);
    expect(judgeFollowing(STEP, reading(seen), ['ours'], foreign)).toMatchObject(verdict);
  });

  it('is verified at the size of any later step that the journal lacks', () => {
    const hidden = [
      { ...AFTER, shards: 3 },
      { ...AFTER, replicas: 2 },
    ];
    const passed = { kind: 'verified', isPassed: true };
    expect(judgeFollowing(STEP, reading({ size: BOTH }), ['ours'], [], hidden)).toMatchObject(passed);
    expect(judgeOrderFate(STEP, reading({ size: BOTH }), { ...OWNERSHIP, hidden })).toMatchObject({
      kind: 'executed',
      evidence: { id: 'run.at-later-size' },
    });
  });
});

describe('a change that waits for its window', () => {
  const ASKED = Date.UTC(2026, 0, 5, 2);
  const at = (seconds: number, result: Task['result']): Task => ({
    ...task('memoryPerShard', result),
    id: `t${seconds}`,
    startedAt: ASKED + 1_000 * seconds,
  });
  const ours = order(US, 'in-progress');
  const table: readonly (readonly [string, Seen, string | null])[] = [
    ['its task waits', { tasks: [at(2, 'pending')], deals: [ours] }, null],
    ['its task runs', { tasks: [at(2, 'running')], deals: [ours] }, 'task t2 is running'],
    ['the status alone, beside a task that waits', { status: 'processing', tasks: [at(2, 'pending')] }, null],
    ['the status alone, without any task', { status: 'processing' }, 'the instance is processing'],
    [
      'a task that failed before the order is not its own',
      { tasks: [at(-18, 'failed')], deals: [ours] },
      null,
    ],
    [
      'the only started task may belong to the foreign order',
      { tasks: [at(40, 'done'), at(2, 'pending')], deals: [ours, order(THEM, 'delivered')] },
      null,
    ],
    [
      'one of two started tasks is its own, beside a foreign order',
      { tasks: [at(900, 'running'), at(40, 'done')], deals: [ours, order(THEM, 'delivered')] },
      'task t900 is running',
    ],
    [
      'an earlier foreign task explains the foreign order',
      { tasks: [at(900, 'running'), at(-18, 'failed')], deals: [ours, order(THEM, 'failed')] },
      'task t900 is running',
    ],
    ['at its target', { size: AT_TARGET, deals: [ours] }, 'the instance has 8 GB × 1 replica'],
    [
      'at its target, beside a foreign order',
      { size: AT_TARGET, deals: [ours, order(THEM, 'delivered')] },
      null,
    ],
    [
      'its order is delivered',
      { size: AT_TARGET, deals: [order(US, 'delivered'), order(THEM, 'delivered')] },
      'order ours is delivered',
    ],
    ['its order failed', { deals: [order(US, 'failed')] }, 'order ours was not delivered'],
  ];

  it.each(table)('has started only by evidence of its own: %s', (_, seen, evidence) => {
    const foreign = (seen.deals ?? []).filter(({ createdBy }) => createdBy === THEM);
    const start = judgeStart(STEP, reading(seen), { orders: ['ours'], askedAt: ASKED }, foreign);
    expect(start && textOf(start.evidence)).toBe(evidence);
  });
});
