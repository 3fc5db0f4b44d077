/** What gates judge after a wave, in Chinese. */
import type { Comparison } from '../../../model.ts';
import { MINUTE } from '../../../units.ts';
import { formatThreshold } from '../../en/format-size.ts';
import type { gates as english } from '../../en/run/gates.ts';
import type { TranslationOf } from '../../text.ts';
import { duration } from '../quantities.ts';

const formatSeconds = (ms: number): string =>
  ms < MINUTE ? `${Math.round(ms / 100) / 10} 秒` : duration(ms);

const formatFigure = (value: number): string => String(Math.round(value * 100) / 100);

/** The first three, and how many there are. */
function firstOf(list: readonly string[]): string {
  return `${list.slice(0, 3).join('、')}${list.length > 3 ? ` 等 ${list.length} 个` : ''}`;
}

const failsAt = ({ operator, value }: Comparison): string => `${operator} ${value} 时失败`;

export const gates: TranslationOf<typeof english> = {
  'gate.count': ({ judge, counted, of, threshold }) =>
    `${of} 个步骤中有 ${counted} 个${judge === 'unknown' ? '结果未知' : '失败或被拒绝'}，"${formatThreshold(threshold)}" 时失败`,
  'gate.none-verified': () => '该批次没有已验证的变更',
  'gate.no-forecast': () => '之前的批次没有已验证的变更：没有预测值',
  'gate.duration': ({ took, of, fails, forecast }) => {
    const limit =
      forecast === null
        ? formatSeconds(fails.value)
        : `预测值 ${formatSeconds(forecast)} 的 ${fails.value} 倍`;
    return `${of} 个变更的耗时中位数为 ${formatSeconds(took)}，${fails.operator} ${limit} 时失败`;
  },
  'gate.nothing-to-read': () => '该批次没有已验证的变更：没有可读取的内容',
  'gate.metric-fails': ({ metric, fails, failing }) =>
    `${firstOf(failing.map(({ instance, figure }) => `${instance} 的 ${metric} 为 ${formatFigure(figure)}`))}，${failsAt(fails)}`,
  'gate.metric-missing': ({ metric, missing, of }) =>
    `${of} 个实例中有 ${missing.length} 个没有 ${metric} 数据：${firstOf(missing)}`,
  'gate.metric-passes': ({ metric, of, worst, fails }) =>
    `${of} 个实例的 ${metric} 最差为 ${formatFigure(worst)}，${failsAt(fails)}`,
  'gate.metric-late': ({ metric }) => `未能及时读取 ${metric}`,
  'gate.metric-unreadable': ({ metric, fault }, say) =>
    `无法读取 ${metric}：${say(fault)}${say.fix(fault) === '' ? '' : `（处理方法：${say.fix(fault)}）`}`,
  'gate.command-ended': ({ exitCode, lastLine }) =>
    `退出码 ${exitCode}${lastLine === '' ? '' : `：${lastLine}`}`,
  'gate.command-not-allowed': () => '此处不允许运行命令',
  'gate.url-answered': ({ status }) => `返回 ${status}`,
  'gate.url-late': () => '未及时应答',
  'gate.not-judged': ({ error }) => error,
};
