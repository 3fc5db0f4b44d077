/** Orders and money as the billing product knows them. Source: facts §2.8, read 2026-11. */

import { beijingTime, parseBeijingTime } from '../world/beijing-time.ts';
import { accountOf } from '../world/world.ts';
import type { Action } from './action.ts';
import { Refusal } from './refusal.ts';

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
  run(world, { params, identity }) {
    const account = accountOf(world, identity);
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
        deal.instance.account === account &&
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
        Payer: account.uin,
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
  run(world, { identity }) {
    const { balance, uin } = accountOf(world, identity);
    return {
      Balance: balance,
      Uin: Number(uin),
      RealBalance: balance,
      CashAccountBalance: balance,
      IncomeIntoAccountBalance: 0,
      PresentAccountBalance: 0,
      FreezeAmount: 0,
      OweAmount: 0,
      IsAllowArrears: false,
      IsCreditLimited: false,
      CreditAmount: 0,
      CreditBalance: balance,
      RealCreditBalance: balance,
    };
  },
};

export const BILLING = {
  DescribeDealsByCond: describeDealsByCond,
  DescribeAccountBalance: describeAccountBalance,
};
