/**
 * Generates fleets, catalogues and plans, and compares plan and provider. The provider must accept what the plan allows.
 * If the test orders a blocked change anyway, the provider must refuse it with the code of the plan. The rules predict the
 * provider's answer, and the simulator gives it. Both are written from docs/provider.md, and neither uses the other.
 * Everything goes through the real client.
 */

import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { VirtualClock } from '../../src/clock.ts';
import { createReader } from '../../src/cloud/client.ts';
import { secret } from '../../src/cloud/credentials/find-credentials.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import { TransportError } from '../../src/cloud/network/transport.ts';
import { readInventory, readMemoryInUse } from '../../src/cloud/read-inventory.ts';
import { encodeOrder } from '../../src/cloud/wire/order.ts';

import type { Dimension, EditionName, Instance, Inventory, Plan, Quote, Size } from '../../src/model.ts';
import { type Draft, draftPlan, finishPlan, pricesToRequest } from '../../src/plan/make-plan.ts';
import { stepId } from '../../src/plan/price/price-steps.ts';
import { type Leg, orderSteps, type Route } from '../../src/plan/resolve/order-steps.ts';
import { resolve } from '../../src/plan/resolve/resolve.ts';
import type { QuoteRefusal } from '../../src/rules/facts.ts';
import { RULES } from '../../src/rules/rules.ts';
import { http } from '../../src/simulator/gateway/http.ts';
import type { ProductEntry, SimCatalogue, Sold } from '../../src/simulator/world/catalogue.ts';
import { FIRST_ACCOUNT } from '../../src/simulator/world/world.ts';
import { plan, target } from '../plan/fixtures/small-fleet.ts';
import { SECRET_ID, SECRET_KEY } from '../simulator/signed-request.ts';
import { START, type TestWorld, testWorld } from '../simulator/test-world.ts';

const GB = 1024;
const ZONES = [
  'ap-guangzhou-3',
  'ap-guangzhou-4',
  'ap-guangzhou-6',
  'ap-guangzhou-7',
  'ap-shanghai-2',
  'ap-shanghai-5',
];
const CLUSTERS: ReadonlySet<number> = new Set([4, 7, 9, 16, 18, 20, 22, 200]);
const TYPES = [2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18, 19, 20, 21, 22, 200];
const ORDER: readonly string[] = RULES.map(({ code }) => code);
const PROVIDER_CODES: ReadonlySet<string> = new Set(ORDER);
const LOW_VERSION = 'UnsupportedOperation.LowVersion';

/** One instance of the fleet, and its new size in the plan. */
export interface RequestedInstance {
  readonly spec: Readonly<Record<string, unknown>> & { readonly id: string; readonly region: string };
  readonly requested: Partial<Size>;
  /** The zones for its replicas. */
  readonly zones: readonly string[] | null;
  /** Whether the fleet lacks it, or has it in the other region. */
  readonly absent: 'no' | 'nowhere' | 'elsewhere';
}

/** Mostly the first value, so that a case usually has one peculiarity and not five. */
const rarely = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

/** Type and zone. They include a sold-out edition, and one whose largest sizes are above 8 TB in total. */
const placeOf: fc.Arbitrary<readonly [type: number, zone: string, most?: 'most']> = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom(...ZONES)) },
  { weight: 1, arbitrary: fc.constant([6, 'ap-guangzhou-3'] as const) },
  { weight: 3, arbitrary: fc.constant([4, 'ap-guangzhou-3', 'most'] as const) },
);

/** Guangzhou sells in zones 3, 4, 6, 7 and Shanghai in 2, 4, 5, so a zone may exist in only one of them. */
function zoneIn(region: string, n: number): string {
  return `${region}-${n}`;
}

