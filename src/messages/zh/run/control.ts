/** The answers to control commands, in Chinese. */
import { HOUR } from '../../../units.ts';
import type { control as english } from '../../en/run/control.ts';
import type { TranslationOf } from '../../text.ts';
import { pauserName } from '../names.ts';

const inProgress = (steps: number): string => (steps === 0 ? '没有执行中的变更' : `${steps} 个变更执行中`);

export const control: TranslationOf<typeof english> = {
  'control.drained-by-signal': () => '因信号停止',
  'control.drained-by-operator': ({ by }) => `由 ${by} 排空`,
  'control.drained-after-pause': ({ limit }) => `已暂停 ${limit / HOUR} 小时`,
  'control.paused': ({ inFlight, limit }) =>
    `已暂停：不再开始新订单，Refit 将执行中的订单跟踪到结束（${inProgress(inFlight)}）；如果 ${limit / HOUR} 小时内没有 continue，运行将排空`,
  'control.continued': ({ since }) => `已继续：运行自 ${since} 起处于暂停状态`,
  'control.draining': ({ inFlight }) =>
    `正在排空：不再开始新订单，Refit 将执行中的订单跟踪到结束（${inProgress(inFlight)}）`,
  'control.aborting': ({ inFlight }) =>
    `正在中止：进程立即退出（${inProgress(inFlight)}）；下一次 apply 会先核实未结束的订单`,
  'control.in-flight-set': ({ from, to, inFlight }) =>
    `inFlight 现为 ${to}，原为 ${from}（${inProgress(inFlight)}）`,
  'control.rate-set': ({ from, to }) => `requestsPerSecond 现为 ${to}，原为 ${from}`,
  'control.aborting-already': () => '运行正在中止',
  'control.resting': () => '由于运行只在等待，进程即将结束：请重新发送命令',
  'control.stopping': ({ reason }, say) =>
    `运行正在停止：${typeof reason === 'string' ? reason : say(reason)}`,
  'control.stopping-already': ({ reason }, say) =>
    `运行已经在停止：${typeof reason === 'string' ? reason : say(reason)}`,
  'control.paused-already': ({ since, by }) => `已经暂停，自 ${since} 起，由${pauserName(by)}操作`,
  'control.not-paused': () => '没有暂停',
  'control.out-of-range': ({ setting, isWhole, least, most }) =>
    `${setting} 的取值为 ${least} 至 ${most} 之间的${isWhole ? '整数' : '数字'}`,
  'control.above-approved': ({ setting, most }) =>
    `超过已审批的值：计划中的 ${setting} 为 ${most}；如需更大的值，请排空此运行并制定新计划：refit plan PLAN -o SAVED`,
  'control.set-already': ({ setting, value }) => `${setting} 已经是 ${value}`,
  'control.run-ended': () => '运行已结束',
  'control.journal-failed': () => 'Refit 无法写入运行日志，因此不再下单',
  'control.request-too-long': ({ limit }) => `无法理解请求：超过 ${limit} 个字符`,
  'control.request-not-json': () => '无法理解请求：不是 JSON',
  'control.request-not-object': () => '无法理解请求：不是对象',
  'control.request-kind': () => '无法理解请求：kind 必须是 status 或 command',
  'control.request-command': () => '无法理解请求：未知命令',
  'control.request-operator': () => '无法理解请求：没有说明发送者',
};
