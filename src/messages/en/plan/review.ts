/** Remarks for the reviewer of a plan, in English. */
import type { Change, NodeChange, Quote, Size, UsedMemory } from '../../../model.ts';
import type { Text } from '../../text.ts';
import * as show from '../quantities.ts';
import { counted, memory } from '../quantities.ts';

/** Memory in use as a whole MB, rounded up as the rules do. */
const inUse = ({ total, fullestShard }: UsedMemory): string => {
  const whole = (mb: number): string => memory(Math.ceil(mb));
  const shard =
    fullestShard === null || fullestShard === total ? '' : `, ${whole(fullestShard)} in the fullest shard`;
  return `${whole(total)} in use${shard}`;
};

export const review = {
  'review.shrinks': ({
    id,
    from,
    to,
    less,
    used,
  }: {
    id: string;
    from: Size;
    to: Size;
    /** MB in all nodes, replicas included; 0 or less if only replicas are removed. */
    less: number;
    used: UsedMemory | null;
  }): Text => ({
    message: [
      `${id} shrinks: ${show.size(from)} → ${show.size(to)}`,
      ...(less <= 0 ? [] : [`${memory(less)} less in total, replicas included`]),
      ...(used === null ? [] : [`${inUse(used)}, read ${show.instant(used.readAt)}`]),
    ].join('; '),
    fix: `ask its owner, or exclude it: exclude: [${id}]; guards: { shrink: deny } refuses every reduction`,
  }),
  'review.stock-short': ({
    region,
    blocked,
    growing,
    readAt,
  }: {
    region: string;
    blocked: number;
    growing: number;
    readAt: string;
  }): Text => ({
    message: `${region}: ${counted(blocked, 'target')} blocked as sold out, and ${counted(growing, 'other step')} there ${growing === 1 ? 'needs' : 'need'} memory. The stock was read ${show.instant(readAt)}, and the provider reserves nothing before the order`,
    fix: 'apply soon, or put the most important instances into the first wave: if a step finds no stock, it is refused and the others continue',
  }),
  'review.highest-cost': ({
    id,
    change,
    after,
    nodes,
    quote,
    share,
  }: {
    id: string;
    change: Change;
    /** The whole size after the change. */
    after: Size;
    nodes: NodeChange | null;
    quote: Quote;
    /** Whole percent of all costs of the same basis. */
    share: number;
  }): Text => ({
    message: `${id}: ${show.change(change, after, nodes ?? undefined)} costs ${show.quote(quote)}${share < 1 ? '' : `, ${share} % of the total ${quote.basis === 'once' ? 'one-time cost' : 'per hour'}`}`,
    fix: `use a smaller size, or exclude: [${id}]`,
  }),
  'review.several-steps': ({ instances, first }: { instances: number; first: readonly string[] }): Text => ({
    message: `${counted(instances, 'instance')} ${instances === 1 ? 'needs' : 'need'} several steps: ${first.join(', ')}${instances > first.length ? ` and ${instances - first.length} more` : ''}. Between two steps an instance has an intermediate size, and it keeps that size if the second step is refused`,
    fix: 'nothing to do if every size in between is acceptable; otherwise change one dimension now and the other in a later plan',
  }),
};
