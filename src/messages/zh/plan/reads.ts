/** What Refit could not read while it planned, in Chinese. `code` and `answer` are the provider's. */
import type { reads as english, FactsUnread } from '../../en/plan/reads.ts';
import type { TranslationOf } from '../../text.ts';

function notRead({ fact, count, region, profile }: FactsUnread): string {
  const what =
    fact === 'size-limits'
      ? `${count} 种规格的上限（带宽、连接数）`
      : `${count} 个实例的淘汰策略（maxmemory-policy）`;
  return `无法读取 ${region}（配置档 ${profile}）中${what}`;
}

export const reads: TranslationOf<typeof english> = {
  'read.tasks-refused': ({ region, profile, code }) =>
    `无法读取 ${region} 正在执行的任务（配置档 ${profile}）：${code}`,
  'read.unpaid-orders-refused': ({ profile, code }) => `无法读取配置档 ${profile} 的未支付订单：${code}`,
  'read.balance-refused': ({ profile, code }) => `无法读取配置档 ${profile} 的账户余额：${code}`,
  'read.memory-refused': ({ action, region, profile, code, answer }) =>
    `无法读取已用内存：${region} 的 ${action}（配置档 ${profile}）被拒绝：${code}：${answer}`,
  'read.window-refused': ({ code }) => `无法读取维护时间窗：${code}`,
  'read.window-garbled': ({ id }) => ({
    message: `无法读取 ${id} 的维护时间窗：其时间格式未知`,
    fix: `在 TencentDB 控制台检查 ${id} 的维护时间窗`,
  }),
  'read.facts-refused': ({ code, answer, right, ...facts }) => ({
    message: `${notRead(facts)}：${code}：${answer}`,
    fix: right === null ? `查询此错误码：refit explain ${code}` : `允许此身份调用 ${right}`,
  }),
  'read.facts-unreachable': ({ reason, ...facts }) => ({
    message: `${notRead(facts)}：${reason}`,
    fix: '再次运行同一命令',
  }),
  'read.facts-left-out': ({ most, count }) => ({
    message: `未读取 ${count} 个实例的规格上限和淘汰策略：所需调用超过 ${most} 次`,
    fix: '请允许更多调用，或选择更少的实例',
  }),
  'read.facts-garbled': (facts) => `${notRead(facts)}：Refit 不认识其应答的格式`,
};
