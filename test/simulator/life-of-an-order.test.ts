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

/** The results of all reads in one line: status, size, order state, task, billing. */
function readAll(test: TestWorld, deal: string): string {
  const instance = test.instance(ID);
  const [detail] = test.call('redis.DescribeInstanceDealDetail', { DealName: deal }).DealDetails;
  const [task] = test.call('redis.DescribeTaskList', { InstanceId: ID }).Tasks;
  const deals = test.deals({ ResourceId: ID, StatusSet: [2, 3, 4, 5] }).Deals;
  return `status ${instance.Status}, ${instance.RedisShardSize} MB, deal ${detail.Status}, task ${task ? `${task.TaskType} ${task.Result}` : '-'}, billed ${deals.length}`;
}

describe('an order', () => {
  it('goes from accepted to in process to the new size, and then to a lock that no read shows', () => {
    // Lag 1 s, duration 10 s, lock 5 s.
    const test = testWorld([PREPAID]);
    const { DealId, DealName } = order(test, 8192);
    expect(DealId).toBe(DealName);
    expect(DealName).toMatch(/^20260105\d{15}$/);
    const states = [0, 999, 1, 9999, 1].map((ms) => {
      test.pass(ms);
      return readAll(test, DealName);
    });
    expect(states).toEqual([
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

  it('has a task type that depends on the dimension', () => {
    const fleet = [{ id: ID, zone: 'ap-guangzhou-4', edition: 'redis-5.0-cluster' }];
    const types = [{ MemSize: 8192 }, { RedisShardNum: 5 }, { RedisReplicasNum: 2 }].map((change) => {
      const test = testWorld(fleet);
      order(test, 4096, { RedisShardNum: 3, ...change });
      test.pass(60_000);
      return test.call('redis.DescribeTaskList').Tasks[0].TaskType;
    });
    expect(types).toEqual(['002', '028', '029']);
  });

  it('is accepted twice if the client repeats it while no read shows the first', () => {
    const test = testWorld([PREPAID]);
    order(test, 8192);
    const second = order(test, 8192);
    expect(second.DealName).toBeDefined();
    expect(counts(test.world).orders).toEqual({ [ID]: 2 });
    test.pass(60_000);
    expect(readAll(test, second.DealName)).toBe('status 2, 8192 MB, deal 4, task 002 2, billed 2');
  });

  it('is refused while another one has a visible task or is in process', () => {
    const test = testWorld([PREPAID]);
    order(test, 8192);
    test.pass(999);
    expect(order(test, 12_288).Error.Code).toBe('ResourceUnavailable.InstanceStatusError');
    test.pass(1);
    expect(order(test, 12_288).Error.Code).toBe('ResourceUnavailable.InstanceStatusAbnormal');
  });

  it('waits for the maintenance window with SwitchOption 1', () => {
    const test = testWorld([PREPAID]);
    order(test, 8192, { SwitchOption: 1 });
    // It is 10:00 in Beijing. The window opens at 03:00.
    test.pass(16 * HOUR);
    expect(test.call('redis.DescribeTaskList').Tasks[0].Result).toBe(0);
    test.pass(HOUR + 1000);
    expect(test.call('redis.DescribeTaskList').Tasks[0].Result).toBe(1);
  });

  it('that fails does not change the size, ends with task 4 and deal 5, and is paid back', () => {
    const test = testWorld([PREPAID], { faults: ['failed-task'] });
    const before = test.balance();
    const { DealName } = order(test, 8192);
    expect(test.balance()).toBeLessThan(before);
    test.pass(60_000);
    expect(readAll(test, DealName)).toBe('status 2, 4096 MB, deal 5, task 002 4, billed 1');
    expect(test.balance()).toBe(before);
  });

  it('that is stuck stays in process', () => {
    const test = testWorld([PREPAID], { faults: ['stuck'] });
    const { DealName } = order(test, 8192);
    test.pass(30 * DAY - HOUR);
    expect(readAll(test, DealName)).toMatch(/^status 1, 4096 MB, deal 3, task 002 1/);
  });
});

describe('the balance', () => {
  it('pays the quote for the remaining term of a prepaid instance, and a reduction pays back', () => {
    const test = testWorld([PREPAID]);
    const quote = test.call('redis.InquiryPriceUpgradeInstance', resizeOf(ID, { MemSize: 8192 }));
    // 4 GB more, times 2 for the replica, for one month.
    expect(quote).toMatchObject({ Price: 4 * 2 * 5250, Currency: 'CNY', AmountUnit: 'pent' });
    const before = test.balance();
    order(test, 8192);
    expect(before - test.balance()).toBe(quote.Price);
    test.pass(60_000);
    expect(
      test.call('redis.InquiryPriceUpgradeInstance', resizeOf(ID, { MemSize: 4096 })).Price,
    ).toBeLessThan(0);
  });

  it('pays nothing now for a postpaid instance, whose quote is the new price per hour', () => {
    const test = testWorld([{ ...PREPAID, billing: 'postpaid' }]);
    expect(
      test.call('redis.InquiryPriceUpgradeInstance', resizeOf(ID, { MemSize: 8192 })).HighPrecisionPrice,
    ).toBe(8 * 2 * 11.25);
    const before = test.balance();
    order(test, 8192);
    expect(test.balance()).toBe(before);
  });

  it('is used in the order of the calls', () => {
    const fleet = ['crs-aaaa1111', 'crs-bbbb2222'].map((id) => ({ ...PREPAID, id }));
    const test = testWorld(fleet, { balance: 600 });
    expect(order(test, 8192).DealName).toBeDefined();
    expect(order(test, 8192, { InstanceId: 'crs-bbbb2222' }).Error.Code).toBe(
      'ResourceUnavailable.AccountBalanceNotEnough',
    );
  });
});