const requestedInstance = (index: number): fc.Arbitrary<RequestedInstance> =>
  fc
    .record({
      place: placeOf,
      memory: fc.constantFrom(256, 1 * GB, 2 * GB, 3 * GB, 4 * GB, 6 * GB, 8 * GB, 16 * GB, 64 * GB),
      shards: fc.constantFrom(1, 3, 4, 5, 8, 96),
      replicas: fc.integer({ min: 1, max: 5 }),
      billing: fc.constantFrom('prepaid', 'postpaid'),
      status: rarely('running', 'initialising', 'processing', 'isolated', 'deleting'),
      // Thousandths of the capacity, mostly few so that a reduction can succeed.
      used: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 300, max: 990 })),
      skewed: fc.boolean(),
      daysLeft: fc.integer({ min: 1, max: 400 }),
      spread: fc.oneof(
        { weight: 3, arbitrary: fc.constant<readonly number[]>([]) },
        { weight: 1, arbitrary: fc.array(fc.constantFrom(2, 3, 4, 5, 6, 7), { minLength: 1, maxLength: 3 }) },
      ),
      zones: fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        { weight: 3, arbitrary: fc.array(fc.constantFrom(2, 3, 4, 5, 6, 7), { minLength: 1, maxLength: 3 }) },
      ),
      task: rarely<string | null>(null, '012', '043'),
      unpaidOrder: rarely(false, true),
      lowVersion: rarely(false, true),
      absent: rarely<RequestedInstance['absent']>('no', 'nowhere', 'elsewhere'),
      dimensions: fc.subarray<Dimension>(['memoryPerShard', 'shards', 'replicas'], { minLength: 1 }),
      to: fc.record({
        memoryPerShard: fc.constantFrom(
          ...[0.25, 0.5, 1, 2, 3, 4, 5, 8, 12, 16, 24, 32, 60, 64, 65, 96, 384, 400].map((gb) => gb * GB),
        ),
        shards: fc.constantFrom(1, 2, 3, 5, 8, 12, 96, 128, 200),
        replicas: fc.integer({ min: 0, max: 6 }),
      }),
    })
    .map(({ place: [type, zone, most], memory, used, skewed, spread, zones, ...other }) => {
      const { absent, dimensions, to, ...rest } = other;
      const shards = most ? 96 : CLUSTERS.has(type) ? rest.shards : 1;
      const replicas = type === 3 || type === 5 ? 0 : type === 2 ? 1 : rest.replicas;
      const region = zone.replace(/-\d+$/, '');
      const usedTotal = Math.floor((memory * shards * used) / 1000);
      const spec = {
        id: `crs-agree${String(index).padStart(3, '0')}`,
        name: `agree-${index}`,
        region,
        zone,
        type,
        memoryPerShard: memory,
        shards,
        replicas,
        billing: most ? 'prepaid' : rest.billing,
        status: rest.status,
        usedTotal,
        usedFullestShard:
          !skewed || shards === 1 ? null : Math.min(memory, Math.ceil((usedTotal / shards) * 1.4), usedTotal),
        daysLeft: rest.daysLeft,
        // Legacy editions are in one zone only.
        replicaZones:
          type > 5 && spread.length > 0
            ? Array.from({ length: replicas }, (_, n) => zoneIn(region, spread[n % spread.length]!))
            : [],
        task: rest.task,
        unpaidOrder: rest.unpaidOrder,
        lowVersion: rest.lowVersion,
      };
      const requested = Object.fromEntries(dimensions.map((dimension) => [dimension, to[dimension]]));
      // Zones are mostly named where they matter, and rarely where they do not.
      const named =
        dimensions.includes('replicas') && zones !== null && (spread.length > 0 || zones.length === 3);
      return { spec, requested, zones: named ? zones.map((n) => zoneIn(region, n)) : null, absent };
    });

/** A difference from the usual catalogue, for the edition and zone of one instance. */
type Oddity =
  | 'sold out'
  | 'zone sold out'
  | 'one of two entries sold out'
  | 'not sold'
  | 'every other size'
  | 'every other shard number'
  | 'every other replica number';

interface Case {
  readonly wanted: readonly RequestedInstance[];
  readonly balance: number;
  readonly oddities: readonly (readonly [instance: number, oddity: Oddity])[];
  /** Whether the identity may read the memory in use. */
  readonly measured: boolean;
}

export const cases: fc.Arbitrary<Case> = fc.record({
  wanted: fc
    .integer({ min: 1, max: 10 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => requestedInstance(i)))),
  balance: fc.constantFrom(100_000_000, 100_000_000, 5000),
  oddities: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.tuple(
          fc.integer({ min: 0, max: 9 }),
          fc.constantFrom<Oddity>(
            'sold out',
            'zone sold out',
            'one of two entries sold out',
            'not sold',
            'every other size',
            'every other shard number',
            'every other replica number',
          ),
        ),
        { minLength: 1, maxLength: 4 },
      ),
    },
  ),
  measured: fc.oneof(
    { weight: 9, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
});

