/**
 * Hostile text made harmless. Names, tags and messages come from the provider, plan text from its author:
 * each could hold escape sequences, overrides of the writing direction, markup or formulas.
 *
 * Renderers call `legible` on the whole value first, so that no leaf can be forgotten, and build markup only by the
 * templates below, which escape whatever is put into them.
 */

// Control and format characters (C0, DEL, C1, bidi, zero width, tags), lone surrogates, line and paragraph
// separators, private use and noncharacters: whatever could act instead of being seen.
const INVISIBLE = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u3164\u115f\u1160\uffa0]`;
/** Made with the first text that needs it: these classes take a millisecond to look up. */
let invisible: RegExp | undefined;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** What most texts are made of: nothing in it to be made visible. */
const PLAIN = /^[\x20-\x7e]*$/;

/** One line in which every character is seen: `\x1b`, `\u{202e}`, `\n` in place of what would act. */
export function escapeControls(text: string): string {
  if (PLAIN.test(text)) return text;
  invisible ??= new RegExp(INVISIBLE, 'gu');
  return text.replace(invisible, (character) => {
    const short = SHORT[character];
    if (short) return short;
    const code = character.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/**
 * The value with every string in it made visible. Source excerpts keep their line feeds, and only those. What needs no
 * change is handed back as it is.
 */
export function sanitize<T>(value: T): T {
  return walk(value, false) as T;
}

function walk(value: unknown, lines: boolean): unknown {
  if (typeof value === 'string')
    return lines ? value.split('\n').map(escapeControls).join('\n') : escapeControls(value);
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
    const shown = escapeControls(key);
    const member = walk(entries[key], key === 'excerpt');
    if (members === null && (shown !== key || member !== entries[key]))
      members = keys.slice(0, at).map((before) => [before, entries[before]]);
    members?.push([shown, member]);
  }
  return members === null ? value : Object.fromEntries(members);
}

/** Text that is already in the language of its document, made by a template or by `raw`. */
export interface Raw {
  readonly raw: string;
}

/** Marks text as already escaped, or as our own. */
export function raw(text: string): Raw {
  return { raw: text };
}

/** What may stand in a template: text is escaped, null and false are nothing, lists are joined as they are. */
export type Piece = Raw | string | number | null | undefined | false | readonly Piece[];

type Template = (strings: TemplateStringsArray, ...pieces: Piece[]) => Raw;

function template(safe: (text: string) => string): Template {
  const put = (piece: Piece): string => {
    if (piece === null || piece === undefined || piece === false) return '';
    if (typeof piece === 'string' || typeof piece === 'number') return safe(String(piece));
    if ('raw' in piece) return piece.raw;
    let text = '';
    for (const one of piece) text += put(one);
    return text;
  };
  // Put together piece by piece: joined, a long page would be copied once for each level that its templates are nested.
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

/** HTML, SVG and XML: text and quoted attribute values. */
export const markup: Template = template((text) =>
  escapeControls(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!),
);

/**
 * Markdown as GitHub and GitLab read it, also within tables. Besides markup this takes away what they make of
 * plain text: mentions of people, references to issues, links.
 */
export const markdown: Template = template((text) =>
  escapeControls(text)
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replace(/[&<>]/g, (character) => ENTITIES[character]!)
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww(?=\.)/gi, '$&\\')
    .replace(/[@#]/g, '<span>$&</span>'),
);

/** A Markdown code span, in which nothing is markup: the fence is longer than any run of back-ticks inside. */
export function code(text: string): Raw {
  const shown = escapeControls(text);
  if (shown === '') return raw('');
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const room = longest > 0 ? ' ' : '';
  // Within a table a pipe ends the cell even in a code span; the backslash is taken away by the table.
  return raw(`${fence}${room}${shown.replaceAll('|', '\\|')}${room}${fence}`);
}

/**
 * One CSV record, RFC 4180, with its CR LF. Text that a spreadsheet would run as a formula gets an apostrophe in
 * front; numbers are left alone. Control characters are made visible, so a record is always one line.
 */
export function csvRecord(cells: readonly (string | number | null | undefined)[]): string {
  const shown = cells.map((cell) => {
    if (cell === null || cell === undefined) return '';
    if (typeof cell === 'number') return String(cell);
    const defused = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/u.test(cell)
      ? `'${escapeControls(cell)}`
      : escapeControls(cell);
    return /[",;]|^\s|\s$/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
  });
  return `${shown.join(',')}\r\n`;
}

/**
 * JSON with two spaces and a line feed at the end. The value is untouched, also in its hostile text; what JSON would
 * leave raw and a terminal could obey (C1, bidi, separators) is written as `\uXXXX`, which parses to the same.
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
    escapeControls(character) === character ? character : character.split('').map(code).join(''),
  );
}
