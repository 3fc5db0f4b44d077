/**
 * What a map of a fleet draws: groups, and in each of them large instances alone, and small ones together by use. It has
 * a bounded number of cells, whatever the fleet.
 */
import type { FleetColumns } from './fleet-columns.ts';
import { type FleetGroup, type FleetQuery, type GroupBy, valueReader } from './query-fleet.ts';
import { BAND_STARTS, bandOf } from './use-bands.ts';

/** A rectangle: one instance, or several together. Memory in MB. */
export interface FleetCell {
  readonly memory: number;
  /** Memory in use as a part of what one copy may take; of several, their mean by memory. null: not known. */
  readonly use: number | null;
  /** The number of the row; null: several. */
  readonly row: number | null;
  readonly instances: number;
  /** The band of use that several have in common, from 0; -1: not known. */
  readonly band: number;
}

export interface FleetMap {
  /** Those with the most memory first. */
  readonly groups: readonly (FleetGroup & { readonly cells: readonly FleetCell[] })[];
  /** Groups that have no place, together. */
  readonly otherGroups: number;
}

/** Instances that are drawn alone, at most. */
const MOST_ALONE = 1_600;
/** A smaller part of the whole could not be seen or hit: about 12 pixels square. */
const SMALLEST_PART = 1 / 5_000;
const MOST_GROUPS = 60;

/** @param rows in the order of their memory, the largest first. */
export function mapFleet(query: FleetQuery, rows: Uint32Array, by: GroupBy): FleetMap {
  const { fleet } = query;
  const groups = query.groups(rows, by);
  const shown = groups.slice(0, MOST_GROUPS);
  const whole = shown.reduce((sum, { memory }) => sum + memory, 0);
  const cells = new Map<string | null, ReturnType<typeof createCells>>(
    shown.map(({ value }) => [value, createCells(fleet)]),
  );
  const valueAt = valueReader(fleet, by);
  let alone = 0;
  for (const row of rows) {
    const group = cells.get(valueAt(row));
    if (group === undefined) continue;
    const isAlone = alone < MOST_ALONE && fleet.memoryAt(row) >= whole * SMALLEST_PART;
    if (isAlone) alone++;
    group.add(row, isAlone);
  }
  return {
    groups: shown.map((group) => ({ ...group, cells: cells.get(group.value)!.all() })),
    otherGroups: groups.length - shown.length,
  };
}

function createCells(fleet: FleetColumns) {
  const single: FleetCell[] = [];
  const together = Array.from({ length: BAND_STARTS.length + 1 }, () => ({
    memory: 0,
    weighed: 0,
    instances: 0,
  }));
  return {
    add(row: number, isAlone: boolean): void {
      const memory = fleet.memoryAt(row);
      const use = fleet.useAt(row);
      const band = bandOf(use);
      if (isAlone) single.push({ memory, use: Number.isNaN(use) ? null : use, row, instances: 1, band });
      else {
        const sum = together[band + 1]!;
        sum.memory += memory;
        sum.weighed += band < 0 ? 0 : use * memory;
        sum.instances++;
      }
    },
    all: (): FleetCell[] => [
      ...single,
      ...together.flatMap(({ memory, weighed, instances }, at) =>
        instances === 0
          ? []
          : [{ memory, use: at === 0 ? null : weighed / memory, row: null, instances, band: at - 1 }],
      ),
    ],
  };
}
