/**
 * The provider's words. The only file that spells its field names: requests are encoded and answers decoded here,
 * and nothing above knows how the provider writes a size, a time or a price.
 *
 * Tolerant of missing and extra fields. Strict where a wrong reading would be dangerous: an instance whose size
 * cannot be read exactly, or whose pay mode or architecture is in doubt, comes out with a status or edition of
 * `unrecognised`, so that one odd instance neither stops a fleet nor becomes a target.
 * Source of every field: facts §1 to §3 and their field lists, read 2026-11.
 */
import { iso } from '../../clock.ts';
import {
  type Billing,
  type Dimension,
  EDITIONS,
  type Edition,
  type EditionName,
  type Instance,
  type InstanceNode,
  type InstanceStatus,
  type MaintenanceWindow,
  type MetricName,
  type Money,
  type NodeChange,
  type Offer,
  type Quote,
  type Scope,
  type UsedMemory,
  type Zone,
} from '../../model.ts';
import type { Deal, OrderRequest, PriceRequest, Refusal, Task } from '../cloud.ts';
import type { Product } from '../network/hosts.ts';
import type { HttpResponse } from '../network/transport.ts';
import { fromBeijing, toBeijing } from './beijing-time.ts';
import { ascending, type Fields, integer, list, number, object, text, values, whole } from './fields.ts';

/** One action: its product and version, and whether its region goes into a header. */
export interface Action {
  readonly product: Product;
  readonly version: string;
  readonly name: string;
  /** False for actions that belong to the account and not to a region. */
  readonly regional: boolean;
}

const redis = (name: string): Action => ({ product: 'redis', version: '2018-04-12', name, regional: true });
const billing = (name: string): Action => ({
  product: 'billing',
  version: '2018-07-09',
  name,
  regional: false,
});

/** Every action that only reads. A client made for planning can send these and no other. */
export const READS = {
  instances: redis('DescribeInstances'),
  catalogue: redis('DescribeProductInfo'),
  price: redis('InquiryPriceUpgradeInstance'),
  tasks: redis('DescribeTaskList'),
  shards: redis('DescribeInstanceShards'),
  window: redis('DescribeMaintenanceWindow'),
  memory: { product: 'monitor', version: '2018-07-24', name: 'GetMonitorData', regional: true },
  zones: { product: 'region', version: '2022-06-27', name: 'DescribeZones', regional: true },
  orders: redis('DescribeInstanceDealDetail'),
  deals: billing('DescribeDealsByCond'),
  balance: billing('DescribeAccountBalance'),
  identity: { product: 'sts', version: '2018-08-13', name: 'GetCallerIdentity', regional: true },
} as const satisfies Record<string, Action>;

/** The one action that changes anything and spends money. */
export const ORDER: Action = redis('UpgradeInstance');

/** What an HTTP answer says: the fields of a success, a refusal, or nothing that can be used. */
export type Answer =
  | { readonly kind: 'ok'; readonly fields: Fields; readonly requestId: string | null }
  | Refusal
  | { readonly kind: 'unusable'; readonly why: string };

/** Reads the envelope. A refusal comes as HTTP 200 with an error code; every other status says nothing certain. */
export function decodeAnswer({ status, body }: HttpResponse): Answer {
  if (status !== 200) return { kind: 'unusable', why: `HTTP ${status}` };
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { kind: 'unusable', why: 'the answer is not JSON' };
  }
  const fields = object(object(parsed).Response);
  if (Object.keys(fields).length === 0) return { kind: 'unusable', why: 'the answer has no Response' };
  const requestId = text(fields.RequestId);
  if (fields.Error === undefined || fields.Error === null) return { kind: 'ok', fields, requestId };
  const code = text(object(fields.Error).Code);
  if (code === null) return { kind: 'unusable', why: 'the answer has an error without a code' };
  // An order number beside an error contradicts it: it may have been executed.
  if (decodeOrder(fields) !== null)
    return { kind: 'unusable', why: `the answer has an order number and the error ${code}` };
  return { kind: 'refused', code, message: text(object(fields.Error).Message) ?? '', requestId };
}

