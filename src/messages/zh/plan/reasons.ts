/** Why an instance gets its size, its order of steps and its nodes, in Chinese. */
import type { Dimension } from '../../../model.ts';
import { upTo } from '../../en/format-size.ts';
import type { reasons as english } from '../../en/plan/reasons.ts';
import { memory } from '../../en/quantities.ts';
import type { TranslationOf } from '../../text.ts';
import { formatUsed } from '../format-size.ts';
import { size as wholeSize } from '../quantities.ts';

const formatSequence = (order: readonly Dimension[]): string => order.join('，再 ');

/** A value of a dimension as the tables beside the reason show it. */
const formatValue = (dimension: Dimension, value: number): string =>
  dimension === 'memoryPerShard' ? memory(value) : String(value);

export const reasons: TranslationOf<typeof english> = {
  'reason.list': ({ reasons: all }, say) => all.map((one) => say(one)).join('；'),
  'reason.already-at-size': ({ size }) => `已经是 ${wholeSize(size)}`,
  'reason.memory-in-use': ({ used }) => formatUsed(used),
  'reason.grow-by-percent': ({ dimension, from, percent, to }) =>
    `${formatValue(dimension, from)} + ${percent}% = ${formatValue(dimension, to)}`,
  'reason.grow-by-amount': ({ dimension, from, amount, to }) =>
    `${formatValue(dimension, from)} + ${formatValue(dimension, amount)} = ${formatValue(dimension, to)}`,
  'reason.at-least': ({ dimension, value }) => `至少 ${formatValue(dimension, value)}`,
  'reason.at-least-times-used': ({ times, used, fullest, shards, least }) => {
    const inUse = fullest ? `最满分片的已用内存 ${memory(upTo(used))}` : `已用内存 ${memory(used)}`;
    const split = shards === null ? '' : `${fullest ? '，分布到' : ' /'} ${shards} 个分片`;
    return `至少 ${times} × ${inUse}${split} = ${memory(least)}`;
  },
  'reason.next-size-sold': ({ dimension, value }) => `下一个在售规格为 ${formatValue(dimension, value)}`,
  'reason.largest-sold-up-to': ({ dimension, most, value }) =>
    `不超过 ${formatValue(dimension, most)} 的最大在售规格为 ${formatValue(dimension, value)}`,
  'reason.nothing-sold-up-to': ({ dimension, most }) =>
    `没有不超过 ${formatValue(dimension, most)} 的在售规格`,
  'reason.nothing-sold-large-enough': ({ dimension, largest }) =>
    `没有足够大的在售规格${largest === null ? '' : `，最大为 ${formatValue(dimension, largest)}`}`,
  'reason.at-most': ({ dimension, value }) => `最多 ${formatValue(dimension, value)}`,
  'reason.never-below-present': ({ dimension, value }) => `不低于当前的 ${formatValue(dimension, value)}`,
  'reason.present-suffices': ({ dimension, value }) => `当前的 ${formatValue(dimension, value)} 已足够`,
  'reason.usual-order': ({ order }) => `先 ${formatSequence(order)}：常规顺序`,
  'reason.usual-order-refused': ({ order, usual, code, refusal }, say) =>
    `先 ${formatSequence(order)}，因为云平台会拒绝先 ${formatSequence(usual)}：${code}：${say(refusal)}`,
  'reason.lower-peak': ({ order, peak, usual, usualPeak }) =>
    `先 ${formatSequence(order)}，因为步骤之间最多只需 ${memory(peak)}；先 ${formatSequence(usual)} 则需 ${memory(usualPeak)}`,
  'reason.node-in-fullest-zone': ({ node, zone, nodes, of }) =>
    `移除 ${zone} 的副本 ${node}，因为该可用区的节点最多（${of} 个中的 ${nodes} 个）`,
  'reason.node-in-named-zone': ({ node, zone }) => `移除 ${zone} 的副本 ${node}，因为 zones 指定了该可用区`,
};
