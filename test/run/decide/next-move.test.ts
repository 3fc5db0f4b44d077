/** What the engine does next for a step: a table of the pure decision, phase by phase. */

import { describe, expect, it } from 'vitest';
import type { Deal, Task } from '../../../src/cloud/cloud.ts';
import { initialStepState } from '../../../src/journal/fold-step.ts';

import type { Instance, Step, StepState } from '../../../src/model.ts';
import type { AcceptedMemory, Move, Observation, OrderMemory, Seen } from '../../../src/run/decide/move.ts';
import { followMove, nextMove } from '../../../src/run/decide/next-move.ts';
import { MINUTE, SECOND } from '../../../src/units.ts';
import { words } from '../../messages/words.ts';

const NOW = Date.UTC(2026, 10, 11, 2);
const ago = (ms: number) => new Date(NOW - ms).toISOString();
const BEFORE = { memoryPerShard: 4096, shards: 1, replicas: 1 };
const AFTER = { ...BEFORE, memoryPerShard: 8192 };

const STEP: Step = {
  id: 'crs-aaaa0001/1',
  instance: 'crs-aaaa0001',
  region: 'ap-guangzhou',
  profile: 'default',
  edition: 'redis-5.0-standard',
  change: { dimension: 'memoryPerShard', from: 4096, to: 8192 },
  before: BEFORE,
  after: AFTER,
  wave: 0,
  needs: null,
  quote: null,
} as unknown as Step;
const SECOND_STEP: Step = { ...STEP, id: 'crs-aaaa0001/2', needs: STEP.id };

const state = (changes: Partial<StepState> = {}): StepState => ({ ...initialStepState(STEP.id), ...changes });
const ended = (outcome: StepState['outcome']) => state({ phase: 'ended', outcome, endedAt: ago(SECOND) });
const UNANSWERED = state({
  phase: 'unanswered',
  attempts: 1,
  unresolved: 1,
  startedAt: ago(10 * SECOND),
  intentAt: ago(10 * SECOND),
  intentProviderAt: ago(10 * SECOND),
});
const SILENT_FOR_LONG = { ...UNANSWERED, intentProviderAt: ago(4 * MINUTE) };
const ACCEPTED = state({ phase: 'following', attempts: 1, orders: ['2026'], acceptedAt: ago(MINUTE) });
const DEFERRED = { ...ACCEPTED, intentProviderAt: ago(MINUTE) };

const instance = (changes: Partial<Instance> = {}): Instance =>
  ({ id: STEP.instance, status: 'running', size: BEFORE, nodes: [], ...changes }) as unknown as Instance;
const task = (result: Task['result']): Task => ({
  id: '7',
  instance: STEP.instance,
  type: '012',
  dimension: 'memoryPerShard',
  startedAt: NOW - 9 * SECOND,
  result,
});
const deal = (changes: Partial<Deal> = {}): Deal => ({
  order: '2026',
  numbers: ['2026'],
  instances: [STEP.instance],
  createdAt: NOW - 9 * SECOND,
  state: 'delivered',
  billed: null,
  createdBy: null,
  direction: 'up',
  ...changes,
});

const reading = (
  found: Instance | undefined,
  tasks: readonly Task[] | null = null,
  deals: readonly Deal[] | null = null,
): Seen => ({
  kind: 'reading',
  reading: { instance: found, tasks, deals },
  whose: { known: new Set(), self: null, hidden: [] },
});
const fault = (kind: 'passing' | 'no-right' | 'credentials'): Seen => ({
  kind: 'fault',
  fault: kind,
  error: 'it failed',
  halt: words('it failed'),
});
const placed = (answer: object, changes: object = {}): Seen =>
  ({
    kind: 'placed',
    placed: answer,
    refusedBefore: null,
    orderOf: null,
    isHeldBack: false,
    ...changes,
  }) as Seen;
const refused = (code: string) =>
  placed({ kind: 'refused', code, message: 'no', requestId: 'r', sentAt: NOW });

