/** The verdicts of runs and plan reviews in Chinese. */
import type { verdicts as english } from '../../en/page/verdicts.ts';
import { count } from '../../en/quantities.ts';
import type { InWords } from '../../words.ts';

export const verdicts: InWords<typeof english> = {
  verified: '全部已验证',
  notAllVerified: '未全部验证',
  notStarted: '未开始',
  notEnded: '未结束',
  unknown: '结果未知',
  ended: {
    halted: '已停止',
    drained: '已排空',
    'finish-by': '已到截止时间',
    'not-approved': '未获审批',
    'policy-refused': '策略拒绝',
    reconciled: '有未完成的工作',
    'window-closed': '时间窗已关闭',
  },
  causes: {
    halted: '阈值或门禁停止了运行',
    drained: '执行中的订单结束后，运行被停止',
    'finish-by': '已到 finishBy 时间',
    'not-approved': '下一个批次未获审批',
    'policy-refused': '策略拒绝该计划',
    reconciled: '进程已终止；refit reconcile 核实了未应答的订单',
    'window-closed': '时间窗已关闭',
  },
  outcome: (number, name) => `${count(number)} 个${name}`,
  verifiedOf: (verified, steps) => `${count(steps)} 个步骤中 ${count(verified)} 个已验证`,
  withWarning: (steps) => `${count(steps)} 个步骤有警告`,
  hasNotStarted: (steps) => `运行尚未开始；${count(steps)} 个步骤均未执行`,
  inProgress: '运行正在进行，或其进程已终止',
  noEndYet: (ordered) => `${count(ordered)} 个已下单，尚无结束记录`,

  ready: '就绪',
  blocked: '被阻断',
  nothingLeft: '无可执行的变更',
  noChange: '无变更',
  valid: '有效',
  invalid: '无效',
  planned: (steps, instances) => `${count(instances)} 个实例，${count(steps)} 个步骤`,
  excluded: (planned, blocked) => `${planned}，已排除 ${count(blocked)} 个被阻断的目标`,
  notSealed: (errors) => `${count(errors)} 个错误；没有封存计划`,
  allBlocked: (blocked, unchanged) =>
    `已排除 ${count(blocked)} 个被阻断的目标${unchanged === 0 ? '' : `，${count(unchanged)} 个目标无需变更`}；没有封存计划`,
  nothingToApply: '所有目标都已是所需规格；无需执行',
  nothingPlanned: '计划文件没有错误；尚未制定计划',
  notPlanned: (errors) => `计划文件有 ${count(errors)} 个错误；没有制定计划`,
};
