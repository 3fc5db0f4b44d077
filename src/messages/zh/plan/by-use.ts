/** Selectors of plans by the history of use, in Chinese. */
import { type byUse as english, type UnknownUse, USE_KEYS, useValue } from '../../en/plan/by-use.ts';
import type { TranslationOf } from '../../text.ts';
import { duration } from '../quantities.ts';

/** Instances that a message names. */
const MOST_IDS = 5;

const named = (instances: readonly UnknownUse[]): string =>
  instances
    .slice(0, MOST_IDS)
    .map(({ id, found, hours }) => (hours === null ? id : `${id}（${hours} 小时中的 ${found} 小时）`))
    .join('、') + (instances.length > MOST_IDS ? ' 等' : '');

export const byUse: TranslationOf<typeof english> = {
  'plan-check.use-without-condition': ({ key }) => ({
    message: `${key} 用于用量条件，而选择器没有这样的条件`,
    example: `在 ${key} 旁加上 used: "> 80%"`,
  }),
  'plan-check.statistic-of-evictions': () => ({
    message: 'evictions 始终求和，statistic 在此不起作用',
    fix: '删除 statistic',
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
  'target.none-by-use': ({ others }) => `没有实例的用量符合选择器；${others} 个实例符合其他条件`,
  'reason.selected-by-use': ({ of, statistic, over, value, operator, limit, found, hours }) =>
    `被选中，因为 ${USE_KEYS[of]} ${operator} ${useValue(of, limit)}：${duration(over)}的 ${statistic} 为 ${useValue(of, value)}（${hours} 小时中的 ${found} 小时）`,
};
