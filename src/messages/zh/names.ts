/** The names of states and kinds in Chinese. A value of no list stays as it is. Users type these values in English only. */
import type { Verdict } from '../../model.ts';

/** A name of a table, or the value itself. */
const nameIn =
  (names: Readonly<Record<string, string>>) =>
  (value: string): string =>
    Object.hasOwn(names, value) ? names[value]! : value;

export const outcomeName = nameIn({
  verified: '已验证',
  failed: '失败',
  refused: '被拒绝',
  drifted: '已漂移',
  skipped: '已跳过',
  unknown: '未知',
  'not-run': '未执行',
});

/** Why a run ended. */
export const endedName = nameIn({
  done: '已完成',
  halted: '已停止',
  drained: '已排空',
  'finish-by': '已到截止时间',
  'window-closed': '时间窗已关闭',
  'not-approved': '未获审批',
  'policy-refused': '策略拒绝',
  reconciled: '已核对',
});

/** The status of an instance. */
export const statusName = nameIn({
  initialising: '初始化中',
  processing: '处理中',
  running: '运行中',
  isolated: '已隔离',
  deleting: '删除中',
  unrecognised: '未识别',
});

export const billingName = nameIn({ prepaid: '包年包月', postpaid: '按量计费' });

/** What a gate judges by. */
export const judgeName = nameIn({
  failed: '失败数',
  unknown: '未知数',
  duration: '耗时',
  metric: '指标',
  command: '命令',
  url: '地址',
});

export const gateOutcomeName = nameIn({ success: '通过', failure: '未通过', inconclusive: '无定论' });

/** The moments of hooks and notifications. */
export const phaseName = nameIn({
  'run-start': '运行开始',
  'wave-start': '批次开始',
  'wave-end': '批次结束',
  gate: '门禁',
  approval: '审批',
  halt: '停止',
  unknown: '结果未知',
  'run-end': '运行结束',
  end: '运行结束',
});

/** What the engine does after a refusal. */
export const nextName = nameIn({
  'try-again': '重试',
  'read-first': '先读取',
  wait: '等待',
  skip: '跳过',
  halt: '停止',
});

export const roleName = nameIn({ master: '主节点', replica: '副本' });

/** How a task of the provider stands. */
export const taskResultName = nameIn({
  pending: '等待中',
  running: '执行中',
  done: '已完成',
  failed: '失败',
  unrecognised: '未识别',
});

/** Who paused a run: an operator, or a gate as `journal/fold-run.ts` names it. */
export function pauserName(by: string): string {
  const wave = /^the gate after wave (.*)$/s.exec(by)?.[1];
  return wave === undefined ? ` ${by} ` : `批次 ${wave} 之后的门禁`;
}

export const severityName = nameIn({ error: '错误', warning: '警告', note: '提示' });

const CHARACTERS = nameIn({
  'a no-break space': '不换行空格',
  'an invisible soft hyphen': '不可见的软连字符',
  'an invisible zero-width space': '不可见的零宽空格',
  'an invisible joiner': '不可见的连接符',
  'an invisible mark of direction': '不可见的方向标记',
  'a line separator': '行分隔符',
  'a paragraph separator': '段落分隔符',
  'an invisible word joiner': '不可见的词连接符',
  'a full-width space': '全角空格',
  'an invisible byte-order mark': '不可见的字节顺序标记',
  'a typographic hyphen': '排版连字符',
  'a no-break hyphen': '不换行连字符',
  'a figure dash': '数字连接号',
  'an en dash': '短破折号',
  'an em dash': '长破折号',
  'a minus sign': '减号',
  'a curly quote': '弯引号',
  'a sign for "at most"': '小于等于号',
  'a sign for "at least"': '大于等于号',
  'a multiplication sign': '乘号',
  'an ideographic comma': '顿号',
  'an invisible character': '不可见字符',
});

const PUNCTUATION = nameIn({
  comma: '逗号',
  colon: '冒号',
  semicolon: '分号',
  'full stop': '句点',
  'opening brace': '左花括号',
  'closing brace': '右花括号',
  'opening bracket': '左方括号',
  'closing bracket': '右方括号',
  'double quote': '双引号',
  'single quote': '单引号',
});

/** A character that looks like another one: `全角冒号`. @param name as `odd-characters.ts` names it. */
export function characterName(name: string): string {
  const wide = /^a full-width (.+)$/.exec(name);
  const known = CHARACTERS(name);
  return known === name && wide !== null ? `全角${PUNCTUATION(wide[1]!)}` : known;
}

/** Where durations come from, as `plan/forecast/durations.ts` says it; another text stays as it is. */
export function basisText(basis: string): string {
  const measured = /^([\d,]+) verified changes? of ([\d,]+) past runs?$/.exec(basis);
  if (measured !== null) return `${measured[2]} 次历史运行中的 ${measured[1]} 个已验证变更`;
  const assumed = /^no past run: assumed (\d+) s to (\d+) min for each change/.exec(basis);
  return assumed === null
    ? basis
    : `没有历史运行：假定每个变更 ${assumed[1]} 秒至 ${assumed[2]} 分钟，因为云平台没有公布耗时`;
}

const UNITS = nameIn({ ms: '毫秒', s: '秒', m: '分', h: '小时', d: '天' });

/** What a rule of a policy demands, as `policy/describe-policy.ts` says it. Conditions stay as the policy file has them. */
export function demandsText(demands: string): string {
  if (demands === 'none') return '不允许任何一项';
  if (demands === 'no') return '不允许';
  const most = /^at most (.*)$/s.exec(demands);
  if (most !== null)
    return `最多 ${most[1]!.replace(/(?<=^| )(\d+) (ms|[smhd])(?= |$)/g, (_, number, unit) => `${number} ${UNITS(unit)}`)}`;
  const only = /^only (.*)$/s.exec(demands);
  if (only !== null) return `只允许 ${only[1]}`;
  const signers = /^(\d+) of (\S+) \(([^)]*)\)(?: when (.*))?$/s.exec(demands);
  if (signers === null) return demands;
  const [, need, from, names, when] = signers;
  return `${from}（${names}）中的 ${need} 位${when === undefined ? '' : `，条件：${when}`}`;
}

const DAYS: Readonly<Record<string, string>> = {
  Mon: '周一',
  Tue: '周二',
  Wed: '周三',
  Thu: '周四',
  Fri: '周五',
  Sat: '周六',
  Sun: '周日',
};
const DAY = /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b/.source;

/**
 * A moment or a window in the zone of a plan, whose days people read in Chinese: `2026-11-25（周三）01:00` for
 * `Wed 2026-11-25 01:00`, `周二至周四 01:00-05:00` for `Tue-Thu 01:00-05:00`.
 */
export function inDays(text: string): string {
  return text
    .replace(/^daily(?= )/, '每天')
    .replace(new RegExp(`${DAY} (\\d{4}-\\d\\d-\\d\\d) `, 'g'), (_, day, date) => `${date}（${DAYS[day]}）`)
    .replace(new RegExp(`${DAY}-${DAY}`, 'g'), (_, from, to) => `${DAYS[from]}至${DAYS[to]}`)
    .replace(new RegExp(DAY, 'g'), (_, day) => DAYS[day]!)
    .replace(/(周.),(?=周)/g, '$1、');
}

/** The verdicts of advice about sizes. */
export const VERDICTS: Readonly<Record<Verdict, string>> = {
  grow: '扩容',
  reshape: '调整分片或副本',
  blocked: '受阻',
  shrink: '缩容',
  'insufficient-data': '数据不足',
  optimal: '合适',
};
