import { describe, expect, it } from 'vitest';
import { counts } from '../../src/simulator/world/world.ts';
import { DAY, HOUR } from '../../src/units.ts';
import { type Answer, resizeOf, type TestWorld, testWorld } from './test-world.ts';

const ID = 'crs-aaaa1111';
const PREPAID = {
  id: ID,
  zone: 'ap-guangzhou-4',
  memoryPerShard: 4096,
  billing: 'prepaid',
  daysLeft: 30,
  usedTotal: 1000,
};

const order = (test: TestWorld, MemSize: number, more: object = {}): Answer =>
  test.call('redis.UpgradeInstance', resizeOf(ID, { MemSize, ...more }));

/** One line of what every read says now: status, size, order state, task, billing. */
function look(test: TestWorld, deal: string): string {
  const instance = test.instance(ID);
  const [detail] = test.call('redis.DescribeInstanceDealDetail', { DealName: deal }).DealDetails;
  const [task] = test.call('redis.DescribeTaskList', { InstanceId: ID }).Tasks;
  const deals = test.deals({ ResourceId: ID, StatusSet: [2, 3, 4, 5] }).Deals;
  return `status ${instance.Status}, ${instance.RedisShardSize} MB, deal ${detail.Status}, task ${task ? `${task.TaskType} ${task.Result}` : '-'}, billed ${deals.length}`;
}

describe('the life of an order', () => {
  it('goes from accepted over in process to the new size, and a lock that no read reveals', () => {
    // Lag 1 s, duration 10 s, lock 5 s.
    const test = testWorld([PREPAID]);
    const { DealId, DealName } = order(test, 8192);
    expect(DealId).toBe(DealName);
    expect(DealName).toMatch(/^20260105\d{15}$/);
    const story = [0, 999, 1, 9999, 1].map((ms) => {
      test.pass(ms);
      return look(test, DealName);
    });
    expect(story).toEqual([
      'status 2, 4096 MB, deal 2, task -, billed 0',
      'status 2, 4096 MB, deal 2, task 002 0, billed 1',
      'status 1, 4096 MB, deal 3, task 002 1, billed 1',
      'status 1, 4096 MB, deal 3, task 002 1, billed 1',
      'status 2, 8192 MB, deal 4, task 002 2, billed 1',
    ]);
    expect(order(test, 12_288).Error.Code).toBe('FailedOperation.SystemError');
    test.pass(4999);
    expect(order(test, 12_288).Error.Code).toBe('FailedOperation.SystemError');
    test.pass(1);
    expect(order(test, 12_288).DealName).not.toBe(DealName);
  });

  it('names the task by its dimension', () => {
    const fleet = [{ id: ID, zone: 'ap-guangzhou-4', edition: 'redis-5.0-cluster' }];
    const types = [{ MemSize: 8192 }, { RedisShardNum: 5 }, { RedisReplicasNum: 2 }].map((change) => {
      const test = testWorld(fleet);
      order(test, 4096, { RedisShardNum: 3, ...change });
      test.pass(60_000);
      return test.call('redis.DescribeTaskList').Tasks[0].TaskType;
    });
    expect(types).toEqual(['002', '028', '029']);
  });

  it('is taken twice while nothing shows the first, as a careless repetition deserves', () => {
    const test = testWorld([PREPAID]);
    order(test, 8192);
    const second = order(test, 8192);
    expect(second.DealName).toBeDefined();
    expect(counts(test.world).orders).toEqual({ [ID]: 2 });
    test.pass(60_000);
    expect(look(test, second.DealName)).toBe('status 2, 8192 MB, deal 4, task 002 2, billed 2');
  });

  it('is refused once its task shows, and while it is in process', () => {
    const test = testWorld([PREPAID]);
    order(test, 8192);
    test.pass(999);
    expect(order(test, 12_288).Error.Code).toBe('ResourceUnavailable.InstanceStatusError');
    test.pass(1);
    expect(order(test, 12_288).Error.Code).toBe('ResourceUnavailable.InstanceStatusAbnormal');
  });

  it('waits for the maintenance window where it is told to', () => {
    const test = testWorld([PREPAID]);
    order(test, 8192, { SwitchOption: 1 });
    // It is 10:00 in Beijing; the window opens at 03:00.
    test.pass(16 * HOUR);
    expect(test.call('redis.DescribeTaskList').Tasks[0].Result).toBe(0);
    test.pass(HOUR + 1000);
    expect(test.call('redis.DescribeTaskList').Tasks[0].Result).toBe(1);
  });

  it('that fails leaves the size, ends its task with 4 and its deal with 5, and is paid back', () => {
    const test = testWorld([PREPAID], { faults: ['failed-task'] });
    const before = test.balance();
    const { DealName } = order(test, 8192);
    expect(test.balance()).toBeLessThan(before);
    test.pass(60_000);
    expect(look(test, DealName)).toBe('status 2, 4096 MB, deal 5, task 002 4, billed 1');
    expect(test.balance()).toBe(before);
  });

  it('that is stuck stays in process', () => {
    const test = testWorld([PREPAID], { faults: ['stuck'] });
    const { DealName } = order(test, 8192);
    test.pass(30 * DAY - HOUR);
    expect(look(test, DealName)).toMatch(/^status 1, 4096 MB, deal 3, task 002 1/);
  });
});

describe('money', () => {
  it('prepaid: the quote for the remaining term is what is charged; a reduction pays back', () => {
    const test = testWorld([PREPAID]);
    const quote = test.call('redis.InquiryPriceUpgradeInstance', { InstanceId: ID, MemSize: 8192 });
    // 4 GB more, twice because of the replica, for one month.
    expect(quote).toMatchObject({ Price: 4 * 2 * 5250, Currency: 'CNY', AmountUnit: 'pent' });
    const before = test.balance();
    order(test, 8192);
    expect(before - test.balance()).toBe(quote.Price);
    test.pass(60_000);
    expect(
      test.call('redis.InquiryPriceUpgradeInstance', { InstanceId: ID, MemSize: 4096 }).Price,
    ).toBeLessThan(0);
  });

  it('postpaid: the quote is the new price an hour and nothing is charged now', () => {
    const test = testWorld([{ ...PREPAID, billing: 'postpaid' }]);
    expect(
      test.call('redis.InquiryPriceUpgradeInstance', { InstanceId: ID, MemSize: 8192 }).HighPrecisionPrice,
    ).toBe(8 * 2 * 11.25);
    const before = test.balance();
    order(test, 8192);
    expect(test.balance()).toBe(before);
  });

  it('is consumed in the order of the calls', () => {
    const fleet = ['crs-aaaa1111', 'crs-bbbb2222'].map((id) => ({ ...PREPAID, id }));
    const test = testWorld(fleet, { balance: 600 });
    expect(order(test, 8192).DealName).toBeDefined();
    expect(order(test, 8192, { InstanceId: 'crs-bbbb2222' }).Error.Code).toBe(
      'ResourceUnavailable.AccountBalanceNotEnough',
    );
  });
});