const ORDER_READ: OrderMemory = { phase: 'order', turn: 'go', instance: instance() };
const FOLLOWING: AcceptedMemory = {
  phase: 'accepted',
  round: 3,
  since: 0,
  before: 0,
  facts: null,
  asked: false,
  age: MINUTE,
  status: 'running',
};
const ASKED: AcceptedMemory = { ...FOLLOWING, facts: 'open', asked: true };

const observation = (changes: Partial<Observation> = {}): Observation => ({
  now: { wall: NOW, monotonic: MINUTE, provider: NOW },
  memory: null,
  seen: { kind: 'nothing' },
  execution: { patience: 3 * MINUTE, switch: 'now' },
  window: null,
  earlier: null,
  learned: { usual: null, tail: 5 * SECOND, firstSince: null, deferral: null },
  isSlotWanted: false,
  sharing: 0,
  readsOnce: false,
  ...changes,
});
/** A change of nine minutes, where ten are usual, and a step that awaits its in-flight slot. */
const GROWN_UP: Partial<Observation> = {
  now: { wall: NOW, monotonic: 9 * MINUTE, provider: NOW },
  memory: FOLLOWING,
  learned: { usual: 10 * MINUTE, tail: 5 * SECOND, firstSince: null, deferral: null },
  isSlotWanted: true,
};
const round = (at: Partial<OrderMemory>, seen?: Seen) =>
  observation({ memory: { ...ORDER_READ, ...at }, ...(seen ? { seen } : {}) });
const silence = (seen: Seen, monotonic = MINUTE) =>
  observation({
    memory: {
      phase: 'unanswered',
      round: 2,
      asked: { wall: NOW, monotonic, provider: NOW },
    },
    seen,
  });
const follow = (memory: AcceptedMemory, seen: Seen) => observation({ memory, seen });
const WINDOW = { from: '03:00', to: '06:00' };
const deferred = (changes: Partial<Observation> = {}) =>
  observation({
    execution: { patience: 3 * MINUTE, switch: 'maintenance-window' },
    window: WINDOW,
    ...changes,
  });

/** A move as one line. */
function formatMove(move: Move): string {
  const next = 'next' in move && move.next ? `, ${formatMove(move.next)}` : '';
  const orElse = 'orElse' in move && move.orElse ? `, else ${formatMove(move.orElse)}` : '';
  switch (move.kind) {
    case 'append':
      return `append ${move.event.kind}${'executed' in move.event ? (move.event.executed ? ' executed' : ' not executed') : ''}${next}`;
    case 'end':
      return `end ${move.outcome}${move.code ? ` ${move.code}` : ''}`;
    case 'wait':
      return `wait ${move.name ?? ''} ${move.ms}`.replace('  ', ' ') + orElse + next;
    case 'read':
      return `read ${move.factsSince === null ? 'instance' : move.openTasks ? 'open facts' : 'facts'} within ${move.maxDelay}`;
    case 'stop-run':
      return `stop run${move.code ? ` ${move.code}` : ''}${next}`;
    case 'defer':
      return `defer${move.givesSlot ? ', give in-flight slot back' : ''}${next}`;
    default:
      return move.kind;
  }
}

type Row = readonly [behaviour: string, state: StepState, observation: Observation, move: string];

