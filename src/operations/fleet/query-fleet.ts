/** Answers questions about a fleet of 100,000 instances in tens of milliseconds: rows in order, totals, groups. */
import { architectureOf, type FleetFilter, markKept } from './filter-fleet.ts';
import { type FleetColumns, GROUPS, type GroupName, pairOf } from './fleet-columns.ts';
import { createOrderScratch, type FleetSort, orderRows } from './fleet-order.ts';

/** Figures of some instances. Memory in MB. */
export interface FleetTotals {
  readonly instances: number;
  /** Billed memory, with all replicas. */
  readonly memory: number;
  /** Memory in use of the instances that were measured. */
  readonly used: number;
  /** What one copy of the data of these may take. */
  readonly measured: number;
  /** How many instances were measured. */
  readonly measuredInstances: number;
}

/** Instances with the same value. */
export interface FleetGroup extends FleetTotals {
  /** null: those without the tag. */
  readonly value: string | null;
}

/** `tag:KEY` groups by the value of a tag. */
export type GroupBy = GroupName | 'type' | `tag:${string}`;

/** A value that instances have, and how many. */
export interface FleetValue {
  readonly value: string;
  readonly instances: number;
}

/** The values for filters, the most frequent first. */
export type FleetValues = Readonly<Record<GroupName | 'type' | 'tagKeys' | 'tags', readonly FleetValue[]>>;

/** Values of each list at most. */
const MOST_VALUES = 200;
/** Answers that are kept, because people scroll through them; and orders, each 400 kB for 100,000 instances. */
const MOST_ANSWERS = 4;
const MOST_ORDERS = 8;

export type FleetQuery = ReturnType<typeof createFleetQuery>;

/** @param fleet to which no instance is added any more. */
export function createFleetQuery(fleet: FleetColumns) {
  const scratch = createOrderScratch(fleet.count);
  const orders = keepLatest<Uint32Array>(MOST_ORDERS);
  const answers = keepLatest<Uint32Array>(MOST_ANSWERS);
  // Used again for each question: garbage of this size would pile up.
  const kept = new Uint8Array(fleet.count);
  const { rows } = scratch;
  let values: FleetValues | null = null;
  return {
    fleet,
    /** The numbers of the rows that a filter keeps, in an order. */
    find(filter: FleetFilter, sort: FleetSort): Uint32Array {
      return answers(JSON.stringify([filter, sort]), () => {
        markKept(fleet, filter, kept);
        const ordered = orders(JSON.stringify(sort), () => orderRows(fleet, sort, scratch));
        let count = 0;
        for (const row of ordered) if (kept[row] === 1) rows[count++] = row;
        return rows.slice(0, count);
      });
    },
    totals: (found: Uint32Array): FleetTotals => {
      const sum = createSum(fleet);
      for (const row of found) sum.add(row);
      return sum.totals();
    },
    /** The groups of some rows, those with the most memory first. */
    groups(found: Uint32Array, by: GroupBy): FleetGroup[] {
      const valueAt = valueReader(fleet, by);
      const sums = new Map<string | null, ReturnType<typeof createSum>>();
      for (const row of found) {
        const value = valueAt(row);
        let sum = sums.get(value);
        if (sum === undefined) {
          sum = createSum(fleet);
          sums.set(value, sum);
        }
        sum.add(row);
      }
      return [...sums]
        .map(([value, sum]) => ({ value, ...sum.totals() }))
        .sort((a, b) => b.memory - a.memory);
    },
    /** The values of the whole fleet. */
    values(): FleetValues {
      values ??= valuesOf(fleet);
      return values;
    },
    /** The names of instances, as far as the fleet has them. */
    namesOf(ids: ReadonlySet<string>): ReadonlyMap<string, string> {
      const found = fleet.ids.flatMap((id, row) => (ids.has(id) ? [[id, fleet.at(row).name] as const] : []));
      return new Map(found);
    },
    /** The row of an instance; -1: there is none. @param where further conditions, if two accounts have the id. */
    rowOf(id: string, where: { readonly profile: string; readonly region: string }): number {
      const { profile, region } = fleet.texts;
      return fleet.ids.findIndex(
        (one, row) =>
          one === id &&
          (where.profile === '' || profile.at(row) === where.profile) &&
          (where.region === '' || region.at(row) === where.region),
      );
    },
  };
}

/** Reads the value by which a row is grouped. */
export function valueReader(fleet: FleetColumns, by: GroupBy): (row: number) => string | null {
  if (by === 'type') return (row) => architectureOf(fleet.texts.edition.at(row));
  if (!by.startsWith('tag:')) return (row) => fleet.texts[by as GroupName].at(row);
  const key = by.slice('tag:'.length);
  const { tagPairs, tagStarts } = fleet;
  const values = tagPairs.texts.map((text) => {
    const [name, value] = pairOf(text);
    return name === key ? value : null;
  });
  return (row) => {
    for (let at = tagStarts.at(row); at < tagStarts.at(row + 1); at++) {
      const value = values[tagPairs.numberAt(at)]!;
      if (value !== null) return value;
    }
    return null;
  };
}

function createSum(fleet: FleetColumns) {
  let [instances, memory, used, measured, measuredInstances] = [0, 0, 0, 0, 0];
  const { numbers } = fleet;
  return {
    add(row: number): void {
      instances++;
      memory += fleet.memoryAt(row);
      const inUse = numbers.used.at(row);
      if (Number.isNaN(inUse)) return;
      used += inUse;
      measuredInstances++;
      measured += numbers.memoryPerShard.at(row) * numbers.shards.at(row);
    },
    totals: (): FleetTotals => ({ instances, memory, used, measured, measuredInstances }),
  };
}

function valuesOf(fleet: FleetColumns): FleetValues {
  const count = (valueAt: (row: number) => string): FleetValue[] => {
    const counts = new Map<string, number>();
    for (let row = 0; row < fleet.count; row++) {
      const value = valueAt(row);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return mostFrequent(counts);
  };
  const pairs = new Uint32Array(fleet.tagPairs.texts.length);
  for (let at = 0; at < fleet.tagPairs.length; at++) pairs[fleet.tagPairs.numberAt(at)]!++;
  const [keys, tags] = [new Map<string, number>(), new Map<string, number>()];
  for (const [number, text] of fleet.tagPairs.texts.entries()) {
    const [key, value] = pairOf(text);
    keys.set(key, (keys.get(key) ?? 0) + pairs[number]!);
    tags.set(`${key}=${value}`, pairs[number]!);
  }
  const groups = GROUPS.map((name) => [name, count((row) => fleet.texts[name].at(row))] as const);
  return {
    ...(Object.fromEntries(groups) as Record<GroupName, FleetValue[]>),
    type: count((row) => architectureOf(fleet.texts.edition.at(row))),
    ...{ tagKeys: mostFrequent(keys), tags: mostFrequent(tags) },
  };
}

function mostFrequent(counts: ReadonlyMap<string, number>): FleetValue[] {
  return [...counts]
    .map(([value, instances]) => ({ value, instances }))
    .sort((a, b) => b.instances - a.instances)
    .slice(0, MOST_VALUES);
}

/** Keeps the latest answers by their questions. @param most of them. */
function keepLatest<Value>(most: number) {
  const answers = new Map<string, Value>();
  return (key: string, make: () => Value): Value => {
    const value = answers.get(key) ?? make();
    answers.delete(key);
    answers.set(key, value);
    for (const oldest of answers.keys()) {
      if (answers.size <= most) break;
      answers.delete(oldest);
    }
    return value;
  };
}
