/** The actions of the billing product: orders and balance. Source: docs/provider.md P82 to P88. */

import { DAY } from '../../units.ts';
import { beijingTime, parseBeijingTime } from '../world/beijing-time.ts';
import { accountOf, type SimDeal } from '../world/world.ts';
import type { Action } from './action.ts';
import { page } from './paging.ts';
import type { Params } from './parameters.ts';
import { invalidValue } from './refusal.ts';

function timeRangeOf({ StartTime, EndTime }: Params): [from: number, to: number] {
  const [from, to] = [parseBeijingTime(StartTime as string), parseBeijingTime(EndTime as string)];
  if (from === null || to === null || to < from)
    throw invalidValue('StartTime and EndTime must be times, the first before the second.');
  if (to - from > 93 * DAY) throw invalidValue('StartTime and EndTime may be three months apart.');
  return [from, to];
}

/** One row of the deal list. Long pages have no resource ids. */
function formatDeal(deal: SimDeal, withResource: boolean): Record<string, unknown> {
  const { instance, price } = deal;
  const prepaid = instance.billing === 1;
  return {
    OrderId: deal.numbers.orderId,
    Status: deal.status,
    Payer: instance.account.uin,
    CreateTime: beijingTime(deal.createdAt),
    Creator: deal.by,
    RealTotalCost: deal.status === 1 ? 0 : deal.charged,
    VoucherDecline: 0,
    ProjectId: 0,
    GoodsCategoryId: 100_091,
    ProductInfo: [],
    TimeSpan: 1,
    TimeUnit: prepaid ? 'm' : 'h',
    Currency: 'CNY',
    Policy: 100,
    Price: price,
    TotalCost: price,
    ProductCode: 'p_redis',
    SubProductCode: 'sp_redis',
    BigDealId: deal.numbers.bigDealId,
    Formula: '',
    RefReturnDeals: '',
    PayMode: prepaid ? 'prePay' : 'postPay',
    Action: deal.action,
    ProductName: '云数据库Redis',
    SubProductName: '云数据库Redis',
    ResourceId: withResource ? [instance.id] : null,
    ZoneCode: instance.zone.code,
  };
}

export const BILLING: Readonly<Record<string, Action>> = {
  DescribeDealsByCond: {
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
      const [from, to] = timeRangeOf(params);
      const withResource = (params.Limit as number) <= 200;
      // Without a status filter, billing lists delivered orders only.
      const set = params.StatusSet as number[] | undefined;
      const states = set && set.length > 0 ? set : [(params.Status as number | undefined) ?? 4];
      const { OrderId, BigDealId } = params as { readonly OrderId?: string; readonly BigDealId?: string };
      const resource = params.ResourceId as string | undefined;
      const listed = resource === undefined ? account.listedDeals : (world.billingOf.get(resource) ?? []);
      const found = listed.filter(
        (deal) =>
          deal.instance.account === account &&
          Math.floor(deal.createdAt / 1000) * 1000 >= from &&
          deal.createdAt < to + 1000 &&
          states.includes(deal.status) &&
          (OrderId === undefined || deal.numbers.orderId === OrderId) &&
          (BigDealId === undefined || deal.numbers.bigDealId === BigDealId),
      );
      found.reverse();
      const paging = { action: 'DescribeDealsByCond', most: 1000, numbered: true } as const;
      return {
        TotalCount: found.length,
        Deals: page(world, found, params, paging).map((deal) => formatDeal(deal, withResource)),
      };
    },
  },
  DescribeAccountBalance: {
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
  },
};