type RegionEntry = { readonly ZoneSet: readonly ZoneEntry[] };
type ZoneEntry = {
  readonly ZoneId: string;
  readonly IsSaleout: boolean;
  readonly ProductSet: readonly ProductEntry[];
};

/** Changes what the world sells, in its answers and in its own checks alike. */
function sellOtherwise({ world }: TestWorld, { wanted, oddities }: Case): void {
  let regions = world.catalogue.regionSet as readonly RegionEntry[];
  for (const [index, what] of oddities) {
    const { zone, type } = wanted[index % wanted.length]!.spec;
    regions = regions.map((region) => ({
      ...region,
      ZoneSet: region.ZoneSet.map((one) =>
        one.ZoneId !== zone
          ? one
          : {
              ...one,
              IsSaleout: one.IsSaleout || what === 'zone sold out',
              ProductSet: one.ProductSet.flatMap((entry) =>
                entry.Type === type ? soldOtherwise(entry, what) : [entry],
              ),
            },
      ),
    }));
  }
  const sold = new Map<string, Sold>();
  for (const zone of regions.flatMap(({ ZoneSet }) => ZoneSet)) {
    for (const entry of zone.ProductSet) {
      const key = `${zone.ZoneId} ${entry.Type} ${entry.PayMode}`;
      const was = sold.get(key);
      const sizes = new Set([...(was?.sizes ?? []), ...entry.ShardSize.map((gb) => Number(gb) * GB)]);
      sold.set(key, {
        sizes,
        least: Math.min(...sizes),
        greatest: Math.max(...sizes),
        shards: new Set([...(was?.shards ?? []), ...entry.ShardNum.map(Number)]),
        replicas: new Set([...(was?.replicas ?? []), ...entry.ReplicaNum.map(Number)]),
        soldOut: (was?.soldOut ?? true) && entry.Saleout,
      });
    }
    for (const region of world.regions.values())
      for (const known of region.zones)
        if (known.code === zone.ZoneId) (known as { soldOut: boolean }).soldOut = zone.IsSaleout;
  }
  (world as { catalogue: SimCatalogue }).catalogue = {
    regionSet: regions,
    sold: (zone, type, billing) => sold.get(`${zone} ${type} ${billing}`),
  };
}

function soldOtherwise(entry: ProductEntry, what: Oddity): ProductEntry[] {
  const some = (list: readonly string[]) => list.filter((_, n) => n % 2 === 0);
  switch (what) {
    case 'sold out':
      return [{ ...entry, Saleout: true }];
    case 'one of two entries sold out':
      return [entry, { ...entry, Saleout: true }];
    case 'not sold':
      return [];
    case 'every other size':
      return [{ ...entry, ShardSize: some(entry.ShardSize), TotalSize: some(entry.TotalSize) }];
    case 'every other shard number':
      return [{ ...entry, ShardNum: some(entry.ShardNum) }];
    case 'every other replica number':
      return [{ ...entry, ReplicaNum: some(entry.ReplicaNum) }];
    case 'zone sold out':
      return [entry];
  }
}

function planOf(wanted: readonly RequestedInstance[]): Plan {
  const targets = wanted.map(({ spec, requested, zones, absent }, i) => {
    const other = spec.region === 'ap-guangzhou' ? 'ap-shanghai' : 'ap-guangzhou';
    const region = absent === 'elsewhere' ? other : spec.region;
    return target(spec.id, requested, { line: i + 1, region, ...(zones ? { zones: [...zones] } : {}) });
  });
  return plan(targets, { onBlocked: 'skip', guards: { targets: null, shrink: 'allow', cost: null } });
}

