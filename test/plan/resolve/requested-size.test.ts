import { describe, expect, it } from 'vitest';
import { message, textOf } from '../../../src/messages/messages.ts';
import { leastByUse, resolveRequestedSize } from '../../../src/plan/resolve/requested-size.ts';
import { GB, READ_AT, relative, size } from '../fixtures/small-fleet.ts';

const SOLD = [1, 2, 4, 8, 12, 16].map((gb) => gb * GB);
const grow = (percent: number) => ({ grow: { percent } });
const sold = { roundTo: 'sold' as const };

describe('a requested size of memory per shard', () => {
  // biome-ignore format: one line a case
  it.each([
    ['an absolute size stays, sold or not', { kind: 'absolute', value: 5 * GB } as const, 4 * GB, 5 * GB],
    ['an absolute size may be smaller', { kind: 'absolute', value: GB } as const, 4 * GB, GB],
    ['25% more', relative(grow(25)), 4 * GB, 5 * GB],
    ['10% of 10 MB is 1 MB, despite binary fractions', relative(grow(10)), 10, 11],
    ['a fraction of a megabyte is rounded up', relative(grow(12.5)), 1001, 1127],
    ['an amount more', relative({ grow: { amount: 2 * GB } }), 4 * GB, 6 * GB],
    ['25% more, as it is sold', relative({ ...grow(25), ...sold }), 4 * GB, 8 * GB],
    ['100% more is on the list itself', relative({ ...grow(100), ...sold }), 4 * GB, 8 * GB],
    ['the next size sold is above atMost: the largest below it', relative({ ...grow(150), ...sold, atMost: 9 * GB }), 4 * GB, 8 * GB],
    ['... which is the present one: no change', relative({ ...grow(25), ...sold, atMost: 7 * GB }), 4 * GB, 4 * GB],
    ['atMost limits a size that is not rounded', relative({ ...grow(100), atMost: 5 * GB }), 4 * GB, 5 * GB],
    ['atMost below the present: no change, never smaller', relative({ ...grow(25), atMost: 2 * GB }), 4 * GB, 4 * GB],
    ['... also with rounding', relative({ ...grow(25), ...sold, atMost: 2 * GB }), 4 * GB, 4 * GB],
    ['atMost below everything sold: no change', relative({ ...grow(25), ...sold, atMost: 512 }), 768, 768],
    ['atLeast above the present', relative({ atLeast: 6 * GB, ...sold }), 4 * GB, 8 * GB],
    ['atLeast below the present: no change', relative({ atLeast: 2 * GB, ...sold }), 4 * GB, 4 * GB],
    ['atLeast raises the result of the growth', relative({ ...grow(25), atLeast: 10 * GB, ...sold }), 4 * GB, 12 * GB],
    ['a present size that is enough stays, although it is no longer sold', relative({ atLeast: 2 * GB, ...sold }), 3 * GB, 3 * GB],
    ['no size sold is large enough: it stays, and the rules refuse it', relative({ ...grow(100), ...sold }), 16 * GB, 32 * GB],
    ['... with atMost above: the largest size sold', relative({ ...grow(100), ...sold, atMost: 64 * GB }), 12 * GB, 16 * GB],
  ])('%s', (_, requested, present, to) => {
    expect(resolveRequestedSize('memoryPerShard', requested, present, SOLD).to).toBe(to);
  });

  it('leaves a size unrounded if the sizes sold are unknown', () => {
    expect(resolveRequestedSize('memoryPerShard', relative({ ...grow(25), ...sold }), 4 * GB, null).to).toBe(
      5 * GB,
    );
  });
});

describe('the arithmetic that the reviewer sees', () => {
  // biome-ignore format: one line a case
  it.each([
    ['rounded up', relative({ ...grow(25), ...sold }), '4 GB + 25% = 5 GB; the next size sold is 8 GB'],
    ['limited', relative({ ...grow(150), ...sold, atMost: 9 * GB }), '4 GB + 150% = 10 GB; the largest size sold up to 9 GB is 8 GB'],
    ['never smaller', relative({ ...grow(25), atMost: 2 * GB }), '4 GB + 25% = 5 GB; at most 2 GB; never below the present 4 GB'],
    ['enough already', relative({ atLeast: 2 * GB }), 'the present 4 GB is enough'],
  ])('%s', (_, requested, expected) => {
    const { reason } = resolveRequestedSize('memoryPerShard', requested, 4 * GB, SOLD);
    expect(textOf(reason!)).toBe(expected);
  });
});

