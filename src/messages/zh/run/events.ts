/** The events of a run in Chinese, for screens and notifications. */
import type { WakesOn } from '../../../model.ts';
import type { events as english, OfWave } from '../../en/run/events.ts';
import type { TranslationOf } from '../../text.ts';
import { endedName, gateOutcomeName, judgeName, nextName, outcomeName, phaseName } from '../names.ts';
import { duration, hours } from '../quantities.ts';

const STARTED = { apply: '执行', resume: '继续', reconcile: '核对' } as const;

/** What ends a rest before its time. */
const EARLIER = {
  time: '',
  approval: '，或直到获得审批',
  control: '，或直到操作员继续',
} as const satisfies Record<WakesOn, string>;

const formatWave = ({ number, of, name }: OfWave): string => `批次 ${number}/${of}（${name}）`;

/** `step` is a step id, or the instance with its change. */
export const events: TranslationOf<typeof english> = {
  'event.run-started': ({ doing, plan, digest, steps, by, cutOff }) => {
    const torn = cutOff > 0 ? `；Refit 截去了 ${cutOff} 字节的不完整记录` : '';
    const operator = by === null ? '' : `，操作人 ${by}`;
    return `${STARTED[doing]} ${plan}（${digest.slice(0, 8)}），${steps} 个步骤${operator}${torn}`;
  },
  'event.adopted': ({ by, reason }, say) => `由 ${by} 接管，原因：${say(reason)}`,
  'event.approved': ({ wave, by }) => `${wave === null ? '计划' : `批次 ${wave}`}已由 ${by} 审批`,
  'event.approved-for-policy': ({ by }) => `计划已按策略要求由 ${by} 审批`,
  'event.approval-awaited': ({ until, missing }, say) => `等待审批至 ${until}：${say(missing)}`,
  'event.wave-started': ({ steps, ...wave }) => `${formatWave(wave)}开始：${steps} 个步骤`,
  'event.wave-ended': (wave) => `${formatWave(wave)}已结束`,
  'event.lock-taken-over': ({ pid, host, purpose }) => `接管自 ${host} 上的进程 ${pid}（${purpose}）`,
  'event.wave-soaks': ({ soak, ...wave }) => `${formatWave(wave)}已结束；观察期 ${duration(soak)}`,
  'event.gate': ({ wave, judge, outcome, shadow, judged, next }, say) => {
    const paused = next === 'pause' ? '；运行已暂停，直到操作员继续' : '';
    return `批次 ${wave} 之后的门禁：${judgeName(judge)}${gateOutcomeName(outcome)}${shadow ? '（仅记录）' : ''}，${say(judged)}${paused}`;
  },
  'event.control-command': ({ by, command, value, accepted, answer }, say) =>
    `${by}：${command}${value === null ? '' : ` ${value}`} ${accepted ? '已接受' : '被拒绝'}，${say(answer)}`,
  'event.not-notified': ({ to, event, cause }, say) => `未能通知 ${to}（${phaseName(event)}）：${say(cause)}`,
  'event.handed-over': ({ place, run, by }) => `由 ${by} 移交给存储库 ${place}：作为运行 ${run} 继续`,
  'event.rested': ({ until, wakesOn, reason }, say) => `休眠至 ${until}${EARLIER[wakesOn]}：${say(reason)}`,
  'event.stopping': ({ because, reason }, say) => {
    const fix = say.fix(reason);
    return `正在停止（${endedName(because)}）：${say(reason)}${fix === '' ? '' : `（处理方法：${fix}）`}`;
  },
  'event.intent': ({ step }) => `${step}：即将下单，尚未发送`,
  'event.accepted': ({ step, order, requestId, sentAt }) =>
    `${step}：已受理，订单 ${order}（请求 ${requestId}），发送于 ${sentAt}`,
  'event.refused': ({ step, code, next }) => `${step}：被拒绝，${code}（${nextName(next)}）`,
  'event.no-answer': ({ step, reason, sentAt }, say) =>
    `${step}：${sentAt} 发送的订单没有应答（${say(reason)}）；Refit 通过读取核实`,
  'event.resolved': ({ step, executed, order, evidence }, say) =>
    `${step}：${executed ? '已执行' : '未执行'}${order === null ? '' : `，订单 ${order}`}，${say(evidence)}`,
  'event.deferred': ({ step, window }) => `${step}：已受理，等待其时间窗 ${hours(window)}`,
  'event.began': ({ step, warning }, say) => `${step}：${say(warning)}`,
  'event.step-ended': ({ step, outcome, cause }, say) => `${step}：${outcomeName(outcome)}，${say(cause)}`,
  'event.run-ended': ({ because, exitCode }) => `已结束（${endedName(because)}），退出码 ${exitCode}`,
  'event.unwritten': ({ entries }) => `已知但未写入磁盘（${entries} 条记录）；下一次 apply 会从云平台读取：`,
};
