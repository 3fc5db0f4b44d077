/** The sizes that each strategy would have chosen, day by day. */
import type {
  Instance,
  InstanceKnowledge,
  ObservedChange,
  Offer,
  Size,
  SizingRules,
  Strategy,
} from '../../model.ts';
import { DAY } from '../../units.ts';
import { lastHours, peakIn } from '../../usage/demand.ts';
import { statisticOf } from '../../usage/statistic.ts';
import { decide } from '../decide.ts';
import { measureDemand } from '../measure.ts';
import { soldValues } from '../sizes.ts';
import { knownAt, type Replayed } from './replay-demand.ts';

/** What a strategy may look at. */
export interface Choosing {
  readonly instance: Instance;
  readonly replayed: Replayed;
  readonly offer: Offer | null | 'unknown';
  readonly rules: SizingRules;
  readonly knowledge: InstanceKnowledge;
  /** The whole span, milliseconds since 1970 UTC. */
  readonly span: { readonly from: number; readonly until: number };
}

/** A strategy: the size from a moment on, by what was known then. */
type Choose = (choosing: Choosing, now: number, size: Size, changes: readonly ObservedChange[]) => Size;

export const CHOOSE: Readonly<Record<Strategy, Choose>> = {
  advice: (choosing, now, size, changes) => {
    const { instance, offer, rules, knowledge } = choosing;
    const known = knownUntil(choosing, now, size, changes);
    const evidence = measureDemand(known, size, rules);
    const { advised } = decide({
      // Whatever is in progress now was not in progress then.
      instance: { ...instance, size, used: null, task: null, unpaidOrder: null, status: 'running' },
      ...{ evidence, offer, knowledge, rules, className: null, leftAlone: null },
    });
    return advised ?? size;
  },
  never: (_, __, size) => size,
  'last-peak': (choosing, now, size, changes) => {
    const known = knownUntil(choosing, now, size, changes);
    const hour = peakIn(known.memory, lastHours(known, DAY));
    return hour === null ? size : smallest(choosing, size, 1.3 * known.memory[hour]!);
  },
  percentile: (choosing, now, size, changes) => {
    const known = knownUntil(choosing, now, size, changes);
    const p95 = statisticOf(known.memory, lastHours(known, choosing.rules.over), 'p95');
    return p95 === null ? size : smallest(choosing, size, 1.15 * p95);
  },
  hindsight: (choosing, _, size) => inHindsight(choosing, size, choosing.rules.memory.fit),
  'hindsight-90': (choosing, _, size) => inHindsight(choosing, size, 90),
};

function knownUntil(
  { replayed, rules }: Choosing,
  now: number,
  size: Size,
  changes: readonly ObservedChange[],
) {
  const from = now - Math.max(rules.over, rules.shrink.history);
  return knownAt(replayed, size, changes, { from, until: now });
}

function inHindsight(choosing: Choosing, size: Size, fit: number): Size {
  const { replayed, span } = choosing;
  const all = knownAt(replayed, size, [], span);
  const hour = peakIn(all.memory, { first: 0, end: all.memory.length });
  return hour === null ? size : smallest(choosing, size, (100 * all.memory[hour]!) / fit);
}

/** The smallest size sold with so many MB per shard; the largest one if none has. */
function smallest({ offer }: Choosing, size: Size, least: number): Size {
  const sold = soldValues(offer, 'memoryPerShard');
  const memoryPerShard = sold.find((one) => one >= least) ?? Math.max(size.memoryPerShard, sold.at(-1) ?? 0);
  return { ...size, memoryPerShard };
}
