/** Values as the provider's published samples have them. Source: docs/provider.md P47, P55, P61, P104, P127 and P197. */
import { describe, expect, it } from 'vitest';
import { type Answer, testWorld } from '../test-world.ts';

const CLUSTER = { id: 'crs-cluster1', zone: 'ap-guangzhou-4', edition: 'redis-5.0-cluster', shards: 3 };

describe('OfflineTime', () => {
  const cases: readonly (readonly [string, object, string])[] = [
    ['empty while the instance runs', {}, ''],
    ['empty while a prepaid instance runs', { billing: 'prepaid' }, ''],
    ['2 hours after the isolation of a postpaid instance', { status: 'isolated' }, '2 h'],
    ['7 days after that of a prepaid one', { status: 'isolated', billing: 'prepaid' }, '168 h'],
  ];
  for (const [what, instance, expected] of cases) {
    it(`is ${what}`, () => {
      const { OfflineTime, CloseTime } = testWorld([{ id: 'crs-aaaa1111', ...instance }]).instance(
        'crs-aaaa1111',
      );
      const hours = (Date.parse(OfflineTime) - Date.parse(CloseTime)) / 3_600_000;
      expect(OfflineTime === '' ? '' : `${hours} h`).toBe(expected);
    });
  }
});

describe('nodes and shards', () => {
  it('have the states, roles and slots of the samples', () => {
    const test = testWorld([CLUSTER]);
    const groups = test.call('redis.DescribeInstanceZoneInfo', { InstanceId: CLUSTER.id }).ReplicaGroups;
    expect(groups.map(({ Role }: Answer) => Role)).toEqual(['master', 'replica']);
    expect(groups[0].RedisNodes[0]).toMatchObject({ Slot: '0-5460', Status: 'normal', Role: 'master' });
    expect(groups[1].RedisNodes[0]).toMatchObject({ Slot: '', Keys: 0, Status: 'normal', Role: 'replica' });
    const { InstanceShards } = test.call('redis.DescribeInstanceShards', { InstanceId: CLUSTER.id });
    expect(InstanceShards[0]).toMatchObject({
      ShardId: '1',
      ShardName: 'crs-cluster1-001-01',
      Slots: '["0-5460"]',
    });
    const { Redis } = test.call('redis.DescribeInstanceNodeInfo', { InstanceId: CLUSTER.id });
    expect(Redis.slice(0, 2).map(({ NodeRole }: Answer) => NodeRole)).toEqual(['master', 'slave']);
  });

  it('count one replica for CKV standard', () => {
    const ckv = { id: 'crs-ckv00000', zone: 'ap-guangzhou-3', edition: 'ckv-3.2-standard' };
    expect(testWorld([ckv]).instance(ckv.id)).toMatchObject({ Type: 3, RedisReplicasNum: 1 });
  });
});

describe('names of regions and zones', () => {
  const cases: readonly (readonly [language: string | null, string, string, string, string])[] = [
    [null, '华南地区(广州)', '广州三区', '广州', '华南地区'],
    ['zh-CN', '华南地区(广州)', '广州三区', '广州', '华南地区'],
    ['en-US', 'South China(Guangzhou)', 'Guangzhou Zone 3', 'Guangzhou', 'South China'],
  ];
  for (const [language, region, zone, city, area] of cases) {
    it(`are in ${language ?? 'Chinese without a language'}, and codes are the same in all`, () => {
      const test = testWorld([]);
      const ask = (name: string, params: object): Answer =>
        test.call(name, params, {
          region: 'ap-guangzhou',
          headers: language === null ? {} : { 'x-tc-language': language },
        });
      const [first] = ask('region.DescribeRegions', { Product: 'redis' }).RegionSet;
      expect(first).toMatchObject({ Region: 'ap-guangzhou', RegionName: region });
      const [firstZone] = ask('region.DescribeZones', { Product: 'redis' }).ZoneSet;
      expect(firstZone).toMatchObject({ Zone: 'ap-guangzhou-3', ZoneId: '100003', ZoneName: zone });
      const [sold] = ask('redis.DescribeProductInfo', {}).RegionSet;
      expect(sold).toMatchObject({ RegionName: city, RegionShortName: 'GZ', Area: area });
      expect(sold.ZoneSet[0]).toMatchObject({ ZoneId: 'ap-guangzhou-3', ZoneName: 'ap-guangzhou-3' });
    });
  }

  it('count zones as the samples do', () => {
    const test = testWorld([{ id: 'crs-aaaa1111', zone: 'ap-bangkok-12' }]);
    const { ZoneSet } = test.call('region.DescribeZones', { Product: 'redis' }, { region: 'ap-bangkok' });
    expect(ZoneSet.map(({ ZoneName }: Answer) => ZoneName)).toContain('曼谷十二区');
  });
});
