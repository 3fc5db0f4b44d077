import { describe, expect, it } from 'vitest';
import { between, change, duration, memory, money, quote, size } from '../../src/messages/en/quantities.ts';

describe('quantities are shown exactly', () => {
  it.each([
    [256, '256 MB'],
    [1024, '1 GB'],
    [4096, '4 GB'],
    [1536, '1.5 GB'],
    [1025, '1,025 MB'],
    [12 * 1024 * 1024, '12,288 GB'],
    [0, '0 MB'],
  ])('memory of %d MB', (mb, shown) => expect(memory(mb)).toBe(shown));

  it.each([
    [{ memoryPerShard: 8192, shards: 3, replicas: 2 }, '8 GB × 3 shards × 2 replicas'],
    [{ memoryPerShard: 8192, shards: 1, replicas: 1 }, '8 GB × 1 replica'],
    [{ memoryPerShard: 256, shards: 1, replicas: 0 }, '256 MB'],
  ])('the size %j', (value, shown) => expect(size(value)).toBe(shown));

  it.each([
    ['memoryPerShard', 4096, 8192, 'memory 4 GB → 8 GB × 3 shards'],
    ['shards', 3, 6, 'shards 3 → 6 × 8 GB'],
    ['replicas', 1, 2, 'replicas 1 → 2'],
  ] as const)('a change of %s', (dimension, from, to, shown) => {
    expect(change({ dimension, from, to }, { memoryPerShard: 8192, shards: 3, replicas: 2 })).toBe(shown);
  });

  it.each([
    [412, 'CNY', '¥412.00'],
    [12.3, 'USD', '12.30 USD'],
    [-88, 'CNY', '-¥88.00'],
    [1234567.891, 'CNY', '¥1,234,567.89'],
    [0.87634, 'USD', '0.8763 USD'],
    [0.004111, 'CNY', '¥0.004111'],
    [-0.00004111234, 'CNY', '-¥0.00004111'],
    [0, 'CNY', '¥0.00'],
    [0.1 + 0.2, 'CNY', '¥0.30'],
  ])('%d %s', (amount, currency, shown) => expect(money(amount, currency)).toBe(shown));

  it.each([
    [{ amount: 412, currency: 'CNY', basis: 'once' }, '+¥412.00 once'],
    [{ amount: -88, currency: 'CNY', basis: 'once' }, '-¥88.00 once'],
    [{ amount: 0, currency: 'CNY', basis: 'once' }, '¥0.00 once'],
    [{ amount: 1.752, currency: 'USD', basis: 'hourly' }, '1.752 USD per hour'],
  ] as const)('the quote %j', (value, shown) => expect(quote(value)).toBe(shown));

  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [192_000, '3 m 12 s'],
    [59_999, '59 s'],
    [3_900_000, '1 h 5 m'],
    [3_600_000, '1 h'],
    [183_600_000, '2 d 3 h'],
  ])('%d milliseconds', (ms, shown) => expect(duration(ms)).toBe(shown));

  it.each([
    ['2026-11-30T09:00:00.000Z', '2026-11-30T09:01:00.000Z', 60_000],
    ['2026-11-30T09:01:00.000Z', '2026-11-30T09:00:00.000Z', 0],
    [null, '2026-11-30T09:00:00.000Z', null],
    ['no time', '2026-11-30T09:00:00.000Z', null],
  ])('from %s to %s', (from, to, ms) => expect(between(from, to)).toBe(ms));
});
