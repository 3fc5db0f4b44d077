/** Billing, identity, regions and monitoring: what Refit reads of other products. Source: facts §2.7, §2.8 and §5.1, read 2026-11. */
import { beijingTime, parseBeijingTime } from '../beijing-time.ts';
import { Refusal } from '../refusal.ts';
import { OWNER_UIN, type SimInstance, sum, type World } from '../world.ts';
import type { Action, Call } from './action.ts';

const DAY = 24 * 3600_000;

const describeDealsByCond: Action = {
  schema: {
    StartTime: 'string!',
    EndTime: 'string!',
    Limit: 'whole!',
    Offset: 'whole',
    Status: 'integer',
    OrderId: 'string',
    BigDealId: 'string',
    ResourceId: 'string',
    StatusSet: 'integer[]',
  },
  run(world, { params }) {
    const [from, to] = [
      parseBeijingTime(params.StartTime as string),
      parseBeijingTime(params.EndTime as string),
    ];
    if (from === null || to === null || to < from)
      throw new Refusal(
        'InvalidParameterValue',
        'StartTime and EndTime must be times, the first before the second.',
      );
    if (to - from > 93 * DAY)
      throw new Refusal('InvalidParameterValue', 'StartTime and EndTime may be three months apart.');
    const limit = params.Limit as number;
    if (limit < 1 || limit > 1000)
      throw new Refusal(
        'InvalidParameterValue',
        `The value of Limit must be between 1 and 1000, not ${limit}.`,
      );
    // Without a word about it only delivered orders are listed.
    const set = params.StatusSet as number[] | undefined;
    const states = set && set.length > 0 ? set : [(params.Status as number | undefined) ?? 4];
    const number = (params.OrderId ?? params.BigDealId) as string | undefined;
    const found = world.billing.filter(
      (deal) =>
        Math.floor(deal.createdAt / 1000) * 1000 >= from &&
        deal.createdAt < to + 1000 &&
        states.includes(deal.status) &&
        (number === undefined || deal.name === number) &&
        (params.ResourceId === undefined || deal.instance.id === params.ResourceId),
    );
    found.reverse();
    // Offset counts pages here, not rows.
    const start = ((params.Offset as number | undefined) ?? 0) * limit;
    return {
      TotalCount: found.length,
      Deals: found.slice(start, start + limit).map((deal) => ({
        OrderId: deal.name,
        Status: deal.status,
        Payer: OWNER_UIN,
        CreateTime: beijingTime(deal.createdAt),
        Creator: deal.by,
        RealTotalCost: deal.status === 1 ? 0 : deal.charged,
        VoucherDecline: 0,
        ProjectId: 0,
        GoodsCategoryId: 100_091,
        ProductInfo: [],
        TimeSpan: 1,
        TimeUnit: deal.instance.billing === 1 ? 'm' : 'h',
        Currency: 'CNY',
        Policy: 100,
        Price: deal.price,
        TotalCost: deal.price,
        ProductCode: 'p_redis',
        SubProductCode: 'sp_redis',
        BigDealId: deal.name,
        Formula: '',
        RefReturnDeals: '',
        PayMode: deal.instance.billing === 1 ? 'prePay' : 'postPay',
        Action: deal.action,
        ProductName: '云数据库Redis',
        SubProductName: '云数据库Redis',
        ResourceId: limit > 200 ? null : [deal.instance.id],
        ZoneCode: deal.instance.zone.code,
      })),
    };
  },
};

const describeAccountBalance: Action = {
  schema: { TempCredit: 'boolean' },
  run: (world) => ({
    Balance: world.balance,
    Uin: Number(OWNER_UIN),
    RealBalance: world.balance,
    CashAccountBalance: world.balance,
    IncomeIntoAccountBalance: 0,
    PresentAccountBalance: 0,
    FreezeAmount: 0,
    OweAmount: 0,
    IsAllowArrears: false,
    IsCreditLimited: false,
    CreditAmount: 0,
    CreditBalance: world.balance,
    RealCreditBalance: world.balance,
  }),
};

export const BILLING = {
  DescribeDealsByCond: describeDealsByCond,
  DescribeAccountBalance: describeAccountBalance,
};

export const STS: Readonly<Record<string, Action>> = {
  GetCallerIdentity: {
    schema: {},
    run: (_, { identity }) => ({
      Arn: `qcs::cam::uin/${OWNER_UIN}:uin/${identity.uin}`,
      AccountId: OWNER_UIN,
      UserId: identity.uin,
      PrincipalId: identity.uin,
      Type: 'CAMUser',
    }),
  },
};

function mustBeRedis({ params }: Call): void {
  if (params.Product !== 'redis')
    throw new Refusal('InvalidParameterValue', `The product ${JSON.stringify(params.Product)} is unknown.`);
}

