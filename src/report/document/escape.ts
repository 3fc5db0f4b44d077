/**
 * Escapes hostile text. Names, tags and messages come from the provider, plan text comes from its author.
 * Each can contain terminal escape sequences, direction overrides, markup or formulas.
 *
 * Renderers call `sanitize` on the whole value first, so that no string is forgotten. They build markup only with the
 * templates below, which escape every inserted text. Which characters are invisible is in `text.ts`.
 */
import { escapeControls, escapeLines, fromFirstVisible, isUnseen } from '../../text.ts';

export { escapeControls };

/**
 * Escapes control characters in every string of a value, keys included. Only source excerpts keep their line feeds.
 * A value that needs no change is returned as it is.
 */
export function sanitize<T>(value: T): T {
  return walk(value, false) as T;
}

function walk(value: unknown, lines: boolean): unknown {
  if (typeof value === 'string') return lines ? escapeLines(value) : escapeControls(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    let items: unknown[] | null = null;
    for (let at = 0; at < value.length; at++) {
      const item = walk(value[at], lines);
      if (items === null && item !== value[at]) items = value.slice(0, at);
      items?.push(item);
    }
    return items ?? value;
  }
  const entries = value as Record<string, unknown>;
  const keys = Object.keys(entries);
  let members: [string, unknown][] | null = null;
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    const shown = keyShown(key);
    const member = walk(entries[key], key === 'excerpt');
    if (members === null && (shown !== key || member !== entries[key]))
      members = keys.slice(0, at).map((before) => [before, entries[before]]);
    members?.push([shown, member]);
  }
  return members === null ? value : Object.fromEntries(members);
}

/** Keys of large values, which are the same in every part. Its size is bounded, because a file may have any keys. */
const PLAIN_KEYS = new Set<string>();
const MOST_KEYS = 1_000;

function keyShown(key: string): string {
  if (PLAIN_KEYS.has(key)) return key;
  const shown = escapeControls(key);
  if (shown === key && PLAIN_KEYS.size < MOST_KEYS) PLAIN_KEYS.add(key);
  return shown;
}

/** Text that is already escaped, made by a template or by `raw`. */
export interface Raw {
  readonly raw: string;
}

/** Marks our own or already escaped text. */
export function raw(text: string): Raw {
  return { raw: text };
}

/** A value in a template. Text is escaped, null and false become nothing, lists are joined without a separator. */
export type Piece = Raw | string | number | null | undefined | false | readonly Piece[];

type Template = (strings: TemplateStringsArray, ...pieces: Piece[]) => Raw;

function template(safe: (text: string) => string): Template {
  const put = (piece: Piece): string => {
    if (piece === null || piece === undefined || piece === false) return '';
    if (typeof piece === 'string') return safe(piece);
    if (typeof piece === 'number') return safe(String(piece));
    if ('raw' in piece) return piece.raw;
    let text = '';
    for (const one of piece) text += put(one);
    return text;
  };
  // Pieces are appended one by one. A join would copy a long page once for each nested template.
  return (strings, ...pieces) => {
    let text = strings[0]!;
    for (let at = 0; at < pieces.length; at++) text += put(pieces[at]) + strings[at + 1]!;
    return raw(text);
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Printable ASCII without a character of markup: most texts of a page. */
const WITHOUT_MARKUP = /^[ !#-%(-;=?-~]*$/;

/** Text as HTML, SVG and XML, also inside a quoted attribute value. */
export function escapeMarkup(text: string): string {
  if (WITHOUT_MARKUP.test(text)) return text;
  return escapeControls(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Template for HTML, SVG and XML: text and quoted attribute values. */
export const markup: Template = template(escapeMarkup);

/**
 * Template for Markdown of GitHub and GitLab, also inside tables. It also prevents mentions of people, issue references
 * and links, which these hosts make from plain text.
 */
export const markdown: Template = template((text) =>
  escapeControls(text)
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replace(/[&<>]/g, (character) => ENTITIES[character]!)
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww(?=\.)/gi, '$&\\')
    .replace(/[@#]/g, '<span>$&</span>'),
);

/** A Markdown code span. Its fence is longer than any run of back-ticks in the text, so the text cannot end it. */
export function code(text: string): Raw {
  const shown = escapeControls(text);
  if (shown === '') return raw('');
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const room = longest > 0 ? ' ' : '';
  // In a table, a pipe ends the cell even inside a code span. The host removes the backslash.
  return raw(`${fence}${room}${shown.replaceAll('|', '\\|')}${room}${fence}`);
}

/**
 * One CSV record with CR LF, as in RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe in
 * front; numbers stay as they are. Control characters are escaped, so a record is always one line.
 */
export function csvRecord(cells: readonly (string | number | null | undefined)[]): string {
  const shown = cells.map((cell) => {
    if (cell === null || cell === undefined) return '';
    if (typeof cell === 'number') return String(cell);
    const isFormula =
      /^[\t\r\n]/.test(cell) || /^[=+\-@]/.test(fromFirstVisible(cell).slice(0, 1).normalize('NFKC'));
    const defused = `${isFormula ? "'" : ''}${escapeControls(cell)}`;
    return /[",;]|^\s|\s$/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
  });
  return `${shown.join(',')}\r\n`;
}

/**
 * JSON with an indent of two spaces and a final line feed. The parsed value equals the given one. Characters that JSON
 * leaves raw and a terminal can act on (C1, bidi, separators) are written as `\uXXXX`.
 */
export function json(value: unknown): string {
  return `${escapeInvisible(JSON.stringify(value, null, 2))}\n`;
}

/** The same on one line. */
export function jsonLine(value: unknown): string {
  return `${escapeInvisible(JSON.stringify(value))}\n`;
}

function escapeInvisible(text: string): string {
  const code = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replace(/[\u007f-\u{10ffff}]/gu, (character) =>
    isUnseen(character) ? character.split('').map(code).join('') : character,
  );
}
