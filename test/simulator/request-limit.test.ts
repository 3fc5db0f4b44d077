import { describe, expect, it } from 'vitest';
import { createRequestLimit, type LimitCounting } from '../../src/simulator/world/request-limit.ts';
import { counts } from '../../src/simulator/world/world.ts';
import { SECRET_KEY } from './signed-request.ts';
import { resizeOf, START, testWorld } from './test-world.ts';

/** Results of arrivals at these ms after a full second: `.` passed, `x` refused. */
function pattern(counting: LimitCounting, limit: number, at: readonly number[]): string {
  const requests = createRequestLimit(counting, () => limit);
  return at.map((ms) => (requests.arrive('one', 'A', START + ms) ? 'x' : '.')).join('');
}

describe('the limit counts a second in three ways:', () => {
  const cases: readonly (readonly [string, readonly number[], string, string, string])[] = [
    //                                                                calendar   sliding    bucket
    ['five at the same time', [0, 0, 0, 0, 0], '...xx', '...xx', '...xx'],
    [
      'three late in a second and three early in the next',
      [900, 950, 990, 1000, 1010, 1020],
      '......',
      '...xxx',
      '...xxx',
    ],
    [
      'a sliding second is over after 1,000 ms',
      [500, 500, 500, 1499, 1500, 1500],
      '......',
      '...x..',
      '......',
    ],
    ['spaced by a third of a second', [0, 334, 668, 1002, 1336, 1670], '......', '......', '......'],
    // A full bucket passes almost twice its size in the first second.
    ['full, then as it refills', [0, 0, 0, 334, 667, 999], '...xxx', '...xxx', '.....x'],
  ];
  for (const [what, at, calendar, sliding, bucket] of cases) {
    it(`${what}: calendar ${calendar}, sliding ${sliding}, bucket ${bucket}`, () => {
      expect([pattern('calendar', 3, at), pattern('sliding', 3, at), pattern('bucket', 3, at)]).toEqual([
        calendar,
        sliding,
        bucket,
      ]);
    });
  }
});

describe('the request limit', () => {
  it('is 20 per second for orders and 35 for DescribeInstances by default', () => {
    const test = testWorld([], { limit: null });
    const passed = (name: string, params?: object): number =>
      Array.from({ length: 40 }, () => test.code(name, params)).filter(
        (code) => code !== 'RequestLimitExceeded',
      ).length;
    expect(passed('redis.DescribeInstances')).toBe(35);
    expect(passed('redis.UpgradeInstance', { InstanceId: 'crs-nosuch00', MemSize: 1 })).toBe(20);
    expect(passed('redis.DescribeProductInfo')).toBe(20);
  });

  it('refuses with count and limit in back-ticks and HTTP 200, and executes nothing', () => {
    const test = testWorld([{ id: 'crs-aaaa1111' }], { limit: 1 });
    test.code('redis.UpgradeInstance', { InstanceId: 'crs-aaaa1111', MemSize: 1 });
    const answer = test.call('redis.UpgradeInstance', resizeOf('crs-aaaa1111'));
    expect(answer.Error.Code).toBe('RequestLimitExceeded');
    expect(answer.Error.Message).toContain('equals to `2` in a second');
    expect(answer.Error.Message).toContain('limit `1` for a second');
    expect(counts(test.world).orders).toEqual({});
  });

  it('is separate for each identity and each action', () => {
    const identities = ['a', 'b'].map((uin) => ({ secretId: uin, secretKey: SECRET_KEY, token: null, uin }));
    const test = testWorld([], { limit: 1, identities });
    const from = (secretId: string, name: string): string => test.code(name, {}, { secretId });
    expect(from('a', 'redis.DescribeInstances')).toBe('ok');
    expect(from('a', 'redis.DescribeInstances')).toBe('RequestLimitExceeded');
    expect(from('b', 'redis.DescribeInstances')).toBe('ok');
    expect(from('a', 'redis.DescribeProductInfo')).toBe('ok');
  });

  it('counts arrivals and refusals by second and action, and the maximum per second', () => {
    const test = testWorld([], { limit: 2 });
    for (let n = 0; n < 3; n++) test.call('redis.DescribeInstances');
    test.pass(600);
    test.call('redis.DescribeInstances');
    test.pass(400);
    for (let n = 0; n < 2; n++) test.call('redis.DescribeInstances');
    test.call('redis.Nonsense');
    test.call('redis.DescribeInstances', {}, { secretKey: 'wrong' });
    const second = START / 1000;
    expect(counts(test.world)).toMatchObject({
      bySecond: [
        [second, 'DescribeInstances', 4, 2],
        [second + 1, '(unknown)', 1, 0],
        [second + 1, 'DescribeInstances', 2, 0],
      ],
      actions: { DescribeInstances: { arrivals: 6, refused: 2, mostInASecond: 4, mostInASlidingSecond: 4 } },
      unauthenticated: 1,
    });
  });
});
