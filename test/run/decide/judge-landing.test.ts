import { describe, expect, it } from 'vitest';
import type { Deal, Task } from '../../../src/cloud/cloud.ts';
import type { Dimension, Instance, Size, Step } from '../../../src/model.ts';
import { judgeStart, type Reading } from '../../../src/run/decide/judge-following.ts';
import { judgeOrderFate, ownInBilling } from '../../../src/run/decide/judge-order-fate.ts';

const US = '100000000001';
const THEM = '100000000099';
const WHOSE = { known: new Set(['known']), self: new Set([US]) };
const BEFORE: Size = { memoryPerShard: 4096, shards: 1, replicas: 1 };
const AFTER: Size = { ...BEFORE, memoryPerShard: 8192 };

const STEP = {
  id: 'crs-aaaa0001/memoryPerShard',
  instance: 'crs-aaaa0001',
  change: { dimension: 'memoryPerShard', from: 4096, to: 8192 },
  before: BEFORE,
  after: AFTER,
} as Step;

const order = (by: string | null, state: Deal['state'], more: Partial<Deal> = {}): Deal => ({
  order: by === US ? 'ours' : 'theirs',
  instances: [STEP.instance],
  createdAt: Date.UTC(2026, 0, 5, 2),
  billed: null,
  direction: 'up',
  by,
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

describe('an order without an answer, to 8 GB, with what is read of its instance', () => {
  it.each<[string, Seen, object]>([
    ['nothing at all', {}, { kind: 'silent' }],
    [
      'an order of this identity that is on no record, and a fitting task',
      {
        deals: [order(US, 'under-way')],
        tasks: [task('memoryPerShard', 'running')],
        status: 'processing',
      },
      { kind: 'executed', order: 'ours', evidence: 'billing lists order ours for it' },
    ],
    [
      'an order of this identity that is on no record, before the task list says for what',
      { deals: [order(US, 'under-way')] },
      { kind: 'executed', order: 'ours', provisional: true },
    ],
    [
      'an order that is on record',
      { deals: [order(US, 'delivered', { order: 'known' })] },
      { kind: 'silent' },
    ],
    [
      'an order whose creator is not told, as before',
      { deals: [order(null, 'under-way')] },
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
      "somebody else's order under way",
      { deals: [order(THEM, 'under-way')], tasks: [task('memoryPerShard', 'running')], status: 'processing' },
      { kind: 'unclear', working: true },
    ],
    [
      "somebody else's order, ended at another size",
      { deals: [order(THEM, 'delivered')], tasks: [task('memoryPerShard', 'done')], size: ELSEWHERE },
      { kind: 'foreign', certain: true },
    ],
    [
      "somebody else's order, ended at the very target",
      { deals: [order(THEM, 'delivered')], tasks: [task('memoryPerShard', 'done')], size: AT_TARGET },
      { kind: 'foreign', certain: true },
    ],
    [
      "somebody else's order, failed",
      { deals: [order(THEM, 'failed')], tasks: [task('memoryPerShard', 'failed')] },
      { kind: 'foreign', certain: true },
    ],
    [
      "somebody else's order beside one of this identity",
      { deals: [order(THEM, 'delivered'), order(US, 'under-way')], status: 'processing' },
      { kind: 'executed', order: 'ours' },
    ],
    [
      "somebody else's order that waits to be paid",
      { deals: [order(THEM, 'unpaid')] },
      { kind: 'foreign', certain: true },
    ],
    [
      'a task of another dimension under way',
      { tasks: [task('replicas', 'running')], status: 'processing' },
      { kind: 'unclear', working: true },
    ],
    [
      'a task of another dimension, ended in that dimension',
      { tasks: [task('replicas', 'done')], size: OTHER_DIMENSION },
      { kind: 'foreign', certain: true },
    ],
    [
      'the same, where billing may not be read',
      { tasks: [task('replicas', 'done')], size: OTHER_DIMENSION, deals: null },
      { kind: 'foreign', certain: true },
    ],
    [
      'a task of another dimension, ended with nothing changed, where billing may not be read',
      { tasks: [task('replicas', 'failed')], deals: null },
      { kind: 'foreign', certain: false },
    ],
    [
      'a task of another dimension, ended at the very target: the mapping of types is an inference',
      { tasks: [task('replicas', 'done')], size: AT_TARGET },
      { kind: 'executed', order: null, provisional: true },
    ],
    [
      'the same with an order of this identity',
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
      'two dimensions changed, one of them as asked for: somebody did one, and who did the other is not told',
      { tasks: [task('replicas', 'done')], size: BOTH },
      { kind: 'foreign', certain: false },
    ],
    [
      'an order of this identity for less',
      { deals: [order(US, 'delivered', { direction: 'down' })], size: { memoryPerShard: 2048 } },
      { kind: 'foreign', certain: true },
    ],
    [
      'an order of this identity for less, placed after somebody else made it more: it was held up on its way',
      {
        deals: [
          order(THEM, 'delivered', { createdAt: Date.UTC(2026, 0, 5, 1) }),
          order(US, 'delivered', { direction: 'down' }),
        ],
        size: ELSEWHERE,
      },
      { kind: 'executed', order: 'ours' },
    ],
    ['another size, and nobody who did it', { size: ELSEWHERE }, { kind: 'foreign', certain: true }],
    [
      'another size, where the task list may not be read',
      { size: ELSEWHERE, tasks: null },
      { kind: 'foreign', certain: false },
    ],
  ])('%s', (_, seen, verdict) => {
    expect(judgeOrderFate(STEP, reading(seen), WHOSE)).toMatchObject(verdict);
  });

  it('names the order with who placed it and when, and the task with its type', () => {
    const seen = { deals: [order(THEM, 'delivered')], tasks: [task('replicas', 'done')], size: ELSEWHERE };
    const verdict = judgeOrderFate(STEP, reading(seen), WHOSE);
    expect(verdict).toMatchObject({
      what: `the instance is at 16384 MB x 1 shards, 1 replicas by order theirs by ${THEM}, created at 2026-01-05T02:00:00.000Z; task t-replicas (type 029), begun at 2026-01-05T02:00:00.000Z`,
    });
  });

  it('takes everybody for possible where this identity is not known', () => {
    const deals = [order(THEM, 'under-way')];
    expect(judgeOrderFate(STEP, reading({ deals }), { ...WHOSE, self: null })).toMatchObject({
      order: 'theirs',
    });
  });

  it('takes the latest of several that may be its own', () => {
    const early = order(US, 'delivered', { order: 'early' });
    const late = order(US, 'delivered', { order: 'late', createdAt: early.createdAt + 1_000 });
    expect(ownInBilling(STEP, [late, early], WHOSE)?.order).toBe('late');
    expect(ownInBilling(STEP, [early, late], WHOSE)?.order).toBe('late');
  });
});

describe('a change that was told to wait', () => {
  const ASKED = Date.UTC(2026, 0, 5, 2);
  const at = (seconds: number, result: Task['result']): Task => ({
    ...task('memoryPerShard', result),
    id: `t${seconds}`,
    startedAt: ASKED + 1_000 * seconds,
  });
  const ours = order(US, 'under-way');
  const table: readonly (readonly [string, Seen, string | null])[] = [
    ['its task waits', { tasks: [at(2, 'pending')], deals: [ours] }, null],
    ['its task runs', { tasks: [at(2, 'running')], deals: [ours] }, 'task t2 is running'],
    ['the status alone, beside a task that waits', { status: 'processing', tasks: [at(2, 'pending')] }, null],
    ['the status alone, and no task tells more', { status: 'processing' }, 'the instance is in process'],
    [
      'a task that failed before it was asked is not its own',
      { tasks: [at(-18, 'failed')], deals: [ours] },
      null,
    ],
    [
      "the one task that has begun may be that of somebody else's order",
      { tasks: [at(40, 'done'), at(2, 'pending')], deals: [ours, order(THEM, 'delivered')] },
      null,
    ],
    [
      "of two that have begun one is its own, beside somebody else's order",
      { tasks: [at(900, 'running'), at(40, 'done')], deals: [ours, order(THEM, 'delivered')] },
      'task t900 is running',
    ],
    [
      "somebody else's task of before explains their order",
      { tasks: [at(900, 'running'), at(-18, 'failed')], deals: [ours, order(THEM, 'failed')] },
      'task t900 is running',
    ],
    [
      'at its target',
      { size: AT_TARGET, deals: [ours] },
      'the instance is at 8192 MB x 1 shards, 1 replicas',
    ],
    [
      "at its target, beside somebody else's order",
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

  it.each(table)('is judged to have begun by what is its own alone: %s', (_, seen, evidence) => {
    const foreign = (seen.deals ?? []).filter(({ by }) => by === THEM);
    const begun = judgeStart(STEP, reading(seen), { orders: ['ours'], askedAt: ASKED }, foreign);
    expect(begun?.evidence ?? null).toBe(evidence);
  });
});
