/** The order of the rows of a fleet by a column. Equal rows stay in the order of the inventory; unknown values are last. */
import type { Interned } from './columns.ts';
import type { FleetColumns } from './fleet-columns.ts';

/** The columns that people can sort by. */
export const SORTS = [
  ...['id', 'name', 'profile', 'region', 'zone', 'edition', 'status'],
  ...['memory', 'memoryPerShard', 'shards', 'replicas', 'used', 'use', 'deadline'],
] as const;
export type SortName =
  | ('id' | 'name' | 'profile' | 'region' | 'zone' | 'edition' | 'status')
  | ('memory' | 'memoryPerShard' | 'shards' | 'replicas' | 'used' | 'use' | 'deadline');

export interface FleetSort {
  readonly by: SortName;
  readonly isDown: boolean;
}

/** Memory that orders of one fleet use again: garbage of this size would pile up. */
export interface OrderScratch {
  readonly values: Float64Array;
  readonly rows: Uint32Array;
}

/** @param count of the rows. */
export const createOrderScratch = (count: number): OrderScratch => ({
  values: new Float64Array(count),
  rows: new Uint32Array(count),
});

/** The numbers of all rows in an order. */
export function orderRows(
  fleet: FleetColumns,
  { by, isDown }: FleetSort,
  { values, rows: spare }: OrderScratch,
): Uint32Array {
  const rows = new Uint32Array(fleet.count);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  const sign = isDown ? -1 : 1;
  if (by === 'id' || by === 'name') {
    const texts = by === 'id' ? fleet.ids : fleet.names;
    mergeSort(rows, spare, (a, b) => sign * compare(texts[a]!, texts[b]!));
  } else {
    fillValues(fleet, by, sign, values);
    mergeSort(rows, spare, (a, b) => values[a]! - values[b]! || 0);
  }
  return rows;
}

/** Sorts without memory of its own; equal rows keep their order. `TypedArray.sort` copies everything into objects. */
function mergeSort(rows: Uint32Array, spare: Uint32Array, order: (a: number, b: number) => number): void {
  let [from, to] = [rows, spare];
  for (let width = 1; width < rows.length; width *= 2) {
    for (let start = 0; start < rows.length; start += 2 * width)
      merge(from, to, order, [
        start,
        Math.min(start + width, rows.length),
        Math.min(start + 2 * width, rows.length),
      ]);
    [from, to] = [to, from];
  }
  if (from !== rows) rows.set(from);
}

/** Merges two sorted parts, from the first place to the second one and from there to the third. */
function merge(
  from: Uint32Array,
  to: Uint32Array,
  order: (a: number, b: number) => number,
  [start, middle, end]: readonly [number, number, number],
): void {
  let [left, right] = [start, middle];
  for (let at = start; at < end; at++) {
    const takesLeft = left < middle && (right >= end || order(from[left]!, from[right]!) <= 0);
    to[at] = takesLeft ? from[left++]! : from[right++]!;
  }
}

/** Writes a number for each row, in the order of the column. Unknown values are the largest in both directions. */
function fillValues(
  fleet: FleetColumns,
  by: Exclude<SortName, 'id' | 'name'>,
  sign: number,
  values: Float64Array,
): void {
  const { texts, numbers } = fleet;
  const read = ((): ((row: number) => number) => {
    switch (by) {
      case 'memory':
        return fleet.memoryAt;
      case 'use':
        return fleet.useAt;
      case 'used':
      case 'memoryPerShard':
      case 'shards':
      case 'replicas':
        return (row) => numbers[by].at(row);
      default:
        return rankOf(texts[by]);
    }
  })();
  for (let row = 0; row < fleet.count; row++) {
    const value = read(row);
    values[row] = Number.isNaN(value) ? Number.MAX_VALUE : sign * value;
  }
}

/** The place of the text of a row among all texts; NaN for the empty text. */
function rankOf(column: Interned): (row: number) => number {
  const ranks = new Float64Array(column.texts.length);
  const sorted = column.texts
    .map((text, number) => ({ text, number }))
    .sort((a, b) => compare(a.text, b.text));
  for (const [rank, { text, number }] of sorted.entries()) ranks[number] = text === '' ? Number.NaN : rank;
  return (row) => ranks[column.numberAt(row)]!;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
