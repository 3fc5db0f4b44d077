/**
 * Builds a Markdown document that always fits a comment. Head and tail are complete; the tables between them are filled
 * row by row while there is room. Rows are never cut, folds are always closed, and the number of omitted rows is shown.
 */
import { count } from '../../messages/en/quantities.ts';
import { clip, clipMiddle } from './columns.ts';
import { code, markdown, markup } from './escape.ts';
import { type Cell, cellText, joined, type Table, withColumns } from './table.ts';

/** The longest comment that the common code hosts accept, in characters. */
const MARKDOWN_LIMIT = 65_536;
/** Room for the sentence about omitted rows, without its command. */
const SENTENCE = 120;
/** Characters of a command: a hostile file name must not fill the document. */
const LONGEST_COMMAND = 500;
/** Characters of a text of which neither end may hide. */
const LONGEST_WHOLE = 2000;
/** Free room, so that a pipeline can add a line before or after the document. */
const SPARE = 512;

/** A table and its options. */
export interface MarkdownTable {
  readonly table: Table;
  /** True for `<details>` with the heading as the summary. */
  readonly folded?: boolean;
  /** The largest share of the room for its rows, 0 to 1. Absent: tables without a share divide the rest evenly. */
  readonly share?: number;
}

/** The head of a document: name, verdict, facts. Facts without a value are left out. */
export function markdownHead(
  name: string,
  about: readonly (string | null)[],
  { word, sentence }: { readonly word: string; readonly sentence: string },
  facts: readonly (readonly [name: string, value: string])[],
): string[] {
  const shown = about.filter((part) => part !== null).map((part) => ` · ${text(part, 100)}`);
  return [
    `## ${text(name, 100)}: ${word}`,
    `**${text(sentence)}**${shown.join('')}`,
    facts
      .filter(([, value]) => value !== '')
      .map(([fact, value]) => `- ${fact}: ${text(value, 160)}`)
      .join('\n'),
  ];
}

/**
 * Joins head, tables and tail with blank lines; empty tables are left out. The limit is in bytes, because a text never
 * has more characters than bytes.
 * @param elsewhere a Markdown sentence that says how to see all rows.
 */
export function markdownDocument(
  head: readonly string[],
  tables: readonly MarkdownTable[],
  tail: readonly string[],
  elsewhere: string,
): string {
  const opening = head.filter((part) => part !== '').join('\n\n');
  const closing = tail.filter((part) => part !== '').join('\n\n');
  const filledTables = tables
    .map((one) => ({ ...one, table: withColumns(one.table, (column) => column.in !== 'page') }))
    .filter(({ table }) => table.rows.length > 0);
  const frames = filledTables.map((table) => bytes(filled(table, [])) + bytes(elsewhere) + SENTENCE);
  const whole =
    MARKDOWN_LIMIT - bytes(opening) - bytes(closing) - frames.reduce((sum, frame) => sum + frame, SPARE);
  let room = whole;
  const parts = filledTables.flatMap((one, index) => {
    const { rows } = one.table;
    const kept: string[] = [];
    // A table that needs less than its share leaves the rest to later tables.
    const sharing = filledTables.slice(index).filter(({ share }) => share === undefined).length;
    let own = Math.min(room, one.share === undefined ? room / sharing : one.share * whole);
    for (const row of rows) {
      const line = `| ${row.map(shown).join(' | ')} |`;
      const length = bytes(line) + 1;
      if (length > own) break;
      kept.push(line);
      own -= length;
      room -= length;
    }
    const missing = rows.length - kept.length;
    if (missing === 0) return [filled(one, kept)];
    const sentence = `**${count(missing)} of ${count(rows.length)} rows are not shown.** ${elsewhere}`;
    return [filled(one, kept), sentence];
  });
  return `${[opening, ...parts, closing].filter((part) => part !== '').join('\n\n')}\n`;
}

/** A table as Markdown. A fold needs a blank line after its summary and before its end, else hosts show raw Markdown. */
function filled({ table, folded = false }: MarkdownTable, lines: readonly string[]): string {
  const { heading, note, columns } = table;
  const body = [
    `| ${columns.map(({ title }) => title).join(' | ')} |`,
    `| ${columns.map(({ right }) => (right ? '--:' : '---')).join(' | ')} |`,
    ...lines,
  ].join('\n');
  const noted = note === undefined ? body : `${text(note)}\n\n${body}`;
  return folded
    ? `<details>\n<summary>${markup`${heading}`.raw}</summary>\n\n${noted}\n\n</details>`
    : `### ${text(heading)}\n\n${noted}`;
}

/** The text of a cell, escaped so that it cannot end the cell. */
function shown(cell: Cell): string {
  if (cell === null || typeof cell === 'string') return text(cell ?? '');
  switch (cell.kind) {
    case 'id':
    case 'link':
    case 'code':
      return identifier(cell.text);
    case 'whole':
      return text(clipMiddle(cell.text, LONGEST_WHOLE, 'the JSON format has them'), Number.POSITIVE_INFINITY);
    case 'list':
      return joined(cell.items, shown);
    default:
      return text(cellText(cell));
  }
}

/** Escaped text, cut so that a hostile one cannot fill the document. */
export function text(hostile: string, most = 300): string {
  return markdown`${clip(hostile, most)}`.raw;
}

/** An identifier as a code span; empty for an empty one. */
export function identifier(hostile: string): string {
  return code(clip(hostile, 100)).raw;
}

/** A command as a code span outside a table. Its pipes are not escaped, because readers would type the backslash. */
export function commandSpan(typed: string): string {
  return code(clip(typed, LONGEST_COMMAND)).raw.replaceAll('\\|', '|');
}

/** A name for use inside our own markup. Only letters, digits, dots and similar stay, so that hosts make no links of it. */
export function plainName(hostile: string): string {
  return clip(hostile.replace(/[^\p{L}\p{M}\p{N} ._-]/gu, '_'), 60);
}

const encoder = new TextEncoder();

function bytes(value: string): number {
  return encoder.encode(value).length;
}