/**
 * The size of an order or a price inquiry: the whole size, as much of it as the edition takes. Legacy editions have
 * memory alone, standard architecture no shard number, a cluster needs all three. A price does not depend on nodes.
 */
export function encodePrice({ instance, edition, size }: PriceRequest): Fields {
  const { architecture, dimensions } = editionNamed(edition);
  return {
    InstanceId: instance,
    MemSize: size.memoryPerShard,
    ...(architecture === 'cluster' ? { RedisShardNum: size.shards } : {}),
    ...(dimensions.includes('replicas') ? { RedisReplicasNum: size.replicas } : {}),
  };
}

/**
 * An order: the size, and for the replicas of a multi-zone instance the nodes. Source: facts §1.1, read 2026-11.
 * A change that may begin at once says nothing of it: that is the default, and where the option is not rolled out yet
 * naming it may be refused.
 */
export function encodeOrder(request: OrderRequest): Fields {
  return {
    ...encodePrice(request),
    ...(request.nodes === undefined ? {} : { NodeSet: encodeNodes(request.nodes) }),
    ...(request.switch === undefined ? {} : { SwitchOption: IN_WINDOW }),
  };
}

/** Replicas by the numbers of their zones; those to remove by their own number too, so that a moved one is refused. */
function encodeNodes(change: NodeChange): Fields[] {
  return change.kind === 'add'
    ? change.zones.map(({ number }) => ({ NodeType: REPLICA, ZoneId: number }))
    : change.nodes.map(({ id, zone }) => ({ NodeType: REPLICA, NodeId: id, ZoneId: zone.number }));
}

const REPLICA = 1;
const IN_WINDOW = 1;

/** The order number of an accepted order, or null. The new name first; the old one is about to go. */
export function decodeOrder(fields: Fields): string | null {
  for (const value of [fields.DealName, fields.DealId]) {
    const order = Number.isSafeInteger(value) ? String(value) : text(value);
    if (order !== null && order !== '0') return order;
  }
  return null;
}

/** Who signed, as the token service says. Source: facts §8 and the product's own model, read 2026-11. */
export function decodeIdentity(fields: Fields): {
  readonly arn: string;
  readonly account: string;
  readonly user: string;
  readonly type: string;
} {
  const of = (name: string) => text(fields[name]) ?? '';
  return { arn: of('Arn'), account: of('AccountId'), user: of('UserId'), type: of('Type') };
}

/**
 * By what numbers orders name who signed. The creator of an order is a uin by the field's note (the billing and product
 * models, read 2026-11); that an interface call names the user that signed it is an inference, and by what a session of a
 * role is named is not said: null.
 */
export function decodeSelf(fields: Fields): readonly string[] | null {
  const { user } = decodeIdentity(fields);
  return /^\d+$/.test(user) ? [user] : null;
}

/** The most instances that one page holds, and the most ids that one call may name. */
export const INSTANCES_A_PAGE = 1000;

/** A page of all instances. Oldest first: what is created meanwhile is added at the end and moves nothing. */
export function encodeInstancePage(offset: number): Fields {
  return { Limit: INSTANCES_A_PAGE, Offset: offset, OrderBy: 'createtime', OrderType: 0 };
}

/** Instances by id. Without the limit only 20 come back, however many are named. */
export function encodeInstanceIds(ids: readonly string[]): Fields {
  return { InstanceIds: ids, Limit: INSTANCES_A_PAGE, Offset: 0 };
}

const STATUS: Readonly<Record<number, InstanceStatus>> = {
  0: 'initialising',
  1: 'processing',
  2: 'running',
  [-2]: 'isolated',
  [-3]: 'deleting',
  [-4]: 'deleting',
};

const BILLING: Readonly<Record<number, Billing>> = { 0: 'postpaid', 1: 'prepaid' };

