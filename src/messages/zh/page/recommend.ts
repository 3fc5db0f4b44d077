/** Headings and phrases of advice about sizes, in Chinese. */
import type { PriceSource } from '../../../model.ts';
import type { recommend as english } from '../../en/page/recommend.ts';
import { amounts, count, memory } from '../../en/quantities.ts';
import type { InWords } from '../../words.ts';
import { VERDICTS } from '../names.ts';

const ESTIMATED: Readonly<Record<PriceSource, string>> = {
  provider: '',
  'provider-hourly': '（按新规格的价格估算）',
  'sizing-file': '（按规格文件估算）',
};

export const recommend: InWords<typeof english> = {
  kind: 'Refit 规格建议',
  title: (at) => `规格建议，${at}`,
  verdict: VERDICTS,
  metric: {
    memory: '内存',
    cpu: 'CPU',
    connections: '连接数',
    bandwidth: '带宽',
    evictions: '淘汰',
    replicas: '副本',
  },
  risk: ['无', '低', '中', '高', '立即'],
  confidence: { high: '高', medium: '中', low: '低' },
  someChange: (changes) => `${count(changes)} 个应当变更`,
  noneChanges: '无需变更',
  sentence: (instances, urgent) =>
    `共 ${count(instances)} 个运行中的实例${urgent === 0 ? '' : `；${count(urgent)} 个风险高`}`,
  facts: {
    verdicts: '结论',
    memory: '内存',
    cost: '每月费用',
    history: '历史',
    sizing: '规格文件',
    notRunning: '未运行',
  },
  memoryChange: (before, after) =>
    `${memory(before)} → ${memory(after)}${before === 0 ? '' : `（${signed(Math.round((100 * (after - before)) / before))}%）`}，含副本`,
  costNotAsked: '未询价',
  cost: (sums, without, source) =>
    `增加 ${amounts(sums)}${ESTIMATED[source]}${without === 0 ? '' : `；${count(without)} 个没有价格`}`,
  history: (days) => `最近 ${count(days)} 天`,
  defaults: '默认值',
  sections: {
    memory: '变更前后的实例群',
    changes: '应当变更的实例',
    blocked: '受阻',
    'insufficient-data': '历史过短',
    optimal: '合适',
  },
  memoryTitle: '实例群的计费内存',
  memoryCaption: '所有运行中的实例，含副本。',
  before: '现在',
  after: '建议',
  picture: (days) => `${count(days)} 天的峰值，以当前规格的百分比表示。虚线为 90%，绿线为建议的规格。`,
  pictureOf: (instance, days, newest, advised) =>
    `${instance}：${count(days)} 天的峰值，最新为 ${newest}${advised === null ? '' : `，建议的规格为当前规格的 ${advised}`}`,
  riskLabel: '风险',
  confidenceLabel: '可信度',
  not: (size) => `不选 ${size}`,
  without: (size) => `否则会建议 ${size}。`,
  needs: {
    now: '7 天的峰值',
    horizon: (days) => `${count(days)} 天内最多`,
    after: '占建议规格',
    trend: '每天的趋势',
    hours: '有数据的小时',
  },
  hours: (found, of) => `${count(found)} / ${count(of)}`,
  saves: (mb) => (mb < 0 ? `节省 ${memory(-mb)}` : mb > 0 ? `增加 ${memory(mb)}` : ''),
  a_month: (text) => `每月 ${text}`,
  more: (rows) => `还有 ${count(rows)} 个实例：--format csv 列出全部。`,
  explain: (command) => `所有数字都来自用量历史。查看其数据点：${command}`,
};

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
