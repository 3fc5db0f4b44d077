/**
 * Checks the figures of use that a saved plan gives as reasons. They must be possible, and of the size that the instance
 * had. What they are said to decide must follow from them.
 */
import type { ComparedUse, FitsUse } from '../../messages/en/plan/by-use.ts';
import {
  DIMENSIONS,
  isKnown,
  type Message,
  RESOURCES,
  type Size,
  STATISTICS,
  sameSize,
  type UseFigure,
} from '../../model.ts';
import { HOUR } from '../../units.ts';
import { LEAST_LOOKBACK, MOST_LOOKBACK } from '../parse/check-use.ts';
import { compare } from '../parse/quantity.ts';
import { neededFor } from '../resolve/size-by-use.ts';
import { type Faults, fault } from './fault.ts';
import type { StoredPlan } from './stored-plan.ts';

export function* checkUseReasons({ preconditions, steps, unchanged }: StoredPlan): Faults {
  if (preconditions.some(({ reason }) => reason !== null && namesUse(reason))) {
    const ends = new Map(steps.map(({ instance, after }) => [instance, after]));
    for (const [at, { instance, size, reason }] of preconditions.entries()) {
      const problem = reason && useFault(reason, { size, to: ends.get(instance) ?? size });
      if (problem !== null) yield fault(['preconditions', at, 'reason'], problem);
    }
  }
  for (const [at, { reason }] of unchanged.entries()) {
    const problem = useFault(reason, null);
    if (problem !== null) yield fault(['unchanged', at, 'reason'], problem);
  }
}

/** Whether a reason gives a figure of use. */
function namesUse({ id, params }: Message): boolean {
  if (id !== 'reason.list') return id === 'reason.selected-by-use' || id === 'reason.fits-use';
  return (params as unknown as { readonly reasons: readonly Message[] }).reasons.some(namesUse);
}

/** @param sizes before and after the steps of the instance; null: the plan does not say. */
function useFault(
  { id, params }: Message,
  sizes: { readonly size: Size; readonly to: Size } | null,
): string | null {
  if (id === 'reason.list') {
    const { reasons } = params as unknown as { readonly reasons: readonly Message[] };
    return reasons.map((one) => useFault(one, sizes)).find((one) => one !== null) ?? null;
  }
  if (id === 'reason.selected-by-use') {
    const compared = params as unknown as ComparedUse & UseFigure;
    const { value, operator, limit } = compared;
    const holds = ['>', '>=', '<', '<='].includes(operator) && compare(value, operator, limit);
    return figureFault(compared) ?? (holds ? null : `is ${value} ${operator} ${limit}, which is not true`);
  }
  if (id !== 'reason.fits-use') return null;
  const fits = params as unknown as FitsUse;
  return figureFault(fits) ?? fitFault(fits, sizes);
}

function figureFault(figure: UseFigure): string | null {
  const { of, statistic, over, value, found, hours } = figure;
  const known: readonly string[] = of === 'evictions' ? ['sum'] : STATISTICS;
  if (![...RESOURCES, 'evictions'].includes(of) || !known.includes(statistic))
    return 'has a figure that Refit does not know';
  if (!(over >= LEAST_LOOKBACK && over <= MOST_LOOKBACK) || hours !== Math.floor(over / HOUR))
    return `has a figure of ${hours} hours, which are not those of its time`;
  const isPossible = typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;
  if (!isPossible || !Number.isInteger(found) || found > hours || !isKnown(figure))
    return `has a figure of ${found} of ${hours} hours, which decides nothing`;
  return null;
}

function fitFault(fits: FitsUse, sizes: { readonly size: Size; readonly to: Size } | null): string | null {
  const { dimension, of, fit, size, shards, needed } = fits;
  if (!DIMENSIONS.includes(dimension) || !(fit > 0 && fit <= 100) || (of as string) === 'evictions')
    return 'is a size by use that Refit does not make';
  if (sizes !== null && !sameSize(size, sizes.size)) return 'is of another size than the instance had';
  const beside = sizes?.to ?? { ...size, shards };
  if (dimension === 'memoryPerShard' && beside.shards !== shards)
    return `is for ${shards} shards, and the instance gets ${beside.shards}`;
  if (needed === neededFor(fits, fit, { dimension, present: size, beside })) return null;
  return `needs ${needed}, which does not follow from its figure`;
}
