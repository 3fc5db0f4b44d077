/** Remarks for the reviewer of a plan, in English. */
import type { Change, Message, NodeChange, Quote, Size, UsedMemory } from '../../../model.ts';
import type { Say, Text } from '../../text.ts';
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
  /** The assumptions of every cost by month. */
  'review.month': ({ hours, bases }: { hours: number; bases: readonly Quote['basis'][] }): Text =>
    [
      `A month has ${hours} hours.`,
      ...(bases.includes('hourly')
        ? [
            'By the hour: the whole new price. The price before is not known, because the provider quotes only the new one.',
          ]
        : []),
      ...(bases.includes('once')
        ? [
            'Prepaid: the payment covers the rest of the paid term, and a month is its share of it. The next term costs the new price, which is not quoted.',
          ]
        : []),
    ].join(' '),
  'rollback.refused': ({
    fullest,
    size,
    used,
    needed,
  }: {
    /** Whether the fullest shard is compared, not the whole instance. */
    fullest: boolean;
    /** MB, as are the others. */
    size: number;
    used: number;
    needed: number;
  }): Text =>
    `${memory(size)} ${fullest ? 'per shard' : 'in total'} is less than the ${memory(needed)} that a reduction needs: 1.3 x the ${memory(Math.ceil(used))} in use${fullest ? ' in the fullest shard' : ''}`,
  'rollback.unknown': ({ fullest }: { fullest: boolean }): Text =>
    `the memory in use${fullest ? ' in the fullest shard' : ''} is not known`,
  'rollback.sum-refused': (
    {
      refused,
      instances,
      first,
      reason,
      waves,
    }: { refused: number; instances: number; first: string; reason: Message; waves: number },
    say: Say,
  ): Text => {
    const text = `after this run, ${counted(refused, 'rollback')} of ${show.count(instances)} would be refused, because the size before is less than 1.3 x the memory in use; ${first}: ${say(reason)}`;
    if (waves > 1) return text;
    const fix =
      'begin with a small wave that soaks: waves: [{ name: canary, take: 1, soak: 30m }, { name: rest, take: rest }]';
    return { message: text, fix };
  },
  'rollback.sum-unknown': ({
    unknown,
    instances,
    fullest,
    command,
  }: {
    unknown: number;
    instances: number;
    fullest: boolean;
    command: string;
  }): Text => ({
    message: `after this run, ${counted(unknown, 'rollback')} of ${show.count(instances)} could be refused: the memory in use${fullest ? ' of the fullest shard' : ''} is not known`,
    fix: command,
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
    fix: `use a smaller size, or leave it out of the plan`,
  }),
  'review.several-steps': ({ instances, first }: { instances: number; first: readonly string[] }): Text => ({
    message: `${counted(instances, 'instance')} ${instances === 1 ? 'needs' : 'need'} several steps: ${first.join(', ')}${instances > first.length ? ` and ${instances - first.length} more` : ''}. Between two steps an instance has an intermediate size, and it keeps that size if the second step is refused`,
    fix: 'nothing to do if every size in between is acceptable; otherwise change one dimension now and the other in a later plan',
  }),
};
