/** Findings about prices and what they cost together, in Chinese. */
import type { Plan } from '../../../model.ts';
import { formatChange } from '../../en/format-size.ts';
import type { prices as english } from '../../en/plan/prices.ts';
import { money } from '../../en/quantities.ts';
import type { TranslationOf } from '../../text.ts';
import { refitCodes } from '../refit-codes.ts';

type CostGuard = NonNullable<Plan['guards']['cost']>;

const formatGuard = ({ operator, amount, currency }: CostGuard): string =>
  `guards.cost 为 ${operator} ${amount} ${currency}`;

export const prices: TranslationOf<typeof english> = {
  'price.balance-short': ({ instances, profile, amount, balance, missing, currency, blocked }) => ({
    message: `配置档 ${profile} 的 ${instances} 个实例的包年包月报价合计 ${money(amount, currency)}，账户余额为 ${money(balance, currency)}：还差 ${money(missing, currency)}，因此阻断 ${blocked} 个实例`,
    fix: `至少充值 ${Math.ceil(missing)} ${currency}，然后重新制定计划；或减少目标`,
  }),
  'price.estimated': ({ id, dimension }) =>
    `${id}：${dimension} 的价格为估算值：云平台对该步骤单独的报价，按之前步骤完成后的规格换算`,
  'price.later-step-refused': ({ id, change, code, answer }) => ({
    message: `${id}：云平台没有给出从当前规格执行 ${formatChange(change)} 的价格：${code}：${answer}；由于该步骤在另一步骤之后开始，订单仍可能被接受`,
    fix: '在前一步骤完成后单独为其制定计划；价格未知时 guards.cost 会拒绝计划',
  }),
  'guard.cost-offline': ({ guard, source }) => ({
    message: `${formatGuard(guard)}，而此计划根据 ${source} 离线制定：只有云平台能提供价格，价格未知时计划被拒绝`,
    fix: refitCodes['Refit.PriceOffline'].fix,
  }),
  'guard.cost-unknown': ({ guard, unknown, steps, first }) =>
    `${formatGuard(guard)}，而 ${steps} 个步骤中有 ${unknown} 个价格未知，第一个是 ${first}`,
  'guard.cost-currency': ({ guard, step, currency }) => ({
    message: `${formatGuard(guard)}，而 ${step} 的价格以 ${currency} 计`,
    fix: `将 guards.cost 改为以 ${currency} 计`,
  }),
  'guard.cost-exceeded': ({ guard, total, once, hourly }) => {
    const of = (amount: number) => money(amount, guard.currency);
    return `报价合计 ${of(total)}（一次性 ${of(once)}，首小时 ${of(hourly)}），而 ${formatGuard(guard)}`;
  },
};
