import { describe, expect, it } from 'vitest';
import { sizeWish } from '../../src/plan/size-wish.ts';
import { GB, relative } from './fixtures/small-fleet.ts';

const SOLD = [1, 2, 4, 8, 12, 16].map((gb) => gb * GB);
const grow = (percent: number) => ({ grow: { percent } });
const sold = { roundTo: 'sold' as const };

describe('a wish for memory per shard', () => {
  // biome-ignore format: one line a case
  it.each([
    ['an absolute size stands, sold or not', { kind: 'absolute', value: 5 * GB } as const, 4 * GB, 5 * GB],
    ['an absolute size may be smaller', { kind: 'absolute', value: GB } as const, 4 * GB, GB],
    ['25% more', relative(grow(25)), 4 * GB, 5 * GB],
    ['10% of 10 MB is 1 MB, whatever binary fractions say', relative(grow(10)), 10, 11],
    ['a fraction of a megabyte is rounded up', relative(grow(12.5)), 1001, 1127],
    ['an amount more', relative({ grow: { amount: 2 * GB } }), 4 * GB, 6 * GB],
    ['25% more, as it is sold', relative({ ...grow(25), ...sold }), 4 * GB, 8 * GB],
    ['100% more is on the list itself', relative({ ...grow(100), ...sold }), 4 * GB, 8 * GB],
    ['the next size sold is above atMost: the greatest below it', relative({ ...grow(150), ...sold, atMost: 9 * GB }), 4 * GB, 8 * GB],
    ['... which is the present one: no change', relative({ ...grow(25), ...sold, atMost: 7 * GB }), 4 * GB, 4 * GB],
    ['atMost cuts off what is not rounded', relative({ ...grow(100), atMost: 5 * GB }), 4 * GB, 5 * GB],
    ['atMost below the present: no change, never smaller', relative({ ...grow(25), atMost: 2 * GB }), 4 * GB, 4 * GB],
    ['... rounded likewise', relative({ ...grow(25), ...sold, atMost: 2 * GB }), 4 * GB, 4 * GB],
    ['atMost below everything sold: no change', relative({ ...grow(25), ...sold, atMost: 512 }), 768, 768],
    ['atLeast above the present', relative({ atLeast: 6 * GB, ...sold }), 4 * GB, 8 * GB],
    ['atLeast below the present: no change', relative({ atLeast: 2 * GB, ...sold }), 4 * GB, 4 * GB],
    ['atLeast raises what growth came to', relative({ ...grow(25), atLeast: 10 * GB, ...sold }), 4 * GB, 12 * GB],
    ['an owned size no longer sold that suffices is left alone', relative({ atLeast: 2 * GB, ...sold }), 3 * GB, 3 * GB],
    ['nothing sold is large enough: it stands, and the rules say so', relative({ ...grow(100), ...sold }), 16 * GB, 32 * GB],
    ['... with atMost above: the greatest sold', relative({ ...grow(100), ...sold, atMost: 64 * GB }), 12 * GB, 16 * GB],
  ])('%s', (_, wish, present, to) => {
    expect(sizeWish('memoryPerShard', wish, present, SOLD).to).toBe(to);
  });

  it('leaves a size that should be as sold unrounded where nothing is known to be sold', () => {
    expect(sizeWish('memoryPerShard', relative({ ...grow(25), ...sold }), 4 * GB, null).to).toBe(5 * GB);
  });
});

describe('the arithmetic told to the reviewer', () => {
  // biome-ignore format: one line a case
  it.each([
    ['rounded up', relative({ ...grow(25), ...sold }), '4GB + 25% = 5GB; the next size sold is 8GB'],
    ['cut off', relative({ ...grow(150), ...sold, atMost: 9 * GB }), '4GB + 150% = 10GB; the greatest sold up to 9GB is 8GB'],
    ['never turned round', relative({ ...grow(25), atMost: 2 * GB }), '4GB + 25% = 5GB; at most 2GB; never below the present 4GB'],
    ['enough already', relative({ atLeast: 2 * GB }), 'the present 4GB suffices'],
  ])('%s', (_, wish, because) => {
    expect(sizeWish('memoryPerShard', wish, 4 * GB, SOLD).because).toBe(because);
  });
});
