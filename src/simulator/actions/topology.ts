/**
 * The actions that read nodes, shards, bandwidth, data transfers and replication groups. The fields follow the
 * product's own model. Source: docs/provider.md P102 to P112.
 */

import { SIM_EDITIONS } from '../world/editions.ts';
import { bandwidthOf, clientLimitOf } from '../world/limits-of-size.ts';
import { usedAt } from '../world/usage/memory.ts';
import { keysIn } from '../world/usage/metrics.ts';
import { type SimInstance, type SimNode, sum } from '../world/world.ts';
import type { Action } from './action.ts';
import { findInstance, isOwn } from './redis-instances.ts';
import { invalidValue, missingParameter, Refusal } from './refusal.ts';

/** The master group and one group per replica. Only these actions show them for single-zone instances. */
function groupsOf(instance: SimInstance): readonly SimNode[] {
  return (
    instance.nodes ??
    Array.from({ length: instance.replicas + 1 }, (_, copy) => ({
      id: 1000 + copy,
      kind: copy === 0 ? 0 : 1,
      zone: instance.zone.number,
    }))
  );
}

const zoneCode = ({ region, zone }: SimInstance, number: number): string =>
  region.zones.find((one) => one.number === number)?.code ?? zone.code;

/** Forty hexadecimal digits that are stable for each node. */
function runId({ id }: SimInstance, shard: number, group: number): string {
  const seed = [...`${id}/${shard}/${group}`].reduce(
    (mixed, one) => (mixed * 31 + one.charCodeAt(0)) >>> 0,
    7,
  );
  let state = seed;
  return Array.from({ length: 5 }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state.toString(16).padStart(8, '0');
  }).join('');
}

function slots(instance: SimInstance, shard: number): string {
  const first = (n: number): number => Math.floor((16_384 * n) / instance.shards);
  return `${first(shard)}-${first(shard + 1) - 1}`;
}

const padded = (number: number, digits: number): string => String(number).padStart(digits, '0');

/** One side of a data transfer; null: the provider's empty values. */
function transferEnd(one: SimInstance | null) {
  return {
    RegionId: one?.region.number ?? 0,
    InstanceId: one?.id ?? '',
    SetId: 0,
    ZoneId: one?.zone.number ?? 0,
    Type: one?.type ?? 0,
    InstanceName: one?.name ?? '',
    Vip: one?.ip ?? '',
    Status: one?.status ?? 0,
  };
}
const TRANSFER_TEXT: Readonly<Record<number, string>> = {
  7: '运行中',
  8: '准备完成',
  9: '已结束',
  10: '失败',
};

/** Whether a type exists and can have so many shards. */
function isSizeOf(type: number, shards: number): boolean {
  const edition = SIM_EDITIONS.get(type);
  return edition !== undefined && (edition.shape === 'cluster' || shards === 1);
}

/** The one security group of all instances, as in the provider's sample. */
const EVERYTHING = [{ Action: 'ACCEPT', Ip: '0.0.0.0/0', Port: 'ALL', Proto: 'ALL' }];
const SECURITY_GROUP = {
  ProjectId: 0,
  CreateTime: '2018-01-30 15:58:00',
  SecurityGroupId: 'sg-example1',
  SecurityGroupName: 'all',
  SecurityGroupRemark: '',
  InboundRule: EVERYTHING,
  OutboundRule: EVERYTHING,
};
const MAX_SECURITY_IDS = 100;