const TABLES: Readonly<Record<string, readonly Row[]>> = {
  'before an order': [
    ['waits for its turn first', state(), observation(), 'await-turn'],
    ['leaves the step if no new order may start', state(), round({ turn: 'stopped' }), 'leave'],
    [
      'gives its in-flight slot back if too many steps are in flight',
      state(),
      round({ turn: 'give-way' }),
      'give-way',
    ],
    [
      'reads the instance once it is its turn',
      state(),
      observation({ memory: { phase: 'order', turn: 'go' } }),
      'read-instance',
    ],
    ['orders an instance that is as planned', state(), round({}), 'order'],
    [
      'waits for a busy instance, and skips it after the limit',
      state(),
      round({ instance: instance({ status: 'processing' }) }),
      'wait busy 5000, else end skipped ResourceUnavailable.InstanceStatusAbnormal',
    ],
    [
      'reads again if one list lacks the instance',
      state(),
      round({ instance: null }),
      'wait unlisted 3000, else end drifted ResourceNotFound.InstanceNotExists',
    ],
    [
      'never orders on top of another size',
      state(),
      round({ instance: instance({ size: { ...BEFORE, memoryPerShard: 6144 } }) }),
      'end drifted Refit.Drifted',
    ],
    [
      'skips an isolated instance',
      state(),
      round({ instance: instance({ status: 'isolated' }) }),
      'end skipped ResourceUnavailable.InstanceStatusAbnormal',
    ],
    [
      'finds that an earlier attempt was executed after all',
      state({ unresolved: 1, attempts: 1 }),
      round({ instance: instance({ size: AFTER }) }),
      'append resolved executed',
    ],
    [
      'reads billing before it orders again after a failed payment',
      state({ code: 'FailedOperation.PayFailed', intentProviderAt: ago(MINUTE) }),
      round({}),
      'read-unpaid',
    ],
    [
      'stops the run if an order is not paid',
      state({ code: 'FailedOperation.PayFailed', intentProviderAt: ago(MINUTE) }),
      round({ unpaid: [deal({ state: 'unpaid', createdAt: NOW - MINUTE })] }),
      'stop run, leave',
    ],
    [
      'adopts the order that was paid meanwhile',
      state({ code: 'FailedOperation.PayFailed', intentProviderAt: ago(MINUTE) }),
      round({ unpaid: [deal({ createdAt: NOW - MINUTE })] }),
      'append resolved executed',
    ],
    [
      'waits while the provider cannot be reached, and stops the run after the limit',
      state(),
      round({}, fault('passing')),
      'wait unreachable growing, else stop run',
    ],
    [
      'stops the run if the credentials are refused',
      state(),
      round({}, fault('credentials')),
      'stop run AuthFailure.Refused',
    ],
    [
      'reads the maintenance window again if the plan has one',
      state(),
      deferred({ memory: { phase: 'order', turn: 'go' } }),
      'read-window',
    ],
    [
      'drifts if the maintenance window has changed',
      state(),
      deferred({ memory: { ...ORDER_READ, window: { from: '01:00', to: '02:00' } } }),
      'end drifted Refit.Drifted',
    ],
  ],
  'after an order was placed': [
    [
      'records an accepted order',
      state(),
      round({}, placed({ kind: 'accepted', order: '1', requestId: 'r', sentAt: NOW })),
      'append accepted',
    ],
    [
      'treats the order number of another step as no answer',
      state(),
      round({}, placed({ kind: 'accepted', order: '1', requestId: 'r', sentAt: NOW }, { orderOf: 'x/1' })),
      'append no-answer',
    ],
    [
      'records a lost answer',
      state(),
      round({}, placed({ kind: 'no-answer', why: 'reset', sentAt: NOW })),
      'append no-answer',
    ],
    [
      'tries again if nothing could be sent, and stops the run after the limit',
      state(),
      round({}, placed({ kind: 'not-sent', why: 'no connection' })),
      'wait unsent growing, else stop run, leave',
    ],
    [
      'starts a new round if the run was held back',
      state(),
      round({}, placed({ kind: 'not-sent', why: 'held' }, { isHeldBack: true })),
      'wait 0',
    ],
    [
      'orders again above the request limit',
      state(),
      round({}, refused('RequestLimitExceeded')),
      'append refused',
    ],
    [
      'waits for a lock, and skips after the limit',
      state(),
      round({}, refused('ResourceUnavailable.InstanceLockedError')),
      'append refused, wait locked 10000, else end skipped ResourceUnavailable.InstanceLockedError',
    ],
    [
      'ends by a final refusal',
      state(),
      round({}, refused('ResourceUnavailable.SaleOut')),
      'append refused, end refused ResourceUnavailable.SaleOut',
    ],
    [
      'reads again if the code may mean a changed instance',
      state(),
      round({}, refused('InvalidParameter')),
      'append refused, read-instance',
    ],
    [
      'ends by that refusal if the instance is still as planned',
      state({ attempts: 1 }),
      round({ refused: { code: 'InvalidParameter', message: 'no' } }),
      'end refused InvalidParameter',
    ],
    [
      'stops the run if every order would be refused',
      state(),
      round({}, refused('UnauthorizedOperation')),
      'append refused, stop run UnauthorizedOperation, end refused UnauthorizedOperation',
    ],
  ],
  'an order without an answer': [
    ['is read', UNANSWERED, observation(), 'read facts within 1000'],
    [
      'was executed if billing lists it',
      UNANSWERED,
      silence(reading(instance(), [task('done')], [deal()])),
      'append resolved executed',
    ],
    [
      'is read less and less often while patience lasts',
      UNANSWERED,
      silence(reading(instance(), [], [])),
      'read facts within 4000',
    ],
    [
      'is ordered again after silence longer than patience',
      SILENT_FOR_LONG,
      silence(reading(instance(), [], [])),
      'append resolved not executed, wait tryingAgain 0, else end failed Refit.NoAnswer',
    ],
    [
      'stays unknown if the task list cannot be read',
      SILENT_FOR_LONG,
      silence(reading(instance(), null, [])),
      'end unknown',
    ],
    [
      'does not count time that the machine slept before it handled the answer',
      { ...SILENT_FOR_LONG, intentProviderAt: ago(3 * MINUTE + 10 * SECOND) },
      silence(reading(instance(), [], []), MINUTE - 30 * SECOND),
      'read facts within 50',
    ],
    [
      'is never ordered again on top of a foreign change',
      SILENT_FOR_LONG,
      silence(reading(instance({ size: { ...BEFORE, replicas: 2 } }), [], [])),
      'append resolved not executed, end drifted Refit.Drifted',
    ],
    [
      'is still read a millisecond before patience and clock grain are over',
      { ...SILENT_FOR_LONG, intentProviderAt: ago(3 * MINUTE + 1.5 * SECOND - 1) },
      silence(reading(instance(), [], [])),
      'read facts within 50',
    ],
    [
      'is ordered again once patience and clock grain are over',
      { ...SILENT_FOR_LONG, intentProviderAt: ago(3 * MINUTE + 1.5 * SECOND) },
      silence(reading(instance(), [], [])),
      'append resolved not executed, wait tryingAgain 0, else end failed Refit.NoAnswer',
    ],
    [
      'is read at the latest when patience is over',
      { ...UNANSWERED, intentProviderAt: ago(3 * MINUTE - 700) },
      silence(reading(instance(), [], [])),
      'read facts within 700',
    ],
    [
      'is read in short turns from the end of patience on',
      { ...UNANSWERED, intentProviderAt: ago(3 * MINUTE) },
      silence(reading(instance(), [], [])),
      'read facts within 50',
    ],
    [
      'is read while something in progress may be it, for as long as a change may take',
      { ...UNANSWERED, intentProviderAt: ago(123 * MINUTE + 1.5 * SECOND) },
      silence(reading(instance({ status: 'processing' }), [], [])),
      'read facts within 50',
    ],
    [
      'is unknown after that',
      { ...UNANSWERED, intentProviderAt: ago(123 * MINUTE + 1.5 * SECOND + 1) },
      silence(reading(instance({ status: 'processing' }), [], [])),
      'end unknown',
    ],
    [
      'is read for an hour while no list names the instance',
      { ...UNANSWERED, intentProviderAt: ago(63 * MINUTE + 1.5 * SECOND) },
      silence(reading(undefined, [], [])),
      'read facts within 50',
    ],
    [
      'is unknown after that hour',
      { ...UNANSWERED, intentProviderAt: ago(63 * MINUTE + 1.5 * SECOND + 1) },
      silence(reading(undefined, [], [])),
      'end unknown',
    ],
    [
      'is read again after a failed read for an hour',
      { ...UNANSWERED, intentProviderAt: ago(63 * MINUTE) },
      silence(fault('passing')),
      'wait 2000',
    ],
    [
      'is unknown after an hour of failed reads',
      { ...UNANSWERED, intentProviderAt: ago(63 * MINUTE + 1) },
      silence(fault('passing')),
      'end unknown',
    ],
    ['is read again after a failed read', UNANSWERED, silence(fault('passing')), 'wait 2000'],
    ['stays unknown without permission to read', UNANSWERED, silence(fault('no-right')), 'end unknown'],
    [
      'is not ordered again if its code forbids it',
      { ...SILENT_FOR_LONG, code: 'Unheard.Of' },
      silence(reading(instance(), [], [])),
      'append resolved not executed, end refused Unheard.Of',
    ],
  ],
  'an accepted order': [
    ['is read soon after a resume', ACCEPTED, observation(), 'read instance within 1000'],
    [
      'is read often while a step awaits an in-flight slot',
      ACCEPTED,
      observation({ memory: { ...FOLLOWING, facts: 'open' }, isSlotWanted: true }),
      'read open facts within 500',
    ],
    [
      'is read fifty times in the usual time for a waiting step, if few steps share the reads',
      ACCEPTED,
      observation({ ...GROWN_UP, sharing: 4 }),
      'read instance within 12000',
    ],
    [
      'is read more often if many steps share the reads',
      ACCEPTED,
      observation({ ...GROWN_UP, sharing: 100 }),
      'read instance within 4000',
    ],
    [
      'is read at most 300 times in the usual time',
      ACCEPTED,
      observation({ ...GROWN_UP, sharing: 1000 }),
      'read instance within 2000',
    ],
    [
      'reads the last facts at its new size',
      ACCEPTED,
      follow(FOLLOWING, reading(instance({ size: AFTER }))),
      'read open facts within 500',
    ],
    [
      'is verified by the last facts',
      ACCEPTED,
      follow(ASKED, reading(instance({ size: AFTER }), [], [deal()])),
      'end verified',
    ],
    [
      'waits for billing if it lists no order of its own',
      { ...ACCEPTED, orders: [] },
      follow(ASKED, reading(instance({ size: AFTER }), [], [])),
      'wait delivery 2000, else end verified',
    ],
    [
      'takes its number from billing',
      { ...ACCEPTED, orders: [] },
      follow(ASKED, reading(instance({ size: AFTER }), [], [deal()])),
      'append resolved executed, end verified',
    ],
    [
      'fails with its task',
      ACCEPTED,
      follow({ ...ASKED, facts: 'all' }, reading(instance(), [task('failed')], [])),
      'end failed Refit.TaskFailed',
    ],
    [
      'reads all tasks if an open one has failed',
      ACCEPTED,
      follow(ASKED, reading(instance(), [task('failed')], [])),
      'read facts within 500',
    ],
    [
      'reads all facts if it no longer processes and is not at its new size',
      ACCEPTED,
      follow({ ...FOLLOWING, status: 'processing' }, reading(instance())),
      'read facts within 500',
    ],
    [
      'reads all facts immediately after a resume if it is not at its new size',
      ACCEPTED,
      follow({ ...FOLLOWING, before: MINUTE, round: 1 }, reading(instance())),
      'read facts within 1000',
    ],
    [
      'reads the instance alone again once those facts have not ended it',
      ACCEPTED,
      follow({ ...ASKED, before: MINUTE, round: 2 }, reading(instance(), [task('running')], [])),
      'read instance within 20000',
    ],
    [
      'is followed for two hours',
      ACCEPTED,
      follow({ ...ASKED, age: 120 * MINUTE }, reading(instance(), [], [])),
      'read instance within 20000',
    ],
    [
      'reads all facts once more after two hours',
      ACCEPTED,
      follow({ ...FOLLOWING, age: 120 * MINUTE + 1 }, reading(instance())),
      'read facts within 500',
    ],
    [
      'waits for billing while one task is done and another pending',
      ACCEPTED,
      follow(ASKED, reading(instance({ size: AFTER }), [task('done'), task('pending')], [deal()])),
      'wait delivery 2000',
    ],
    [
      'waits for billing within a limit if no task is left',
      ACCEPTED,
      follow(ASKED, reading(instance({ size: AFTER }), [task('done')], [deal({ state: 'in-progress' })])),
      'wait delivery 2000, else end verified',
    ],
    [
      'is unknown after two hours',
      ACCEPTED,
      follow({ ...ASKED, age: 121 * MINUTE }, reading(instance(), [], [])),
      'end unknown',
    ],
    [
      'fails if the instance is missing for long',
      ACCEPTED,
      follow(FOLLOWING, reading(undefined)),
      'wait missing 0, else end failed ResourceNotFound.InstanceNotExists, read instance within 20000',
    ],
    [
      'is still followed while the provider cannot be reached',
      ACCEPTED,
      follow(FOLLOWING, fault('passing')),
      'wait unreachable 5000, else end unknown',
    ],
    [
      'stops the run and stays unknown if the credentials are refused',
      ACCEPTED,
      follow(FOLLOWING, fault('credentials')),
      'stop run AuthFailure.Refused, end unknown',
    ],
  ],
  'a change that waits for its maintenance window': [
    ['is read immediately after a resume', DEFERRED, deferred(), 'wait 0'],
    [
      'gives its in-flight slot back if it is known to wait',
      DEFERRED,
      deferred({ learned: { ...observation().learned, deferral: 'kept' } }),
      'defer, give in-flight slot back, wait 0',
    ],
    [
      'has started with its task',
      DEFERRED,
      deferred({
        memory: { phase: 'deferred', notYetAt: NOW },
        seen: reading(instance(), [task('running')], []),
      }),
      'append began',
    ],
    [
      'keeps waiting while nothing shows that it started',
      DEFERRED,
      deferred({ memory: { phase: 'deferred', notYetAt: NOW }, seen: reading(instance(), [], []) }),
      `defer, give in-flight slot back, wait ${30 * SECOND}`,
    ],
    [
      'is left by a process that reads once',
      DEFERRED,
      deferred({
        readsOnce: true,
        memory: { phase: 'deferred', notYetAt: NOW },
        seen: reading(instance(), [], []),
      }),
      'defer, give in-flight slot back, leave',
    ],
    [
      'is unknown after the second of its windows',
      { ...DEFERRED, acceptedAt: ago(72 * 60 * MINUTE) },
      deferred({ memory: { phase: 'deferred', notYetAt: NOW }, seen: reading(instance(), [], []) }),
      'end unknown',
    ],
  ],
};

