/** Headings and phrases of the report of a run, in Chinese. */
import type { Bill } from '../../../model.ts';
import type { report as english } from '../../en/page/report.ts';
import { count, instant, join, memory, money, timeOfDay } from '../../en/quantities.ts';
import type { InWords } from '../../words.ts';
import { endedName } from '../names.ts';
import { amounts, duration, quantities } from '../quantities.ts';

const { quotes } = quantities;

const BILLS: Readonly<Record<Bill, string>> = {
  'as-quoted': '与报价一致',
  differs: '与报价不同',
  'not-read': '未读取',
  'not-quoted': '未询价',
  'by-the-hour': '按量计费',
};

const tables: InWords<typeof english.tables> = {
  signatures: '审批',
  attention: '需要处理',
  waves: '批次',
  gates: '门禁',
  processes: '进程',
  commands: '控制命令',
  notifications: '通知',
  'run-waits': '运行的等待',
  'step-waits': '步骤的等待',
  attempts: '多次尝试或没有明确应答的步骤',
  'approved-with': '审批时的检查结果',
  money: '费用',
  'billed-otherwise': '与报价不同的账单',
  blocked: '被阻断的目标',
  steps: '步骤',
  unchanged: '无需变更的目标',
  actions: '按接口统计的调用',
};

const sections: InWords<typeof english.sections> = {
  problems: '问题',
  approvals: '审批',
  outcomes: '结果',
  amounts: '内存和费用',
  approval: '审批时的检查结果',
  time: '时间线',
  rate: '调用',
  all: '所有目标',
};

const charts: InWords<typeof english.charts> = {
  outcomesTitle: '所有步骤的结果',
  noSteps: '没有步骤',
  timelineTitle: '按批次的运行时间线',
  timelineRegion: '时间线图表',
  timelineCaption: '每个步骤一条，从首次下单到结束，按结果着色，时间为 UTC。带虚线边缘的浅色条没有结束记录。',
  marksCaption: '虚线标记控制命令以及进程的结束和开始；灰色时段没有进程执行该运行。',
  startedBetween: (steps, from, to) =>
    `${instant(from)} 至 ${instant(to)} 之间开始了 ${count(steps)} 个步骤。`,
  wave: (name, steps, notVerified) =>
    join([name, `${count(steps)} 个步骤`, notVerified > 0 && `${count(notVerified)} 个未验证`], '，'),
  notEnded: '未结束',
  stepEnd: (ms, outcome) => `${duration(ms)}，${outcome}`,
  moreMarks: (marks) => `另有 ${count(marks)} 个标记`,
  commandMark: (label, accepted) => (accepted ? label : `${label}（被拒绝）`),
  commandTitle: (label, user, accepted, message) =>
    `${user} 的 ${label}，${accepted ? '已接受' : '被拒绝'}：${message}`,
  died: '终止',
  stopped: '停止',
  noProcess: (reason) => `没有进程：${reason}`,
  resumed: '继续',
  reconcile: '核对',
  resumedTitle: (label, user, host, pid) => `${label}：${user} 在 ${host}，进程 ${pid}`,
  durationsTitle: '变更耗时',
  durationsRegion: '耗时图表',
  durationsCaption: '按耗时统计的变更数，从下单到结束。如果变更等待了维护时间窗，则从变更开始时计时。',
  durationsBar: (steps, from, to) => `${count(steps)} 个步骤：${duration(from)} 至 ${duration(to)}`,
  steps: (steps) => `${count(steps)} 个步骤`,
  median: (ms) => `中位数 ${duration(ms)}`,
  longest: (ms) => `最长 ${duration(ms)}`,
  durations: (steps, median, p95, longest) =>
    `${count(steps)} 个步骤：中位数 ${duration(median)}，第 95 百分位 ${duration(p95)}，最长 ${duration(longest)}。`,
  callsTitle: '各接口每秒调用次数',
  callsRegion: '每秒调用次数图表',
  callsPeak: (peak) => `每秒峰值：${peak}`,
  callsOf: (action, calls, peak) => `${action}：${count(calls)} 次调用，每秒峰值 ${peak}`,
  callsCaption: (limit, rate, each) => {
    const plan = rate === limit ? '计划的频率与之相同。' : `虚线为计划的频率，每秒 ${rate} 次。`;
    const grouped = each > 1 ? `每列覆盖 ${each} 秒，显示其中一秒的峰值。` : '';
    return `每秒调用次数，每个接口一条，时间为 UTC。实线为云平台对每个接口的限制，每秒 ${limit} 次。${plan}${grouped}`;
  },
  memoryTitle: '所有计划变更实例的内存',
  memoryCaption: '含副本。“当前”为 Refit 最后读取的规格。',
  before: '变更前',
  planned: '计划',
  now: '当前',
  quoted: '报价',
  verified: '已验证',
  billed: '账单',
  priceTitle: (basis, currency) => `${basis === 'once' ? '一次性费用' : '每小时价格'}，${currency}`,
  priceCaption: (withBills) => `云平台对所有步骤和已验证步骤的报价${withBills ? '，以及账单' : ''}。`,
};

/** Where a person confirmed a plan. The rest are options. */
const CONFIRMED: Readonly<Record<string, string>> = {
  prompt: '在提示处确认',
  console: '在 Web 控制台确认',
};

