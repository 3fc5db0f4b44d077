/**
 * A table as data: its heading, its columns and what stands in its cells. Whoever makes one says what things are; the
 * painters (`text-document.ts`, `html-table.ts`, `markdown-document.ts`) escape, align and arrange them for their format.
 */
import type { Outcome, Severity } from '../../model.ts';
import * as show from '../quantities.ts';
import { outcomeName } from '../verdict.ts';

/** What stands in a cell, by what it is. A bare string is text of any origin; null is nothing. */
export type Cell =
  | string
  | null
  /** An identifier, which is never cut; a code or a place, which may be; a name, in whatever direction it is written. */
  | { readonly kind: 'id' | 'code' | 'name' | 'strong'; readonly text: string }
  | { readonly kind: 'count'; readonly value: number }
  /** Milliseconds. */
  | { readonly kind: 'duration'; readonly value: number }
  /** ISO 8601 UTC; on the day named, its time of day alone. */
  | { readonly kind: 'time'; readonly value: string; readonly day: string | null }
  /** An amount, or in one text several that have no order among each other. */
  | { readonly kind: 'money'; readonly value: number | null; readonly text: string }
  | { readonly kind: 'outcome'; readonly value: Outcome }
  | { readonly kind: 'severity'; readonly value: Severity }
  /** An action of the provider in the colour that the picture of calls gives it. */
  | { readonly kind: 'action'; readonly text: string; readonly tone: string }
  /** Lines of a file, as they stand there. */
  | { readonly kind: 'excerpt'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Cell[] };

/** How a column gives way where there is too little room. */
export interface Layout {
  /** Left out of formats that have no room for details; absent: in all of them. */
  readonly in?: 'documents' | 'page';
  /** The title of the column under whose value a page shows it, smaller. */
  readonly under?: string;
  /** Says by itself what it is: its title is not repeated where it stands under another. */
  readonly bare?: true;
  /** In a terminal: stands under the row, in lines of its own. */
  readonly below?: true;
  /** In a terminal: may be cut down to so many cells. */
  readonly minWidth?: number;
  /** In a terminal that is too narrow: goes under the row, the column with the lowest number first. */
  readonly yields?: number;
  /** Where it yields, it is left out instead. */
  readonly drops?: true;
}

/** The layout of whole sentences. */
export const BELOW_ROW = { below: true, bare: true } as const;

export interface Column extends Layout {
  readonly title: string;
  /** Quantities are set to the right. */
  readonly right: boolean;
}

/** A column of items: its title, what it shows of each, and how it gives way. */
export type ColumnOf<Item> = readonly [
  title: string,
  cell: (item: Item, at: number) => Cell,
  layout?: Layout | undefined,
];

export type Row = readonly Cell[];

/** Rows that are made only when they are shown. */
export interface Rows extends Iterable<Row> {
  readonly length: number;
}

interface Head {
  /** Unique on a page. */
  readonly id: string;
  /** The same in every format. */
  readonly heading: string;
  /** What must be known to read it. */
  readonly note?: string;
  /** A page can show only the rows with one of these values in the column. */
  readonly filter?: { readonly by: string; readonly choices: readonly string[] };
}

export interface Table extends Head {
  readonly columns: readonly Column[];
  readonly rows: Rows;
}

/** A row for each item; columns that are empty in every row are left out. */
export function tableOf<Item>(head: Head, items: readonly Item[], columns: readonly ColumnOf<Item>[]): Table {
  const kept = columns.flatMap(([title, cell, layout]) => {
    const first = firstFilled(items, cell);
    return first === null ? [] : [{ cell, column: { title, ...layout, right: isQuantity(first) } }];
  });
  const row = (item: Item, at: number) => kept.map(({ cell }) => cell(item, at));
  return { ...head, columns: kept.map(({ column }) => column), rows: rowsOf(items, row) };
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

/** The first rows, all of them where nothing is said. */
export function firstRows({ rows }: Pick<Table, 'rows'>, most = rows.length): Row[] {
  const shown: Row[] = [];
  for (const row of rows) {
    if (shown.length >= most) break;
    shown.push(row);
  }
  return shown;
}

function firstFilled<Item>(items: readonly Item[], cell: ColumnOf<Item>[1]): Cell {
  for (const [at, item] of items.entries()) {
    const value = cell(item, at);
    if (cellText(value) !== '') return value;
  }
  return null;
}

function isQuantity(cell: Cell): boolean {
  return typeof cell === 'object' && ['count', 'duration', 'money'].includes(cell?.kind ?? '');
}

/** A cell as people read it, the same in every format, and not yet escaped. */
export function cellText(cell: Cell): string {
  if (cell === null || typeof cell === 'string') return cell ?? '';
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
      return outcomeName(cell.value);
    case 'severity':
      return cell.value;
    case 'list':
      return joined(cell.items, cellText);
    default:
      return cell.text;
  }
}

/** The parts of a list as one text. */
export function joined(items: readonly Cell[], shown: (cell: Cell) => string): string {
  return items
    .map(shown)
    .filter((text) => text !== '')
    .join(' ');
}

/** What a cell is sorted and filtered by; null: by its text. */
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

/** A number; 0 is one. */
export function count(value: number | null): Cell {
  return value === null ? null : { kind: 'count', value };
}

/** Milliseconds. */
export function duration(value: number | null): Cell {
  return value === null ? null : { kind: 'duration', value };
}

/** @param known a time that stands beside it: on the same day, the time of day is enough. */
export function time(value: string | null, known: string | null = null): Cell {
  return value === null ? null : { kind: 'time', value, day: known === null ? null : known.slice(0, 10) };
}

/** @param value what it is sorted by; null: several amounts that have no order among each other. */
export function money(text: string, value: number | null = null): Cell {
  return { kind: 'money', value, text };
}
