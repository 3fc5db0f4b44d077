/**
 * Every sentence of findings and journal entries in Simplified Chinese. One word means one thing:
 *
 *     plan 计划            saved plan 封存计划      digest 摘要           target 目标           step 步骤
 *     wave 批次            gate 门禁               soak 观察期           spread 分散           window 时间窗
 *     freeze 封网期        maintenance window 维护时间窗                 guard 护栏            finding 检查结果
 *     order 订单、下单     outcome 结果            run 运行              journal 运行日志      head 头哈希
 *     change, resize 变更  grow 扩容               shrink 缩容           shard 分片            replica 副本
 *     instance 实例        edition 实例版本        region 地域           zone 可用区           inventory 资源清单
 *     catalogue 售卖目录   sold out 售罄           memory in use 已用内存                      size 规格
 *     prepaid 包年包月     hourly 按量计费         quote 报价            bill 账单             balance 余额
 *     profile 配置档       identity 身份           endpoint 接入点       provider 云平台       console 控制台
 *     approval 审批        approver 审批人         author 制定人         signature 签名        policy 策略
 *     decline 否决         withdraw 撤回           login 登录名
 *     threshold 阈值       halt 停止               pause 暂停            drain 排空            abort 中止
 *     resume 继续          reconcile 核对          rehearse 演练         rollback 回滚         retry 重试
 *     adopt 接管           worker 工作进程         store 存储库          scheduler 调度器      due time 触发时间
 *     verified 已验证      failed 失败             refused 被拒绝        drifted 已漂移        skipped 已跳过
 *     passkey 通行密钥     relying party 依赖方       credential 凭据       origin 来源           challenge 质询
 *     unknown 未知         not-run 未执行          blocked 被阻断        in flight 执行中      fix 处理方法
 *
 * Commands, codes, keys and values that users type stay as they are. There is a space between Chinese and Latin text.
 */
import type { Language } from '../messages.ts';
import { approvalErrors } from './errors/approvals.ts';
import { passkeyErrors } from './errors/passkeys.ts';
import { planErrors } from './errors/plans.ts';
import { providerErrors } from './errors/provider.ts';
import { runErrors } from './errors/runs.ts';
import { advice } from './plan/advice.ts';
import { approvals } from './plan/approvals.ts';
import { byUse } from './plan/by-use.ts';
import { declines } from './plan/declines.ts';
import { effects } from './plan/effects.ts';
import { passkeys } from './plan/passkeys.ts';
import { planChecks } from './plan/plan-checks.ts';
import { planFromRun } from './plan/plan-from-run.ts';
import { planText } from './plan/plan-text.ts';
import { plans } from './plan/plans.ts';
import { policy } from './plan/policy.ts';
import { prices } from './plan/prices.ts';
import { reads } from './plan/reads.ts';
import { reasons } from './plan/reasons.ts';
import { review } from './plan/review.ts';
import { rules } from './plan/rules.ts';
import { sizing } from './plan/sizing.ts';
import { drift, selectors, targets } from './plan/targets.ts';
import { typed } from './plan/typed.ts';
import { usage } from './plan/usage.ts';
import { waves } from './plan/waves.ts';
import { windows } from './plan/windows.ts';
import { control } from './run/control.ts';
import { events } from './run/events.ts';
import { gates } from './run/gates.ts';
import { halts } from './run/halts.ts';
import { notify } from './run/notify.ts';
import { refusals } from './run/refusals.ts';
import { rests, wakes } from './run/rests.ts';
import { run } from './run/run.ts';
import { schedule } from './run/schedule.ts';
import { timeline } from './run/timeline.ts';
import { trust } from './run/trust.ts';
import { waits } from './run/waits.ts';
import { worker } from './run/worker.ts';

export const zh: Language = {
  ...approvalErrors,
  ...passkeyErrors,
  ...planErrors,
  ...providerErrors,
  ...runErrors,
  ...effects,
  ...advice,
  ...approvals,
  ...declines,
  ...control,
  ...events,
  ...gates,
  ...halts,
  ...notify,
  ...passkeys,
  ...planChecks,
  ...planFromRun,
  ...planText,
  ...plans,
  ...policy,
  ...prices,
  ...reads,
  ...reasons,
  ...refusals,
  ...review,
  ...rules,
  ...rests,
  ...run,
  ...schedule,
  ...sizing,
  ...targets,
  ...timeline,
  ...trust,
  ...typed,
  ...usage,
  ...selectors,
  ...byUse,
  ...drift,
  ...waits,
  ...waves,
  ...wakes,
  ...windows,
  ...worker,
};
