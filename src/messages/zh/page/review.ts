/** Headings and phrases of a plan review, in Chinese. */
import type { review as english } from '../../en/page/review.ts';
import { count, instant, join, memory, money } from '../../en/quantities.ts';
import type { InWords } from '../../words.ts';
import { basisText, inDays } from '../names.ts';
import { duration, quantities } from '../quantities.ts';

export const review: InWords<typeof english> = {
  kind: 'Refit 计划评审',
  title: (plan) => `${plan}：计划评审`,
  sections: {
    findings: '检查结果',
    effects: '影响',
    memory: '内存',
    cost: '费用',
    changes: '变更',
    unchanged: '无需变更的目标',
  },
  findingsHeading: (counts) => `检查结果：${counts}`,
  memoryTitle: '所有计划变更实例的内存',
  memoryCaption: '所有变更实例的合计，含副本。',
  before: '变更前',
  planned: '计划',
  notSealed: '此计划没有封存，没有摘要。',
  digest: '摘要 ',
  sealed: (at) => `，封存于 ${instant(at)}。`,
  changesNote: '内存为每分片内存。',
  kindsHeading: '按类型统计的变更',

  // Rollbacks.
  rollbackVerdict: { possible: '可以回滚', refused: '会被拒绝', unknown: '未知' },
  needs: (verdict, mb) => `${verdict}，需要 ${memory(mb)}`,
  allPossible: (instances) => `本次运行之后，全部 ${count(instances)} 个实例可以回滚`,
  rollbacks: (instances, refused, unknown) => {
    const parts = [refused > 0 && `${count(refused)} 个会被拒绝`, unknown > 0 && `${count(unknown)} 个未知`];
    return `本次运行之后，${count(instances)} 个回滚中：${join(parts, '，')}`;
  },

  // Facts of a plan.
  targets: (instances, steps, blocked, unchanged) =>
    `${count(instances)} 个实例，${count(steps)} 个步骤；${count(blocked)} 个被阻断，${count(unchanged)} 个无需变更`,
  monitoring: (calls) => `为读取已用内存调用了 ${count(calls)} 次（每月超过 1,000,000 次的部分计费）`,
  price: (sums, unpriced) =>
    join([quantities.quotes(sums), unpriced > 0 && `${count(unpriced)} 个步骤没有价格`], '；'),
  costNotAsked: (command) => `未查询价格。查询：${command}`,
  costNotKnown: (codes) => `已查询，但未知：参见 ${codes.join('、')}`,
  hourlyByMonth: ({ amount, currency }, isShort) =>
    isShort
      ? `总价 ${money(amount, currency)}`
      : `按量计费实例：运行后总价 ${money(amount, currency)}，增加多少未知`,
  prepaidByMonth: ({ amount, currency }, isShort) => {
    const more = `${amount > 0 ? '+' : ''}${money(amount, currency)}`;
    return isShort ? `增加 ${more}` : `包年包月实例：${more}`;
  },
  withoutTerm: (steps) => `${count(steps)} 个包年包月步骤的周期未知`,
  patience: (ms) => `没有应答达 ${duration(ms)}后，Refit 才会再次下单`,
  fleet: (instances, readAt, source) =>
    `${count(instances)} 个实例，读取于 ${instant(readAt)}（${source === 'live' ? '线上' : source}）`,
  planner: (name, fingerprint, verified) =>
    verified ? `${name}（${fingerprint}）` : `未核实：${fingerprint} 自称 ${name}`,
  memory: (before, after) => `${memory(before)} → ${memory(after)}，含副本`,
  orders: (orders, leastMs, { requestsPerSecond, inFlight }) => {
    const takes = leastMs < 1000 ? '1 秒内发出' : `至少用 ${duration(leastMs)}发出`;
    return `${count(orders)} 个，${takes}；每秒最多 ${requestsPerSecond} 个，最多 ${inFlight} 个并发`;
  },
  manyWaves: (waves, least, most) =>
    `${count(waves)} 个批次，每批 ${least === most ? count(least) : `${count(least)} 至 ${count(most)}`} 个步骤`,
  noWindow: '一年内没有时间窗开启',
  localWindow: (local) =>
    inDays(
      local
        .replace(/^open now, no end/, '已开启，无结束时间')
        .replace(/^open now, until /, '已开启，至 ')
        .replace(/^from (.*) on(?= |$)/, '自 $1 起')
        .replace(/ to (?=\w{3} \d{4}-)/, ' 至 '),
    ),
  opensAt: (local, at) => `${local}（${instant(at)} 开启）`,
  allFit: '可容纳所有订单',
  notAllFit: '不能容纳所有订单；在下一个时间窗继续',
  leftAtClose: '关闭时，执行中的订单留给下一次 apply',
  startInWindows: '变更在这些时间窗内开始',
  haltsIf: (thresholds) => `满足 ${thresholds}`,
  waitsForWindow: (window) => `等待其时间窗 ${window}`,

  // How the plan is rolled out.
  waitsForApproval: (ms) => `为其单独的审批最多等待 ${duration(ms)}`,
  slowStart: '从 1 个并发步骤开始，随步骤验证逐步翻倍',
  longestFirst: '耗时最长的变更最先开始',
  waveHaltsIf: (thresholds) => `该批次满足 ${thresholds} 时停止`,
  soaks: (ms) => `然后观察 ${duration(ms)}`,
  resizeTakes: (operator, limitMs, times) =>
    `变更耗时 ${operator} ${limitMs === null ? `预测值的 ${times} 倍` : duration(limitMs)}`,
  checkFails: {
    'gate-metric': '其指标未通过',
    'gate-url': '其地址未通过',
    'gate-command': '其命令未通过',
  },
  gate: (conditions, effect) => {
    const then =
      effect === 'shadow'
        ? '仅记录：结果不会停止运行'
        : `无定论时，运行${effect === 'pause' ? '暂停' : '停止'}`;
    return `然后门禁在以下情况失败：${conditions.join(' 或 ')}；${then}`;
  },
  threshold: (name, { operator, value, base }) =>
    `${name} ${operator} ${value}${base === 'count' ? '' : `% of ${base}`}`,
  thresholds: (all) => all.join(' 或 '),
  maxInFlight: (most, by) => `每个 ${by} 最多 ${most} 个并发`,
  groups: (groups, largest) => `${count(groups)} 个分组，最大的有 ${count(largest)} 个实例`,
  alone: (instances, by) => `${count(instances)} 个实例没有 ${by}，各自成为一个分组`,

  // The forecast.
  likely: (p50Ms, p90Ms) => `p50 ${duration(p50Ms)}，p90 ${duration(p90Ms)}`,
  overWindows: (windows) => `，跨 ${windows} 个时间窗`,
  byWave: (waves) => `；${waves.map(([name, ms]) => `${name} ${duration(ms)}`).join(' · ')}`,
  basis: basisText,
  mayTake: (fromMs, toMs) => `；因此运行可能需要 ${duration(fromMs)} 至 ${duration(toMs)}`,
  reads: (calls, measured) => {
    const about = calls.map(([action, times]) => `${action} ${count(times)} 次`);
    const billed =
      measured > 0 ? [`门禁的 GetMonitorData ${count(measured)} 次（每月超过 1,000,000 次的部分计费）`] : [];
    return `约 ${[...about, ...billed].join('，')}`;
  },
};
