/**
 * A table as data: heading, columns and typed cells. The renderers (`text-document.ts`, `html-table.ts`,
 * `markdown-document.ts`) escape, align and arrange it for their format.
 */

import { type ColumnId, english, type Words } from '../../messages/words.ts';
import type { Outcome, Severity } from '../../model.ts';

/** The content of a cell, by kind. A string is text of any origin; null is an empty cell. */
export type Cell =
  | string
  | null
  /** `id`: never cut. `code`: a code or location, may be cut. `name`: a name in any writing direction. */
  | { readonly kind: 'id' | 'code' | 'name' | 'strong'; readonly text: string }
  /** An id. On a page, it leads to the row with the anchor `to`. */
  | { readonly kind: 'link'; readonly text: string; readonly to: string }
  | { readonly kind: 'count'; readonly value: number }
  /** Milliseconds. */
  | { readonly kind: 'duration'; readonly value: number }
  /** ISO 8601 UTC. On the date `day`, only the time of day is shown. */
  | { readonly kind: 'time'; readonly value: string; readonly day: string | null }
  /** An amount; `value` is null for a text with several amounts, which have no order. */
  | { readonly kind: 'money'; readonly value: number | null; readonly text: string }
  | { readonly kind: 'outcome'; readonly value: Outcome }
  | { readonly kind: 'severity'; readonly value: Severity }
  /** A provider action in its colour of the calls chart. */
  | { readonly kind: 'action'; readonly text: string; readonly tone: string }
  /** A text of which neither end may hide: a long one is cut in its middle, and says so. */
  | { readonly kind: 'whole'; readonly text: string }
  /** Lines of a file. */
  | { readonly kind: 'excerpt'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Cell[] };

/** The layout of a column, and what happens when there is too little room. */
export interface Layout {
  /** The formats that show the column: Markdown and HTML (`documents`) or HTML only (`page`). Absent: all formats. */
  readonly in?: 'documents' | 'page';
  /** HTML: the id of another column. The value is shown under that column's value, smaller. */
  readonly under?: string;
  /** The value needs no label. Its title is not repeated where it is shown under another value. */
  readonly bare?: true;
  /** Terminal: shown under the row, on its own lines. */
  readonly below?: true;
  /** Terminal: the column may shrink to this many cells. */
  readonly minWidth?: number;
  /** Terminal: moves under the row if the terminal is too narrow, the lowest number first. */
  readonly yields?: number;
  /** With `yields`: the column is left out instead. */
  readonly drops?: true;
}

/** The layout of a column of sentences. */
export const BELOW_ROW = { below: true, bare: true } as const;

export interface Column extends Layout {
  /** The same in every language. */
  readonly id: string;
  readonly title: string;
  /** True for quantities, which are aligned to the right. */
  readonly right: boolean;
}

/**
 * A column of items: its id, a function from item to cell, its layout. Tables that are in English only may have ids without
 * an entry in `messages/`: the id is then the title.
 */
export type ColumnOf<Item, Id extends string = ColumnId> = readonly [
  id: Id,
  cell: (item: Item, at: number, words: Words) => Cell,
  layout?: Layout | undefined,
];

export type Row = readonly Cell[];

/** Rows that are computed when a renderer reads them. */
export interface Rows extends Iterable<Row> {
  readonly length: number;
}

interface Head {
  /** Unique on a page. */
  readonly id: string;
  /** The same in every format. */
  readonly heading: string;
  /** A sentence that readers of the table need. */
  readonly note?: string;
  /** HTML: the reader can find rows by text, and filter them by the values of these columns. */
  readonly filters?: readonly Filter[];
}

/** The values of a column, by its id, by which rows can be filtered, as `sortValueOf` or `cellText` gives them. */
export interface Filter {
  readonly by: string;
  readonly choices: readonly string[];
}

export interface Table extends Head {
  readonly columns: readonly Column[];
  readonly rows: Rows;
  /** The language of the titles and of the quantities in the rows. */
  readonly words: Words;
  /** HTML: the id of each row, unique on a page, so that an address can lead to the row. */
  readonly anchors?: readonly string[];
}

