/** The columns of a fleet, against a simple filter over the instances themselves, with random fleets and questions. */
import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../../bench/inventory.ts';
import type { Instance } from '../../src/model.ts';
import { architectureOf, type FleetFilter } from '../../src/operations/fleet/filter-fleet.ts';
import { createFleetColumns, KEPT_CHARACTERS } from '../../src/operations/fleet/fleet-columns.ts';
import { type FleetSort, SORTS } from '../../src/operations/fleet/fleet-order.ts';
import { mapFleet } from '../../src/operations/fleet/map-fleet.ts';
import { createFleetQuery } from '../../src/operations/fleet/query-fleet.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';

const NO_FILTER: FleetFilter = {
  ...{ text: '', profile: [], region: [], zone: [], edition: [], status: [], type: [], tags: [], use: null },
};
const BY_ID: FleetSort = { by: 'id', isDown: false };
const SEED = Date.now() % 1_000_000;

/** Texts that break keys, patterns and objects. */
const HOSTILE = [
  '',
  'a=b',
  '1:x',
  '__proto__',
  'constructor',
  '\u202ex',
  '\n',
  '<b>',
  'x'.repeat(10_000),
  'é',
];

function randomFleet(random: () => number, count: number): Instance[] {
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  return inventoryOf(count).instances.map((one): Instance => {
    const total = Math.floor(random() * one.size.memoryPerShard * one.size.shards);
    return {
      ...one,
      id: random() < 0.05 ? `Foreign-${one.id.slice(4)}` : one.id,
      name: random() < 0.3 ? oneOf(HOSTILE) : one.name,
      profile: oneOf(['default', 'retail']),
      zone: oneOf(['z1', 'z2', 'z3']),
      status: oneOf(['running', 'isolated']),
      tags: JSON.parse(
        `{${[...new Set([oneOf(HOSTILE), 'app', 'tier'])].map((key) => `${JSON.stringify(key)}:${JSON.stringify(oneOf([...HOSTILE, 'cart', 'feed']))}`).join(',')}}`,
      ),
      used:
        random() < 0.3 ? null : { total, fullestShard: null, source: 's', readAt: '2026-11-01T00:00:00Z' },
      deadline: oneOf([null, '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z']),
    };
  });
}

const short = (text: string) =>
  text.length > KEPT_CHARACTERS ? `${text.slice(0, KEPT_CHARACTERS - 1)}…` : text;
const capacity = ({ size }: Instance) => size.memoryPerShard * size.shards;
const useOf = (one: Instance) => (one.used === null ? Number.NaN : one.used.total / capacity(one));

function isKept(one: Instance, filter: FleetFilter): boolean {
  const { text, tags, use, type } = filter;
  const byKey = Map.groupBy(tags, (tag) => tag.split('=', 1)[0]!);
  const own = new Map(Object.entries(one.tags).map(([key, value]) => [short(key), short(value)]));
  const percent = 100 * useOf(one);
  return (
    (['profile', 'region', 'zone', 'edition', 'status'] as const).every(
      (name) => filter[name].length === 0 || filter[name].includes(one[name]),
    ) &&
    (type.length === 0 || type.includes(architectureOf(one.edition))) &&
    [...byKey].every(
      ([key, wanted]) => own.has(key) && (wanted.includes(key) || wanted.includes(`${key}=${own.get(key)}`)),
    ) &&
    (use === null ||
      (use === 'unknown'
        ? one.used === null
        : percent >= use.from && (use.to === null || percent < use.to))) &&
    (one.id.toLowerCase().includes(text.toLowerCase()) ||
      short(one.name).toLowerCase().includes(text.toLowerCase()))
  );
}

function sortValue(one: Instance, by: FleetSort['by']): string | number {
  const memory = capacity(one) * (1 + one.size.replicas);
  switch (by) {
    case 'memory':
      return memory;
    case 'use':
      return useOf(one);
    case 'used':
      return one.used?.total ?? Number.NaN;
    case 'memoryPerShard':
    case 'shards':
    case 'replicas':
      return one.size[by];
    case 'deadline':
      return one.deadline ?? Number.NaN;
    default:
      return short(one[by]);
  }
}

