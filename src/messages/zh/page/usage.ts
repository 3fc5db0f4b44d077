/** The history of use of one instance as a page, in Chinese. The metrics have the names of the provider's console. */
import type { usage as english } from '../../en/page/usage.ts';
import { count } from '../../en/quantities.ts';
import type { InWords } from '../../words.ts';

const READING =
  '灰色区域是缺口：云厂商没有数据。虚线表示 Refit 首次观察到新规格的时间。使用率按当时的规格计算。';

export const usage: InWords<typeof english> = {
  kind: 'Refit 使用历史',
  title: (instance) => `${instance}：使用历史`,
  span: (from, until) => `${from} 至 ${until} UTC`,
  folder: '状态文件夹',
  metrics: {
    memory: '内存使用量',
    memoryShare: '内存使用率',
    fullestShard: '节点最大内存使用率',
    cpu: 'CPU 平均使用率',
    fullestNodeCpu: '节点最大 CPU 使用率',
    connections: '连接数量',
    connectionsShare: '连接使用率',
    inShare: '入流量使用率',
    outShare: '出流量使用率',
    inThrottled: '入流量限流触发次数',
    outThrottled: '出流量限流触发次数',
    evicted: 'Key 驱逐数',
    keys: 'Key 总个数',
    commands: '每秒请求数',
    latency: '最大时延',
  },
  charts: '峰值走势',
  note: `每个值是一小时内的峰值，或该小时内发生的次数。${READING}`,
  noteOfDays: `每个值是一天内的峰值，或当天发生的次数。${READING}`,
  overTime: (metric) => `${metric}走势`,
  newest: (value) => `最新 ${value}`,
  p99: (value) => `p99 ${value}`,
  maximum: (value) => `最大 ${value}`,
  gaps: (gaps) => `${count(gaps)} 个缺口`,
  observed: (size) => `首次观察到 ${size}`,
  figures: '数值',
  sizes: '观察到的规格',
  heads: {
    metric: '指标',
    newest: '最新值',
    p99: 'p99',
    maximum: '最大值',
    at: '时间（UTC）',
    hours: '小时数',
    gaps: '缺口',
    size: '规格',
    first: '首次观察（UTC）',
    last: '最近观察（UTC）',
  },
};
