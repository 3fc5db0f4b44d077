/** What Refit could not collect of the use of a fleet, in Chinese. `code` and `answer` are the provider's. */
import type { usage as english } from '../../en/plan/usage.ts';
import type { TranslationOf } from '../../text.ts';

export const usage: TranslationOf<typeof english> = {
  'usage.region-refused': ({ region, profile, code, answer }) => ({
    message: `已跳过 ${region}（配置档 ${profile}）：${code}：${answer}`,
    fix: `排除原因后再次运行同一命令：refit explain ${code}`,
  }),
  'usage.region-unreachable': ({ region, profile, reason }) => ({
    message: `已跳过 ${region}（配置档 ${profile}）：${reason}`,
    fix: '再次运行同一命令',
  }),
  'usage.metrics-refused': ({ region, profile, code, answer }) => ({
    message: `已跳过 ${region}（配置档 ${profile}），因为无法读取监控指标的单位：${code}：${answer}`,
    fix: '允许此身份调用 monitor:DescribeBaseMetrics',
  }),
  'usage.metrics-missing': ({ region, profile, metrics }) =>
    `${region}（配置档 ${profile}）的云监控没有以下指标：${metrics}`,
  'usage.unit-unknown': ({ region, profile, metric, unit }) =>
    `已跳过 ${region}（配置档 ${profile}）的 ${metric}：Refit 不认识其单位 ${JSON.stringify(unit)}`,
  'usage.maximum-not-listed': ({ region, profile, metrics }) =>
    `${region}（配置档 ${profile}）的云监控未将最大值列为 ${metrics} 的统计方式：峰值可能有误`,
  'usage.smaller-calls': ({ region, profile, code, instances, points }) =>
    `${region}（配置档 ${profile}）的云监控拒绝了大批量调用（${code}）；Refit 改为每次调用 ${instances} 个实例、${points} 个数据点，调用次数会增加`,
  'usage.metric-refused': ({ region, profile, metric, code, answer }) =>
    `已跳过 ${region}（配置档 ${profile}）的 ${metric}：${code}：${answer}`,
  'usage.calls-spent': ({ most, remaining }) => ({
    message: `已在 ${most} 次调用的上限前停止；还需 ${remaining} 次调用`,
    fix: '再次运行同一命令：它会从停止处继续',
  }),
};
