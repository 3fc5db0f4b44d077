/** Builds a size by the history of use from the checked text of an author. */
import type { RequestedSize, Resource, SizeByUse, Statistic } from '../../model.ts';
import { USE_DEFAULTS } from './build-selector.ts';
import { assertParsed, parseDuration, parseOptional, parsePercent } from './quantity.ts';

/** The keys about use of a size. */
export interface WrittenUseOfSize {
  readonly fit: string;
  readonly statistic?: Statistic;
  readonly over?: string;
}

/** A number of shards or replicas by use. */
export interface WrittenSizeByUse extends WrittenUseOfSize {
  readonly of: Resource;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A number of shards or replicas. */
export function buildNumber(written: number | WrittenSizeByUse): RequestedSize {
  if (typeof written === 'number') return { kind: 'absolute', value: written };
  return { ...buildSizeByUse(written), atLeast: written.atLeast ?? null, atMost: written.atMost ?? null };
}

/** A size by use without its bounds. It is always rounded up to a size that is sold. */
export function buildSizeByUse({
  fit,
  of,
  statistic = USE_DEFAULTS.statistic,
  over,
}: WrittenUseOfSize & { readonly of: Resource }): Omit<SizeByUse, 'atLeast' | 'atMost'> {
  return {
    kind: 'by-use',
    question: { of, statistic, over: parseOptional(over, parseDuration) ?? USE_DEFAULTS.over },
    fit: assertParsed(parsePercent(fit)),
  };
}
