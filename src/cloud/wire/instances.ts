/**
 * Instances. Strict where a wrong reading would be dangerous: one whose size cannot be read exactly, or whose pay mode or
 * architecture is in doubt, comes out with a status or edition of `unrecognised`, so that one odd instance neither stops
 * a fleet nor becomes a target. Source of every field: docs/provider.md P38, P44 to P55, P97, P125 and P126.
 */
import { iso } from '../../clock.ts';
import { EDITIONS, type Edition, type Instance, type MaintenanceWindow, type Scope } from '../../model.ts';
import { fromBeijing } from './beijing-time.ts';
import type { ZoneCodes } from './catalogue.ts';
import {
  billingOf,
  editionOf,
  type Fields,
  integer,
  list,
  page,
  REPLICA,
  text,
  wholeNumber,
} from './fields.ts';

/** The most instances that one page holds, and the most ids that one call may name. */
export const INSTANCES_PER_PAGE = 1000;

/** A page of all instances. Oldest first: what is created meanwhile is added at the end and moves nothing. */
export function encodeInstancePage(offset: number): Fields {
  return { Limit: INSTANCES_PER_PAGE, Offset: offset, OrderBy: 'createtime', OrderType: 0 };
}

/** Instances by id. Without the limit only 20 come back, however many are named. */
export function encodeInstanceIds(ids: readonly string[]): Fields {
  return { InstanceIds: ids, Limit: INSTANCES_PER_PAGE, Offset: 0 };
}

const STATUS: Readonly<Record<number, Instance['status']>> = {
  0: 'initialising',
  1: 'processing',
  2: 'running',
  [-2]: 'isolated',
  [-3]: 'deleting',
  [-4]: 'deleting',
};

/** A page of instances. One without an id is left out: nothing can be done to it. */
export function decodeInstances(fields: Fields, scope: Scope, zones: ZoneCodes) {
  return page(fields, 'InstanceSet', (row) => decodeInstance(row, scope, zones));
}

/** The zone numbers that a page of instances names, those of their nodes too. */
export function zoneNumbers(fields: Fields): number[] {
  return list(fields.InstanceSet)
    .flatMap((row) => [row, ...list(row.NodeSet)])
    .flatMap((row) => wholeNumber(row.ZoneId) ?? []);
}

function decodeInstance(row: Fields, scope: Scope, zones: ZoneCodes): Instance | null {
  const id = text(row.InstanceId);
  if (id === null) return null;
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
    edition: edition !== null && matchesProductType(edition, row.ProductType) ? edition.name : 'unrecognised',
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
  };
}

function zoneOf(number: number, zones: ZoneCodes) {
  return { code: zones.get(number) ?? String(number), number };
}

/** The nodes of a multi-zone instance, none of any other; null where one of them cannot be told from the others. */
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
 * The present size, or null where it is not certain. The total (`Size`) is never used for it: taking it for the
 * memory of a shard is the classic way to multiply a bill. What cannot vary may be missing: the shard number of
 * anything that is no cluster, and the replica number of the editions that are sold with a fixed one.
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

/** The provider's own word on the architecture must not contradict the type code: one of the two would be dangerous. */
function matchesProductType({ architecture }: Edition, productType: unknown): boolean {
  return productType !== (architecture === 'cluster' ? 'standalone' : 'cluster');
}

/** Asks for what belongs to one instance: its shards, or its maintenance window. */
export function encodeInstance(instance: string): Fields {
  return { InstanceId: instance };
}

/** A maintenance window, or null where its two times are not of one day and in order. */
export function decodeWindow(fields: Fields): MaintenanceWindow | null {
  const [from, to] = [text(fields.StartTime), text(fields.EndTime)];
  const time = /^([01]\d|2[0-3]):[0-5]\d$/;
  return from !== null && to !== null && time.test(from) && time.test(to) && from < to ? { from, to } : null;
}

/** True for an instance that has shards of its own. */
export function isCluster(instance: Instance): boolean {
  return EDITIONS.some((one) => one.name === instance.edition && one.architecture === 'cluster');
}
