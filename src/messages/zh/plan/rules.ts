/** Findings of the rules about one change, in Chinese. `id` is the instance. */
import type { Change, Dimension, InstanceStatus } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { formatChange, formatMemory, formatValue } from '../../en/format-size.ts';
import type { rules as english } from '../../en/plan/rules.ts';
import { memory, money } from '../../en/quantities.ts';
import type { TranslationOf } from '../../text.ts';
import { billingName, statusName } from '../names.ts';
import { editionText } from '../quantities.ts';

/** The sold values next to one that is not sold: `shards: 4，或 shards: 8`. */
const nearest = (dimension: Dimension, values: readonly number[]): string =>
  values.map((value) => `${dimension}: ${formatValue(dimension, value)}`).join('，或 ');

const asked = (change: Change | null): string => (change === null ? '该变更' : ` ${formatChange(change)} `);

/** What to do with an instance that is not running. */
const NOT_RUNNING_FIX: Readonly<Record<Exclude<InstanceStatus, 'running'>, (id: string) => string>> = {
  initialising: () => '等待其进入运行中，然后重新制定计划',
  processing: () => '等待其进入运行中，然后重新制定计划',
  isolated: (id) => `续费，或将其排除：exclude: [${id}]`,
  deleting: (id) => `将其排除：exclude: [${id}]`,
  unrecognised: (id) => `在 TencentDB 控制台检查，或将其排除：exclude: [${id}]`,
};

