import { describe, expect, it } from 'vitest';
import { type Answer, resizeOf, type TestWorld, testWorld } from './test-world.ts';

/** Master M in Guangzhou 4, replicas A in Guangzhou 3 and B in Guangzhou 4. */
const MULTI = {
  id: 'crs-multi000',
  zone: 'ap-guangzhou-4',
  edition: 'redis-6.2-standard',
  memoryPerShard: 4096,
  replicas: 2,
  replicaZones: ['ap-guangzhou-3', 'ap-guangzhou-4'],
};
const SINGLE = { ...MULTI, replicaZones: [] };

const nodes = (test: TestWorld): Answer[] => test.instance(MULTI.id).NodeSet;

/** Orders `replicas`. In `requested`, `id: 'A'` means the id of node A. */
function order(test: TestWorld, replicas: number, requested?: readonly object[], MemSize = 4096): string {
  const present = nodes(test);
  const id = (letter: string): number => present['MAB'.indexOf(letter)]?.NodeId ?? 424_242;
  const NodeSet = requested?.map(({ id: letter, ...node }: { id?: string }) =>
    letter === undefined ? node : { ...node, NodeId: id(letter) },
  );
  return test.code(
    'redis.UpgradeInstance',
    resizeOf(MULTI.id, { MemSize, RedisReplicasNum: replicas, NodeSet }),
  );
}

const WRONG = 'InvalidParameter.InvalidParameter';
const NOT_SOLD = 'InvalidParameterValue.SpecNotExist';
const R = { NodeType: 1 };
const IN_3 = { ...R, ZoneId: 100_003 };
const IN_6 = { ...R, ZoneId: 100_006 };
const IN_7 = { ...R, ZoneId: 100_007 };
const A = { ...R, id: 'A' };
const B = { ...R, id: 'B' };

describe('a change of the replicas of a multi-zone instance', () => {
  const cases: readonly (readonly [string, number, object[] | undefined, string])[] = [
    // Add: only the new nodes, by zone.
    ['one more, with a zone number', 3, [IN_7], 'ok'],
    ['one more, with a zone name', 3, [{ ...R, ZoneName: 'ap-guangzhou-7' }], 'ok'],
    ['both, if they agree', 3, [{ ...IN_7, ZoneName: 'ap-guangzhou-7' }], 'ok'],
    ['an empty name, as in answers', 3, [{ ...IN_7, ZoneName: '' }], 'ok'],
    ['two more in two zones', 4, [IN_6, IN_7], 'ok'],
    ['both, if they do not agree', 3, [{ ...IN_6, ZoneName: 'ap-guangzhou-7' }], WRONG],
    ['no zone', 3, [R], WRONG],
    ['a zone of another region', 3, [{ ...R, ZoneId: 200_004 }], WRONG],
    ['a zone that does not exist', 3, [{ ...R, ZoneName: 'ap-guangzhou-99' }], WRONG],
    ['a node that exists', 3, [{ ...A, ZoneId: 100_003 }], WRONG],
    ['a master', 3, [{ NodeType: 0, ZoneId: 100_007 }], WRONG],
    ['the present replicas and the new one', 3, [IN_3, IN_7], WRONG],
    ['an empty NodeSet', 3, [], WRONG],
    ['no NodeSet', 3, undefined, WRONG],
    ['more than are sold', 6, Array(4).fill(IN_7), NOT_SOLD],
    // Remove: only the removed nodes, by id.
    ['one less, by its id', 1, [A], 'ok'],
    ['one less, copied from the list with its zone', 1, [{ ...A, ZoneId: 100_003, ZoneName: '' }], 'ok'],
    ['one less, with a wrong zone', 1, [{ ...A, ZoneId: 100_004 }], WRONG],
    ['one less, only by its zone', 1, [IN_3], WRONG],
    ['one less, the master', 1, [{ ...R, id: 'M' }], WRONG],
    ['one less, with an unknown id', 1, [{ ...R, id: '?' }], WRONG],
    ['one less, with two ids', 1, [A, B], WRONG],
    ['all of them', 0, [A, B], NOT_SOLD],
    // One call cannot do both.
    ['one removed and one added node', 2, [A, IN_7], WRONG],
  ];
  for (const [what, replicas, requested, expected] of cases) {
    it(`by ${what}: ${expected}`, () =>
      expect(order(testWorld([MULTI]), replicas, requested)).toBe(expected));
  }

  it('is refused if it removes a node twice', () => {
    const test = testWorld([
      { ...MULTI, replicas: 3, replicaZones: ['ap-guangzhou-3', 'ap-guangzhou-4', 'ap-guangzhou-4'] },
    ]);
    expect(order(test, 1, [A, A])).toBe(WRONG);
  });

  it('is the only change with nodes: memory changes and single-zone instances refuse them', () => {
    expect(order(testWorld([MULTI]), 2, [IN_7], 8192)).toBe(WRONG);
    expect(order(testWorld([SINGLE]), 3, [{ ...R, ZoneId: 100_004 }])).toBe(WRONG);
    expect(order(testWorld([SINGLE]), 3, undefined)).toBe('ok');
  });
});

