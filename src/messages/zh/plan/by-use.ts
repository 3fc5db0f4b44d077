/** Selectors and sizes of plans by the history of use, in Chinese. */

import type { UseFigure } from '../../../model.ts';
import type { byUse as english, UnknownUse } from '../../en/plan/by-use.ts';
import { memory } from '../../en/quantities.ts';
import { USE_KEYS, useValue } from '../../en/use-keys.ts';
import type { TranslationOf } from '../../text.ts';
import { duration, size as wholeSize } from '../quantities.ts';

/** Instances that a message names. */
const MOST_IDS = 5;

const named = (instances: readonly UnknownUse[]): string =>
  instances
    .slice(0, MOST_IDS)
    .map(({ id, found, hours }) => (hours === null ? id : `${id}（${hours} 小时中的 ${found} 小时）`))
    .join('、') + (instances.length > MOST_IDS ? ' 等' : '');

/** What a size is made from. */
const USE_NAMES = {
  memory: '已用内存',
  cpu: ' CPU',
  connections: '连接数',
  bandwidth: '流量',
  evictions: '淘汰键数',
} as const satisfies Record<UseFigure['of'], string>;

const UNITS = { memoryPerShard: '', shards: ' 个分片', replicas: ' 个副本' } as const;

export const byUse: TranslationOf<typeof english> = {
  'plan-check.use-without-condition': ({ key }) => ({
    message: `${key} 用于用量条件，而选择器没有这样的条件`,
    example: `在 ${key} 旁加上 used: "> 80%"`,
  }),
  'plan-check.statistic-of-evictions': () => ({
    message: 'evictions 始终求和，statistic 在此不起作用',
    fix: '删除 statistic',
  }),
  'plan-check.fit-with-grow': () => ({
    message: 'fit 与 grow 相互矛盾：fit 决定规格大小，grow 决定增加多少',
    fix: '删除其中一个',
  }),
  'plan-check.fit-with-used': ({ written }) => ({
    message: `atLeast 为 ${written}，与 fit 一起使用时必须是规格`,
    example: 'atLeast: 4GB',
  }),
  'plan-check.no-number-fits': ({ atLeast, atMost }) => ({
    message: `没有数值同时不小于 ${atLeast} 且不大于 ${atMost}`,
    fix: `atMost: ${atLeast}`,
  }),
  'plan-check.both-by-memory': () => ({
    message: 'memoryPerShard 和 shards 都取决于已用内存，且互相依赖',
    fix: '其中一个使用具体数值',
  }),
  'plan-check.lookback': ({ written, longest }) => ({
    message: `over 为 ${written}，取值范围为 1d 至 ${longest}d`,
    example: 'over: 14d',
  }),
  'plan-check.use-decides-nothing': ({ key, written, always }) => ({
    message: `${key} 为 ${JSON.stringify(written)}，${always ? '所有实例都符合' : '没有实例符合'}`,
    example: key === 'evictions' ? 'evictions: "> 0"' : `${key}: "> 80%"`,
  }),
  'selector.use-differs': ({ of, statistic, over, value, operator, limit }) =>
    `${USE_KEYS[of]}：最近 ${duration(over)}的 ${statistic} 为 ${useValue(of, value)}，不是 ${operator} ${useValue(of, limit)}`,
  'selector.use-unknown': ({ of, over, found, hours }) =>
    hours === null
      ? `${USE_KEYS[of]}：没有读取其用量历史`
      : `${USE_KEYS[of]}：最近 ${duration(over)}的 ${hours} 小时中只有 ${found} 小时有数值，至少需要 90%`,
  'target.use-unknown-selected': ({ instances, all, excluded, command }) => ({
    message: `${excluded ? 'exclude' : '选择器'} 无法判断 ${all} 个实例，Refit 不选择它们：有数值的小时太少；${named(instances)}${all > instances.length && instances.length <= MOST_IDS ? ' 等' : ''}`,
    fix: command,
  }),
  'target.use-unknown': ({ id, dimension, of, over, found, hours, command }) => ({
    message: `${id}：${dimension} 取决于最近 ${duration(over)}的${USE_NAMES[of]}，${
      hours === null ? '而没有读取其用量历史' : `而 ${hours} 小时中只有 ${found} 小时有数值`
    }`,
    fix: command,
  }),
  'target.no-replica-reads': ({ id }) => ({
    message: `${id}：只有副本提供读取时，按 CPU 决定副本数才有帮助，而该实例的副本不提供读取`,
  }),
  'target.none-by-use': ({ others }) => ({
    message: `没有实例的用量符合选择器；${others} 个实例符合其他条件`,
    fix: '无需处理；refit explain INSTANCE PLAN 显示实例的用量',
  }),
  'reason.fits-use': ({ dimension, of, statistic, over, value, found, hours, fit, needed, size, shards }) => {
    const where =
      of === 'memory' ? `${size.shards === 1 ? '' : '最满分片 '}${memory(size.memoryPerShard)} 的 ` : ' ';
    const split = shards === size.shards || dimension !== 'memoryPerShard' ? '' : `，分布到 ${shards} 个分片`;
    const least = dimension === 'memoryPerShard' ? memory(needed) : `${needed}${UNITS[dimension]}`;
    return `${USE_NAMES[of].trim()}不超过 ${fit}%：规格为 ${wholeSize(size)} 时，${duration(over)}的 ${statistic} 为${where}${value}%（${hours} 小时中的 ${found} 小时）${split}，因此至少 ${least}`;
  },
  'reason.selected-by-use': ({ of, statistic, over, value, operator, limit, found, hours }) =>
    `被选中，因为 ${USE_KEYS[of]} ${operator} ${useValue(of, limit)}：${duration(over)}的 ${statistic} 为 ${useValue(of, value)}（${hours} 小时中的 ${found} 小时）`,
};