export const TOPOLOGY: Readonly<Record<string, Action>> = {
  DescribeInstanceSecurityGroup: {
    schema: { InstanceIds: 'string[]!' },
    run(world, call) {
      const ids = call.params.InstanceIds as readonly string[];
      if (ids.length > MAX_SECURITY_IDS)
        throw new Refusal('InvalidParameter', `InstanceIds may hold ${MAX_SECURITY_IDS} ids.`);
      const found = [...new Set(ids)].map((id) => world.instances.get(id)).filter(isOwn(world, call));
      return {
        InstanceSecurityGroupsDetail: found.map(({ id }) => ({
          InstanceId: id,
          SecurityGroupDetails: [SECURITY_GROUP],
        })),
      };
    },
  },
  DescribeInstanceZoneInfo: {
    schema: { InstanceId: 'string' },
    run(world, call) {
      const instance = findInstance(world, call);
      const groups = groupsOf(instance).map(({ id, kind, zone }, copy) => ({
        GroupId: id,
        GroupName: copy === 0 ? '' : `ng-${copy}`,
        ZoneId: zoneCode(instance, zone),
        Role: kind === 0 ? 'master' : 'replica',
        // A replica has no slots of its own, as in the provider's sample (docs/provider.md P104).
        RedisNodes: usedAt(world, instance, call.now).map((used, shard) => ({
          Keys: kind === 0 ? keysIn(used) : 0,
          Slot: kind === 0 ? slots(instance, shard) : '',
          NodeId: runId(instance, shard, copy),
          Status: 'normal',
          Role: kind === 0 ? 'master' : 'replica',
        })),
      }));
      return { TotalCount: groups.length, ReplicaGroups: groups };
    },
  },
  DescribeInstanceShards: {
    schema: { InstanceId: 'string!', FilterSlave: 'boolean' },
    run(world, call) {
      const instance = findInstance(world, call);
      if (SIM_EDITIONS.get(instance.type)!.shape !== 'cluster')
        throw new Refusal('InvalidParameterValue.UnSupportedType', `type ${instance.type} has no shards`);
      const inUse = usedAt(world, instance, call.now);
      const mean = sum(inUse) / instance.shards;
      const groups = call.params.FilterSlave === true ? groupsOf(instance).slice(0, 1) : groupsOf(instance);
      const rows = inUse.flatMap((used, shard) =>
        groups.map(({ id, kind, zone }, copy) => ({
          ShardName: `${instance.id}-${padded(shard + 1, 3)}-${padded(copy + 1, 2)}`,
          ShardId: String(shard + 1),
          Role: kind,
          Keys: keysIn(used),
          Slots: JSON.stringify([slots(instance, shard)]),
          // In bytes, as in the provider's samples.
          Storage: Math.round(used * 1024 * 1024),
          StorageSlope: mean === 0 ? 0 : Math.round((used / mean - 1) * 100) / 100,
          Runid: runId(instance, shard, copy),
          RunId: runId(instance, shard, copy),
          Connected: 1,
          ZoneId: zoneCode(instance, zone),
          ReplicasNodeId: id,
        })),
      );
      return { InstanceShards: rows, TotalCount: rows.length };
    },
  },
  DescribeInstanceNodeInfo: {
    schema: { InstanceId: 'string!', Limit: 'integer', Offset: 'integer' },
    run(world, call) {
      const instance = findInstance(world, call);
      const groups = groupsOf(instance);
      const proxies = Array.from({ length: Math.max(3, instance.shards) }, (_, n) => ({
        NodeId: runId(instance, n, 99),
        ZoneId: groups[n % groups.length]!.zone,
      }));
      const nodes = instance.used.flatMap((_, shard) =>
        groups.map(({ kind, zone }, copy) => ({
          NodeId: runId(instance, shard, copy),
          NodeRole: kind === 0 ? 'master' : 'slave',
          ClusterId: shard,
          ZoneId: zone,
        })),
      );
      return {
        ProxyCount: proxies.length,
        Proxy: proxies,
        RedisCount: nodes.length,
        Redis: nodes,
        TendisCount: 0,
        Tendis: [],
      };
    },
  },
  DescribeInstanceSpecBandwidth: {
    schema: {
      InstanceId: 'string',
      ShardSize: 'integer',
      ShardNum: 'integer',
      ReplicateNum: 'integer',
      ReadOnlyWeight: 'integer',
      Type: 'integer',
    },
    run(world, call) {
      const { params } = call;
      const present = params.InstanceId === undefined ? null : findInstance(world, call);
      const given = (name: string, usual: number | undefined): number => {
        // The provider's sample writes 0 for what it leaves out.
        const value = (params[name] as number | undefined) || usual;
        if (value === undefined) throw missingParameter(name);
        if (value < 0) throw invalidValue(`The value of ${name} is not valid.`);
        return value;
      };
      const size = {
        memoryPerShard: given('ShardSize', present?.memoryPerShard),
        shards: given('ShardNum', present?.shards ?? 1),
        replicas: given('ReplicateNum', present?.replicas ?? 1),
      };
      const type = (params.Type as number | undefined) || present?.type;
      if (type !== undefined && !isSizeOf(type, size.shards))
        throw invalidValue('The value of Type is not valid.');
      const weight = params.ReadOnlyWeight ?? (present?.readsFromReplicas ? 100 : 0);
      if (weight !== 0 && weight !== 100) throw invalidValue('The value of ReadOnlyWeight is not valid.');
      const reads = weight === 100;
      return { Bandwidth: bandwidthOf(size, reads) * 1024 * 1024, ClientLimit: clientLimitOf(size) };
    },
  },
  DescribeInstanceDTSInfo: {
    schema: { InstanceId: 'string!' },
    run(world, call) {
      const instance = findInstance(world, call);
      const { transfer } = instance;
      return {
        JobId: transfer === null ? '' : `dts-${instance.id.slice(4)}`,
        JobName: transfer === null ? '' : `${instance.id} out`,
        Status: transfer ?? 0,
        StatusDesc: transfer === null ? '' : (TRANSFER_TEXT[transfer] ?? '处理中'),
        Offset: 0,
        CutDownTime: '',
        SrcInfo: transferEnd(transfer === null ? null : instance),
        DstInfo: transferEnd(null),
      };
    },
  },
  DescribeReplicationGroupInstance: {
    schema: { InstanceId: 'string!' },
    run(world, call) {
      const instance = findInstance(world, call);
      const group = instance.replicationGroup;
      return {
        AppId: instance.account.appId,
        RegionId: instance.region.number,
        GroupId: group?.id ?? '',
        GroupName: group?.id ?? '',
        InstanceRole: group?.role ?? '',
      };
    },
  },
};