describe('an order for a new node', () => {
  const shanghai = { ...MULTI, zone: 'ap-shanghai-4', replicaZones: ['ap-shanghai-5', 'ap-shanghai-4'] };
  const add = (instance: object, ZoneName: string, more: object = {}): string => {
    const how = { region: ZoneName.replace(/-\d$/, '') };
    const change = { MemSize: 4096, RedisReplicasNum: 3, NodeSet: [{ ...R, ZoneName }], ...more };
    return testWorld([instance]).code('redis.UpgradeInstance', resizeOf(MULTI.id, change), how);
  };
  it('in a sold-out zone gives ResourceInsufficient', () => {
    expect(add(shanghai, 'ap-shanghai-2')).toBe('ResourceInsufficient');
    expect(add(shanghai, 'ap-shanghai-5')).toBe('ok');
  });
  it('in a zone with a sold-out edition gives ResourceUnavailable.SaleOut', () => {
    expect(add({ ...MULTI, edition: 'redis-4.0-standard' }, 'ap-guangzhou-3')).toBe(
      'ResourceUnavailable.SaleOut',
    );
  });
  it('in a zone without the edition gives InvalidParameterValue.SpecNotExist', () => {
    const ckv = {
      ...MULTI,
      edition: 'ckv-3.2-cluster',
      zone: 'ap-guangzhou-3',
      memoryPerShard: 8192,
      shards: 3,
      billing: 'prepaid',
      replicaZones: ['ap-guangzhou-4'],
    };
    const size = { MemSize: 8192, RedisShardNum: 3 };
    expect(add(ckv, 'ap-guangzhou-7', size)).toBe(NOT_SOLD);
    expect(add(ckv, 'ap-guangzhou-3', size)).toBe('ok');
  });
});

/** After a change, no read shows the lock. The answer depends on the request (docs/provider.md P23 and P24). */
describe('the lock after a change', () => {
  const cases: readonly (readonly [string, object, string])[] = [
    ['memory', { MemSize: 16_384 }, 'FailedOperation.SystemError'],
    ['replicas with a NodeSet', { RedisReplicasNum: 3, NodeSet: [IN_7] }, 'FailedOperation.Unknown'],
  ];
  for (const [what, params, expected] of cases) {
    it(`refuses an order for ${what} with ${expected}, until it ends`, () => {
      const test = testWorld([MULTI]);
      expect(order(test, 2, undefined, 8192)).toBe('ok');
      test.pass(11_000);
      expect(test.instance(MULTI.id)).toMatchObject({ Status: 2, RedisShardSize: 8192 });
      const again = resizeOf(MULTI.id, { RedisReplicasNum: 2, ...params });
      expect(test.code('redis.UpgradeInstance', again)).toBe(expected);
      expect(
        test.code('redis.ModifyInstanceAvailabilityZones', {
          InstanceId: MULTI.id,
          SwitchOption: 2,
          NodeSet: [IN_7],
        }),
      ).toBe('FailedOperation.Unknown');
      test.pass(5000);
      expect(test.code('redis.UpgradeInstance', again)).toBe('ok');
    });
  }
});