/** A table with a row for each item. Columns that are empty in every row are left out. */
export function tableOf<Item>(
  head: Head & Pick<Table, 'anchors'>,
  items: readonly Item[],
  columns: readonly ColumnOf<Item, string>[],
  words: Words = english,
): Table {
  const titles: Readonly<Record<string, string>> = words.columns;
  const kept = columns.flatMap(([id, cell, layout]) => {
    const first = firstFilled(items, cell, words);
    const title = Object.hasOwn(titles, id) ? titles[id]! : id;
    return first === null ? [] : [{ cell, column: { id, title, ...layout, right: isQuantity(first) } }];
  });
  const row = (item: Item, at: number) => kept.map(({ cell }) => cell(item, at, words));
  return { ...head, columns: kept.map(({ column }) => column), rows: rowsOf(items, row), words };
}

/** The same table without some of its columns. */
export function withColumns(table: Table, wanted: (column: Column) => boolean): Table {
  const kept = table.columns.flatMap((column, at) => (wanted(column) ? [at] : []));
  return {
    ...table,
    columns: kept.map((at) => table.columns[at]!),
    rows: rowsOf(table.rows, (row) => kept.map((at) => row[at]!)),
  };
}

function rowsOf<Item>(
  items: Iterable<Item> & { length: number },
  row: (item: Item, at: number) => Row,
): Rows {
  return {
    length: items.length,
    *[Symbol.iterator]() {
      let at = 0;
      for (const item of items) yield row(item, at++);
    },
  };
}

/** The first `most` rows; without `most`, all rows. */
export function firstRows({ rows }: Pick<Table, 'rows'>, most = rows.length): Row[] {
  const shown: Row[] = [];
  for (const row of rows) {
    if (shown.length >= most) break;
    shown.push(row);
  }
  return shown;
}

function firstFilled<Item>(items: readonly Item[], cell: ColumnOf<Item>[1], words: Words): Cell {
  for (const [at, item] of items.entries()) {
    const value = cell(item, at, words);
    if (cellText(value) !== '') return value;
  }
  return null;
}

function isQuantity(cell: Cell): boolean {
  return typeof cell === 'object' && ['count', 'duration', 'money'].includes(cell?.kind ?? '');
}

/** The text of a cell, the same in every format. It is not escaped. */
export function cellText(cell: Cell, words: Words = english): string {
  if (cell === null || typeof cell === 'string') return cell ?? '';
  const { show, names } = words;
  switch (cell.kind) {
    case 'count':
      return show.count(cell.value);
    case 'duration':
      return show.duration(cell.value);
    case 'time':
      return cell.day !== null && cell.value.startsWith(cell.day)
        ? show.timeOfDay(cell.value)
        : show.instant(cell.value);
    case 'outcome':
      return names.outcome[cell.value];
    case 'severity':
      return names.severity[cell.value];
    case 'list':
      return joined(cell.items, (one) => cellText(one, words));
    default:
      return cell.text;
  }
}

/** The items of a list, separated by spaces. */
export function joined(items: readonly Cell[], shown: (cell: Cell) => string): string {
  return items
    .map(shown)
    .filter((text) => text !== '')
    .join(' ');
}

/** The value by which a cell is sorted and filtered; null for its text. */
export function sortValueOf(cell: Cell): string | number | null {
  return typeof cell === 'object' && cell !== null && 'value' in cell ? cell.value : null;
}

export function id(text: string | null): Cell {
  return text === null ? null : { kind: 'id', text };
}

export function ids(texts: readonly string[]): Cell {
  return { kind: 'list', items: texts.map(id) };
}

export function code(text: string | null): Cell {
  return text === null ? null : { kind: 'code', text };
}

export function name(text: string): Cell {
  return { kind: 'name', text };
}

export function whole(text: string): Cell {
  return { kind: 'whole', text };
}

/** A number. Zero is shown, null is an empty cell. */
export function count(value: number | null): Cell {
  return value === null ? null : { kind: 'count', value };
}

/** Milliseconds. */
export function duration(value: number | null): Cell {
  return value === null ? null : { kind: 'duration', value };
}

/** A time. @param known a time in the same row: on the same day, only the time of day is shown. */
export function time(value: string | null, known: string | null = null): Cell {
  return value === null ? null : { kind: 'time', value, day: known === null ? null : known.slice(0, 10) };
}

/** An amount. @param value the value by which it is sorted; null for a text with several amounts. */
export function money(text: string, value: number | null = null): Cell {
  return { kind: 'money', value, text };
}
