/** What a run records of its steps, in Chinese. Times are ISO 8601 UTC. */
import type { Trace } from '../../../model.ts';
import type { run as english } from '../../en/run/run.ts';
import type { TranslationOf } from '../../text.ts';
import { outcomeName, roleName, statusName, taskResultName } from '../names.ts';
import { hours, size as wholeSize } from '../quantities.ts';

/** `订单 2026…（下单者 100000000099），创建于 …` or `任务 700001（类型 012），开始于 …` */
function formatTrace(trace: Trace): string {
  if (trace.kind === 'task') return `任务 ${trace.id}（类型 ${trace.type}），开始于 ${trace.startedAt}`;
  const { order, by, createdAt } = trace;
  return `订单 ${order}${by === null ? '' : `（下单者 ${by}）`}，创建于 ${createdAt}`;
}

const formatTraces = (traces: readonly Trace[]): string => traces.map(formatTrace).join('；');

const MOST_NAMED = 3;

/** The first traces after a lead-in, and how many there are; empty without any. */
function tracesAfter(lead: string, traces: readonly Trace[]): string {
  if (traces.length === 0) return '';
  const more = traces.length > MOST_NAMED ? `；共 ${traces.length} 项` : '';
  return `${lead}${formatTraces(traces.slice(0, MOST_NAMED))}${more}`;
}

const SOURCES = { instance: '实例', nodes: '节点', tasks: '任务列表', billing: '账单' } as const;

const BILLING = {
  found: '',
  unreadable: '；无法读取账单，因此不知道其订单号',
  'no-order': '；账单中没有其订单',
  'not-delivered': '；账单尚未显示其订单已交付',
} as const;

