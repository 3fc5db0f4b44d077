/** Remarks for the reviewer of a plan, in English. */
import type { Change, NodeChange, Quote, Size, UsedMemory } from '../../model.ts';
import type { Text } from '../text.ts';
import { count, formatChange, formatMemory, formatSize, formatUsed } from './format-size.ts';

const formatNodes = (nodes: NodeChange | null): string => {
  if (nodes === null) return '';
  return nodes.kind === 'add'
    ? ` in ${nodes.zones.map(({ code }) => code).join(', ')}`
    : ` without ${nodes.nodes.map(({ id, zone }) => `${id} in ${zone.code}`).join(', ')}`;
};

const formatQuote = ({ amount, currency, basis, estimated }: Quote): string =>
  `${amount} ${currency} ${basis === 'once' ? 'now' : 'an hour'}${estimated ? ', estimated' : ''}`;

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
      `${id} shrinks from ${formatSize(from)} to ${formatSize(to)}`,
      ...(less <= 0 ? [] : [`${formatMemory(less)} less in total, replicas included`]),
      ...(used === null ? [] : [formatUsed(used)]),
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
    message: `${region}: ${count(blocked, 'target')} blocked as sold out, and ${count(growing, 'other step')} there ${growing === 1 ? 'needs' : 'need'} memory; the stock was read at ${readAt.replace(/\.\d+Z$/, 'Z')}, and the provider reserves nothing before the order`,
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
    message: `${id}: ${formatChange(change)}${formatNodes(nodes)} (then ${formatSize(after)}) costs ${formatQuote(quote)}${share < 1 ? '' : `, ${share}% of what is paid ${quote.basis === 'once' ? 'now' : 'by the hour'}`}`,
    fix: `use a smaller size, or exclude: [${id}]`,
  }),
  'review.several-steps': ({ instances, first }: { instances: number; first: readonly string[] }): Text => ({
    message: `${count(instances, 'instance')} ${instances === 1 ? 'needs' : 'need'} several steps: ${first.join(', ')}${instances > first.length ? ` and ${instances - first.length} more` : ''}; between two steps the instance has neither the old nor the new size, and keeps that size if the second step is refused`,
    fix: 'nothing to do if every size in between is acceptable; otherwise change one dimension now and the other in a later plan',
  }),
};