describe.each(Object.entries(TABLES))('%s', (_, rows) => {
  it.each(rows)('%s', (__, stepState, seen, move) => {
    expect(formatMove(nextMove(STEP, stepState, seen))).toBe(move);
  });
});

describe('the pause before an accepted order is read again', () => {
  const LEARNED = observation().learned;
  // biome-ignore format: one line a case
  it.each([
    ['is a third of its age before any change has ended', null, false, 20_000],
    ['is a twelfth of its age if a step awaits its slot', null, true, 5_000],
    ['is an eighth of the usual time', 80 * SECOND, false, 10_000],
    ['is a fiftieth of the usual time if a step awaits its slot', 80 * SECOND, true, 1_600],
    ['is a second at least', 40 * SECOND, true, 1_000],
    ['is an eighth from six tenths of the usual time on', 100 * SECOND, false, 12_500],
    ['lasts until six tenths of the usual time are over', 110 * SECOND, false, 6_000],
    ['is a second at least before that time', 101 * SECOND, false, 1_000],
    ['is a minute at most before that time', 30 * MINUTE, false, 60_000],
  ] as const)('%s', (_, usual, isSlotWanted, ms) => {
    const seen = observation({ memory: FOLLOWING, learned: { ...LEARNED, usual }, isSlotWanted });
    const move = nextMove(STEP, ACCEPTED, seen);
    expect(move.kind === 'read' && Math.round(move.maxDelay)).toBe(ms);
  });

  it.each([null, 5 * MINUTE])('is twenty seconds at most for an old change, usual time %s', (usual) => {
    const now = { wall: NOW, monotonic: 10 * MINUTE, provider: NOW };
    const move = nextMove(
      STEP,
      ACCEPTED,
      observation({ memory: FOLLOWING, learned: { ...LEARNED, usual }, now }),
    );
    expect(move).toMatchObject({ kind: 'read', maxDelay: 20 * SECOND });
  });
});

