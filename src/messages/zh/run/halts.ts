/** Why a run stops starting new orders, in Chinese. */
import { formatThreshold } from '../../en/format-size.ts';
import type { halts as english } from '../../en/run/halts.ts';
import type { TranslationOf } from '../../text.ts';
import { gateOutcomeName, judgeName } from '../names.ts';

/** What happens to orders in flight when a run stops. */
const FOLLOWED = {
  now: 'Refit 将执行中的订单跟踪到结束',
  'maintenance-window': 'Refit 将执行中的订单跟踪到结束；等待时间窗的变更留给下一次 apply',
} as const;

const HALT_FIX = {
  unknown: 'refit reconcile RUN 通过读取核实这些结果；然后再次 apply：继续执行其余步骤',
  failed: '在报告中查看这些步骤，然后再次 apply：继续执行其余步骤',
} as const;

export const halts: TranslationOf<typeof english> = {
  'halt.refused': ({ code, reason }, say) => ({
    message: `${code}：${say(reason)}`,
    fix: say.fix(reason) || 'refit doctor',
  }),
  'halt.order-unpaid': ({ code, order, instance }) => ({
    message: `${code}：${instance} 的订单 ${order} 未支付`,
    fix: `在腾讯云控制台支付或取消订单 ${order}`,
  }),
  'halt.reads-too-old': ({ minutes }) => ({
    message: `${minutes} 分钟内没有足够新的实例读数可用于下单`,
    fix: '检查网络：应答耗时过长',
  }),
  'halt.unsent': ({ minutes, reason }, say) => ({
    message: `${minutes} 分钟内没有订单能够发出：${say(reason)}`,
    fix: '使用 refit doctor 检查网络和密钥',
  }),
  'halt.read-failed': ({ error, fix: written, isCredentials }, say) => {
    const fix = (typeof error !== 'string' && say.fix(error)) || written;
    return {
      message: typeof error === 'string' ? error : say(error),
      fix: isCredentials ? `${fix}；refit doctor 显示更多信息` : fix,
    };
  },
  'halt.unreachable': ({ minutes, fault }, say) => ({
    message: `${minutes} 分钟内无法连接云平台：${say(fault)}`,
    fix: say.fix(fault),
  }),
  'halt.limit-refusals': ({ minutes, region, code }) => ({
    message: `${minutes} 分钟内 ${region} 的所有订单都因请求频率限制被拒绝（${code}）`,
    fix: '等待此账号上的其他下单停止，或提交工单核查频率限制',
  }),
  'halt.threshold': ({ counts, wave, threshold, counted }) => ({
    message: `${wave === null ? '' : `批次 ${wave} 的 `}haltWhen ${counts}：达到 "${formatThreshold(threshold)}"，当前为 ${counted}`,
    fix: HALT_FIX[counts],
  }),
  'halt.gate': ({ wave, judge, outcome, judged }, say) => ({
    message: `批次 ${wave} 之后的门禁失败：${judgeName(judge)}${gateOutcomeName(outcome)}，${say(judged)}`,
    fix: '排除原因，然后再次 apply：Refit 会重做结果可能变化的检查',
  }),
  'halt.drained': ({ by, switch: when }, say) => `${say(by)}：${FOLLOWED[when]}`,
  'halt.finish-by': ({ finishBy }) => `已到 finishBy ${finishBy}`,
  'halt.windows-closed': ({ closed }, say) => say(closed),
  'halt.not-approved': ({ missing, fix }, say) => ({
    message: missing.map((one) => say(one)).join('；'),
    fix: typeof fix === 'string' ? fix : say(fix),
  }),
  'halt.by-policy': ({ reasons, fix }, say) => ({
    message: `策略拒绝该计划：${reasons.map((one) => say(one)).join('；')}`,
    fix: (reasons[0] && say.fix(reasons[0])) || fix,
  }),
  'halt.policy-unreadable': ({ error }, say) => ({
    message: `无法读取策略：${typeof error === 'string' ? error : say(error)}`,
    fix: 'refit policy check',
  }),
  'halt.approval-required': ({ wave }) => `批次 ${wave} 需要审批`,
};