/** Plans as `refit plan --price` does: read, draft, measure, price. */
async function drafted(
  test: TestWorld,
  clock: VirtualClock,
  given: Plan,
): Promise<{ draft: Draft; inventory: Inventory; quotes: Map<string, Quote | QuoteRefusal> }> {
  const reader = createReader({
    transport: {
      async send({ origin, headers, body }) {
        const answer = http(test.world, { method: 'POST', url: `${origin}/`, headers, body }, clock.now());
        if (answer.kind !== 'answered') throw new TransportError(answer.kind, true);
        return {
          status: answer.status,
          contentType: answer.headers['content-type'] ?? '',
          body: answer.body,
        };
      },
      close: async () => {},
    },
    clock,
    endpoint: 'http://127.0.0.1:8080',
    permits: createPermits(clock, 18),
    jitter: () => 0.5,
    credentials: () => ({
      secretId: SECRET_ID,
      secretKey: secret(SECRET_KEY),
      token: null,
      sourceName: 'a test',
    }),
  });
  const scopes = ['ap-guangzhou', 'ap-shanghai'].map((region) => ({ region, profile: 'default' }));
  let { inventory } = await readInventory(reader, scopes, clock);
  let draft = draftPlan(given, inventory, clock.now());
  if (draft.toMeasure.length > 0) {
    ({ inventory } = await readMemoryInUse(reader, inventory, new Set(draft.toMeasure.map(({ id }) => id))));
    draft = draftPlan(given, inventory, clock.now());
  }
  const quotes = new Map<string, Quote | QuoteRefusal>();
  for (const question of pricesToRequest(draft)) quotes.set(question.step, await reader.price(question));
  return { draft, inventory, quotes };
}

/** Orders the legs of a route one after the other. Returns the first refusal, or `accepted`. */
function orderAll(test: TestWorld, { legs }: Route, send: (leg: Leg) => string): string {
  for (const leg of legs) {
    const code = send(leg);
    if (code !== 'ok') return code;
    // Lag, duration and lock of the test world take 16 s in total.
    test.pass(20_000);
  }
  return 'accepted';
}

/** Orders a leg as a run does. */
function orderLeg(test: TestWorld, { instance, after, placement }: Leg): string {
  const params = encodeOrder({
    region: instance.region,
    profile: instance.profile,
    instance: instance.id,
    edition: instance.edition as EditionName,
    size: after,
    ...(placement?.nodes ? { nodes: placement.nodes } : {}),
  });
  return test.code('redis.UpgradeInstance', params, { region: instance.region });
}

/** Orders the whole size, even if the edition lacks a dimension. No plan would do this. */
function orderWhole(test: TestWorld, { instance, after, placement }: Leg): string {
  const nodes = placement?.nodes;
  return order(test, instance, after, {
    ...(nodes?.kind === 'add'
      ? { NodeSet: nodes.zones.map(({ number }) => ({ NodeType: 1, ZoneId: number })) }
      : {}),
    ...(nodes?.kind === 'remove'
      ? { NodeSet: nodes.nodes.map(({ id }) => ({ NodeType: 1, NodeId: id })) }
      : {}),
  });
}

function order(
  test: TestWorld,
  { id, region }: Pick<Instance, 'id' | 'region'>,
  size: Size,
  more: object = {},
): string {
  const { memoryPerShard, shards, replicas } = size;
  const params = {
    InstanceId: id,
    MemSize: memoryPerShard,
    RedisShardNum: shards,
    RedisReplicasNum: replicas,
    ...more,
  };
  return test.code('redis.UpgradeInstance', params, { region });
}

/** How often each code was compared. A code that never occurs is not tested. */
export type Counts = Map<string, number>;

