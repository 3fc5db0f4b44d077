import { expect, it } from 'vitest';
import type { Deal } from '../../../src/cloud/cloud.ts';
import { initialStepState } from '../../../src/journal/fold-step.ts';
import type { Step, StepState } from '../../../src/model.ts';
import { recognizeByNumber, recognizeByTime } from '../../../src/run/decide/recognize-orders.ts';

const AT = Date.UTC(2026, 0, 5, 2);
const at = (seconds: number) => new Date(AT + seconds * 1000).toISOString();
const US = '100000000001';
const SIZE = { memoryPerShard: 4096, shards: 1, replicas: 1 };
const STEP = { id: 'crs-a/memoryPerShard', before: SIZE, after: { ...SIZE, memoryPerShard: 8192 } } as Step;
/** The answer arrived two seconds after the intent. */
const ACCEPTED: StepState = {
  ...initialStepState(STEP.id),
  orders: ['ours'],
  intentAt: at(0),
  intentProviderAt: at(0),
  acceptedAt: at(2),
};

const deal = (seconds: number, more: Partial<Deal> = {}): Deal => ({
  order: 'listed',
  numbers: ['listed', 'big'],
  instances: ['crs-a'],
  createdAt: AT + seconds * 1000,
  state: 'in-progress',
  billed: null,
  createdBy: US,
  direction: 'up',
  ...more,
});

it.each<[what: string, numbers: string[], recorded: string[], as: string]>([
  ['its own number', ['ours'], ['ours'], 'ours'],
  ['any other of its numbers', ['listed', 'ours'], ['ours'], 'ours'],
  ['no recorded number', ['listed', 'big'], ['ours'], 'listed'],
])('an order with %s is recognized by number', (_, numbers, recorded, as) => {
  const [found] = recognizeByNumber([deal(1, { order: numbers[0]!, numbers })], (one) =>
    recorded.includes(one),
  );
  expect(found!.order).toBe(as);
});

const LATE = { order: 'late', numbers: ['late'] };

it.each<[what: string, deals: Deal[], state: Partial<StepState>, as: string[]]>([
  ['was made between intent and answer', [deal(1)], {}, ['ours']],
  ['was made in the second of the answer, as lists have it', [deal(3)], {}, ['ours']],
  ['has no creator in the list', [deal(1, { createdBy: null })], {}, ['ours']],
  ['was made by somebody else', [deal(1, { createdBy: 'theirs' })], {}, ['listed']],
  ['was made before the intent', [deal(-3)], {}, ['listed']],
  ['was made after the answer', [deal(5)], {}, ['listed']],
  ['has the other direction', [deal(1, { direction: 'down' })], {}, ['listed']],
  ['is listed beside a later one of the same creator', [deal(1), deal(60, LATE)], {}, ['ours', 'late']],
  ['is already found by number', [deal(1, { order: 'ours' }), deal(1, LATE)], {}, ['ours', 'late']],
  ['belongs to a step without an answer', [deal(1)], { acceptedAt: null }, ['listed']],
  ['belongs to a step that Refit resolved by reading', [deal(1)], { adopted: true }, ['listed']],
  ['belongs to a step with two unmatched numbers', [deal(1)], { orders: ['a', 'b'] }, ['listed']],
])('an order that %s', (_, deals, state, as) => {
  const own = [{ step: STEP, state: { ...ACCEPTED, ...state } }];
  const whose = { known: new Set(['ours']), self: new Set([US]), hidden: [] };
  expect(recognizeByTime(deals, own, whose).map(({ order }) => order)).toEqual(as);
});
