/** What Refit says about a plan whose values fit the schema but not each other, in Chinese. */
import { formatMemory } from '../../en/format-size.ts';
import type { planChecks as english } from '../../en/plan/plan-checks.ts';
import type { TranslationOf } from '../../text.ts';

const AN_EXAMPLE = {
  freeze: '2026-11-10..2026-11-12',
  cron: 'cron: "30 1 * * Tue"',
  timezone: 'timezone: Asia/Shanghai',
} as const;

const EXAMPLE_LABELS: Readonly<Record<string, string>> = { change: 'CHG-20481', owner: 'dba-oncall' };

const KEEP_ONE = '保留两者之一';
const REMOVE_ONE = '删除两者之一';

const unitOf = (unit: 'day' | 'moment'): string => (unit === 'day' ? '日期' : '时刻');

export const planChecks: TranslationOf<typeof english> = {
  'plan-check.no-such-moment': ({ key, written, example }) => ({
    message: `${key} 为 ${written}，该时刻不存在`,
    example: `${key}: ${example}`,
  }),
  'plan-check.conflict': ({ id, dimension, line }) => ({
    message: `两个目标都指定了 ${id}，但 ${dimension} 不同：本行与第 ${line} 行`,
    fix: KEEP_ONE,
  }),
  'plan-check.no-size-fits': ({ atLeast, atMost, written }) => ({
    message: `atLeast 为 ${formatMemory(atLeast)}，atMost 为 ${formatMemory(atMost)}：没有规格能同时满足`,
    fix: `atMost: ${written}`,
  }),
  'plan-check.approval-without-approvers': () => ({
    message: '该批次需要审批，但计划没有指定审批人',
    example: 'approvals: { need: 1, from: approvers.yaml }',
  }),
  'plan-check.nothing-visible': ({ key, of }) => ({
    message: `${of ? '批次名称' : key} 没有可见内容：只有空白或不可见字符`,
    example: `${key}: ${EXAMPLE_LABELS[key] ?? 'canary'}`,
  }),
  'plan-check.wave-name-twice': ({ name }) => ({
    message: `两个批次的名称都是 ${JSON.stringify(name)}`,
    fix: `name: ${name}-2`,
  }),
  'plan-check.rest-twice': () => ({
    message: '两个批次都取剩余实例，第二个批次没有可取的实例',
    example: 'take: 10%',
  }),
  'plan-check.rest-not-last': () => ({
    message: '该批次取全部剩余实例，之后的批次没有可取的实例',
    fix: '将该批次放在最后',
  }),
  'plan-check.waves-take-too-much': ({ percent }) => ({
    message: `各批次合计取目标的 ${percent}%`,
    fix: '最后一个批次使用 take: rest',
  }),
  'plan-check.threshold-always-holds': ({ key, gate }) => ({
    message: gate
      ? `gate.${key} 恒成立：每个批次之后门禁都会失败`
      : `haltWhen.${key} 恒成立：运行会在首次下单之前停止`,
    example: `${key}: "> 0"`,
  }),
  'plan-check.forecast-of-first-wave': () => ({
    message: '第一个批次没有预测值：预测值来自之前批次的实际耗时',
    example: 'duration: "> 15m"',
  }),
  'plan-check.expires-too-long': ({ written, days }) => ({
    message: `expires 为 ${written}，最长为 ${days}d`,
    example: 'expires: 48h',
  }),
  'plan-check.metric-over': ({ written }) => ({
    message: `over 为 ${written}，取值范围为 1m 至 24h`,
    example: 'over: 5m',
  }),
  'plan-check.secret-in-address': () => ({
    message: '地址中包含密钥，任何能读取计划的人都可以使用它',
    fix: 'urlEnv: NOTIFY_URL   并在执行计划的机器上：export NOTIFY_URL=…',
  }),

  'plan-check.time-zone': ({ name, meant }) => ({
    message: `未知时区 ${JSON.stringify(name)}`,
    ...(meant === null ? { example: AN_EXAMPLE.timezone } : { fix: `timezone: ${meant}` }),
  }),
  'plan-check.window-without-length': ({ time, days }) => ({
    message: `时间窗的开启和关闭时间都是 ${time}：可能表示全天，也可能表示没有时间`,
    example: JSON.stringify(`${days} 00:00-24:00`),
  }),
  'plan-check.freeze-does-not-exist': ({ written, unit }) => ({
    message: `${written} 是不存在的${unitOf(unit)}`,
    example: AN_EXAMPLE.freeze,
  }),
  'plan-check.freeze-reversed': ({ from, to }) => ({
    message: `封网期的结束时间 ${to} 早于开始时间 ${from}`,
    fix: `${to}..${from}`,
  }),
  'plan-check.freeze-empty': ({ at }) => ({
    message: `封网期的开始和结束时间都是 ${at}：没有封网效果`,
    example: AN_EXAMPLE.freeze,
  }),
  'plan-check.listed-twice': ({ written }) => ({
    message: `${written} 在列表中出现了两次`,
    fix: REMOVE_ONE,
  }),
  'plan-check.last-start-too-long': ({ written, longest, suggested }) => ({
    message: `lastStart 为 ${written}，而最长的时间窗只有 ${longest}m：任何步骤都无法开始`,
    example: `lastStart: ${suggested}m`,
  }),

  'plan-check.schedule-without-time': () => ({
    message: '定时设置没有时间：需要 cron 或 once',
    example: AN_EXAMPLE.cron,
  }),
  'plan-check.schedule-two-times': () => ({
    message: '定时设置同时有 cron 和 once',
    fix: '只保留 cron 和 once 之一',
  }),
  'plan-check.cron-without-zone': () => ({
    message: 'cron 没有时区，无法确定触发时间',
    example: AN_EXAMPLE.timezone,
  }),
  'plan-check.once-with-zone': () => ({
    message: 'timezone 只用于 cron；once 的时刻自带时区',
    fix: '删除该键',
  }),
  'plan-check.skip-with-limit': () => ({
    message: 'catchUpWithin 限制补跑的时限，而 catchUp: skip 从不补跑',
    fix: REMOVE_ONE,
  }),
  'plan-check.cron-invalid': ({ cron, cause }) => ({
    message: `cron 为 ${JSON.stringify(cron)}：${cause}`,
    example: `${AN_EXAMPLE.cron}   （分 0-59，时 0-23，日 1-31，月 1-12，星期 Sun-Sat）`,
  }),
  'plan-check.cron-never-due': ({ cron }) => ({
    message: `cron 为 ${JSON.stringify(cron)}，永远不会触发`,
    example: AN_EXAMPLE.cron,
  }),
};
