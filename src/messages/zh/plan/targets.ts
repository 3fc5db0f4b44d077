/** Findings about the targets of a plan, in Chinese. */
import { formatValue } from '../../en/format-size.ts';
import type {
  targets as english,
  drift as englishDrift,
  selectors as englishSelectors,
} from '../../en/plan/targets.ts';
import type { TranslationOf } from '../../text.ts';
import { billingName, statusName } from '../names.ts';
import { size as wholeSize } from '../quantities.ts';

/** How many ids a message names. */
const MOST_IDS = 5;

const excludeOnce = (id: string): string => `在其中一个目标中加上 exclude: [${id}]`;

export const targets: TranslationOf<typeof english> = {
  'target.no-region': () => ({
    message: '计划和命令行都没有为此目标指定地域',
    fix: '在计划中使用 defaults: { region: ap-guangzhou }，在目标中使用 region:，或使用 --region',
  }),
  'target.no-match': ({ regions, profile, excludes }) => ({
    message: `选择器以配置档 ${profile} 在 ${regions === null ? '资源清单' : regions.join('、') || '任何地域'} 中没有匹配到实例${excludes ? '，或 exclude 排除了所有实例' : ''}`,
    fix: '修正选择器，或删除该目标；refit explain INSTANCE PLAN 说明实例未被选中的原因',
  }),
  'target.other-ids': ({ ids }) =>
    `选择器匹配的 ${ids.length} 个实例不能作为目标，因为其 ID 不以 crs- 开头：${ids.slice(0, MOST_IDS).join('、')}${ids.length > MOST_IDS ? ' 等' : ''}`,
  'target.not-read': ({ region, profile }) => ({
    message: `以配置档 ${profile} ${region === null ? '没有读取任何地域' : `没有读取 ${region}`}，Refit 不知道其中有哪些实例`,
    fix: `refit inventory${region === null ? '' : ` --region ${region}`} --profile ${profile} -o FILE，或根据线上实例制定计划`,
  }),
  'target.two-profiles': ({ id, first, firstAt, second, secondAt }) => ({
    message: `两个目标以不同的配置档选择了 ${id}：${firstAt} 的 ${first} 和 ${secondAt} 的 ${second}`,
    fix: excludeOnce(id),
  }),
  'target.two-zones': ({ id, first, firstAt, second, secondAt }) => ({
    message: `两个目标将 ${id} 的副本放在不同的可用区：${firstAt} 的 ${first.join('、')} 和 ${secondAt} 的 ${second.join('、')}`,
    fix: excludeOnce(id),
  }),
  'target.two-sizes': ({ id, dimension, first, firstAt, second, secondAt }) => ({
    message: `两个目标为 ${id} 指定了不同的规格：${firstAt} 的 ${dimension} ${formatValue(dimension, first)} 和 ${secondAt} 的 ${formatValue(dimension, second)}`,
    fix: excludeOnce(id),
  }),
  'target.used-unknown': ({ id, times, fullest }) =>
    `${id}：memoryPerShard 必须至少为已用内存的 ${times} 倍，而${fullest ? '其最满分片的已用内存' : '其已用内存'}未知`,
  'target.outcome-unknown': ({ id, step }) => ({
    message: `${id}：${step} 的结果未知，云平台仍可能执行其订单`,
    fix: '再次运行相同的 refit apply，通过读取查明结果；然后重新制定此计划',
  }),
  'target.not-as-run-left-it': ({ id, size, leftAt }) => ({
    message: `${id} 当前为 ${wholeSize(size)}，而运行结束时为 ${wholeSize(leftAt)}：此后发生了变更`,
    fix: `refit explain ${id}；如需变更，请为其编写计划`,
  }),
  'target.no-order-is-valid': ({ id, tried }) => ({
    message: `${id}：无论先执行哪个步骤，云平台都会拒绝（${tried
      .map(({ order, code, at }) => `${order.join('，然后 ')}：${at} 返回 ${code}`)
      .join('；')}）`,
    fix: `本次只变更 ${tried[0]!.order.join('、')} 之一，其余放到后续计划中，或使用其他规格`,
  }),
};

/** Why a target does not reach an instance. */
export const selectors: TranslationOf<typeof englishSelectors> = {
  'selector.not-listed': ({ condition, value, list }) =>
    `${condition}：${value} 不在 ${list.join('、')} 之中`,
  'selector.id-not-listed': ({ id }) => `ids：${id} 不在列表中`,
  'selector.no-tag': ({ key }) => `tags：没有标签 ${key}`,
  'selector.tag-differs': ({ key, value, values }) =>
    `tags：${key} 为 ${value}，而不是 ${values.join(' 或 ')}`,
  'selector.name-differs': ({ name, pattern }) => `name：${name} 与 ${pattern} 不匹配`,
  'selector.empty': () => '选择器没有条件；all: true 选择全部实例',
  'selector.names-another': ({ id }) => `指定的是 ${id}`,
  'selector.excluded': ({ number }) => `被 exclude 的第 ${number} 项排除`,
  'selector.not-in-inventory': () => '不在资源清单中',
  'selector.other-profile': ({ profile, is }) => `profile：以 ${profile} 选择，而不是 ${is}`,
  'selector.other-region': ({ regions, is }) =>
    `region：在 ${regions.join('、') || '无地域'} 中选择，而不是 ${is}`,
};

/** What has changed since a plan was saved. `command` makes the plan again. */
export const drift: TranslationOf<typeof englishDrift> = {
  'drift.gone': ({ id, command }) => ({
    message: `${id} 已不存在，或当前密钥无权查看`,
    fix: command,
  }),
  'drift.size': ({ id, is, was, command }) => ({
    message: `${id} 当前为 ${wholeSize(is)}，原为 ${wholeSize(was)}`,
    fix: command,
  }),
  'drift.edition': ({ id, is, was, command }) => ({
    message: `${id} 的实例版本当前为 ${is}，原为 ${was}`,
    fix: command,
  }),
  'drift.billing': ({ id, is, was, command }) => ({
    message: `${id} 当前为${billingName(is)}，原为${billingName(was)}`,
    fix: command,
  }),
  'drift.status': ({ id, status, command }) => ({
    message: `${id} 当前状态为${statusName(status)}，不是运行中`,
    fix: command,
  }),
  'drift.task': ({ id, task, command }) => ({
    message: `${id} 与计划一致，但有任务正在执行：${task}`,
    fix: command,
  }),
  'drift.order-unpaid': ({ id, order, command }) => ({
    message: `${id} 与计划一致，但其订单 ${order} 未支付`,
    fix: command,
  }),
  'drift.nothing-sold': ({ id, edition, zone, command }) => ({
    message: `${id}：${zone} 没有在售的 ${edition}`,
    fix: command,
  }),
  'drift.sold-out': ({ id, edition, zone, command }) => ({
    message: `${id}：${zone} 的 ${edition ?? '全部资源'} 已售罄`,
    fix: command,
  }),
  'drift.value-not-sold': ({ id, dimension, value, edition, zone, command }) => ({
    message: `${id}：${zone} 的 ${edition} 不再售卖 ${dimension} ${formatValue(dimension, value)}`,
    fix: command,
  }),
};