function sorted(instances: readonly Instance[], { by, isDown }: FleetSort): string[] {
  const isUnknown = (value: string | number) => Number.isNaN(value) || (value === '' && by !== 'name');
  return instances
    .map((one, at) => ({ id: one.id, at, value: sortValue(one, by) }))
    .sort((a, b) => {
      if (isUnknown(a.value) || isUnknown(b.value))
        return Number(isUnknown(a.value)) - Number(isUnknown(b.value)) || a.at - b.at;
      const order = a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
      return (isDown ? -order : order) || a.at - b.at;
    })
    .map(({ id }) => id);
}

function columnsOf(instances: readonly Instance[]) {
  const fleet = createFleetColumns();
  for (const one of instances) fleet.add(one);
  return createFleetQuery(fleet);
}

describe(`a fleet in columns (seed ${SEED})`, () => {
  const random = seededRandom(SEED).next;
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const some = <T>(list: readonly T[]): T[] => (random() < 0.7 ? [] : list.filter(() => random() < 0.5));
  const instances = randomFleet(random, 3_000);
  const query = columnsOf(instances);

  it('gives back every instance, with long texts cut', () => {
    for (const [row, one] of instances.entries()) {
      const back = query.fleet.at(row);
      expect(back).toMatchObject({ id: one.id, name: short(one.name), size: one.size, used: one.used });
      expect(back.tags).toEqual(Object.entries(one.tags).map(([key, value]) => [short(key), short(value)]));
    }
  });

  it('finds and orders what a simple filter finds', () => {
    for (let question = 0; question < 150; question++) {
      const filter: FleetFilter = {
        text: oneOf(['', '', 'cart', '0A', '<', 'é', 'FOREIGN', 'nothing']),
        profile: some(['retail', 'other']),
        region: some(['ap-guangzhou']),
        zone: some(['z1', 'z2']),
        edition: some(['redis-5.0-cluster']),
        status: some(['isolated']),
        type: some(['cluster', 'standard']),
        tags: some(['app=cart', 'app=feed', 'tier', '__proto__', 'app=a=b', '=', '1:x=']),
        use: oneOf([null, null, 'unknown', { from: 50, to: 80 }, { from: 90, to: null }]),
      };
      const sort = { by: oneOf(SORTS) as FleetSort['by'], isDown: random() < 0.5 };
      const found = Array.from(query.find(filter, sort), (row) => query.fleet.ids[row]);
      const wanted = sorted(
        instances.filter((one) => isKept(one, filter)),
        sort,
      );
      expect(found, JSON.stringify([filter, sort])).toEqual(wanted);
    }
  });

  it.each(['region', 'type', 'tag:app', 'tag:__proto__', 'tag:nothing'] as const)(
    'groups by %s without losing an instance or a megabyte',
    (by) => {
      const rows = query.find(NO_FILTER, BY_ID);
      const whole = query.totals(rows);
      const groups = query.groups(rows, by);
      const sum = (name: 'instances' | 'memory' | 'used' | 'measured') =>
        groups.reduce((total, group) => total + group[name], 0);
      for (const name of ['instances', 'memory', 'used', 'measured'] as const)
        expect(sum(name), name).toBe(whole[name]);
      const byMemory = query.find(NO_FILTER, { by: 'memory', isDown: true });
      const map = mapFleet(query, byMemory, by);
      for (const group of map.groups)
        expect(group.cells.reduce((total, { memory }) => total + memory, 0)).toBe(group.memory);
    },
  );

  it('draws a bounded number of cells for any fleet', () => {
    const large = columnsOf(randomFleet(random, 20_000));
    const map = mapFleet(large, large.find(NO_FILTER, { by: 'memory', isDown: true }), 'tag:app');
    expect(map.groups.flatMap(({ cells }) => cells).length).toBeLessThan(2_000);
    expect(map.groups.length + map.otherGroups).toBe(
      large.groups(large.find(NO_FILTER, BY_ID), 'tag:app').length,
    );
  });
});
