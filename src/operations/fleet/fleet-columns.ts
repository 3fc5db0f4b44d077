/**
 * A fleet of any size in little memory: a column for each property, and each text once. It answers as the instances
 * themselves would, except that long texts end with `…`.
 */
import type { Instance, Inventory } from '../../model.ts';
import { Counts, Interned, Numbers } from './columns.ts';

/** Characters of a name, a tag or another text that are kept. The provider permits fewer. */
export const KEPT_CHARACTERS = 256;
const MOST_NODES = 64;

/** An instance of a fleet in columns. Memory in MB. */
export interface FleetInstance extends Omit<Instance, 'nodes' | 'window' | 'tags'> {
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly window: string | null;
  /** Role and zone of each node, such as `master ap-guangzhou-3`. */
  readonly nodes: readonly string[];
}

/** What is known of the reading besides its instances. */
export type FleetHead = Pick<Inventory, 'readAt' | 'scopes' | 'catalogue'>;

/** The columns that filters and groups use, by the name of their filter. */
export const GROUPS = ['profile', 'region', 'zone', 'edition', 'status'] as const;
export type GroupName = (typeof GROUPS)[number];

export type FleetColumns = ReturnType<typeof createFleetColumns>;

/** An empty fleet to which instances are added. */
export function createFleetColumns() {
  const columns = createColumns();
  const { numbers, ids } = columns;
  return {
    ...columns,
    get count(): number {
      return ids.length;
    },
    add: (one: Instance): void => addInstance(columns, one),
    /** Gives its memory back. Nobody may read the fleet after that. */
    release(): void {
      for (const column of [...Object.values(columns.texts), ...Object.values(numbers)]) column.release();
      columns.hasCapitals.release();
      columns.tagStarts.release();
      columns.tagPairs.release();
    },
    /** The instance of a row. */
    at: (row: number): FleetInstance => instanceAt(columns, row),
    /** Total billed memory of a row, MB, with all shards of the master and of each replica. */
    memoryAt: (row: number): number =>
      numbers.memoryPerShard.at(row) * numbers.shards.at(row) * (1 + numbers.replicas.at(row)),
    /** Memory in use, as a part of what one copy of the data may take; NaN: not known. */
    useAt: (row: number): number =>
      numbers.used.at(row) / (numbers.memoryPerShard.at(row) * numbers.shards.at(row)),
  };
}

type Columns = ReturnType<typeof createColumns>;

function createColumns() {
  const tagStarts = new Counts();
  tagStarts.push(0);
  return {
    ids: [] as string[],
    names: [] as string[],
    /** 1 if the id or the name is another text in small letters. */
    hasCapitals: new Counts(),
    texts: {
      ...{ profile: new Interned(), region: new Interned(), zone: new Interned(), edition: new Interned() },
      ...{ status: new Interned(), billing: new Interned(), task: new Interned(), unpaid: new Interned() },
      ...{ window: new Interned(), nodes: new Interned(), source: new Interned(), usedAt: new Interned() },
      deadline: new Interned(),
    },
    numbers: {
      ...{ type: new Numbers(), memoryPerShard: new Numbers(), shards: new Numbers() },
      ...{ replicas: new Numbers(), used: new Numbers(), fullestShard: new Numbers() },
    },
    /** Row n has the pairs from `tagStarts[n]` to `tagStarts[n + 1]`. */
    tagStarts,
    tagPairs: new Interned(),
  };
}

function addInstance(columns: Columns, one: Instance): void {
  const { ids, names, texts, numbers, tagStarts, tagPairs } = columns;
  const name = short(one.name);
  ids.push(one.id);
  names.push(name);
  columns.hasCapitals.push(hasCapitals(one.id) || hasCapitals(name) ? 1 : 0);
  for (const group of GROUPS) texts[group].push(short(one[group]));
  texts.billing.push(one.billing);
  texts.task.push(short(one.task ?? ''));
  texts.unpaid.push(short(one.unpaidOrder ?? ''));
  texts.window.push(one.window === undefined ? '' : `${one.window.from}-${one.window.to}`);
  const nodes = one.nodes.slice(0, MOST_NODES).map(({ role, zone }) => `${role} ${short(zone.code)}`);
  texts.nodes.push(nodes.join('\n'));
  texts.deadline.push(one.deadline ?? '');
  texts.source.push(short(one.used?.source ?? ''));
  texts.usedAt.push(one.used?.readAt ?? '');
  numbers.type.push(one.type);
  numbers.memoryPerShard.push(one.size.memoryPerShard);
  numbers.shards.push(one.size.shards);
  numbers.replicas.push(one.size.replicas);
  numbers.used.push(one.used?.total ?? Number.NaN);
  numbers.fullestShard.push(one.used?.fullestShard ?? Number.NaN);
  for (const key in one.tags) tagPairs.push(pairText(short(key), short(one.tags[key]!)));
  tagStarts.push(tagPairs.length);
}

function instanceAt(columns: Columns, row: number): FleetInstance {
  const { ids, names, texts, numbers, tagStarts, tagPairs } = columns;
  const tags: [string, string][] = [];
  for (let at = tagStarts.at(row); at < tagStarts.at(row + 1); at++) tags.push(pairOf(tagPairs.at(at)));
  const nodes = texts.nodes.at(row);
  const fullest = numbers.fullestShard.at(row);
  const [total, source, readAt] = [numbers.used.at(row), texts.source.at(row), texts.usedAt.at(row)];
  return {
    ...{ id: ids[row]!, name: names[row]!, type: numbers.type.at(row) },
    ...{ profile: texts.profile.at(row), region: texts.region.at(row), zone: texts.zone.at(row) },
    edition: texts.edition.at(row) as Instance['edition'],
    status: texts.status.at(row) as Instance['status'],
    billing: texts.billing.at(row) as Instance['billing'],
    size: {
      memoryPerShard: numbers.memoryPerShard.at(row),
      shards: numbers.shards.at(row),
      replicas: numbers.replicas.at(row),
    },
    used: Number.isNaN(total)
      ? null
      : { total, fullestShard: Number.isNaN(fullest) ? null : fullest, source, readAt },
    tags,
    nodes: nodes === '' ? [] : nodes.split('\n'),
    deadline: texts.deadline.at(row) || null,
    task: texts.task.at(row) || null,
    unpaidOrder: texts.unpaid.at(row) || null,
    window: texts.window.at(row) || null,
  };
}

const hasCapitals = (text: string): boolean => text.toLowerCase() !== text;

/** A key of a tag and its value as one text. The length tells where the value begins. */
export const pairText = (key: string, value: string): string => `${key.length}:${key}${value}`;

/** The key and the value of `pairText`. */
export function pairOf(text: string): [key: string, value: string] {
  const at = text.indexOf(':') + 1;
  const end = at + Number(text.slice(0, at - 1));
  return [text.slice(at, end), text.slice(end)];
}

/** The start of a text, as a text of its own: a slice would keep all of it in memory. */
function short(text: string): string {
  if (text.length <= KEPT_CHARACTERS) return text;
  return Array.from(text.slice(0, KEPT_CHARACTERS - 1))
    .join('')
    .concat('…');
}
