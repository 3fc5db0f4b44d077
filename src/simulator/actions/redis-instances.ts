/** The actions DescribeInstances and DescribeProductInfo. Source: docs/provider.md P38 to P65. */

import { DAY, HOUR } from '../../units.ts';
import { beijingTime } from '../world/beijing-time.ts';
import { makeForeignChange } from '../world/change.ts';
import { SIM_EDITIONS } from '../world/editions.ts';
import { bandwidth, clientLimit } from '../world/limits-of-size.ts';
import { accountOf, OTHER_UIN, type SimInstance, type World } from '../world/world.ts';
import type { Action, Call } from './action.ts';
import { page } from './paging.ts';
import type { FieldKind, Params } from './parameters.ts';
import { invalidValue, missingParameter, Refusal } from './refusal.ts';

/** Returns a test for instances in the account and region of the call. */
export function isOwn(world: World, { region, identity }: Call) {
  const account = accountOf(world, identity);
  return (one: SimInstance | undefined): one is SimInstance =>
    one !== undefined && one.region === region && one.account === account;
}

/** Finds InstanceId in the account and region of the call. @throws Refusal `ResourceNotFound.InstanceNotExists` */
export function findInstance(world: World, call: Call): SimInstance {
  const id = call.params.InstanceId as string | undefined;
  if (id === undefined) throw missingParameter('InstanceId');
  const instance = world.instances.get(id);
  if (!isOwn(world, call)(instance))
    throw new Refusal('ResourceNotFound.InstanceNotExists', `The instance ${id} does not exist.`);
  return instance;
}

const STATUS_TITLE: Readonly<Record<Call['language'], Readonly<Record<number, string>>>> = {
  'zh-CN': { 0: '待初始化', 1: '处理中', 2: '运行中', [-2]: '已隔离', [-3]: '待删除' },
  'en-US': { 0: 'To be initialized', 1: 'Processing', 2: 'Running', [-2]: 'Isolated', [-3]: 'To be deleted' },
};

/** Kernel version. Only the first two parts are real; `low` is too old for a resize. */
function kernel(version: string, low: boolean): string {
  return `${version}.${low ? 1 : 8}`;
}

/** The one network of all instances, as in the provider's samples. */
const NETWORK = { VpcId: 10001, SubnetId: 20001, UniqVpcId: 'vpc-example1', UniqSubnetId: 'subnet-example1' };

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a version made of parts is forty times slower
function formatInstance(instance: SimInstance, language: Call['language']): Record<string, unknown> {
  const { region, zone, type, status, memoryPerShard, shards, lowVersion, closedAt } = instance;
  const edition = SIM_EDITIONS.get(type)!;
  return {
    InstanceName: instance.name,
    InstanceId: instance.id,
    Appid: instance.account.appId,
    ProjectId: 0,
    RegionId: region.number,
    ZoneId: zone.number,
    VpcId: NETWORK.VpcId,
    SubnetId: NETWORK.SubnetId,
    Status: status,
    WanIp: instance.ip,
    Port: 6379,
    Createtime: beijingTime(instance.createdAt),
    Size: memoryPerShard * shards,
    SizeUsed: 0,
    Type: type,
    AutoRenewFlag: instance.billing,
    DeadlineTime: beijingTime(instance.deadline),
    Engine: edition.engine,
    ProductType: edition.shape === 'cluster' ? 'cluster' : 'standalone',
    UniqVpcId: NETWORK.UniqVpcId,
    UniqSubnetId: NETWORK.UniqSubnetId,
    BillingMode: instance.billing,
    InstanceTitle: STATUS_TITLE[language][status] ?? '',
    // Without a time it is an empty text, unlike the other times (docs/provider.md P47 and P55).
    OfflineTime:
      closedAt === null ? '' : beijingTime(closedAt + (instance.billing === 1 ? 7 * DAY : 2 * HOUR)),
    SubStatus: status === 1 ? 37 : 0,
    Tags: [],
    InstanceNode: [],
    RedisShardSize: memoryPerShard,
    RedisShardNum: shards,
    RedisReplicasNum: instance.replicas,
    PriceId: 0,
    CloseTime: beijingTime(closedAt),
    SlaveReadWeight: instance.readsFromReplicas ? 100 : 0,
    InstanceTags: instance.tags,
    ProjectName: '默认项目',
    NoAuth: false,
    ClientLimit: clientLimit(memoryPerShard),
    DtsStatus: instance.transfer ?? 0,
    NetLimit: bandwidth(memoryPerShard),
    PasswordFree: 0,
    Vip6: '',
    IPv6: '',
    ReadOnly: 0,
    RemainBandwidthDuration: '',
    DiskSize: 0,
    MonitorVersion: instance.monitorVersion,
    ClientLimitMin: 10_000,
    ClientLimitMax: 40_000,
    // Only multi-zone instances list nodes, with empty zone names.
    NodeSet:
      instance.nodes?.map(({ id, kind, zone: number }) => ({
        NodeType: kind,
        NodeId: id,
        ZoneId: number,
        ZoneName: '',
      })) ?? [],
    Region: region.code,
    WanAddress: '',
    PolarisServer: '',
    RedisClusterId: '',
    DedicatedClusterId: '',
    ProductVersion: 'local',
    CurrentProxyVersion: lowVersion ? '5.2.1' : '5.8.0',
    CurrentRedisVersion: kernel(edition.version, lowVersion),
    UpgradeProxyVersion: lowVersion ? '5.8.0' : '',
    UpgradeRedisVersion: lowVersion ? kernel(edition.version, false) : '',
    BackupMode: 'NormalLevelBackup',
    DeleteProtectionSwitch: 0,
  };
}

