/** What Refit could not read while it planned, in Chinese. `code` and `answer` are the provider's. */
import type { reads as english } from '../../en/plan/reads.ts';
import type { TranslationOf } from '../../text.ts';

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
};
