/**
 * Encodes and decodes instances. An instance without an exact size, a known pay mode or a known type gets the
 * status or edition `unrecognised`. So it cannot become a target, and it does not stop the other instances.
 * Source of every field: docs/provider.md P38, P44 to P55, P97, P124 to P126 and P207.
 */
import { iso } from '../../clock.ts';
import {
  EDITIONS,
  type Edition,
  type Instance,
  isTargetId,
  type MaintenanceWindow,
  type Scope,
} from '../../model.ts';
import { fromBeijing } from './beijing-time.ts';
import type { ZoneCodes } from './catalogue.ts';
import {
  billingOf,
  editionOf,
  type Fields,
  integer,
  list,
  type Page,
  page,
  REPLICA,
  type RowRange,
  text,
  wholeNumber,
} from './fields.ts';

/** The maximum of instances on one page, and of ids in one call. */
export const INSTANCES_PER_PAGE = 1000;

/**
 * A page whose text stays below a million characters. Node keeps longer texts outside the heap, where dozens of them wait for the
 * garbage collector.
 */
export const INSTANCES_PER_SMALL_PAGE = 300;

/** Requests a page of all instances, the oldest first. A new instance comes last and moves no other. */
export function encodeInstancePage({ limit, offset }: RowRange): Fields {
  return { Limit: limit, Offset: offset, OrderBy: 'createtime', OrderType: 0 };
}

/** Requests a page of instances by id. Without `Limit` the provider returns only 20. */
export function encodeInstanceIds(ids: readonly string[], { limit, offset }: RowRange): Fields {
  return { InstanceIds: ids, Limit: limit, Offset: offset };
}

const STATUS: Readonly<Record<number, Instance['status']>> = {
  0: 'initialising',
  1: 'processing',
  2: 'running',
  [-2]: 'isolated',
  [-3]: 'deleting',
  [-4]: 'deleting',
};

/** Ids of other products. The inventory schema has the same form. */
const OTHER_ID = /^(?!crs-)[A-Za-z0-9][\w.-]{0,63}$/;

/**
 * Decodes a page of instances. An instance without an id that is safe to show is left out. If a page has an id twice with different facts,
 * neither is certain, and the instance is `unrecognised`.
 */
export function decodeInstances(fields: Fields, scope: Scope, zones: ZoneCodes): Page<Instance> {
  const decoded = page(fields, 'InstanceSet', (row) => decodeInstance(row, scope, zones));
  const byId = new Map<string, Instance>();
  for (const one of decoded.found) {
    const other = byId.get(one.id);
    const isSame = other === undefined || JSON.stringify(other) === JSON.stringify(one);
    byId.set(one.id, isSame ? one : { ...one, status: 'unrecognised' });
  }
  return { ...decoded, found: [...byId.values()] };
}

/** The zone numbers on a page of instances, those of nodes included. */
export function zoneNumbers(fields: Fields): number[] {
  return list(fields.InstanceSet)
    .flatMap((row) => [row, ...list(row.NodeSet)])
    .flatMap((row) => wholeNumber(row.ZoneId) ?? []);
}

function decodeInstance(row: Fields, scope: Scope, zones: ZoneCodes): Instance | null {
  const id = text(row.InstanceId);
  if (id === null || !(isTargetId(id) || OTHER_ID.test(id))) return null;
  const edition = editionOf(row.Type);
  const size = decodeSize(row, edition);
  const billing = billingOf(row.BillingMode);
  const zone = wholeNumber(row.ZoneId);
  const nodes = decodeNodes(row.NodeSet, zones);
  const deadline = billing === 'prepaid' ? fromBeijing(row.DeadlineTime) : null;
  return {
    id,
    name: text(row.InstanceName) ?? '',
    region: scope.region,
    zone: zone === null ? '' : zoneOf(zone, zones).code,
    profile: scope.profile,
    // The type decides about the architecture, whatever `ProductType` says (docs/provider.md P126).
    edition: edition?.name ?? 'unrecognised',
    type: wholeNumber(row.Type) ?? -1,
    status:
      size === null || billing === null || nodes === null
        ? 'unrecognised'
        : (STATUS[integer(row.Status) ?? NaN] ?? 'unrecognised'),
    size: size ?? { memoryPerShard: 0, shards: 0, replicas: 0 },
    billing: billing ?? 'postpaid',
    tags: Object.fromEntries(
      list(row.InstanceTags).flatMap(({ TagKey, TagValue }) =>
        typeof TagKey === 'string' ? [[TagKey, text(TagValue) ?? '']] : [],
      ),
    ),
    nodes: nodes ?? [],
    deadline: deadline === null ? null : iso(deadline),
    used: null,
    task: null,
    unpaidOrder: null,
    ...(text(row.MonitorVersion) === '1m' ? { monitoring: '1m' as const } : {}),
    ...((integer(row.SlaveReadWeight) ?? 0) > 0 ? { readsFromReplicas: true as const } : {}),
  };
}

function zoneOf(number: number, zones: ZoneCodes) {
  return { code: zones.get(number) ?? String(number), number };
}

/** The nodes of a multi-zone instance; none of other instances. Null if a node lacks its type, zone or id. */
function decodeNodes(value: unknown, zones: ZoneCodes): Instance['nodes'] | null {
  const nodes: Instance['nodes'][number][] = [];
  for (const row of list(value)) {
    const [type, zone, id] = [integer(row.NodeType), wholeNumber(row.ZoneId), integer(row.NodeId)];
    if (zone === null || (type !== 0 && type !== REPLICA) || (type === REPLICA && id === null)) return null;
    nodes.push({ id, role: type === REPLICA ? 'replica' : 'master', zone: zoneOf(zone, zones) });
  }
  return nodes;
}

/**
 * The present size; null if it is not certain. It never uses the total (`Size`), because confusing that with the
 * memory of a shard multiplies the bill. A fixed number may be missing: the shards of an instance that is not a
 * cluster, and the replicas of editions with a fixed number.
 */
function decodeSize(row: Fields, edition: Edition | null): Instance['size'] | null {
  const fixed = edition !== null && !edition.dimensions.includes('replicas');
  const memoryPerShard = wholeNumber(row.RedisShardSize) ?? 0;
  const shards = wholeNumber(row.RedisShardNum) || (edition?.architecture === 'cluster' ? 0 : 1);
  const replicas =
    wholeNumber(row.RedisReplicasNum) ?? (fixed ? (edition.architecture === 'standalone' ? 0 : 1) : null);
  if (memoryPerShard < 1 || shards < 1 || replicas === null) return null;
  if (edition !== null && edition.architecture !== 'cluster' && shards !== 1) return null;
  return { memoryPerShard, shards, replicas };
}

/** Requests data of one instance: its shards, or its maintenance window. */
export function encodeInstance(instance: string): Fields {
  return { InstanceId: instance };
}

/** Decodes a maintenance window. Null unless both times are valid and in order within one day. */
export function decodeWindow(fields: Fields): MaintenanceWindow | null {
  const [from, to] = [text(fields.StartTime), text(fields.EndTime)];
  const time = /^([01]\d|2[0-3]):[0-5]\d$/;
  return from !== null && to !== null && time.test(from) && time.test(to) && from < to ? { from, to } : null;
}

/** True for an instance of an edition with several shards. */
export function isCluster(instance: Instance): boolean {
  return EDITIONS.some((one) => one.name === instance.edition && one.architecture === 'cluster');
}