describe('a move to other zones', () => {
  const MASTER = { NodeType: 0, ZoneId: 100_004 };
  const move = (test: TestWorld, NodeSet: readonly object[], SwitchOption = 2): Answer =>
    test.call('redis.ModifyInstanceAvailabilityZones', { InstanceId: MULTI.id, SwitchOption, NodeSet });
  const zones = (test: TestWorld): number[] => nodes(test).map(({ ZoneId }) => ZoneId);
  const result = (answer: Answer): string => answer.Error?.Code ?? 'ok';

  const single: readonly (readonly [string, object[], string])[] = [
    ['to several zones', [IN_7, IN_3, MASTER], 'ok'],
    ['to its own zone', [{ ...R, ZoneId: 100_004 }, { ...R, ZoneId: 100_004 }, MASTER], WRONG],
    ['without its master', [IN_7, IN_3], WRONG],
    ['with two masters', [IN_7, MASTER, MASTER], WRONG],
    ['with a replica less', [IN_7, MASTER], WRONG],
    ['with a replica more', [IN_7, IN_3, IN_6, MASTER], WRONG],
    ['with ids that nobody gave', [{ ...IN_7, NodeId: 5 }, IN_3, MASTER], WRONG],
    ['to another region', [{ ...R, ZoneId: 200_004 }, IN_3, MASTER], WRONG],
  ];
  for (const [what, requested, expected] of single) {
    it(`of an instance in one zone ${what} is ${expected}`, () => {
      expect(result(move(testWorld([SINGLE]), requested))).toBe(expected);
    });
  }

  const several: readonly (readonly [string, (present: Answer[]) => object[], string])[] = [
    ['of one replica', ([m, a, b]) => [m, a, { ...b, ZoneId: 100_007 }], 'ok'],
    ['of the master', ([m, a, b]) => [{ ...m, ZoneId: 100_007 }, a, b], 'ok'],
    ['of nothing', (present) => present, WRONG],
    ['without ids', ([m, a]) => [m, a, IN_7], WRONG],
    ['of one node twice', ([m, a]) => [m, a, { ...a, ZoneId: 100_007 }], WRONG],
    ['with a changed role', ([m, a, b]) => [{ ...a, NodeType: 0 }, { ...m, NodeType: 1 }, b], WRONG],
  ];
  for (const [what, requested, expected] of several) {
    it(`of an instance in several zones, ${what}, is ${expected}`, () => {
      const test = testWorld([MULTI]);
      expect(result(move(test, requested(nodes(test))))).toBe(expected);
    });
  }

  it('has a task immediately, keeps the size, and needs no order', () => {
    const test = testWorld([SINGLE]);
    const { TaskId } = move(test, [IN_7, IN_3, MASTER]);
    const task = (): string => test.call('redis.DescribeTaskInfo', { TaskId }).Status;
    expect([task(), order(test, 3)]).toEqual(['preparing', 'ResourceUnavailable.InstanceStatusError']);
    test.pass(1500);
    expect([task(), test.instance(MULTI.id).Status, zones(test)]).toEqual(['running', 1, []]);
    test.pass(10_000);
    expect([task(), zones(test)]).toEqual(['succeed', [100_004, 100_007, 100_003]]);
    expect(test.instance(MULTI.id)).toMatchObject({ Status: 2, RedisReplicasNum: 2, RedisShardSize: 4096 });
    expect(test.call('redis.DescribeTaskList', { TaskTypes: ['047'] }).TotalCount).toBe(1);
    expect(test.deals().TotalCount).toBe(0);
  });

  it('can wait for the maintenance window', () => {
    const test = testWorld([{ ...SINGLE, window: '11:00-12:00' }]);
    move(test, [IN_7, IN_3, MASTER], 1);
    test.pass(50 * 60_000);
    expect([test.instance(MULTI.id).Status, zones(test)]).toEqual([2, []]);
    test.pass(15 * 60_000);
    expect(zones(test)).toEqual([100_004, 100_007, 100_003]);
  });

  it('leaves the nodes where they are if its task fails', () => {
    const test = testWorld([SINGLE], { faults: ['failed-task@ModifyInstanceAvailabilityZones'] });
    move(test, [IN_7, IN_3, MASTER]);
    test.pass(20_000);
    expect([test.instance(MULTI.id).Status, zones(test)]).toEqual([2, []]);
  });
});

describe('the nodes', () => {
  it('change in the list when the change ends, and a new node has a new id', () => {
    const test = testWorld([MULTI]);
    const before = nodes(test);
    expect(order(test, 3, [IN_7])).toBe('ok');
    expect(nodes(test)).toEqual(before);
    test.pass(60_000);
    expect(nodes(test)).toEqual([
      ...before,
      { NodeType: 1, NodeId: before[2].NodeId + 1, ZoneId: 100_007, ZoneName: '' },
    ]);
    expect(order(test, 2, [A])).toBe('ok');
    test.pass(60_000);
    expect(nodes(test).map(({ ZoneId }) => ZoneId)).toEqual([100_004, 100_004, 100_007]);
    expect(test.instance(MULTI.id).RedisReplicasNum).toBe(2);
  });

  it('are added twice if the client repeats the order while no read shows the first', () => {
    const test = testWorld([MULTI]);
    expect([1, 2].map(() => order(test, 3, [IN_7]))).toEqual(['ok', 'ok']);
    test.pass(60_000);
    expect(test.instance(MULTI.id).RedisReplicasNum).toBe(4);
    expect(nodes(test)).toHaveLength(5);
  });

  it('are not listed for a single-zone instance', () => expect(nodes(testWorld([SINGLE]))).toEqual([]));

  it('have the same ids in the zone list, which has zone codes and the master first', () => {
    const test = testWorld([MULTI]);
    const { ReplicaGroups, TotalCount } = test.call('redis.DescribeInstanceZoneInfo', {
      InstanceId: MULTI.id,
    });
    expect(TotalCount).toBe(3);
    expect(ReplicaGroups.map(({ GroupId }: Answer) => GroupId)).toEqual(
      nodes(test).map(({ NodeId }) => NodeId),
    );
    expect(
      ReplicaGroups.map(({ GroupName, ZoneId, Role }: Answer) => `${GroupName} ${ZoneId} ${Role}`),
    ).toEqual([' ap-guangzhou-4 master', 'ng-1 ap-guangzhou-3 replica', 'ng-2 ap-guangzhou-4 replica']);
    expect(ReplicaGroups[1].RedisNodes).toMatchObject([{ Slot: '', Role: 'replica', Status: 'normal' }]);
    expect(ReplicaGroups[1].RedisNodes[0].NodeId).toMatch(/^[0-9a-f]{40}$/);
  });
});
