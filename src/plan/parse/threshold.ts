/** Comparisons as an author writes them: `> 2`, `<= 40%`, `> 5% of wave`. */

import { unreachable } from '../../errors.ts';
import type { Threshold } from '../../model.ts';

/** How many instances or steps each base has. */
export interface Bases {
  readonly inventory: number;
  readonly wave: number;
  readonly run: number;
}

/**
 * True where `count` satisfies the comparison; a percentage is of its base. For a guard (`<= 40%`) true is what
 * lets the plan through, for haltWhen (`> 2`) true is what halts.
 */
export function reached(threshold: Threshold, count: number, bases: Bases): boolean {
  // Multiplied out rather than divided: exact, and an empty base needs no case of its own.
  return threshold.base === 'count'
    ? compare(count, threshold.operator, threshold.value)
    : compare(count * 100, threshold.operator, threshold.value * bases[threshold.base]);
}

/** The comparison of two numbers by an operator as written. */
export function compare(left: number, operator: Threshold['operator'], right: number): boolean {
  switch (operator) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    default:
      return unreachable(operator);
  }
}

/** The comparison as an author writes it. */
export function sayThreshold({ operator, value, base }: Threshold): string {
  return base === 'count' ? `${operator} ${value}` : `${operator} ${value}% of ${base}`;
}
