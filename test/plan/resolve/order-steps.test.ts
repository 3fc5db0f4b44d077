import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/messages/messages.ts';
import type { Instance, Offer, Size } from '../../../src/model.ts';
import { orderSteps } from '../../../src/plan/resolve/order-steps.ts';
import { check } from '../../../src/rules/check.ts';
import { factsOf } from '../../../src/rules/facts.ts';
import { GB, instance, offer, READ_AT, size } from '../fixtures/small-fleet.ts';

const used = (total: number, fullestShard: number) => ({
  total,
  fullestShard,
  source: 'test',
  readAt: READ_AT,
});

function route(from: Partial<Instance>, to: Size, sold: Offer | null = offer()) {
  const location = { file: 'plan.yaml', line: 1, column: 1 };
  return orderSteps(
    {
      ...{ instance: instance(from), to, location, reason: null, zones: null, locations: {} },
      ...{ byUse: false, sizing: null },
    },
    () => sold,
  );
}

/** The order of the steps, then the errors: `memoryPerShard, shards | LimitExceeded`. */
function picture(from: Partial<Instance>, to: Size, sold?: Offer | null): string {
  const { legs, findings } = route(from, to, sold);
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  return [legs.map(({ change }) => change.dimension).join(', '), ...errors].join(' | ');
}

describe('the order of the steps of one instance', () => {
  // biome-ignore format: one line a case
  it.for([
    ['one dimension: one step', { size: size(4 * GB, 3) }, size(8 * GB, 3), undefined, 'memoryPerShard'],
    ['all three grow: every order has its peak at the end, so the usual one', { size: size(4 * GB, 3, 1) }, size(8 * GB, 5, 2), undefined, 'memoryPerShard, shards, replicas'],
    ['fewer replicas first: nobody pays for memory that the next step gives back', { size: size(4 * GB, 3, 3) }, size(8 * GB, 3, 1), undefined, 'replicas, memoryPerShard'],
    ['more replicas last', { size: size(8 * GB, 3, 1), used: used(3000, 1000) }, size(4 * GB, 3, 3), undefined, 'memoryPerShard, replicas'],
    ['less memory, more shards, little used: memory first has the lowest peak', { size: size(8 * GB, 3), used: used(3000, 1000) }, size(4 * GB, 8), undefined, 'memoryPerShard, shards'],
    ['... much used: shards first, because the data would not fit in between', { size: size(8 * GB, 3), used: used(15_000, 5000) }, size(4 * GB, 8), undefined, 'shards, memoryPerShard'],
    ['more memory, fewer shards, little used: shards first has the lowest peak', { size: size(4 * GB, 8), used: used(3000, 500) }, size(8 * GB, 3), undefined, 'shards, memoryPerShard'],
    ['... much used: memory first', { size: size(4 * GB, 8), used: used(16_000, 2100) }, size(8 * GB, 3), undefined, 'memoryPerShard, shards'],
    ['the limit of 8 TB also holds between steps', { size: size(32 * GB, 128), used: used(300_000, 3000) }, size(64 * GB, 96), undefined, 'shards, memoryPerShard'],
    ['a size not sold is refused in any order', { size: size(4 * GB, 3) }, size(5 * GB, 5), undefined, 'shards, memoryPerShard | LimitExceeded.InvalidMemSize'],
    ['isolated: every order is refused with the same code', { size: size(4 * GB, 3), status: 'isolated' }, size(8 * GB, 5), undefined, 'memoryPerShard, shards | ResourceUnavailable.InstanceStatusAbnormal'],
    ['both wrong: each order fails for another reason', { size: size(4 * GB, 3) }, size(5 * GB, 4), undefined, 'memoryPerShard, shards | LimitExceeded.InvalidMemSize | Refit.NoSequence'],
  ] as const)('%s', ([_, from, to, sold, expected]) => {
    expect(picture(from, to, sold)).toBe(expected);
  });

  it('gives each step the instance as it is when the step starts', () => {
    const { legs } = route({ size: size(8 * GB, 3), used: used(15_000, 5000) }, size(4 * GB, 8));
    expect(legs.map((leg) => [leg.instance.size, leg.after])).toEqual([
      [size(8 * GB, 3), size(8 * GB, 8)],
      [size(8 * GB, 8), size(4 * GB, 8)],
    ]);
  });
});

describe('the reason for the order', () => {
  // biome-ignore format: one line a case
  it.each([
    ['one step needs no reason', { size: size(4 * GB, 3) }, size(8 * GB, 3), null],
    ['the usual order', { size: size(4 * GB, 3) }, size(8 * GB, 5), 'first memoryPerShard, then shards: the usual sequence'],
    ['a lower peak', { size: size(4 * GB, 3, 3) }, size(8 * GB, 3, 1), 'first replicas, then memoryPerShard, because this needs at most 48 GB between the steps; memoryPerShard, then replicas needs 96 GB'],
    ['another would be refused', { size: size(8 * GB, 3), used: used(15_000, 5000) }, size(4 * GB, 8), 'first shards, then memoryPerShard, because the provider would refuse memoryPerShard, then shards: InvalidParameterValue.ReduceCapacityNotAllowed: crs-00000001: 12 GB in total is less than the 19,500 MB that it needs: 1.3 x the 15,000 MB in use (from test, read 2026-11-05T02:00:00.000Z)'],
  ] as const)('%s', (_, from, to, expected) => {
    const { reason } = route(from, to);
    expect(reason && textOf(reason)).toBe(expected);
  });
});

it('the rules read nothing of a free instance that instances of one size and offer do not share', () => {
  const read = new Set<string>();
  const free = new Proxy(instance({}), {
    get: (target, key: keyof Instance) => {
      read.add(key);
      return target[key];
    },
  });
  for (const [dimension, to] of [
    ['memoryPerShard', 8 * GB],
    ['replicas', 2],
  ] as const) {
    const change = { dimension, from: free.size[dimension], to };
    expect(check(factsOf(free, change, { offer: offer() }))).toEqual([]);
  }
  // The size, and what decides the offer. The id and the type code are only named in messages.
  const shared = ['size', 'region', 'zone', 'edition', 'billing'];
  // The router lets no instance share where these say more than that it is free.
  const ofRouter = ['status', 'nodes', 'used', 'task', 'unpaidOrder'];
  expect([...read].filter((key) => ![...shared, ...ofRouter, 'id', 'type'].includes(key))).toEqual([]);
});