export const rules: TranslationOf<typeof english> = {
  'rule.instance-missing': ({ id, region, elsewhere, near }) =>
    elsewhere !== null
      ? {
          message: `${region} 中不存在 ${id}，它位于 ${elsewhere}`,
          fix: `将目标的地域或配置档改为 ${elsewhere}`,
        }
      : {
          message: `${region} 中不存在 ${id}${near === null ? '' : `；您是否想用 ${near}？`}`,
          fix:
            near === null
              ? `修正 ID 或地域；refit inventory --region ${shellQuote(region)} 列出实例`
              : `instance: ${near}`,
        },
  'rule.not-running': ({ id, status }) => ({
    message: `${id} 的状态为${statusName(status)}，不是运行中`,
    fix: NOT_RUNNING_FIX[status](id),
  }),
  'rule.task-in-progress': ({ id, status, task }) =>
    `${id} 的状态为${statusName(status)}，有任务正在执行：${task}`,
  'rule.order-unpaid': ({ id, order }) => ({
    message: `${id}：其订单 ${order} 未支付`,
    fix: `在腾讯云控制台支付或取消订单 ${order}，然后重新制定计划`,
  }),
  'rule.changes-nothing': ({ id, change }) => ({
    message: `${id}：${formatChange(change)} 没有任何变化`,
    fix: '删除该目标',
  }),
  'rule.zones-not-named': ({ id, change, zones, open }) => ({
    message: `${id}：多可用区实例的 ${formatChange(change)} 需要用键 zones 指定新增副本的可用区；其节点位于 ${zones.join('、')}`,
    fix: `与 replicas 同级：zones: [${open[0] ?? 'ZONE'}]${open.length > 1 ? `；可用：${open.join('、')}` : ''}`,
  }),
  'rule.edition-forbids': ({ id, change, edition, dimensions }) => ({
    message: `${id}：${edition} 不支持 ${formatChange(change)}，只支持 ${dimensions.join('、')}`,
    fix: `从目标中删除 ${change.dimension}`,
  }),
  'rule.edition-unknown': ({ id, type }) => ({
    message: `${id} 为${editionText({ edition: 'unrecognised', type })}：此版本不认识该实例版本`,
    fix: `将其排除：exclude: [${id}]，或使用更新版本的 refit`,
  }),
  'rule.zones-in-one-zone': ({ id }) => ({
    message: `${id} 位于单个可用区，而键 zones 只用于多可用区实例`,
    fix: '删除键 zones；或先在 TencentDB 控制台将实例改为多可用区，然后重新制定计划',
  }),
  'rule.nodes-differ': ({ id, replicas, listed }) => ({
    message: `${id} 有 ${replicas} 个副本，但其节点列表中有 ${listed} 个`,
    fix: '两个数字一致后重新制定计划，或在 TencentDB 控制台检查该实例',
  }),
  'rule.zone-unknown': ({ id, zone, region, open }) => ({
    message: `${id} 不能在 ${zone} 有副本：Refit 不认识 ${region} 的该可用区`,
    fix: open.length === 0 ? '使用其他可用区' : `zones: [${open.join(', ')}]，或其中一部分`,
  }),
  'rule.no-replica-there': ({ id, wanted, zones, has }) => ({
    message: `${id} 在 ${zones.join('、')} 没有 ${wanted} 个可移除的副本`,
    fix: `zones: [${has.join(', ')}]，或其中一部分：其副本位于这些可用区`,
  }),
  'rule.tail-lock': ({ id }) => ({
    message: `${id}：此步骤在同一实例的另一步骤之后执行。变更之后实例会锁定一段时间，云平台返回 FailedOperation.SystemError 或 FailedOperation.Unknown`,
    fix: '无需处理：Refit 会重试，直到锁定解除',
  }),
  'rule.nothing-sold': ({ id, edition, zone, billing, open }) => ({
    message: `${id}：${zone} 没有在售的 ${edition}（${billingName(billing)}）`,
    fix: open === null ? `将其排除：exclude: [${id}]` : `zones: [${open.join(', ')}]，或其中一部分`,
  }),
  'rule.value-not-sold': ({ id, dimension, to, edition, zone, sold, near }) => ({
    message:
      dimension === 'memoryPerShard'
        ? `${id}：${zone} 的 ${edition} 没有每分片 ${formatMemory(to)} 的在售规格，在售：${sold.map(formatMemory).join('、')}`
        : `${id}：${zone} 的 ${edition} 不售卖 ${dimension} ${to}，在售：${sold.join('、')}`,
    fix: nearest(dimension, near),
  }),
  'rule.memory-out-of-range': ({ id, to, edition, zone, least, greatest }) => ({
    message: `${id}：每分片 ${formatMemory(to)} 超出 ${zone} 的 ${edition} 的售卖范围 ${formatMemory(least)} 至 ${formatMemory(greatest)}`,
    fix: `memoryPerShard: ${formatMemory(to < least ? least : greatest)}`,
  }),
  'rule.capacity-too-great': ({ id, memoryPerShard, shards, limit }) => ({
    message: `${id}：${formatMemory(memoryPerShard)} × ${shards} 分片为 ${formatMemory(memoryPerShard * shards)}，超过单个实例的上限 ${formatMemory(limit)}`,
    fix: `减少分片或每分片内存：内存 × 分片不超过 ${formatMemory(limit)}`,
  }),
  'rule.catalogue-unknown': ({ id }) => `${id}：资源清单没有售卖目录，Refit 不知道该规格是否在售`,
  'rule.sold-out': ({ id, before, after, zone, edition }) =>
    `${id} 从 ${formatMemory(before)} 扩容到 ${formatMemory(after)}（含副本），而 ${edition === null ? zone : `${zone} 的 ${edition}`} 已售罄`,
  'rule.data-would-not-fit': ({ id, fullest, size, used, needed, source, readAt, atLeast }) => ({
    message: `${id}：${fullest ? '每分片' : '总内存'} ${memory(size)} 小于所需的 ${memory(needed)}：${fullest ? '最满分片的' : ''}已用内存 ${memory(used)} 的 1.3 倍（来自 ${source}，读取于 ${readAt}）`,
    fix:
      atLeast.dimension === 'shards'
        ? `shards: 至少 ${atLeast.value}，或先释放内存`
        : `memoryPerShard: { atLeast: ${atLeast.value}MB, roundTo: sold }，或先释放内存`,
  }),
  'rule.used-unknown': ({ id, fullest }) =>
    `${id}：缩容需要已用内存的 1.3 倍，而${fullest ? '其最满分片的已用内存' : '其已用内存'}未知`,
  'rule.balance-short': ({ id, amount, currency, profile, balance }) => ({
    message: `${id} 现在需支付 ${money(amount, currency)}，而 ${profile} 的账户可用于此的余额为 ${money(balance, currency)}`,
    fix: `至少充值 ${Math.ceil(amount - balance)} ${currency}，然后重新制定计划`,
  }),
  'rule.price-refused': ({ id, change, code, request, answer }) =>
    `${id}：云平台拒绝为${asked(change)}询价：${code}${request === null ? '' : `（请求 ${request}）`}：${answer}`,
  'rule.price-unknown': ({ id, change, code, answer }) => ({
    message: `${id}：云平台没有给出${asked(change)}的价格：${code}：${answer}`,
    fix: '使用 --price 重新制定计划；价格未知时 guards.cost 会拒绝计划',
  }),
};
