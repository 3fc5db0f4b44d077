/** What a run waits for, in Chinese. */
import type { waits as english } from '../../en/run/waits.ts';
import type { TranslationOf } from '../../text.ts';

/** Each `wait` follows 等待. */
export const waits: TranslationOf<typeof english> = {
  'wait.unreachable': () => '云平台恢复可达',
  'wait.unsent': () => '下单所需的连接',
  'wait.busy': () => '实例上的另一项任务结束',
  'wait.locked': () => '实例解锁（其状态已是运行中）',
  'wait.tryingAgain': () => '上一步骤之后的锁定结束',
  'wait.tailLock': () => '上一步骤之后的锁定结束',
  'wait.unclear': () => '相互矛盾的读取结果变得明确',
  'wait.following': () => '云平台完成变更',
  'wait.delivery': () => '计费系统将订单报告为已发货',
  'wait.unlisted': () => '下一次列表：本次列表中没有该实例',
  'wait.missing': () => '实例重新出现在列表中',
  'wait.paused': () => '操作人继续运行',
  'wait.patience': () => '等待期结束：订单没有得到应答',
  'wait.soak': () => '批次之后的观察期',
  'wait.approval': () => '批次的审批',
  'wait.gate': () => '门禁的结果',
  'wait.window': () => '时间窗打开',
  'wait.permit': () => '请求配额',
  'wait.regionFull': () => '该地域的另一项变更结束：策略限制了该地域同时执行的变更数',
  'wait.rateHold': () => '因限频被拒绝之后请求速率恢复',
  'left.unanswered': ({ count }) => `${count} 个没有应答的订单正在核实`,
  'left.deferred': ({ count }) => `${count} 项变更等待各自的维护时间窗`,
  'left.soak': ({ wave }) => `批次 ${wave} 处于观察期`,
};