describe('the least size by the memory in use', () => {
  const used = (total: number, fullestShard: number | null) => ({
    total,
    fullestShard,
    source: 'test',
    readAt: READ_AT,
  });
  // biome-ignore format: one line a case
  it.for([
    ['standard: twice what is in use', 2, used(3000, 3000), size(4 * GB), 1, 6000, '2 x 3,000 MB in use = 6,000 MB'],
    ['standard, the only shard is the fullest', 2, used(3000, null), size(4 * GB), 1, 6000, '2 x 3,000 MB in use = 6,000 MB'],
    ['a fraction, despite binary fractions', 1.1, used(1000, 1000), size(4 * GB), 1, 1100, '1.1 x 1,000 MB in use = 1,100 MB'],
    ['... rounded up', 1.5, used(1001, 1001), size(4 * GB), 1, 1502, '1.5 x 1,001 MB in use = 1,502 MB'],
    ['cluster: the fullest shard decides', 2, used(3000, 1400), size(4 * GB, 3), 3, 2800, '2 x 1,400 MB in use in the fullest shard = 2,800 MB'],
    ['... unless the total of the day needs more than the fullest shard', 2, used(6000, 1400), size(4 * GB, 3), 3, 4000, '2 x 6,000 MB in use / 3 shards = 4,000 MB'],
    ['more shards share it, and the fullest stays fuller by the same factor', 2, used(3000, 1400), size(4 * GB, 3), 6, 1400, '2 x 700 MB in use in the fullest shard, spread over 6 shards = 1,400 MB'],
    ['one shard of a cluster becomes three', 2, used(3000, null), size(4 * GB, 1), 3, 2000, '2 x 1,000 MB in use in the fullest shard, spread over 3 shards = 2,000 MB'],
    ['three shards become one', 2, used(3000, 1400), size(4 * GB, 3), 1, 6000, '2 x 3,000 MB in use in the fullest shard, spread over 1 shard = 6,000 MB'],
    ['nothing in use', 2, used(0, 0), size(4 * GB), 1, 0, '2 x 0 MB in use = 0 MB'],
  ] as const)('%s', ([_, times, memory, present, shards, least, arithmetic]) => {
    const byUse = leastByUse(times, memory, present, shards)!;
    expect([byUse.least, textOf(byUse.reason)]).toEqual([least, `at least ${arithmetic}`]);
  });

  it.each([
    ['it was not read', null],
    ['the fullest of several shards was not', used(3000, null)],
  ])('is not known where %s', (_, memory) => {
    expect(leastByUse(2, memory, size(4 * GB, 3), 3)).toBeNull();
  });

  // biome-ignore format: one line a case
  it.for([
    ['a size above the present is rounded to a size sold', { ...sold }, 6000, 8 * GB, 'at least 6,000 MB; the next size sold is 8 GB'],
    ['a present size that is enough stays', { ...sold }, 3000, 4 * GB, 'at least 3,000 MB; the present 4 GB is enough'],
    ['atMost limits it', { ...sold, atMost: 4 * GB }, 6000, 4 * GB, 'at least 6,000 MB; the largest size sold up to 4 GB is 4 GB; the present 4 GB is enough'],
    ['a larger growth stays', { ...grow(100) }, 6000, 8 * GB, '4 GB + 100% = 8 GB; at least 6,000 MB'],
  ] as const)('%s', ([_, is, least, to, expected]) => {
    const requested = relative({ atLeast: { timesUsed: 2 }, ...is });
    const byUse = { least, reason: message('reason.at-least', { dimension: 'memoryPerShard', value: least }) };
    const got = resolveRequestedSize('memoryPerShard', requested, 4 * GB, SOLD, byUse);
    expect([got.to, textOf(got.reason!)]).toEqual([to, expected]);
  });
});