/** @throws AssertionError if plan and provider disagree about one of the instances. */
export async function agree(given: Case, counts: Counts): Promise<void> {
  const { wanted, balance, measured } = given;
  const fleet = wanted.filter(({ absent }) => absent !== 'nowhere').map(({ spec }) => spec);
  const closed = ['no-cam@GetMonitorData', 'no-cam@DescribeInstanceShards'];
  const test = testWorld(fleet, { balance, limit: 100_000, faults: measured ? [] : closed });
  sellOtherwise(test, given);
  const clock = new VirtualClock(START);
  const targets = planOf(wanted);
  const { draft, inventory, quotes } = await clock.run(() => drafted(test, clock, targets));
  test.now = clock.now();
  const review = finishPlan(draft, { quotes, now: test.now, saveAs: null });

  // The routes of all targets, including those that were blocked before the price requests.
  const routes = new Map(
    resolve(targets, inventory, draft.sold).targets.map((one) => [
      one.instance.id,
      orderSteps(one, draft.sold, draft.zonesOf),
    ]),
  );
  const blocked = new Map(review.plan.blocked.map((one) => [one.instance, one.findings[0]!.code]));
  // The simulator pays refunds immediately, and the plan does not count on them.
  const refunds = [...quotes.values()].some((quote) => 'amount' in quote && quote.amount < 0);

  // Refit requests the price of a later step as if it were the only one. If that is refused, the price is unknown. Only
  // the order then shows whether the account can pay.
  const unpriced = (id: string) =>
    routes.get(id)!.legs.some(({ change }) => 'code' in (quotes.get(stepId(id, change)) ?? {}));

  const short = (code: string) => code === 'ResourceUnavailable.AccountBalanceNotEnough';
  // If an order is refused for an old kernel, the other orders can use the money that the plan reserved for it.
  let unspent = false;
  const compare = (id: string, expected: string, found: string) => {
    counts.set(expected, (counts.get(expected) ?? 0) + 1);
    const { spec, requested, zones } = wanted.find((one) => one.spec.id === id)!;
    // No read shows an old kernel. Only the order meets it, after the rules that come before it.
    const place = expected === 'accepted' ? Number.POSITIVE_INFINITY : ORDER.indexOf(expected);
    if (found === LOW_VERSION && spec.lowVersion === true && place > ORDER.indexOf(LOW_VERSION)) {
      unspent = true;
      return;
    }
    deepStrictEqual({ answer: found, spec, requested, zones }, { answer: expected, spec, requested, zones });
  };
  for (const { instance: id } of review.plan.preconditions) {
    const found = orderAll(test, routes.get(id)!, (leg) => orderLeg(test, leg));
    if (short(found) && unpriced(id)) continue;
    compare(id, 'accepted', found);
  }
  // Targets blocked by the balance come first, with the money that the others leave. The others come later, because
  // their earlier steps may cost money that no plan would spend.
  const balanceFirst = [...blocked].sort(([, a], [, b]) => Number(short(b)) - Number(short(a)));
  for (const [id, code] of balanceFirst) {
    if (!PROVIDER_CODES.has(code)) {
      counts.set(code, (counts.get(code) ?? 0) + 1);
      continue;
    }
    if (short(code) && (refunds || unspent)) continue;
    if (!short(code)) test.world.accounts.get(FIRST_ACCOUNT)!.balance = Number.MAX_SAFE_INTEGER / 2;
    const route = routes.get(id);
    const { spec, absent } = wanted.find((one) => one.spec.id === id)!;
    const region =
      absent === 'elsewhere'
        ? spec.region === 'ap-guangzhou'
          ? 'ap-shanghai'
          : 'ap-guangzhou'
        : spec.region;
    const any = { memoryPerShard: 8 * GB, shards: 3, replicas: 1 };
    const found = route
      ? orderAll(test, route, (leg) => orderWhole(test, leg))
      : order(test, { id, region }, any);
    compare(id, code, found);
  }
  // Every target has steps, is unchanged, or is blocked.
  const total = review.plan.preconditions.length + review.plan.unchanged.length + blocked.size;
  strictEqual(total, wanted.length);
}

/** The codes that the inventory predicts. The others need an identity without permissions, or a quota. */
export const PREDICTED: readonly string[] = [
  'ResourceNotFound.InstanceNotExists',
  'ResourceUnavailable.InstanceStatusAbnormal',
  'ResourceUnavailable.InstanceStatusError',
  'InvalidParameter.InvalidParameter',
  'InvalidParameterValue.UnSupportedType',
  'InvalidParameterValue.SpecNotExist',
  'InvalidParameterValue.MemSizeNotInRange',
  'LimitExceeded.InvalidMemSize',
  'LimitExceeded',
  'InvalidParameterValue.ReduceCapacityNotAllowed',
  'ResourceUnavailable.SaleOut',
  'ResourceInsufficient',
  'FailedOperation.PayFailed',
  'ResourceUnavailable.AccountBalanceNotEnough',
  'Refit.Zones',
  'Refit.UsedUnknown',
];

/** How often each code occurred, one per line, the most frequent first. */
export function formatCounts(counts: Counts): string {
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([code, count]) => `${String(count).padStart(7)} ${code}`)
    .join('\n');
}
