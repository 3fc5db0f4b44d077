/** Why an instance should change its size, or not, in Chinese. Memory is MB of one shard; shares are percent. */
import type { Resource } from '../../../model.ts';
import { formatValue } from '../../en/format-size.ts';
import type { advice as english } from '../../en/plan/advice.ts';
import { memory } from '../../en/quantities.ts';
import type { TranslationOf } from '../../text.ts';
import { VERDICTS } from '../names.ts';
import { size as wholeSize } from '../quantities.ts';

const RESOURCE: Readonly<Record<Resource, string>> = {
  memory: '最满分片的内存',
  cpu: '最忙节点的 CPU',
  connections: '连接数',
  bandwidth: '带宽',
};
const OTHER = { evictions: '淘汰', replicas: '副本' } as const;

const needs = (shards: number): string => (shards === 1 ? '它' : '最满分片');
const resourceOf = (resource: Resource, shards: number): string =>
  resource === 'memory' && shards === 1 ? '内存' : RESOURCE[resource];

const whole = (mb: number): string => memory(Math.ceil(mb));
const percent = (value: number): string => `${Math.round(value * 10) / 10}%`;
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const hour = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const number = (value: number): string => Math.round(value).toLocaleString('en-US');

export const advice: TranslationOf<typeof english> = {
  'advice.finding': ({ verdict, current, advised, reason }, say) =>
    `${VERDICTS[verdict]}：${wholeSize(current)}${advised === null ? '' : ` → ${wholeSize(advised)}`}；${say(reason)}`,
  'advice.no-history': () => '没有已保存的内存数据',
  'advice.stale': ({ last, found, of }) =>
    `最近 ${of} 小时中只有 ${found} 小时有数据；历史中最新的峰值在 ${hour(last)}`,
  'advice.short-history': ({ found, of, share, size }) =>
    `按用量可以使用 ${wholeSize(size)}，但最近 ${of} 小时中只有 ${found} 小时有数据，而缩容需要其中的 ${percent(share)}`,
  'advice.memory-grows': ({ shards, need, share, within }) =>
    `${within} 天内${needs(shards)}最多需要 ${whole(need)}，即其内存的 ${percent(share)}`,
  'advice.evicts-lately': ({ keys, hours }) =>
    `它在 ${hours} 小时内淘汰了 ${number(keys)} 个键：内存已经过小`,
  'advice.evicts-always': ({ evicting, of }) => `它在 ${of} 天中有 ${evicting} 天淘汰键：这是有意写满的缓存`,
  'advice.resource-binds': ({ resource, value, limit, statistic }) =>
    `${RESOURCE[resource]}：7 天的${statistic === 'max' ? '峰值' : ` ${statistic} `}为 ${percent(value)}，上限为 ${percent(limit)}`,
  'advice.fits-smaller': ({ shards, need, share, size, within }) =>
    `${within} 天内${needs(shards)}最多需要 ${whole(need)}，即 ${memory(size.memoryPerShard)} 的 ${percent(share)}`,
  'advice.fewer-shards': ({ share, shards, within }) =>
    `${shards} 个分片足以容纳数据：${within} 天内最满分片为 ${percent(share)}`,
  'advice.idle-replicas': ({ replicas }) => `${replicas} 个副本，都不提供读取：一个就足以用于故障切换`,
  'advice.fits': ({ shards, share, within }) =>
    `${within} 天内${needs(shards)}最多需要其内存的 ${percent(share)}，没有合适的更小规格`,
  'advice.bound-by': ({ metric, size }) =>
    `其内存可以放入 ${wholeSize(size)}，但${metric === 'evictions' || metric === 'replicas' ? OTHER[metric] : RESOURCE[metric]}不允许`,
  'advice.evicted': ({ keys, last }) =>
    `它在此规格下淘汰了 ${number(keys)} 个键，最近一次在 ${day(last)}：更小的规格会淘汰更多`,
  'advice.no-shrinks': () => '更小的规格可以满足，但 shrink.allow 为 false',
  'advice.saves-little': ({ saves, least }) =>
    `更小的规格只能节省其内存的 ${percent(saves)}，低于 ${percent(least)}`,

  'advice.left-alone': ({ because, line }) =>
    because === 'auto-scaling'
      ? `云平台的自动扩缩容会更改它（规格文件第 ${line} 行）`
      : `规格文件将它排除（第 ${line} 行）`,
  'advice.uneven': ({ skew, average }) =>
    `分片不均匀：最满的分片是平均值的 ${Math.round(skew * 100) / 100} 倍，平均值为 ${percent(average)}。增加内存要为所有分片付费，却只帮助一个分片。请先查找大键`,
  'advice.nothing-larger': ({ dimension, largest }) =>
    `没有更大的 ${dimension} 在售${largest === null ? '' : `；最大为 ${formatValue(dimension, largest)}`}`,
  'advice.needs-other-cure': ({ resource }) =>
    resource === 'cpu'
      ? '增加内存对 CPU 没有帮助：请迁移到集群版，或让副本提供读取'
      : resource === 'connections'
        ? '增加内存没有帮助：请在云平台提高连接数上限，或迁移到集群版'
        : '增加内存没有帮助：请购买更多带宽，或迁移到集群版',
  'advice.cooldown': ({ by, until }) => `其规格在 ${day(by)} 更改过；${day(until)} 之前不缩容`,
  'advice.refused': ({ code, reason }, say) => `${code}：${say(reason)}`,

  'advice.too-small': ({ resource, shards, share, fit, within }) =>
    `${within === null ? '' : `${within} 天内`}${resourceOf(resource, shards)}会达到 ${percent(share)}；最多允许 ${percent(fit)}`,
  'advice.larger-not-needed': ({ resource, shards, share, growAt }) =>
    `不需要：${resourceOf(resource, shards)}最多达到 ${percent(share)}，上限为 ${percent(growAt)}`,

  'advice.risk-none': () => '未发现',
  'advice.risk-unknown': () => '没有历史，无法判断',
  'advice.risk-full': ({ policy, days: until }) => {
    const when =
      until === null
        ? '写满后'
        : until === 0
          ? '现在已超过上限。写满后'
          : `${until} 天内可能达到上限。写满后`;
    return `${when}${whenFull(policy)}`;
  },
  'advice.risk-resource': ({ resource }) =>
    resource === 'cpu' ? '命令会变慢' : resource === 'connections' ? '新客户端会被拒绝' : '云平台会限制流量',
  'advice.risk-shrink': ({ room, policy }) =>
    `一个分片突增 ${whole(room)} 就会写满；写满后${whenFull(policy)}`,
  'advice.risk-fewer-shards': () => 'CPU、连接数和带宽随分片减少，并且需要迁移数据',
  'advice.risk-fewer-replicas': () => '可用于故障切换的副本减少',

  'advice.confidence': ({ found, of, weekly, error }) =>
    `${of} 小时中有 ${found} 小时有数据${weekly ? '；一周各天不同' : ''}${error >= 1 ? `；趋势的误差为每天 ${whole(error)}` : ''}`,
};

function whenFull(policy: string | null): string {
  if (policy === null) return '会按 maxmemory-policy 淘汰键或拒绝写入';
  return policy === 'noeviction' ? '会拒绝写入（noeviction）' : `会淘汰键（${policy}）`;
}
