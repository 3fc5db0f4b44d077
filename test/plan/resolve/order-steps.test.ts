import { describe, expect, it } from 'vitest';
import type { Instance, Offer, Size } from '../../../src/model.ts';
import { orderSteps } from '../../../src/plan/resolve/order-steps.ts';
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
    { instance: instance(from), to, location, reason: null, zones: null, locations: {}, byUse: false },
    () => sold,
  );
}

/** `memoryPerShard, shards` with the blocking codes behind a bar. */
function picture(from: Partial<Instance>, to: Size, sold?: Offer | null): string {
  const { legs, findings } = route(from, to, sold);
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  return [legs.map(({ change }) => change.dimension).join(', '), ...errors].join(' | ');
}

describe('the order of the steps of one instance', () => {
  // biome-ignore format: one line a case
  it.for([
    ['one dimension: one step', { size: size(4 * GB, 3) }, size(8 * GB, 3), undefined, 'memoryPerShard'],
    ['all three grow: any order peaks at the end, so the usual one', { size: size(4 * GB, 3, 1) }, size(8 * GB, 5, 2), undefined, 'memoryPerShard, shards, replicas'],
    ['fewer replicas first: no memory is paid that the next step gives back', { size: size(4 * GB, 3, 3) }, size(8 * GB, 3, 1), undefined, 'replicas, memoryPerShard'],
    ['more replicas last', { size: size(8 * GB, 3, 1), used: used(3000, 1000) }, size(4 * GB, 3, 3), undefined, 'memoryPerShard, replicas'],
    ['less memory, more shards, little used: memory first peaks lowest', { size: size(8 * GB, 3), used: used(3000, 1000) }, size(4 * GB, 8), undefined, 'memoryPerShard, shards'],
    ['... much used: shards first, or the data would not fit between', { size: size(8 * GB, 3), used: used(15_000, 5000) }, size(4 * GB, 8), undefined, 'shards, memoryPerShard'],
    ['more memory, fewer shards, little used: shards first peaks lowest', { size: size(4 * GB, 8), used: used(3000, 500) }, size(8 * GB, 3), undefined, 'shards, memoryPerShard'],
    ['... much used: memory first', { size: size(4 * GB, 8), used: used(16_000, 2100) }, size(8 * GB, 3), undefined, 'memoryPerShard, shards'],
    ['8 TB must hold on the way too', { size: size(32 * GB, 128), used: used(300_000, 3000) }, size(64 * GB, 96), undefined, 'shards, memoryPerShard'],
    ['a size not sold is refused in any order', { size: size(4 * GB, 3) }, size(5 * GB, 5), undefined, 'shards, memoryPerShard | LimitExceeded.InvalidMemSize'],
    ['isolated: refused at once, in any order alike', { size: size(4 * GB, 3), status: 'isolated' }, size(8 * GB, 5), undefined, 'memoryPerShard, shards | ResourceUnavailable.InstanceStatusAbnormal'],
    ['both wrong: each order fails at something else', { size: size(4 * GB, 3) }, size(5 * GB, 4), undefined, 'memoryPerShard, shards | LimitExceeded.InvalidMemSize | Refit.NoOrder'],
  ] as const)('%s', ([_, from, to, sold, expected]) => {
    expect(picture(from, to, sold)).toBe(expected);
  });

  it('hands each step the instance as it will be when the step begins', () => {
    const { legs } = route({ size: size(8 * GB, 3), used: used(15_000, 5000) }, size(4 * GB, 8));
    expect(legs.map((leg) => [leg.instance.size, leg.after])).toEqual([
      [size(8 * GB, 3), size(8 * GB, 8)],
      [size(8 * GB, 8), size(4 * GB, 8)],
    ]);
  });
});

describe('why in this order', () => {
  // biome-ignore format: one line a case
  it.each([
    ['one step needs no reason', { size: size(4 * GB, 3) }, size(8 * GB, 3), null],
    ['the usual order', { size: size(4 * GB, 3) }, size(8 * GB, 5), 'memoryPerShard, then shards: the usual order'],
    ['a lower peak', { size: size(4 * GB, 3, 3) }, size(8 * GB, 3, 1), 'replicas, then memoryPerShard: at most 48GB on the way, 96GB with memoryPerShard, then replicas'],
    ['another would be refused', { size: size(8 * GB, 3), used: used(15_000, 5000) }, size(4 * GB, 8), 'shards, then memoryPerShard: memoryPerShard, then shards would be refused: InvalidParameterValue.ReduceCapacityNotAllowed: crs-00000001: 12GB in all is less than 1.3 x the 15000MB in use (19500MB), by test, read 2026-11-05T02:00:00.000Z'],
  ] as const)('%s', (_, from, to, because) => {
    expect(route(from, to).reason).toBe(because);
  });
});