export const report: InWords<typeof english> = {
  kind: 'Refit 审计报告',
  title: (plan) => `${plan}：审计报告`,
  tables,
  sections,
  charts,
  mostUrgent: (shown, of) => `${count(of)} 个中最严重的 ${shown} 个，其余见所有步骤的表格。`,
  plan: '计划 ',
  journalHead: '运行日志头哈希 ',
  toCheck: (entries) => `，${count(entries)} 条记录。离线校验：`,
  computed: 'Refit 仅根据封存计划和运行日志生成此报告。格式 ',
  end: '。',
  hourlyNote: '按量计费的变更没有一次性账单。',
  differsNote:
    '包年包月的报价覆盖当前周期的剩余时间。如果 Refit 在之后的日期下单，账单或退款覆盖的天数会减少。其他差异请核查。',
  notStarted: '未开始',
  inProgress: '进行中',
  shadow: (outcome) => `${outcome}（仅记录）`,
  accepted: '已接受',
  refused: '被拒绝',
  delivered: '是',
  notDelivered: '否',
  example: (text) => `示例：${text}`,

  // Facts of a run.
  planFact: (digest, file, sealedAt) => `${digest}，${file}，封存于 ${instant(sealedAt)}`,
  endedFact: (at, ms) => `${instant(at)}，耗时 ${duration(ms)}`,
  restsFact: (until, reason) => `至 ${instant(until)}：${reason}`,
  startsFact: (starts) => `${count(starts)} 个（继续了 ${count(starts - 1)} 次）`,
  operatorFact: (user, host) => `${user}（${host}）`,
  memoryFact: (before, planned, now) =>
    `变更前 ${memory(before)}，计划 ${memory(planned)}，当前 ${memory(now)}`,
  signedPlan: '计划',
  signedWave: (wave) => `批次 ${wave}`,
  forPolicy: (what) => `${what}（策略要求）`,
  signedBy: (what, signers) => `${what}：${signers.join('、')}`,
  noSignature: '无需签名',
  confirmedBy: (by, how, at) => `${by}，${CONFIRMED[how] ?? `使用 --${how}`}，${instant(at)}`,
  identity: (account, user, details) => `账号 ${account}，用户 ${user}（${details}）`,
  identityUnknown: (reason) => `未知：${reason}`,
  ofProfile: (profile, identity) => `${profile}：${identity}`,
  noPolicy: '无',
  policyFrom: (digest, files) => `${digest}，来自 ${files.join('、')}`,
  quotedFact: (quoted, verified) =>
    `报价 ${quotes(quoted)}；其中已验证的步骤 ${verified.length === 0 ? '无' : quotes(verified)}`,
  billedFact: (billed, { once, asQuoted, differs, notQuoted, hourly, notRead, none }) => {
    const compared = (
      [
        ['as-quoted', asQuoted],
        ['differs', differs],
        ['not-quoted', notQuoted],
      ] as const
    ).filter(([, number]) => number > 0);
    const details = compared.map(([bill, number]) =>
      number === once ? BILLS[bill] : `${count(number)} 个${BILLS[bill]}`,
    );
    return join(
      [
        once > 0 &&
          `${count(once)} 个订单一次性 ${amounts(billed)}${details.length === 0 ? '' : `（${details.join('，')}）`}`,
        hourly > 0 && `${count(hourly)} 个订单按量计费`,
        notRead > 0 && `${count(notRead)} 个账单未读取`,
        none > 0 && `${count(none)} 个订单没有账单`,
      ],
      '；',
    );
  },
  callsFact: (calls, refused) =>
    `${calls.map(([action, number]) => `${action} ${count(number)} 次`).join('，')}；${refused === 0 ? '没有调用' : `${count(refused)} 次`}因频率限制被拒绝`,
  adoption: (by, at, seq, adopted, reason) => {
    const writer = adopted === 0 ? '之前没有记录' : `第 1 至 ${adopted} 条记录的写入者未知`;
    return `${by}，${instant(at)}，第 ${seq} 条记录：${writer}，原因：${reason}`;
  },

  // Waits of a run.
  pausedBy: (by) => `由${/^[\w@]/.test(by) ? ' ' : ''}${by} 暂停`,
  gateAfter: (wave) => `批次 ${wave} 之后的门禁`,
  soakAfter: (wave) => `批次 ${wave} 之后`,
  processDied: '其进程已终止，或被中止',
  rested: (reason) => `休眠：${reason}`,
  handedOver: (place) => `移交给 ${place}`,
  endedBecause: (because) => `已结束：${endedName(because)}`,

  // One step.
  attempt: (attempt, at, answer, { reason, order }) =>
    `第 ${attempt} 次尝试，${timeOfDay(at)}：${join([answer, reason, order !== null && `订单 ${order}`], '，')}`,
  codeAndMessage: (code, message) => join([code, message], '：'),
  resolved: (at, executed, evidence) =>
    `${timeOfDay(at)} 核实：${executed ? '已执行' : '未执行'}，${evidence}`,
  delay: (name, ms) => `${name} ${duration(ms)}`,
  billOf: (billed) => `账单 ${money(billed.amount, billed.currency)}`,
  billAsQuoted: (bill) => `${bill}，与报价一致`,
  billInOtherCurrency: (bill, currency) => `${bill}，报价币种为 ${currency}`,
  billDiffers: (bill, difference, currency, estimated) =>
    `${bill}，比报价${difference > 0 ? '多' : '少'} ${money(Math.abs(difference), currency)}${estimated ? '（估算）' : ''}`,
  billedByTheHour: '按量计费',
  billNotRead: '未读取账单',
};