describe('a change verified by a later step', () => {
  it.each([
    ['says that billing lists its order', ['2026'], [deal()], 'found'],
    ['says that billing lists no order', [], [], 'no-order'],
    ['says that billing could not be read', [], null, 'unreadable'],
  ] as const)('%s', (_, orders, deals, billing) => {
    const later = { ...AFTER, replicas: 2 };
    const seen = reading(instance({ size: later }), [], deals);
    const whose = { known: new Set<string>(), self: null, hidden: [later] };
    const at = observation({ memory: ASKED, seen: { ...seen, whose } as Seen });
    const move = nextMove(STEP, { ...ACCEPTED, orders }, at);
    expect(move).toMatchObject({ kind: 'end', outcome: 'verified', message: { params: { billing } } });
  });
});

describe('the tail lock that a silent order teaches', () => {
  // biome-ignore format: one line a case
  it.each([
    ['is twice the pause that the lock refused', 'FailedOperation.SystemError', 20 * SECOND, 40 * SECOND],
    ['is also learned from the other code of the lock', 'FailedOperation.Unknown', 20 * SECOND, 40 * SECOND],
    ['is as long as patience at most', 'FailedOperation.Unknown', 2 * MINUTE, 3 * MINUTE],
    ['is learned within ten minutes of the change', 'FailedOperation.Unknown', 10 * MINUTE, 3 * MINUTE],
    ['is not learned later', 'FailedOperation.Unknown', 10 * MINUTE + 1, null],
    ['is not learned from another code', 'InternalError', 20 * SECOND, null],
    ['is not learned from a lost answer', null, 20 * SECOND, null],
  ] as const)('%s', (_, code, waited, tail) => {
    const endedProviderAt = ago(4 * MINUTE + waited);
    const earlier = { state: { ...ended('verified'), endedProviderAt }, isFinal: true };
    const at = { ...silence(reading(instance(), [], [])), earlier };
    expect(nextMove(SECOND_STEP, { ...SILENT_FOR_LONG, code }, at)).toMatchObject({ learnsTail: tail });
  });
});

