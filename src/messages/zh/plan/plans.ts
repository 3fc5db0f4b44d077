/** Findings about a whole plan, in Chinese: its guards, its times, its maintenance windows. */
import { SECOND } from '../../../units.ts';
import { formatThreshold } from '../../en/format-size.ts';
import type { plans as english } from '../../en/plan/plans.ts';
import type { TranslationOf } from '../../text.ts';
import { basisText } from '../names.ts';
import { duration, size as wholeSize } from '../quantities.ts';

const left = (seconds: number): string => `距 finishBy 只剩 ${duration(seconds * SECOND)}`;

export const plans: TranslationOf<typeof english> = {
  'terraform.reverts': ({ managed, instances }) => ({
    message: `Terraform 管理${instances === 1 ? '该实例' : ` ${instances} 个实例中的 ${managed} 个`}，下一次 terraform apply 会还原其变更，因为配置中仍是旧规格`,
    fix: 'refit report RUN --write terraform=refit.auto.tfvars.json   运行结束后执行，并在下一次 terraform apply 之前设置这些规格',
  }),
  'terraform.none': ({ instances, inState }) => ({
    message: `Terraform 状态中有 ${inState} 个 Redis 实例，但没有此计划要变更的 ${instances} 个实例中的任何一个`,
    fix: '指定包含这些实例的状态，或删除键 terraform',
  }),
  'terraform.unreadable': ({ from, problem }) => ({
    message: `terraform 为 ${from}，但${problem === null ? '计划旁边没有该文件' : ` ${problem}`}`,
    fix: 'terraform show -json > state.json，然后 terraform: state.json；或删除该键',
  }),
  'plan.and-more': ({ first, more }, say) => ({
    ...say.whole(first),
    message: `${say(first)}（另有 ${more} 个类似情况）`,
  }),
  'guard.shrink-denied': ({ id, from, to, reduces }) =>
    `${id}：从 ${wholeSize(from)} 变更为 ${wholeSize(to)} 会减少${reduces === 'capacity' ? '容量' : '副本'}，而 guards.shrink 为 deny`,
  'guard.too-many-targets': ({ planned, instances, guard }) =>
    `计划将变更 ${instances} 个实例中的 ${planned} 个${instances === 0 ? '' : `，占 ${((planned * 100) / instances).toFixed(2)}%`}，而 guards.targets 为 ${formatThreshold(guard)}`,
  'plan.window-unknown': ({ id }) => `${id} 在其维护时间窗内变更，而 Refit 不知道该时间窗`,
  'plan.changes-in-windows': ({ windows }) =>
    `每个实例在各自的维护时间窗内变更（北京时间）：${windows
      .map(({ from, to, instances }) => `${from}-${to}（${instances}）`)
      .join('、')}；同一时间窗的所有变更在开启时同时开始，inFlight 不限制它们`,
  'plan.finish-by-passed': ({ finishBy, now }) =>
    `finishBy 为 ${finishBy}，当前时间为 ${now}：Refit 不会下任何订单`,
  'plan.inventory-old': ({ readAt }) => `资源清单读取于 ${readAt}，expires 不允许使用这么旧的资源清单`,
  'plan.patience-short': ({ patience }) => ({
    message: `patience 为 ${patience / SECOND} 秒：Refit 可能在确定订单已丢失之前就重复下单`,
    fix: 'execution: { patience: 3m }，或至少 60s',
  }),
  'plan.finish-by-too-soon': ({ least, soaks, seconds }) =>
    `按请求频率发出订单${soaks ? '并等待观察期' : ''}需要 ${duration(least * SECOND)}，而${left(seconds)}`,
  'plan.finish-by-unlikely': ({ likely, durations, seconds }) => ({
    message: `计划预计需要 ${duration(likely * SECOND)}（${basisText(durations)}），而${left(seconds)}`,
    fix: '使用更晚的 finishBy、更少的目标或更大的 inFlight',
  }),
};
