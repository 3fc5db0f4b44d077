import { describe, expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import { http } from '../../src/simulator/gateway/http.ts';
import { FAULTS, parseFault } from '../../src/simulator/world/faults.ts';
import { counts } from '../../src/simulator/world/world.ts';
import { signed } from './signed-request.ts';
import { resizeOf, START, testWorld } from './test-world.ts';

const ID = 'crs-aaaa1111';
const OTHER = 'crs-bbbb2222';
const FLEET = [{ id: ID }, { id: OTHER }];
const ORDER = resizeOf(ID);

describe('parseFault reads', () => {
  const cases: readonly (readonly [string, object])[] = [
    [
      'lost-answer',
      { name: 'lost-answer', value: null, action: 'UpgradeInstance', probability: null, count: null },
    ],
    ['lost-answer#2', { count: 2 }],
    ['slow=5s', { value: 5000, action: '*' }],
    ['slow=250ms@DescribeInstances:0.1', { value: 250, action: 'DescribeInstances', probability: 0.1 }],
    ['http-500=executed@*', { value: 'executed', action: '*' }],
    ['limit=5@UpgradeInstance', { value: 5, action: 'UpgradeInstance' }],
    ['clock-skew=-10m', { value: -600_000, action: null }],
    ['hand-change=crs-aaaa1111', { value: 'crs-aaaa1111', action: null }],
    ['failed-task=crs-aaaa1111:1', { value: 'crs-aaaa1111', probability: 1 }],
    ['no-permission@InquiryPriceUpgradeInstance', { action: 'InquiryPriceUpgradeInstance' }],
    ['no-cam@*+30s..2m', { action: '*', from: 30_000, until: 120_000 }],
    ['no-cam#3+500ms', { count: 3, from: 500, until: null }],
    [
      'refuse=InternalError.DbOperationFailed@DescribeInstances',
      { value: 'InternalError.DbOperationFailed' },
    ],
    ['late-points=6m', { value: 360_000, action: null }],
    ['gaps=2+1h', { value: 2, action: null, from: 3_600_000 }],
    ['free-calls=1000', { value: 1000, action: null }],
    ['older-limits', { value: null, action: null }],
    ['window-ignored=ap-shanghai', { value: 'ap-shanghai', action: 'UpgradeInstance', from: 0, until: null }],
  ];
  for (const [text, expected] of cases) it(text, () => expect(parseFault(text)).toMatchObject(expected));

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['no-such-thing', /is not a fault/],
    ['', /is not a fault/],
    ['slow', /takes a time/],
    ['slow=5', /takes a time/],
    ['limit=0', /whole number/],
    ['lost-answer=yes', /takes no value/],
    ['http-500=maybe', /"executed"/],
    ['hand-change=everything', /instance id/],
    ['foreign-task', /instance id/],
    ['clock-skew=1m#3', /takes no action/],
    ['stuck:1.5', /is not a fault/],
    ['no-cam+5', /is not a fault/],
    ['no-cam+20s..10s', /is not before/],
    ['no-cam+1.2.3s', /is not before/],
    ['expired-token', /needs the time/],
    ['expired-token@UpgradeInstance+5s', /takes no action/],
    ['refuse', /takes a code/],
    ['refuse=nonsense', /takes a code/],
    ['window-refused=1', /takes a region/],
    ['gaps=0', /whole number/],
    ['late-points', /takes a time/],
    ['free-calls=9@GetMonitorData', /takes no action/],
    ['stuck:0.5#2', /is not a fault/],
  ];
  for (const [text, message] of wrong) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseFault(text)).toThrow(message);
      expect(() => parseFault(text)).toThrow(RefitError);
    });
  }

  it('lists all faults for an unknown name', () => {
    try {
      parseFault('nonsense');
      expect.unreachable();
    } catch (error) {
      for (const { name, description } of FAULTS)
        expect((error as RefitError).fix).toContain(`${name}: ${description}`);
    }
  });
});

