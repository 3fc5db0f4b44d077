import { describe, expect, it } from 'vitest';
import { HOUR } from '../../src/units.ts';
import { type Answer, resizeOf, type TestWorld, testWorld } from './test-world.ts';

const ID = 'crs-aaaa1111';
const INSTANCE = { id: ID, zone: 'ap-guangzhou-4', memoryPerShard: 4096, usedTotal: 100 };

const order = (test: TestWorld, SwitchOption: number | undefined, MemSize = 8192): string =>
  test.code('redis.UpgradeInstance', resizeOf(ID, { MemSize, SwitchOption }));
const status = (test: TestWorld): string => {
  const one = test.instance(ID);
  const [task] = test.call('redis.DescribeTaskList', { InstanceId: ID }).Tasks;
  return `status ${one.Status}, ${one.RedisShardSize} MB, task ${task ? `${task.Result} from ${task.StartTime.slice(5, 16)}` : '-'}`;
};
const modify = (test: TestWorld, StartTime: string, EndTime: string): Answer =>
  test.call('redis.ModifyMaintenanceWindow', { InstanceId: ID, StartTime, EndTime });
const windowOf = (test: TestWorld): string => {
  const { StartTime, EndTime } = test.call('redis.DescribeMaintenanceWindow', { InstanceId: ID });
  return `${StartTime}-${EndTime}`;
};

describe('SwitchOption', () => {
  const cases: readonly (readonly [number | undefined, string])[] = [
    [undefined, 'ok'],
    [1, 'ok'],
    [2, 'ok'],
    [0, 'InvalidParameter.InvalidParameter'],
    [3, 'InvalidParameter.InvalidParameter'],
    [-1, 'InvalidParameter'],
  ];
  for (const [option, expected] of cases)
    it(`${option} gives ${expected}`, () => expect(order(testWorld([INSTANCE]), option)).toBe(expected));

  it('1 waits for the window in Beijing time and then starts as usual', () => {
    // 10:00 in Beijing; lag 1 s, duration 10 s, lock 5 s.
    const test = testWorld([INSTANCE]);
    expect(order(test, 1)).toBe('ok');
    const states = [1000, 17 * HOUR - 2000, 1999, 1, 9999, 1].map((ms) => {
      test.pass(ms);
      return status(test);
    });
    expect(states).toEqual([
      'status 2, 4096 MB, task 0 from 01-05 10:00',
      'status 2, 4096 MB, task 0 from 01-05 10:00',
      'status 2, 4096 MB, task 0 from 01-05 10:00',
      'status 1, 4096 MB, task 1 from 01-06 03:00',
      'status 1, 4096 MB, task 1 from 01-06 03:00',
      'status 2, 8192 MB, task 2 from 01-06 03:00',
    ]);
  });

  it('1 starts immediately inside the window, and waits for the next one at its end', () => {
    const within = testWorld([{ ...INSTANCE, window: '09:30-10:30' }]);
    order(within, 1);
    within.pass(1000);
    expect(status(within)).toBe('status 1, 4096 MB, task 1 from 01-05 10:00');
    const late = testWorld([{ ...INSTANCE, window: '09:30-10:00' }]);
    order(late, 1);
    late.pass(23 * HOUR);
    expect(status(late)).toBe('status 2, 4096 MB, task 0 from 01-05 10:00');
    late.pass(HOUR);
    expect(status(late)).toBe('status 2, 8192 MB, task 2 from 01-06 09:30');
  });

  it('1 blocks other orders while it waits, and its deal is paid and not delivered', () => {
    const test = testWorld([INSTANCE]);
    order(test, 1);
    test.pass(2000);
    expect(order(test, 2, 16_384)).toBe('ResourceUnavailable.InstanceStatusError');
    expect(test.deals({ StatusSet: [2] }).TotalCount).toBe(1);
  });

  it('1 is refused or ignored in a region without it', () => {
    const refused = testWorld([INSTANCE], { faults: ['window-refused'] });
    expect(order(refused, 1)).toBe('InvalidParameter.InvalidParameter');
    expect(order(refused, 2)).toBe('ok');
    const ignored = testWorld([INSTANCE], { faults: ['window-ignored=ap-guangzhou'] });
    order(ignored, 1);
    ignored.pass(2000);
    expect(status(ignored)).toBe('status 1, 4096 MB, task 1 from 01-05 10:00');
    expect(order(testWorld([INSTANCE], { faults: ['window-refused=ap-shanghai'] }), 1)).toBe('ok');
  });

  it('1 gives the task its real start time, and the list shows the newest first', () => {
    const test = testWorld([INSTANCE, { ...INSTANCE, id: 'crs-bbbb2222' }]);
    order(test, 1);
    test.pass(HOUR);
    test.call('redis.UpgradeInstance', resizeOf('crs-bbbb2222'));
    test.pass(18 * HOUR);
    const list = (more: object): string[] =>
      test.call('redis.DescribeTaskList', more).Tasks.map(({ InstanceId }: Answer) => InstanceId);
    expect(list({})).toEqual([ID, 'crs-bbbb2222']);
    expect(list({ BeginTime: '2026-01-06 02:59:00' })).toEqual([ID]);
    expect(list({ EndTime: '2026-01-05 23:00:00' })).toEqual(['crs-bbbb2222']);
  });
});

describe('the window of an instance', () => {
  it('is 03:00 to 06:00 by default and can be changed', () => {
    const test = testWorld([INSTANCE]);
    expect(windowOf(test)).toBe('03:00-06:00');
    expect(modify(test, '22:00', '22:30')).toMatchObject({ Status: 'success' });
    expect(windowOf(test)).toBe('22:00-22:30');
    order(test, 1);
    test.pass(12 * HOUR + 1000);
    expect(status(test)).toBe('status 1, 4096 MB, task 1 from 01-05 22:00');
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['03:00', '07:00'],
    ['03:00', '03:45'],
    ['03:00', '03:00'],
    ['23:00', '00:30'],
    ['3:00', '06:00'],
    ['24:00', '25:00'],
    ['03:00', 'six'],
  ];
  for (const [start, end] of wrong) {
    it(`cannot be ${start}-${end}`, () => {
      const test = testWorld([INSTANCE]);
      expect(modify(test, start, end).Error.Code).toBe('InvalidParameterValue');
      expect(windowOf(test)).toBe('03:00-06:00');
    });
  }

  it('cannot be changed while a change waits for it or is in progress', () => {
    const test = testWorld([INSTANCE]);
    order(test, 1);
    expect(modify(test, '12:00', '13:00')).toMatchObject({ Status: 'failed' });
    expect(windowOf(test)).toBe('03:00-06:00');
    test.pass(20 * HOUR);
    expect(modify(test, '12:00', '13:00')).toMatchObject({ Status: 'success' });
  });
});
