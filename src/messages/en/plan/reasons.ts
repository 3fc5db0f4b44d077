/** Why an instance gets its size, its order of steps and its nodes, in English. */
import type { Dimension, Message, Size, UsedMemory } from '../../../model.ts';
import type { Say } from '../../text.ts';
import { count, formatUsed, upTo } from '../format-size.ts';
import { memory, size as wholeSize } from '../quantities.ts';

const formatSequence = (order: readonly Dimension[]): string => order.join(', then ');

/** A value of a dimension as the tables beside the reason show it. */
const formatValue = (dimension: Dimension, value: number): string =>
  dimension === 'memoryPerShard' ? memory(value) : String(value);

export const reasons = {
  'reason.list': ({ reasons: all }: { reasons: readonly Message[] }, say: Say): string =>
    all.map(say).join('; '),
  'reason.already-at-size': ({ size }: { size: Size }): string => `already ${wholeSize(size)}`,
  'reason.memory-in-use': ({ used }: { used: UsedMemory }): string => formatUsed(used),
  'reason.grow-by-percent': ({
    dimension,
    from,
    percent,
    to,
  }: {
    dimension: Dimension;
    from: number;
    percent: number;
    to: number;
  }): string => `${formatValue(dimension, from)} + ${percent}% = ${formatValue(dimension, to)}`,
  'reason.grow-by-amount': ({
    dimension,
    from,
    amount,
    to,
  }: {
    dimension: Dimension;
    from: number;
    amount: number;
    to: number;
  }): string =>
    `${formatValue(dimension, from)} + ${formatValue(dimension, amount)} = ${formatValue(dimension, to)}`,
  'reason.at-least': ({ dimension, value }: { dimension: Dimension; value: number }): string =>
    `at least ${formatValue(dimension, value)}`,
  'reason.at-least-times-used': ({
    times,
    used,
    fullest,
    shards,
    least,
  }: {
    times: number;
    /** MB: in the fullest shard, or in the whole instance. */
    used: number;
    fullest: boolean;
    /** The new number of shards, if it matters; else null. */
    shards: number | null;
    least: number;
  }): string => {
    const inUse = fullest ? `${memory(upTo(used))} in use in the fullest shard` : `${memory(used)} in use`;
    const split = shards === null ? '' : `${fullest ? ', spread over' : ' /'} ${count(shards, 'shard')}`;
    return `at least ${times} x ${inUse}${split} = ${memory(least)}`;
  },
  'reason.next-size-sold': ({ dimension, value }: { dimension: Dimension; value: number }): string =>
    `the next size sold is ${formatValue(dimension, value)}`,
  'reason.largest-sold-up-to': ({
    dimension,
    most,
    value,
  }: {
    dimension: Dimension;
    most: number;
    value: number;
  }): string =>
    `the largest size sold up to ${formatValue(dimension, most)} is ${formatValue(dimension, value)}`,
  'reason.nothing-sold-up-to': ({ dimension, most }: { dimension: Dimension; most: number }): string =>
    `no size up to ${formatValue(dimension, most)} is sold`,
  'reason.nothing-sold-large-enough': ({
    dimension,
    largest,
  }: {
    dimension: Dimension;
    largest: number | null;
  }): string =>
    `no size sold is large enough${largest === null ? '' : `, the largest is ${formatValue(dimension, largest)}`}`,
  'reason.at-most': ({ dimension, value }: { dimension: Dimension; value: number }): string =>
    `at most ${formatValue(dimension, value)}`,
  'reason.never-below-present': ({ dimension, value }: { dimension: Dimension; value: number }): string =>
    `never below the present ${formatValue(dimension, value)}`,
  'reason.present-suffices': ({ dimension, value }: { dimension: Dimension; value: number }): string =>
    `the present ${formatValue(dimension, value)} is enough`,
  'reason.usual-order': ({ order }: { order: readonly Dimension[] }): string =>
    `first ${formatSequence(order)}: the usual sequence`,
  'reason.usual-order-refused': (
    {
      order,
      usual,
      code,
      refusal,
    }: { order: readonly Dimension[]; usual: readonly Dimension[]; code: string; refusal: Message },
    say: Say,
  ): string =>
    `first ${formatSequence(order)}, because the provider would refuse ${formatSequence(usual)}: ${code}: ${say(refusal)}`,
  'reason.lower-peak': ({
    order,
    peak,
    usual,
    usualPeak,
  }: {
    order: readonly Dimension[];
    /** The most total memory between steps, MB. */
    peak: number;
    usual: readonly Dimension[];
    usualPeak: number;
  }): string =>
    `first ${formatSequence(order)}, because this needs at most ${memory(peak)} between the steps; ${formatSequence(usual)} needs ${memory(usualPeak)}`,
  'reason.node-in-fullest-zone': ({
    node,
    zone,
    nodes,
    of,
  }: {
    node: number;
    zone: string;
    nodes: number;
    of: number;
  }): string =>
    `replica ${node} in ${zone} is removed because that zone has the most nodes (${nodes} of ${of})`,
  'reason.node-in-named-zone': ({ node, zone }: { node: number; zone: string }): string =>
    `replica ${node} in ${zone} is removed because zones names that zone`,
};
