/** What happened to one step, entry by entry, in Chinese. */
import type { AfterRefusal } from '../../../model.ts';
import { money } from '../../en/quantities.ts';
import type { timeline as english } from '../../en/run/timeline.ts';
import type { TranslationOf } from '../../text.ts';
import { outcomeName, statusName } from '../names.ts';
import { hours, size as sizeText } from '../quantities.ts';

const NEXT = {
  'try-again': 'Refit 将再次下单',
  'read-first': 'Refit 先读取实例',
  wait: 'Refit 等待后再次下单',
  skip: '此步骤结束',
  halt: '运行停止',
} as const satisfies Record<AfterRefusal, string>;

export const timeline: TranslationOf<typeof english> = {
  'step.read': ({ status, size }) => `下单前读取：${statusName(status)}，${sizeText(size)}`,
  'step.intent': ({ attempt, size }) => `第 ${attempt} 次订单已记录，现在发出：${sizeText(size)}`,
  'step.not-sent': ({ reason }, say) => `订单未发出：${say(reason)}`,
  'step.accepted': ({ order }) => `云平台已受理订单 ${order}`,
  'step.refused': ({ code, text, next }) => `云平台拒绝，错误码 ${code}：“${text}”；${NEXT[next]}`,
  'step.no-answer': ({ reason }, say) => `没有应答：${say(reason)}；Refit 通过读取核实`,
  'step.resolved': ({ executed, order, evidence }, say) =>
    `订单${executed ? '已执行' : '未执行'}${order === null ? '' : `，编号 ${order}`}：${say(evidence)}`,
  'step.deferred': ({ window }) => `等待其维护时间窗 ${hours(window)}`,
  'step.began': ({ evidence, warning }, say) => `变更已开始：${say(warning ?? evidence)}`,
  'step.ended': ({ outcome, cause }, say) => `${outcomeName(outcome)}：${say(cause)}`,
  'step.billed': ({ billed }) => `计费 ${money(billed.amount, billed.currency)}`,
};