describe('a fault of the connection', () => {
  const cases = [
    ['lost-answer#1', 'reset-after', 1],
    ['reset-before#1', 'reset-before', 0],
    ['http-500#1', 'http 500', 0],
    ['http-500=executed#1', 'http 500', 1],
    ['html#1', 'http 502', 0],
    ['html=executed#1', 'http 502', 1],
    ['half-json#1', 'broken', 1],
    ['internal-error=executed#1', 'InternalError', 1],
    ['system-error=executed#1', 'FailedOperation.SystemError', 1],
    ['unknown-error=executed#1', 'FailedOperation.Unknown', 1],
  ] as const;
  for (const [fault, seen, executed] of cases) {
    it(`${fault} gives ${seen}, and the order is ${executed === 1 ? 'executed' : 'not executed'}`, () => {
      const test = testWorld(FLEET, { faults: [fault] });
      expect(test.code('redis.UpgradeInstance', ORDER)).toBe(seen);
      expect(counts(test.world).orders[ID] ?? 0).toBe(executed);
      expect(test.code('redis.DescribeInstances')).toBe('ok');
      expect(test.code('redis.UpgradeInstance', resizeOf(OTHER))).toBe('ok');
    });
  }

  it('does not lose the answer if the action refuses the order', () => {
    const test = testWorld(FLEET, { faults: ['lost-answer'] });
    expect(test.code('redis.UpgradeInstance', resizeOf(ID, { MemSize: 4096 }))).toBe(
      'InvalidParameter.InvalidParameter',
    );
  });

  it('slow delays the answer, and the order is executed on arrival', () => {
    const test = testWorld(FLEET, { faults: ['slow=5s@UpgradeInstance'] });
    const delayOf = (name: string, params: object): number =>
      http(test.world, signed(name, params, START), START).delay;
    expect(delayOf('redis.UpgradeInstance', ORDER)).toBe(5000);
    expect(delayOf('redis.DescribeInstances', {})).toBe(0);
    expect(counts(test.world).orders).toEqual({ [ID]: 1 });
  });
});

describe('a fault strikes', () => {
  it('as many times as its count', () => {
    const test = testWorld(FLEET, { faults: ['no-cam@DescribeInstances#2'] });
    const seen = [1, 2, 3].map(() => test.code('redis.DescribeInstances'));
    expect(seen).toEqual(['UnauthorizedOperation.NoCAMAuthed', 'UnauthorizedOperation.NoCAMAuthed', 'ok']);
  });

  it('about as often as its probability, and at the same times for the same seed', () => {
    const run = (seed: number): string => {
      const faults = ['no-cam@DescribeInstances:0.25'];
      const test = testWorld([], { seed, limit: Number.POSITIVE_INFINITY, faults });
      const once = (): string => (test.code('redis.DescribeInstances') === 'ok' ? '.' : 'x');
      return Array.from({ length: 400 }, once).join('');
    };
    const strikes = run(3).replaceAll('.', '').length;
    expect(strikes).toBeGreaterThan(60);
    expect(strikes).toBeLessThan(140);
    expect(run(3)).toBe(run(3));
    expect(run(3)).not.toBe(run(4));
  });

  it('only the instance in its value', () => {
    const test = testWorld(FLEET, { faults: ['sold-out=crs-bbbb2222'] });
    expect(test.code('redis.UpgradeInstance', ORDER)).toBe('ok');
    expect(test.code('redis.UpgradeInstance', resizeOf(OTHER))).toBe('ResourceUnavailable.SaleOut');
  });

  it('only the limit of the action that it names', () => {
    const test = testWorld(FLEET, { limit: null, faults: ['limit=2@DescribeProductInfo'] });
    const seen = [1, 2, 3].map(() => test.code('redis.DescribeProductInfo'));
    expect(seen).toEqual(['ok', 'ok', 'RequestLimitExceeded']);
    expect(test.code('redis.DescribeInstances')).toBe('ok');
  });
});

describe('another user', () => {
  it('changes the instance directly after its first read, and billing lists the order', () => {
    const test = testWorld(FLEET, { faults: [`hand-change=${ID}`] });
    const size = (): number => test.instance(ID).RedisShardSize;
    expect([size(), size(), size()]).toEqual([4096, 8192, 8192]);
    expect(test.deals().Deals).toMatchObject([{ ResourceId: [ID], Status: 4, Creator: '100000000099' }]);
    expect(counts(test.world).orders).toEqual({});
  });

  it('changes the instance only after the start time of the fault', () => {
    const test = testWorld(FLEET, { faults: [`hand-change=${ID}+10s`] });
    const size = (): number => test.instance(ID).RedisShardSize;
    const before = [size(), size()];
    test.pass(10_000);
    expect([...before, size(), size()]).toEqual([4096, 4096, 4096, 8192]);
  });

  it('runs a backup on the instance, which no status shows', () => {
    const test = testWorld(FLEET, { faults: [`foreign-task=${ID}`] });
    expect(test.instance(ID).Status).toBe(2);
    expect(test.call('redis.DescribeTaskList', { Result: [0, 1] }).Tasks).toMatchObject([
      { InstanceId: ID, TaskType: '012', Result: 1 },
    ]);
    expect(test.code('redis.UpgradeInstance', ORDER)).toBe('ResourceUnavailable.InstanceStatusError');
  });
});