const describeRegions: Action = {
  schema: { Product: 'string!', Scene: 'integer' },
  run(world, call) {
    mustBeRedis(call);
    const rows = [...world.regions.values()].map(({ code, name }) => ({
      Region: code,
      RegionName: name,
      RegionState: 'AVAILABLE',
      RegionTypeMC: null,
      LocationMC: null,
      RegionNameMC: null,
      RegionIdMC: null,
    }));
    return { TotalCount: rows.length, RegionSet: rows };
  },
};

const describeZones: Action = {
  schema: { Product: 'string!', Scene: 'integer' },
  run(world, call) {
    mustBeRedis(call);
    // The zones of the region asked in; of all regions where none was given.
    const regions = call.region ? [call.region] : [...world.regions.values()];
    const rows = regions.flatMap(({ zones }) =>
      zones.map(({ code, name, number }) => ({
        Zone: code,
        ZoneName: name,
        ZoneId: String(number),
        ZoneState: 'AVAILABLE',
        ParentZone: null,
        ParentZoneId: null,
        ParentZoneName: null,
        ZoneType: null,
        MachineRoomTypeMC: null,
        ZoneIdMC: null,
      })),
    );
    return { TotalCount: rows.length, ZoneSet: rows };
  },
};

export const REGION = { DescribeRegions: describeRegions, DescribeZones: describeZones };

const METRICS: Readonly<Record<string, (instance: SimInstance) => number>> = {
  MemUsed: ({ used }) => sum(used),
  MemUtil: ({ used, memoryPerShard, shards }) => (100 * sum(used)) / (memoryPerShard * shards),
  MemMaxUtil: ({ used, memoryPerShard }) => (100 * Math.max(...used)) / memoryPerShard,
};
const PERIODS = [5, 60, 300, 3600, 86_400];

const getMonitorData: Action = {
  schema: {
    Namespace: 'string!',
    MetricName: 'string!',
    Instances: [{ Dimensions: [{ Name: 'string!', Value: 'string!' }, '!'] }, '!'],
    Period: 'whole',
    StartTime: 'string',
    EndTime: 'string',
    SpecifyStatistics: 'integer',
  },
  run(world: World, { params, region, now }) {
    const metric = params.Namespace === 'QCE/REDIS_MEM' ? METRICS[params.MetricName as string] : undefined;
    if (!metric)
      throw new Refusal(
        'InvalidParameterValue',
        `There is no metric ${params.MetricName} in ${params.Namespace}.`,
      );
    const instances = params.Instances as { Dimensions: { Name: string; Value: string }[] }[];
    if (instances.length === 0 || instances.length > 50)
      throw new Refusal('InvalidParameterValue', 'Instances may hold 1 to 50 instances.');
    const period = (params.Period as number | undefined) ?? 300;
    if (!PERIODS.includes(period))
      throw new Refusal('InvalidParameterValue', `The period ${period} is not supported.`);
    const end = instant(params.EndTime as string | undefined) ?? now;
    const start = instant(params.StartTime as string | undefined) ?? end - 10 * period * 1000;
    if (end < start) throw new Refusal('InvalidParameterValue', 'EndTime is before StartTime.');
    const first = Math.ceil(start / 1000 / period) * period;
    // Nothing is measured yet of the present second.
    const last = Math.min(end, now) / 1000;
    const timestamps: number[] = [];
    for (let at = first; at <= last; at += period) timestamps.push(at);
    if (timestamps.length * instances.length > 7200)
      throw new Refusal('InvalidParameterValue', 'The request asks for more than 7200 points.');
    return {
      Period: period,
      MetricName: params.MetricName,
      StartTime: beijingTime(start),
      EndTime: beijingTime(end),
      Msg: '',
      DataPoints: instances.map(({ Dimensions }) => {
        const id = Dimensions.find(({ Name }) => Name.toLowerCase() === 'instanceid')?.Value;
        const instance = id === undefined ? undefined : world.instances.get(id);
        const known = instance !== undefined && instance.region === region;
        const value = known ? Math.round(metric(instance) * 1000) / 1000 : 0;
        return {
          Dimensions,
          Timestamps: known ? timestamps : [],
          Values: known ? timestamps.map(() => value) : [],
        };
      }),
    };
  },
};

export const MONITOR = { GetMonitorData: getMonitorData };

/** ISO 8601 with an offset, or the provider's zone-less time. */
function instant(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = parseBeijingTime(text) ?? (/(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN);
  if (Number.isNaN(ms)) throw new Refusal('InvalidParameterValue', `${JSON.stringify(text)} is not a time.`);
  return ms;
}