describe('a step that needs another', () => {
  it.each([
    ['waits for the tail lock of the previous step', ended('verified'), true, `wait ${4 * SECOND}`],
    [
      'waits no longer once the tail lock is over',
      { ...ended('verified'), endedAt: ago(5 * SECOND) },
      true,
      'await-turn',
    ],
    [
      'waits for the last millisecond of it',
      { ...ended('verified'), endedAt: ago(5 * SECOND - 1) },
      true,
      'wait 1',
    ],
    [
      'waits no longer than the tail lock if the clock was set back',
      { ...ended('verified'), endedAt: ago(-MINUTE) },
      true,
      `wait ${5 * SECOND}`,
    ],
    ['is skipped if the previous step failed', ended('failed'), true, 'end skipped Refit.EarlierStep'],
    ['is left while the end of the previous step may change', ended('unknown'), false, 'leave'],
    ['is left while the previous step is in progress', ACCEPTED, true, 'leave'],
  ] as const)('%s', (_, before, isFinal, move) => {
    const seen = observation({ earlier: { state: before, isFinal } });
    expect(formatMove(nextMove(SECOND_STEP, state(), seen))).toBe(move);
  });
});

describe('a step of an adopted run whose earlier step is over, and not verified', () => {
  const LATER = { ...AFTER, replicas: 2 };
  const step: Step = {
    ...SECOND_STEP,
    change: { dimension: 'replicas', from: 1, to: 2 },
    before: AFTER,
    after: LATER,
  };
  const hiddenOrder = { since: ago(60 * MINUTE), providerAt: ago(10 * MINUTE) };
  const hidden = state({ phase: 'unanswered', outcome: 'unknown', unresolved: 1, hiddenOrder });
  const [drifted, failed] = (['drifted', 'failed'] as const).map((outcome) => ({
    ...ended(outcome),
    acceptedAt: ago(5 * MINUTE),
    endedProviderAt: ago(SECOND),
  }));
  const foreign = { ...AFTER, memoryPerShard: 16384 };
  const ownOrder = deal({ createdAt: NOW - 30 * MINUTE });
  const ownTask: Task = { ...task('done'), dimension: 'replicas', startedAt: NOW - 30 * MINUTE };
  it.each<[string, StepState, Partial<Observation>, string]>([
    [
      'was not ordered if the earlier one was not',
      ended('drifted'),
      {},
      'append resolved not executed, wait 0',
    ],
    ['is left if the earlier one is still to be ordered', state(), {}, 'append resolved not executed, leave'],
    ['is read if the earlier one was executed', drifted!, {}, 'read facts within 50'],
    [
      'was executed if billing lists its order',
      drifted!,
      silence(reading(instance({ size: { ...foreign, replicas: 2 } }), [ownTask], [ownOrder])),
      'append resolved executed',
    ],
    [
      'is skipped, not drifted, if only the earlier one left traces',
      failed!,
      silence(reading(instance(), [task('failed')], [])),
      'append resolved not executed, wait 0',
    ],
    [
      'is skipped, not drifted, after a foreign change',
      drifted!,
      silence(reading(instance({ size: foreign }), [], [])),
      'append resolved not executed, wait 0',
    ],
    [
      'is unknown if a foreign change may be its own',
      drifted!,
      silence(reading(instance({ size: { ...foreign, replicas: 2 } }), [], [])),
      'end unknown',
    ],
  ])('%s', (_, before, seen, move) => {
    const at = observation({ ...seen, earlier: { state: before, isFinal: true } });
    expect(formatMove(nextMove(step, hidden, at))).toBe(move);
  });

  it('reads the traces since the lost entries, not since the end of the earlier one', () => {
    const at = observation({ earlier: { state: drifted!, isFinal: true } });
    const move = nextMove(step, hidden, at);
    expect(move.kind === 'read' && move.factsSince).toBeLessThan(Date.parse(hiddenOrder.since));
  });
});

describe('the traces of an order that an adopted journal may lack', () => {
  const DAY = 24 * 60 * MINUTE;
  it.each([
    ['are read for 29 days at most', 40 * DAY, 29 * DAY],
    ['are read from the lost entries on', DAY, DAY],
  ])('%s', (_, lost, reach) => {
    const hiddenOrder = { since: ago(lost), providerAt: ago(10 * MINUTE) };
    const move = nextMove(STEP, state({ phase: 'unanswered', unresolved: 1, hiddenOrder }), observation());
    const back = move.kind === 'read' && NOW - (move.factsSince ?? 0);
    expect(back).toBeGreaterThanOrEqual(reach);
    expect(back).toBeLessThan(reach + 60 * MINUTE);
  });
});

describe('reconciling', () => {
  it('decides as the run does, and leaves steps that need a new order', () => {
    const all = Object.values(TABLES).flat();
    for (const [behaviour, stepState, seen, move] of all) {
      const decided = formatMove(followMove(STEP, stepState, seen));
      expect(decided, behaviour).toBe(stepState.phase === 'waiting' ? 'leave' : move);
    }
  });
});
