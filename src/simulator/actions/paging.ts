/** Cuts lists into pages. Source: docs/provider.md P38, P83 and P89. */

import type { World } from '../world/world.ts';
import type { Params } from './parameters.ts';
import { invalidValue } from './refusal.ts';

/** How an action cuts its list. */
interface Paging {
  readonly action: string;
  /** The documented maximum of Limit. */
  readonly most: number;
  /** True if Offset counts pages, not rows. */
  readonly numbered?: true;
}

/**
 * Returns the page of Limit and Offset. With the fault short-pages it has fewer rows than asked.
 * @throws Refusal for a limit above the documented maximum
 */
export function page<T>(
  { faults }: World,
  rows: readonly T[],
  params: Params,
  { action, most, numbered }: Paging,
): T[] {
  const limit = (params.Limit as number | undefined) ?? 20;
  if (limit < 1 || limit > most)
    throw invalidValue(`The value of Limit must be between 1 and ${most}, not ${limit}.`);
  const start = ((params.Offset as number | undefined) ?? 0) * (numbered ? limit : 1);
  const cap = faults.strike('short-pages', action, null)?.value ?? limit;
  return rows.slice(start, start + Math.min(limit, Number(cap)));
}
