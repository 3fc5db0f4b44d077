/**
 * A Markdown document that always fits a comment: head and tail whole, and between them tables that are folded away
 * and filled row by row while there is room. No row is ever cut and no fold left open; what is left out is counted.
 */
import { clip } from './columns.ts';
import { code } from './escape.ts';
import { MARKDOWN_LIMIT, type MarkdownTable } from './markdown-document.ts';

/** A table that may be folded: `<details>` with its heading as the summary. */
export interface FoldedTable extends Omit<MarkdownTable, 'rows'> {
  /** Rows of escaped cells, made only where they are shown. */
  readonly rows: readonly (() => readonly string[])[];
  readonly folded: boolean;
  /** The greatest part of the room that its rows may take, from 0 to 1; absent: as much as each of the others. */
  readonly share?: number;
}

/** Room for the sentence that says how much is left out, beside the command. */
const SENTENCE = 120;
/** Characters of a command: a hostile file name must not fill the document. */
const LONGEST_COMMAND = 500;
/** Left free, so that a pipeline can put a line of its own before or after it. */
const SPARE = 512;

/**
 * Joins head, tables and tail with blank lines; empty tables are left out. Bounded in bytes, of which no host counts
 * more than characters. Headings are our own words, without markup.
 * @param elsewhere how to see everything: a sentence in Markdown.
 */
export function foldedMarkdown(
  head: readonly string[],
  tables: readonly FoldedTable[],
  tail: readonly string[],
  elsewhere: string,
): string {
  const opening = head.filter((part) => part !== '').join('\n\n');
  const closing = tail.join('\n\n');
  const told = tables.filter(({ rows }) => rows.length > 0);
  const frames = told.map((table) => bytes(filled(table, [])) + bytes(elsewhere) + SENTENCE);
  const whole =
    MARKDOWN_LIMIT - bytes(opening) - bytes(closing) - frames.reduce((sum, frame) => sum + frame, SPARE);
  let room = whole;
  const parts = told.flatMap((table, index) => {
    const kept: string[] = [];
    // What one of them does not need is left to those after it.
    const sharing = told.slice(index).filter(({ share }) => share === undefined).length;
    let own = Math.min(room, table.share === undefined ? room / sharing : table.share * whole);
    for (const row of table.rows) {
      const line = `| ${row().join(' | ')} |`;
      const length = bytes(line) + 1;
      if (length > own) break;
      kept.push(line);
      own -= length;
      room -= length;
    }
    const missing = table.rows.length - kept.length;
    const text = filled(table, kept);
    if (missing === 0) return [text];
    const sentence = `**${count(missing)} of ${count(table.rows.length)} rows are not shown here.** ${elsewhere}`;
    return [text, sentence];
  });
  return `${[opening, ...parts, closing].filter((part) => part !== '').join('\n\n')}\n`;
}

/** A blank line after the summary, or nothing within is read as Markdown, and one before the end of the fold. */
function filled({ heading, columns, numbers = [], folded }: FoldedTable, lines: readonly string[]): string {
  const rule = columns.map((_, at) => (numbers.includes(at) ? '--:' : '---'));
  const table = [`| ${columns.join(' | ')} |`, `| ${rule.join(' | ')} |`, ...lines].join('\n');
  return folded
    ? `<details>\n<summary>${heading}</summary>\n\n${table}\n\n</details>`
    : `### ${heading}\n\n${table}`;
}

/** A command as a code span beside a table, where a pipe needs no escape and would be typed with it. */
export function commandSpan(typed: string): string {
  return code(clip(typed, LONGEST_COMMAND)).raw.replaceAll('\\|', '|');
}

const encoder = new TextEncoder();

function bytes(text: string): number {
  return encoder.encode(text).length;
}

function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
