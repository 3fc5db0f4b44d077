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

/** The numbers of all rows in an order. */
export function orderRows(fleet: FleetColumns, { by, isDown }: FleetSort): Uint32Array {
  const rows = new Uint32Array(fleet.count);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  const sign = isDown ? -1 : 1;
  if (by === 'id' || by === 'name') {
    const texts = by === 'id' ? fleet.ids : fleet.names;
    return rows.sort((a, b) => sign * compare(texts[a]!, texts[b]!));
  }
  const values = valuesOf(fleet, by);
  return rows.sort((a, b) => {
    const [one, other] = [values[a]!, values[b]!];
    if (one === other) return 0;
    if (Number.isNaN(one)) return Number.isNaN(other) ? 0 : 1;
    return Number.isNaN(other) ? -1 : sign * (one - other);
  });
}

/** A number for each row, in the order of the column. */
function valuesOf(fleet: FleetColumns, by: Exclude<SortName, 'id' | 'name'>): Float64Array {
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
  const values = new Float64Array(fleet.count);
  for (let row = 0; row < values.length; row++) values[row] = read(row);
  return values;
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