type Test<Value> = (one: SimInstance, value: Value) => boolean;
type Filter = readonly [kind: FieldKind, test: Test<never>];
const text = (test: Test<string>): Filter => ['string', test];
const integer = (test: Test<number>): Filter => ['integer', test];
/** Filters whose value is a list of accepted values. */
const texts = (of: (one: SimInstance) => string): Filter => ['string[]', among(of)];
const integers = (of: (one: SimInstance) => number): Filter => ['integer[]', among(of)];

function among<Value>(of: (one: SimInstance) => Value): Test<readonly Value[]> {
  return (one, list) => list.includes(of(one));
}

/** Filters of DescribeInstances. A filter on something that all simulated instances share passes all. */
const FILTERS: Readonly<Record<string, Filter>> = {
  InstanceId: text((one, id) => one.id === id),
  VpcIds: texts(() => String(NETWORK.VpcId)),
  SubnetIds: texts(() => String(NETWORK.SubnetId)),
  SearchKey: text((one, key) => one.name.includes(key)),
  ProjectIds: integers(() => 0),
  InstanceName: text((one, name) => one.name.includes(name)),
  UniqVpcIds: texts(() => NETWORK.UniqVpcId),
  UniqSubnetIds: texts(() => NETWORK.UniqSubnetId),
  RegionIds: ['integer[]', () => true],
  Status: integers((one) => one.status),
  TypeVersion: integer(
    (one, version) =>
      ['', 'standalone', 'standard', 'cluster'][version] === SIM_EDITIONS.get(one.type)!.shape,
  ),
  EngineName: text((one, name) => {
    const { engine, version } = SIM_EDITIONS.get(one.type)!;
    return name === engine || name === `${engine}-${version}`;
  }),
  AutoRenew: integers((one) => one.billing),
  BillingMode: text((one, mode) => (mode === 'prepaid' ? 1 : 0) === one.billing),
  Type: integer((one, type) => one.type === type),
  SearchKeys: [
    'string[]',
    (one, keys: string[]) => keys.some((key) => one.id === key || one.ip === key || one.name.includes(key)),
  ],
  TypeList: integers((one) => one.type),
  MonitorVersion: text(() => true),
  InstanceTags: [
    [{ TagKey: 'string!', TagValue: 'string!' }],
    (one, tags: SimInstance['tags']) =>
      tags.every((tag) =>
        one.tags.some(({ TagKey, TagValue }) => TagKey === tag.TagKey && TagValue === tag.TagValue),
      ),
  ],
  TagKeys: ['string[]', (one, keys: string[]) => one.tags.some(({ TagKey }) => keys.includes(TagKey))],
  ProductVersions: texts(() => 'local'),
  AzMode: text((one, mode) => (mode === 'multiaz') === (one.nodes !== null)),
};

/** Returns a test that combines all filters of the request. An empty list is no filter. */
function filterOf(params: Params): (one: SimInstance) => boolean {
  const given = Object.entries(FILTERS).filter(([name]) => {
    const value = params[name];
    return value !== undefined && !(Array.isArray(value) && value.length === 0);
  });
  return (one) => given.every(([name, [, test]]) => test(one, params[name] as never));
}

const ORDERS: Readonly<Record<string, (a: SimInstance, b: SimInstance) => number>> = {
  projectid: () => 0,
  createtime: (a, b) => a.createdAt - b.createdAt,
  instancename: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  type: (a, b) => a.type - b.type,
  curdeadline: (a, b) => (a.deadline ?? 0) - (b.deadline ?? 0),
};

export const REDIS_INSTANCES: Readonly<Record<string, Action>> = {
  DescribeInstances: {
    schema: {
      Limit: 'whole',
      Offset: 'whole',
      OrderBy: 'string',
      OrderType: 'integer',
      InstanceIds: 'string[]',
      ...Object.fromEntries(Object.entries(FILTERS).map(([name, [kind]]) => [name, kind])),
    },
    run(world, call) {
      const { params, region, identity, language, now } = call;
      const ids = params.InstanceIds as string[] | undefined;
      const order = ORDERS[String(params.OrderBy ?? 'createtime').toLowerCase()];
      if (!order) throw invalidValue('The value of OrderBy is not valid.');
      const all =
        ids && ids.length > 0
          ? [...new Set(ids)].map((id) => world.instances.get(id)).filter(isOwn(world, call))
          : (accountOf(world, identity).byRegion.get(region!.code) ?? []);
      const found = all.filter(filterOf(params));
      found.sort(params.OrderType === 0 ? order : (a, b) => order(b, a));
      const shown = page(world, found, params, { action: 'DescribeInstances', most: 1000 });
      const answer = {
        TotalCount: found.length,
        InstanceSet: shown.map((one) => formatInstance(one, language)),
      };
      if (world.handChanges.size > 0)
        for (const one of shown)
          if (world.handChanges.delete(one.id)) makeForeignChange(world, one, OTHER_UIN, now);
      return answer;
    },
  },
  DescribeProductInfo: {
    schema: {},
    run(world, { language }) {
      const all = world.catalogue.regionSet as readonly { readonly RegionId: string }[];
      if (language === 'zh-CN') return { RegionSet: all };
      const nameOf = (code: string) => {
        const region = world.regions.get(code)!;
        return { RegionName: region.city[language], Area: region.area[language] };
      };
      return { RegionSet: all.map((one) => ({ ...one, ...nameOf(one.RegionId) })) };
    },
  },
};
