/** Remarks for the reviewer of a plan, in Chinese. */
import type { UsedMemory } from '../../../model.ts';
import type { review as english } from '../../en/plan/review.ts';
import { count, instant, memory } from '../../en/quantities.ts';
import type { TranslationOf } from '../../text.ts';
import { change as changeText, quote as quoteText, size as wholeSize } from '../quantities.ts';

/** Memory in use as a whole MB, rounded up as the rules do. */
const inUse = ({ total, fullestShard }: UsedMemory): string => {
  const whole = (mb: number): string => memory(Math.ceil(mb));
  const shard = fullestShard === null || fullestShard === total ? '' : `，最满的分片 ${whole(fullestShard)}`;
  return `已用 ${whole(total)}${shard}`;
};

export const review: TranslationOf<typeof english> = {
  'review.shrinks': ({ id, from, to, less, used }) => ({
    message: [
      `${id} 缩容：${wholeSize(from)} → ${wholeSize(to)}`,
      ...(less <= 0 ? [] : [`总内存减少 ${memory(less)}，含副本`]),
      ...(used === null ? [] : [`${inUse(used)}，读取于 ${instant(used.readAt)}`]),
    ].join('；'),
    fix: `请与负责人确认，或将其排除：exclude: [${id}]；guards: { shrink: deny } 拒绝所有缩容`,
  }),
  'review.month': ({ hours, bases }) =>
    [
      `每月按 ${hours} 小时计算。`,
      ...(bases.includes('hourly')
        ? ['按量计费：为变更后的全价。云平台只提供新价格，变更前的价格未知。']
        : []),
      ...(bases.includes('once')
        ? ['包年包月：所付金额覆盖当前周期的剩余时间，每月费用为其分摊。下一周期按新价格计费，此处未询价。']
        : []),
    ].join(''),
  'rollback.refused': ({ fullest, size, used, needed }) =>
    `${fullest ? '每分片' : '总内存'} ${memory(size)} 小于缩容所需的 ${memory(needed)}：${fullest ? '最满分片的' : ''}已用内存 ${memory(Math.ceil(used))} 的 1.3 倍`,
  'rollback.unknown': ({ fullest }) => `${fullest ? '最满分片的' : ''}已用内存未知`,
  'rollback.sum-refused': ({ refused, instances, first, reason, waves }, say) => {
    const text = `本次运行之后，${count(instances)} 个回滚中有 ${count(refused)} 个会被拒绝，因为变更前的规格小于已用内存的 1.3 倍；${first}：${say(reason)}`;
    if (waves > 1) return text;
    const fix =
      '先从带观察期的小批次开始：waves: [{ name: canary, take: 1, soak: 30m }, { name: rest, take: rest }]';
    return { message: text, fix };
  },
  'rollback.sum-unknown': ({ unknown, instances, fullest, command }) => ({
    message: `本次运行之后，${count(instances)} 个回滚中有 ${count(unknown)} 个可能被拒绝：${fullest ? '最满分片的' : ''}已用内存未知`,
    fix: command,
  }),
  'review.stock-short': ({ region, blocked, growing, readAt }) => ({
    message: `${region}：${count(blocked)} 个目标因售罄被阻断，该地域另有 ${count(growing)} 个步骤需要内存。库存读取于 ${instant(readAt)}，下单之前云平台不预留资源`,
    fix: '尽快执行，或将最重要的实例放入第一个批次：库存不足的步骤会被拒绝，其余步骤继续',
  }),
  'review.highest-cost': ({ id, change, after, nodes, quote, share }) => ({
    message: `${id}：${changeText(change, after, nodes ?? undefined)}，费用 ${quoteText(quote)}${share < 1 ? '' : `，占${quote.basis === 'once' ? '一次性费用' : '每小时费用'}总额的 ${share}%`}`,
    fix: '使用较小的规格，或从计划中去掉该实例',
  }),
  'review.several-steps': ({ instances, first }) => ({
    message: `${count(instances)} 个实例需要多个步骤：${first.join('、')}${instances > first.length ? ` 等` : ''}。两个步骤之间实例处于中间规格；如果第二个步骤被拒绝，实例将保持该规格`,
    fix: '如果每个中间规格都可以接受，则无需处理；否则本次只变更一个维度，另一个放到后续计划中',
  }),
};