/** Codes of zones by their numbers. */
export type ZoneCodes = ReadonlyMap<number, string>;

/** A page of instances, with the total the provider counts. An entry without an id is left out: nothing can be done to it. */
export function decodeInstances(
  fields: Fields,
  scope: Scope,
  zones: ZoneCodes,
): { total: number; rows: number; instances: Instance[] } {
  const rows = list(fields.InstanceSet);
  return {
    total: whole(fields.TotalCount) ?? rows.length,
    rows: rows.length,
    instances: rows.flatMap((row) => decodeInstance(row, scope, zones) ?? []),
  };
}

/** The zone numbers that a page of instances names, those of their nodes too. */
export function zoneNumbers(fields: Fields): number[] {
  return list(fields.InstanceSet)
    .flatMap((row) => [row, ...list(row.NodeSet)])
    .flatMap((row) => whole(row.ZoneId) ?? []);
}

function decodeInstance(row: Fields, scope: Scope, zones: ZoneCodes): Instance | null {
  const id = text(row.InstanceId);
  if (id === null) return null;
  const type = whole(row.Type) ?? -1;
  const edition = EDITIONS.find((one) => one.type === type) ?? null;
  const size = decodeSize(row, edition);
  const paid = BILLING[whole(row.BillingMode) ?? -1];
  const zone = whole(row.ZoneId);
  const nodes = decodeNodes(row.NodeSet, zones);
  const deadline = paid === 'prepaid' ? fromBeijing(row.DeadlineTime) : null;
  return {
    id,
    name: text(row.InstanceName) ?? '',
    region: scope.region,
    zone: zone === null ? '' : zoneOf(zone, zones).code,
    profile: scope.profile,
    edition: edition !== null && agrees(edition, row.ProductType) ? edition.name : 'unrecognised',
    type,
    status:
      size === null || paid === undefined || nodes === null
        ? 'unrecognised'
        : (STATUS[integer(row.Status) ?? NaN] ?? 'unrecognised'),
    size: size ?? { memoryPerShard: 0, shards: 0, replicas: 0 },
    billing: paid ?? 'postpaid',
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

function zoneOf(number: number, zones: ZoneCodes): Zone {
  return { code: zones.get(number) ?? String(number), number };
}

/** The nodes of a multi-zone instance, none of any other; null where one of them cannot be told from the others. */
function decodeNodes(value: unknown, zones: ZoneCodes): InstanceNode[] | null {
  const nodes: InstanceNode[] = [];
  for (const row of list(value)) {
    const [type, zone, id] = [integer(row.NodeType), whole(row.ZoneId), integer(row.NodeId)];
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
  const memoryPerShard = whole(row.RedisShardSize) ?? 0;
  const shards = whole(row.RedisShardNum) || (edition?.architecture === 'cluster' ? 0 : 1);
  const replicas =
    whole(row.RedisReplicasNum) ?? (fixed ? (edition.architecture === 'standalone' ? 0 : 1) : null);
  if (memoryPerShard < 1 || shards < 1 || replicas === null) return null;
  if (edition !== null && edition.architecture !== 'cluster' && shards !== 1) return null;
  return { memoryPerShard, shards, replicas };
}

/** The provider's own word on the architecture must not contradict the type code: one of the two would be dangerous. */
function agrees(edition: Edition, productType: unknown): boolean {
  if (productType === 'cluster') return edition.architecture === 'cluster';
  if (productType === 'standalone') return edition.architecture !== 'cluster';
  return true;
}

/** What is sold: one offer for each zone, edition and pay mode; repeated entries of one are united. */
export function decodeCatalogue(fields: Fields): Offer[] {
  const offers = new Map<string, Offer>();
  for (const region of list(fields.RegionSet)) {
    for (const zone of list(region.ZoneSet)) {
      for (const product of list(zone.ProductSet)) {
        const offer = decodeOffer(text(region.RegionId), text(zone.ZoneId), zone.IsSaleout === true, product);
        if (offer === null) continue;
        const key = [offer.region, offer.zone, offer.edition, offer.billing].join('\n');
        const other = offers.get(key);
        offers.set(key, other === undefined ? offer : united(other, offer));
      }
    }
  }
  return [...offers.values()];
}

function decodeOffer(
  region: string | null,
  zone: string | null,
  zoneSoldOut: boolean,
  product: Fields,
): Offer | null {
  const edition = EDITIONS.find((one) => one.type === whole(product.Type));
  const paid = BILLING[whole(product.PayMode) ?? -1];
  if (region === null || zone === null || edition === undefined || paid === undefined) return null;
  // Sizes are decimal GB in text: "0.25" is 256 MB, which reading it as a whole number would lose.
  const sizes =
    values(product.ShardSize).length > 0
      ? product.ShardSize
      : edition.architecture === 'cluster'
        ? []
        : product.TotalSize;
  return {
    region,
    zone,
    edition: edition.name,
    billing: paid,
    memoryPerShard: ascending(
      values(sizes)
        .map((gb) => gb * 1024)
        .filter((mb) => Number.isInteger(mb) && mb > 0),
    ),
    shards: ascending(values(product.ShardNum).filter((n) => Number.isInteger(n) && n > 0)),
    replicas: ascending(values(product.ReplicaNum).filter((n) => Number.isInteger(n) && n >= 0)),
    soldOut: product.Saleout === true,
    zoneSoldOut,
  };
}

function united(a: Offer, b: Offer): Offer {
  return {
    ...a,
    memoryPerShard: ascending([...a.memoryPerShard, ...b.memoryPerShard]),
    shards: ascending([...a.shards, ...b.shards]),
    replicas: ascending([...a.replicas, ...b.replicas]),
    // Sold out only where no entry sells it.
    soldOut: a.soldOut && b.soldOut,
    zoneSoldOut: a.zoneSoldOut && b.zoneSoldOut,
  };
}

/** Zone numbers as the catalogue gives them, in one region or in all; some entries have 0, which says nothing. */
export function decodeCatalogueZones(fields: Fields, region?: string): Map<number, string> {
  return codes(catalogueZones(fields, region).map((zone) => [whole(zone.OldZoneId), text(zone.ZoneId)]));
}

/** True where the catalogue has a zone of the region without its number. */
export function lacksZoneNumbers(fields: Fields, region: string): boolean {
  return catalogueZones(fields, region).some((zone) => !((whole(zone.OldZoneId) ?? 0) > 0));
}

function catalogueZones(fields: Fields, region?: string): Fields[] {
  return list(fields.RegionSet)
    .filter(({ RegionId }) => region === undefined || RegionId === region)
    .flatMap(({ ZoneSet }) => list(ZoneSet));
}

/** Asks the region product for the zones in which this product is sold. */
export const ZONES_REQUEST: Fields = { Product: 'redis' };

/** Zone numbers as the region product gives them. */
export function decodeZones(fields: Fields): Map<number, string> {
  return codes(list(fields.ZoneSet).map((zone) => [whole(zone.ZoneId), text(zone.Zone)]));
}

function codes(pairs: (readonly [number | null, string | null])[]): Map<number, string> {
  return new Map(
    pairs.filter((pair): pair is [number, string] => pair[0] !== null && pair[0] > 0 && pair[1] !== null),
  );
}

/** How many of its smallest parts a unit of currency has, by the provider's word for the part. */
const PARTS: Readonly<Record<string, number>> = { pent: 100, microPent: 100_000_000 };

/**
 * A price in units of its currency, or null where amount or unit cannot be read. Without a unit it is cents, as the
 * page said until 2025-05. That prepaid means the difference to pay now and postpaid the new price an hour is an
 * inference. Source: facts §2.3, read 2026-11.
 */
export function decodePrice(fields: Fields, paid: Billing, readAt: number): Quote | null {
  const parts = PARTS[text(fields.AmountUnit) ?? 'pent'];
  const price = number(fields.Price);
  if (parts === undefined || price === null) return null;
  return {
    amount: price / parts,
    currency: text(fields.Currency) ?? 'CNY',
    basis: paid === 'prepaid' ? 'once' : 'hourly',
    readAt: iso(readAt),
  };
}

/** The most tasks that one page holds. */
export const TASKS_A_PAGE = 100;

/** Resize, scale, add or remove nodes: which of them a change becomes is not said. Source: facts §2.5, read 2026-11. */
const RESIZE_TASKS = ['002', '028', '029'];

/** By the names of the types, an inference. Source: facts §2.5, read 2026-11. */
const CHANGED_BY: Readonly<Record<string, Dimension>> = {
  '002': 'memoryPerShard',
  '028': 'shards',
  '029': 'replicas',
};

/** Which tasks are asked for by how they stand: those that are not done, and those that failed. */
const STANDING = { open: [0, 1, 4], failed: [4] } as const;

/** A page of the resize tasks that began at or after a moment, optionally of one instance, or only some of them. */
export function encodeTasks(
  offset: number,
  since: number,
  {
    instance,
    only,
  }: { readonly instance?: string | undefined; readonly only?: keyof typeof STANDING | undefined } = {},
): Fields {
  return {
    Limit: TASKS_A_PAGE,
    Offset: offset,
    TaskTypes: RESIZE_TASKS,
    BeginTime: toBeijing(since),
    ...(instance === undefined ? {} : { InstanceId: instance }),
    ...(only === undefined ? {} : { Result: STANDING[only] }),
  };
}

/** A page of the tasks of any type that are pending or running. */
export function encodeRunningTasks(offset: number): Fields {
  return { Limit: TASKS_A_PAGE, Offset: offset, Result: [0, 1] };
}

const RESULTS: Readonly<Record<number, Task['result']>> = {
  0: 'pending',
  1: 'running',
  2: 'done',
  4: 'failed',
};

/** A page of tasks. @param readAt stands in for the start of one that has not begun: it begins no earlier. */
export function decodeTasks(fields: Fields, readAt: number): { total: number; rows: number; tasks: Task[] } {
  const rows = list(fields.Tasks);
  const tasks = rows.flatMap((row) => {
    const id = Number.isSafeInteger(row.TaskId) ? String(row.TaskId) : text(row.TaskId);
    const instance = text(row.InstanceId);
    if (id === null || instance === null) return [];
    const result = RESULTS[whole(row.Result) ?? -1] ?? 'unrecognised';
    const type = text(row.TaskType) ?? '';
    return [
      {
        id,
        instance,
        type,
        dimension: (Object.hasOwn(CHANGED_BY, type) ? CHANGED_BY[type] : null) ?? null,
        startedAt: fromBeijing(row.StartTime) ?? readAt,
        result,
      },
    ];
  });
  return { total: whole(fields.TotalCount) ?? rows.length, rows: rows.length, tasks };
}

/** The most orders that one page holds: above 200 the provider leaves out whose they are. */
export const DEALS_A_PAGE = 200;

/** A page of orders created between two moments. The offset counts pages; without the states only delivered ones come. */
export function encodeDeals(page: number, since: number, until: number, instance?: string): Fields {
  return {
    StartTime: toBeijing(since),
    EndTime: toBeijing(Math.ceil(until / 1000) * 1000),
    Limit: DEALS_A_PAGE,
    Offset: page,
    StatusSet: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ...(instance === undefined ? {} : { ResourceId: instance }),
  };
}

/** What an order can be that has changed no instance's size. Source: the billing SDK's list of actions, read 2026-11. */
const NO_RESIZE = new Set(
  ['modifyNetworkMode', 'modifyNetworkSize', 'refund', 'renew', 'purchase', 'preToPost'].concat([
    'preMoveIn',
    'preMoveOut',
    'postMoveIn',
    'postMoveOut',
  ]),
);

/**
 * A page of orders that may have changed a size: those that say they are something else are left out. A state that is
 * not known counts as under way, because it proves that an order exists and not that it has ended.
 * @param instance the one that was asked for: an order without a list of instances is then its.
 */
export function decodeDeals(
  fields: Fields,
  readAt: number,
  instance?: string,
): { total: number; rows: number; deals: Deal[] } {
  const rows = list(fields.Deals);
  const deals = rows.flatMap((row) => {
    const order = text(row.OrderId);
    if (order === null || NO_RESIZE.has(text(row.Action) ?? '')) return [];
    const named = texts(row.ResourceId);
    return [
      {
        order,
        instances: named.length === 0 && instance !== undefined ? [instance] : named,
        createdAt: fromBeijing(row.CreateTime) ?? readAt,
        state: dealState(whole(row.Status)),
        billed: cents(row.RealTotalCost, row.Currency),
        by: text(row.Creator),
        direction: DIRECTIONS.get(text(row.Action) ?? '') ?? null,
      },
    ];
  });
  return { total: whole(fields.TotalCount) ?? rows.length, rows: rows.length, deals };
}

/** The most orders that one call may name. */
export const ORDERS_A_CALL = 10;

/**
 * Asks for orders by number: several by the old name, which is about to go, or a single one by the new. Source: facts
 * §2.4, read 2026-11.
 */
export function encodeOrderNumbers(orders: readonly string[]): Fields {
  return orders.length === 1 ? { DealName: orders[0] } : { DealIds: orders };
}

/** Orders as this product tells them. @param currency the answer names none: that of the account. */
export function decodeOrders(fields: Fields, readAt: number, currency: string): Deal[] {
  return list(fields.DealDetails).flatMap((row) => {
    const order = text(row.DealName) ?? text(row.DealId);
    if (order === null) return [];
    return [
      {
        order,
        instances: texts(row.InstanceIds),
        createdAt: fromBeijing(row.CreatTime) ?? readAt,
        state: dealState(whole(row.Status)),
        billed: cents(row.Price, currency),
        by: text(row.Creater),
        direction: null,
      },
    ];
  });
}

/** Source: the billing SDK's list of actions, read 2026-11. */
const DIRECTIONS: ReadonlyMap<string, 'up' | 'down'> = new Map([
  ['upgrade', 'up'],
  ['downgrade', 'down'],
]);

function dealState(status: number | null): Deal['state'] {
  if (status === 1) return 'unpaid';
  if (status === 4) return 'delivered';
  return status !== null && status >= 5 && status <= 11 ? 'failed' : 'under-way';
}

/**
 * What the account can pay, credit included where it has any. The answer names no currency: CNY is what accounts of
 * this site are kept in. Null where no amount can be read. Source: the billing SDK, read 2026-11; the choice of
 * the field is an inference.
 */
export function decodeBalance(fields: Fields): Money | null {
  return cents(fields.RealCreditBalance ?? fields.RealBalance ?? fields.Balance, undefined);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function cents(amount: unknown, currency: unknown): Money | null {
  const value = number(amount);
  return value === null ? null : { amount: value / 100, currency: text(currency) ?? 'CNY' };
}

/** The most instances that one call of the monitor product may name. */
export const MONITORED_A_CALL = 50;

/** A size must hold the busiest hour of a day and not a quiet moment. */
const MONITOR_SPAN_MS = 24 * 3_600_000;

/**
 * The coarsest period that holds the last 24 hours: the next one is a calendar day. 25 points for each of 50 instances
 * stay far below the 7,200 that one call may ask for.
 */
const MONITOR_PERIOD_S = 3600;

/** Of the statistics that may be asked for (1 average, 2 greatest, 4 least). */
const MONITOR_GREATEST = 2;

function moment(ms: number): string {
  return `${toBeijing(ms).replace(' ', 'T')}+08:00`;
}

/** Asks for the greatest memory in use of up to 50 instances over the last 24 hours. Source: facts §2.7, read 2026-11. */
export function encodeMemory(ids: readonly string[], now: number): Fields {
  return {
    Namespace: 'QCE/REDIS_MEM',
    MetricName: 'MemUsed',
    Period: MONITOR_PERIOD_S,
    SpecifyStatistics: MONITOR_GREATEST,
    StartTime: moment(now - MONITOR_SPAN_MS),
    EndTime: moment(now),
    Instances: ids.map((id) => ({ Dimensions: [{ Name: 'instanceid', Value: id }] })),
  };
}

/**
 * The greatest figure of each instance, MB rounded up. An instance without one is left out: unknown is not nothing.
 * Where the statistic that was asked for does not come, the figures of the metric's own do, and the source says so.
 */
export function decodeMemory(fields: Fields, readAt: number): Map<string, UsedMemory> {
  const found = new Map<string, UsedMemory>();
  for (const series of list(fields.DataPoints)) {
    const id = text(
      list(series.Dimensions).find((one) => text(one.Name)?.toLowerCase() === 'instanceid')?.Value,
    );
    const greatest = figures(series.MaxValues);
    const told = greatest.length > 0 ? greatest : figures(series.Values);
    if (id === null || told.length === 0) continue;
    found.set(id, {
      total: Math.ceil(told.reduce((a, b) => Math.max(a, b))),
      fullestShard: null,
      source: `GetMonitorData MemUsed, ${greatest.length > 0 ? 'maximum' : 'greatest average'} of 24h by the hour`,
      readAt: iso(readAt),
    });
  }
  return found;
}

/** The period for a stated time: so that 50 instances stay below the 7,200 points that one call may ask for. */
function periodFor(over: number): number {
  return over <= 7_200_000 ? 60 : over <= 36_000_000 ? 300 : 3600;
}

/** Asks for the greatest figures of a metric of up to 50 instances, up to now. Source: facts §2.7, read 2026-11. */
export function encodeMetric(ids: readonly string[], metric: MetricName, over: number, now: number): Fields {
  return {
    ...encodeMemory(ids, now),
    MetricName: metric,
    Period: periodFor(over),
    StartTime: moment(now - over),
  };
}

/** The greatest figure of each instance; one without any is left out. */
export function decodeMetric(fields: Fields): Map<string, number> {
  const found = new Map<string, number>();
  for (const series of list(fields.DataPoints)) {
    const id = text(
      list(series.Dimensions).find((one) => text(one.Name)?.toLowerCase() === 'instanceid')?.Value,
    );
    const greatest = figures(series.MaxValues);
    const told = greatest.length > 0 ? greatest : figures(series.Values);
    if (id !== null && told.length > 0)
      found.set(
        id,
        told.reduce((a, b) => Math.max(a, b)),
      );
  }
  return found;
}

function figures(values: unknown): number[] {
  return (Array.isArray(values) ? values : [])
    .map((value) => number(value) ?? -1)
    .filter((value) => value >= 0);
}

/** Asks for the shards of a cluster. */
export function encodeShards(instance: string): Fields {
  return { InstanceId: instance };
}

/**
 * Memory in use of each master shard, MB to the byte: rounded here, a shard's fraction would come back many times over
 * where the plan reckons with another number of shards. The unit is bytes by the look of the samples. Source: facts §2.7.
 */
export function decodeShards(fields: Fields): number[] {
  return list(fields.InstanceShards).flatMap((shard) => {
    const bytes = number(shard.Storage);
    return bytes === null || bytes < 0 || whole(shard.Role) === 1 ? [] : [bytes / 1_048_576];
  });
}

/** Asks for the maintenance window of an instance. */
export function encodeWindow(instance: string): Fields {
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

function editionNamed(name: EditionName): Edition {
  return EDITIONS.find((one) => one.name === name)!;
}
