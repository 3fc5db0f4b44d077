/** Tables of reports as plain text cells, in one language: for pages that draw them by themselves. */
import type { Words } from '../../messages/words.ts';
import { cellText, type Table } from '../../report/document/table.ts';
import { escapeControls } from '../../text.ts';

/** A table as a page gets it. No text in it hides a character. */
export interface PageTable {
  readonly heading: string;
  readonly note: string | null;
  readonly columns: readonly {
    /** The same in every language. */
    readonly id: string;
    readonly title: string;
    /** True for quantities. */
    readonly right: boolean;
  }[];
  readonly rows: readonly (readonly string[])[];
}

/** @param words the language of the cells. */
export function pageTable({ heading, note, columns, rows }: Table, words: Words): PageTable {
  return {
    heading: escapeControls(heading),
    note: note === undefined ? null : escapeControls(note),
    columns: columns.map(({ id, title, right }) => ({ id, title: escapeControls(title), right })),
    rows: Array.from(rows, (row) => row.map((cell) => escapeControls(cellText(cell, words)))),
  };
}
