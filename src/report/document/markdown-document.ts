/**
 * A Markdown document that always fits a comment: head and tail whole, and between them tables, folded away or open, that
 * are filled row by row while there is room. No row is ever cut and no fold left open; what is left out is counted.
 */
import { count } from '../quantities.ts';
import { clip } from './columns.ts';
import { code, markdown, markup } from './escape.ts';
import { type Cell, cellText, joined, type Table, withColumns } from './table.ts';

/** The longest comment the common hosts of change requests take, in characters. */
const MARKDOWN_LIMIT = 65_536;
/** Room for the sentence that says how much is left out, beside the command. */
const SENTENCE = 120;
/** Characters of a command: a hostile file name must not fill the document. */
const LONGEST_COMMAND = 500;
/** Left free, so that a pipeline can put a line of its own before or after it. */
const SPARE = 512;

/** A table and how it stands in the document. */
export interface MarkdownTable {
  readonly table: Table;
  /** `<details>` with its heading as the summary. */
  readonly folded?: boolean;
  /** The greatest part of the room that its rows may take, from 0 to 1; absent: as much as each of the others. */
  readonly share?: number;
}

/** What is at the head of a document: its name, how it stands, and the facts; those without a value are left out. */
export function markdownHead(
  name: string,
  about: readonly (string | null)[],
  { word, sentence }: { readonly word: string; readonly sentence: string },
  facts: readonly (readonly [name: string, value: string])[],
): string[] {
  const told = about.filter((part) => part !== null).map((part) => ` · ${text(part, 100)}`);
  return [
    `## ${text(name, 100)}: ${word}`,
    `**${text(sentence)}**${told.join('')}`,
    facts
      .filter(([, value]) => value !== '')
      .map(([fact, value]) => `- ${fact}: ${text(value, 160)}`)
      .join('\n'),
  ];
}

/**
 * Joins head, tables and tail with blank lines; empty tables are left out. Bounded in bytes, of which no host counts
 * more than characters.
 * @param elsewhere how to see everything: a sentence in Markdown.
 */
export function markdownDocument(
  head: readonly string[],
  tables: readonly MarkdownTable[],
  tail: readonly string[],
  elsewhere: string,
): string {
  const opening = head.filter((part) => part !== '').join('\n\n');
  const closing = tail.filter((part) => part !== '').join('\n\n');
  const told = tables
    .map((one) => ({ ...one, table: withColumns(one.table, (column) => column.in !== 'page') }))
    .filter(({ table }) => table.rows.length > 0);
  const frames = told.map((table) => bytes(filled(table, [])) + bytes(elsewhere) + SENTENCE);
  const whole =
    MARKDOWN_LIMIT - bytes(opening) - bytes(closing) - frames.reduce((sum, frame) => sum + frame, SPARE);
  let room = whole;
  const parts = told.flatMap((one, index) => {
    const { rows } = one.table;
    const kept: string[] = [];
    // What one of them does not need is left to those after it.
    const sharing = told.slice(index).filter(({ share }) => share === undefined).length;
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
    const sentence = `**${count(missing)} of ${count(rows.length)} rows are not shown here.** ${elsewhere}`;
    return [filled(one, kept), sentence];
  });
  return `${[opening, ...parts, closing].filter((part) => part !== '').join('\n\n')}\n`;
}

/** A blank line after the summary, or nothing within is read as Markdown, and one before the end of the fold. */
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

/** A cell that stays one, whatever is in it. */
function shown(cell: Cell): string {
  if (cell === null || typeof cell === 'string') return text(cell ?? '');
  switch (cell.kind) {
    case 'id':
    case 'code':
      return identifier(cell.text);
    case 'list':
      return joined(cell.items, shown);
    default:
      return text(cellText(cell));
  }
}

/** Text without markup, cut where a hostile one could fill the document. */
export function text(hostile: string, most = 300): string {
  return markdown`${clip(hostile, most)}`.raw;
}

/** An identifier as a code span; empty for an empty one. */
export function identifier(hostile: string): string {
  return code(clip(hostile, 100)).raw;
}

/** A command as a code span beside a table, where a pipe needs no escape and would be typed with it. */
export function commandSpan(typed: string): string {
  return code(clip(typed, LONGEST_COMMAND)).raw.replaceAll('\\|', '|');
}

/** A name within our own markup, where no escape would keep a host from making links of it: letters, digits, dots. */
export function plainName(hostile: string): string {
  return clip(hostile.replace(/[^\p{L}\p{M}\p{N} ._-]/gu, '_'), 60);
}

const encoder = new TextEncoder();

function bytes(value: string): number {
  return encoder.encode(value).length;
}
