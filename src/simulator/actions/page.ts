import type { Params } from './parameters.ts';
import { Refusal } from './refusal.ts';

/** The rows that Limit and Offset ask for. Limits above the greatest documented one are refused, not cut. */
export function page<T>(rows: readonly T[], params: Params, greatest: number): T[] {
  const limit = (params.Limit as number | undefined) ?? 20;
  const offset = (params.Offset as number | undefined) ?? 0;
  if (limit < 1 || limit > greatest) {
    throw new Refusal(
      'InvalidParameterValue',
      `The value of Limit must be between 1 and ${greatest}, not ${limit}.`,
    );
  }
  return rows.slice(offset, offset + limit);
}