export const run: TranslationOf<typeof english> = {
  'text.with-fix': ({ text, fix }) => `${text}（处理方法：${fix}）`,

  // The states of a step between its events.
  'run.never-started': () => '从未开始',
  'run.adopted': () => '运行已被接管：运行日志可能缺少此步骤的订单',
  'run.awaiting-answer': () => '已下单，没有应答记录',
  'run.nothing-sent': ({ reason }, say) => `没有发送：${say(reason)}`,
  'run.ordered': () => '已下单，尚不知道其结束情况',
  'run.provider-answer': ({ answer }) => answer,
  'run.was-executed': ({ evidence }, say) => `已执行：${say(evidence)}`,
  'run.was-not-executed': ({ evidence }, say) => `未执行：${say(evidence)}`,
  'run.deferred': ({ window }) => `已受理，等待其时间窗 ${hours(window)}`,
  'run.change-started': ({ evidence }, say) => `执行中：${say(evidence)}`,

  // Before an order.
  'run.approvals-missing': ({ missing }, say) => missing.map((one) => say(one)).join('；'),
  'run.earlier-step': ({ step, outcome }) => `其之前的步骤 ${step} 的结果为${outcomeName(outcome)}`,
  'run.window-changed': ({ now, planned }) =>
    `其维护时间窗现为 ${now.from}-${now.to}；计划中为 ${hours(planned)}`,
  'run.order-paid': ({ order }) => `之前未支付的订单 ${order} 现已支付`,
  'run.instance-gone': () => '云平台不再列出该实例',
  'run.at-size-after-all': ({ size }) => `实例现为 ${wholeSize(size)}：之前的一次尝试其实已执行`,
  'run.instance-status': ({ status }) => `实例状态为${statusName(status)}`,
  'run.instance-busy': ({ status, minutes, tasks }) =>
    `实例处于${statusName(status)}状态 ${minutes} 分钟${tracesAfter('：', tasks)}`,
  'run.size-drifted': ({ size, planned, by }) =>
    `实例为 ${wholeSize(size)}，而计划预期 ${wholeSize(planned)}：期间被变更${tracesAfter('，来源', by)}`,
  'run.nodes-drifted': ({ nodes, by }, say) => `节点在期间被变更${tracesAfter('，来源', by)}：${say(nodes)}`,
  'run.nodes-span-zones': () => '现在跨多个可用区，而制定计划时位于单个可用区',
  'run.replica-count-differs': ({ listed, planned }) => `列出 ${listed} 个副本，而计划预期 ${planned} 个`,
  'run.replica-gone': ({ node, zone }) =>
    `该步骤要移除的 ${zone} 的节点 ${node ?? '（无编号）'} 已不再是那里的副本`,

  // The identity of a profile.
  'run.identity-late': ({ seconds }) => `${seconds} 秒内没有应答`,

  // Answers to an order.
  'run.call-failed': ({ error }) => error,
  'run.held-back': () => '运行不能开始新的操作',
  'run.run-stopped': () => '运行已停止',
  'run.intent-expired': () => '订单的运行日志记录已超过两秒',
  'run.answer-of-other-order': ({ order, step }) => `应答中的订单 ${order} 属于 ${step}`,
  'run.refused': ({ answer, reason }, say) => `${answer}（${say(reason)}）`,
  'run.refused-while-locked': ({ answer, reason, minutes, tasks }, say) =>
    `${answer}（${say(reason)}，持续 ${minutes} 分钟）${tracesAfter('：', tasks)}`,
  'run.refused-repeatedly': ({ cause, minutes }, say) => `${say(cause)}（持续 ${minutes} 分钟）`,
  'run.no-usable-answer': ({ minutes }) => `${minutes} 分钟内没有可用的应答；没有执行任何订单`,

  // What became of an order without an answer.
  'run.unresolved': ({ reason }, say) => `已下单，Refit 未能查明是否已执行：${say(reason)}`,
  'run.not-executed-changed': ({ evidence }, say) =>
    `已下单但未执行；期间有其他人变更了实例：${say(evidence)}`,
  'run.billing-lists': ({ order }) => `账单中有其订单 ${order}`,
  'run.unlisted-with-traces': ({ traces }) => `实例未被列出，且存在${formatTraces(traces)}`,
  'run.traces-in-progress': ({ traces }) => `实例上正在执行：${formatTraces(traces)}`,
  'run.at-size-with-traces': ({ size, traces }) => `实例为 ${wholeSize(size)}，且存在${formatTraces(traces)}`,
  'run.at-size-by': ({ size, traces }) => `实例为 ${wholeSize(size)}，来源${formatTraces(traces)}`,
  'run.still-at-size': ({ size, traces }) => `${formatTraces(traces)} 之后，实例仍为 ${wholeSize(size)}`,
  'run.task-after-order': ({ task }) => `${formatTrace(task)}，在下单之后`,
  'run.instance-not-listed': () => '实例未被列出',
  'run.already-at-size': ({ size }) => `实例已经是 ${wholeSize(size)}`,
  'run.replicas-listed': ({ listed }) => `实例列出 ${listed} 个副本`,
  'run.replicas-changed': ({ listed, before }) => `实例列出 ${listed} 个副本，之前为 ${before} 个`,
  'run.something-in-progress': () => '实例上有操作正在执行',
  'run.changed-without-trace': ({ size }) => `实例为 ${wholeSize(size)}，Refit 能读取的订单和任务都无法解释`,
  'run.tasks-unreadable': () => '无法读取任务列表',
  'run.billing-unreadable': () => '只有账单能显示新增节点的订单，而账单无法读取',
  'run.sources-silent': ({ sources, seconds }) =>
    `${sources.map((source) => SOURCES[source]).join('、')}在 ${seconds} 秒内没有该订单的痕迹`,

  // How an accepted order ended.
  'run.task-state': ({ task, result }) => `任务 ${task} 的状态为${taskResultName(result)}`,
  'run.order-delivered': ({ order }) => `订单 ${order} 已交付`,
  'run.order-not-delivered': ({ order }) => `订单 ${order} 未交付`,
  'run.at-size': ({ size }) => `实例为 ${wholeSize(size)}`,
  'run.instance-processing': () => '实例处理中',
  'run.outside-window': ({ window }) => `在其时间窗 ${hours(window)} 之外执行`,
  'run.not-started-in-window': ({ window }) => `已受理，但在其两个时间窗内都没有开始：${hours(window)}`,
  'run.end-unreadable': ({ error }) => `已下单，但 Refit 无法读取其结束情况：${error}`,
  'run.task-failed': ({ task, size }) => `云平台的任务 ${task} 失败；实例为 ${wholeSize(size)}`,
  'run.other-nodes': ({ nodes }) =>
    `实例达到计划规格，但节点与下单的不同：${nodes.map(({ role, id, zone }) => `${zone} 的${roleName(role)} ${id}`).join('、')}`,
  'run.changed-by-others': ({ size, wanted, orders }) =>
    `实例为 ${wholeSize(size)}，而不是 ${wholeSize(wanted)}：被其他人变更，来源${formatTraces(orders)}`,
  'run.ended-at-other-size': ({ size, wanted }) =>
    `变更已结束，实例为 ${wholeSize(size)}，而不是 ${wholeSize(wanted)}`,
  'run.no-order-in-billing': ({ cause }, say) => `${say(cause)}；账单中没有此运行对它的订单`,
  'run.order-of-others': ({ cause, traces }, say) =>
    `${say(cause)}：Refit 为此步骤找到的订单属于其他人：${formatTraces(traces)}`,
  'run.verified': ({ size, billing }) => `回读为 ${wholeSize(size)}${BILLING[billing]}`,
  'run.at-later-size': ({ size }) => `实例为 ${wholeSize(size)}，只有此计划的后续步骤才会产生该规格`,
  'run.verified-by-later': ({ size, billing }) =>
    `回读为 ${wholeSize(size)}，由此计划的后续步骤在此步骤的规格上产生${BILLING[billing]}`,
  'run.at-size-by-others': ({ size, orders }) =>
    `实例为 ${wholeSize(size)}，来源${formatTraces(orders)}：Refit 无法证明这是此运行的订单`,
  'run.unlisted-after-order': () => '已下单，但实例不再被列出',
  'run.not-ended': ({ minutes }) => `已下单，但 ${minutes} 分钟内没有结束`,
};
