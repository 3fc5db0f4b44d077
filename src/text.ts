/**
 * Text from outside: which characters nobody can see, and how they become visible. This is the only place that knows these
 * characters, so every output shows the same escapes. Pure. The classes come from the Unicode data of the platform.
 */

/**
 * Characters that act, hide or look blank. `C` has controls, format and bidirectional characters, lone surrogates, private
 * use and unassigned code points. `Z` has separators; the space stays. The last ones are signs with an empty glyph.
 */
const UNSEEN = String.raw`(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}\u{16fe4}]`;
/** Compiled at the first use, because these classes take milliseconds. */
let patterns: { readonly unseen: RegExp; readonly escaped: RegExp; readonly visible: RegExp } | undefined;

function compiled() {
  patterns ??= {
    unseen: new RegExp(UNSEEN, 'u'),
    // A combining mark would join the character before it, which is ours at the start and behind an escape.
    escaped: new RegExp(String.raw`^\p{M}+|(?:${UNSEEN})\p{M}*`, 'gu'),
    visible: new RegExp(String.raw`(?!${UNSEEN})[^ \p{M}]`, 'u'),
  };
  return patterns;
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Printable ASCII: most texts, and nothing in them needs an escape. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Replaces control and invisible characters with visible escapes such as `\x1b`, `\u{202e}`, `\n`. Returns one line. */
export function escapeControls(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(compiled().escaped, (characters) => Array.from(characters, escapeOf).join(''));
}

function escapeOf(character: string): string {
  const short = SHORT[character];
  if (short) return short;
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** The same for text of several lines: its line feeds stay. */
export function escapeLines(text: string): string {
  return PLAIN.test(text) ? text : text.split('\n').map(escapeControls).join('\n');
}

/** What Refit itself writes to a terminal: colours, cursor moves and returns to the start of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Refit draws with
const DRAWN = /(\r|\x1b\[[0-9;]*[A-Za-z])/;

/**
 * The last check before text reaches a terminal or a pipe: its line feeds stay, everything that hides becomes visible.
 * @param drawn true if the text may have colours and cursor moves.
 */
export function escapeScreen(text: string, drawn: boolean): string {
  if (!drawn) return escapeLines(text);
  const parts = text.split(DRAWN);
  return parts.map((part, at) => (at % 2 === 1 ? part : escapeLines(part))).join('');
}

/** Whether the character acts, hides or looks blank. @param character one code point. */
export function isUnseen(character: string): boolean {
  return !PLAIN.test(character) && compiled().unseen.test(character);
}

/** Whether a text has something to see: more than blanks, invisible characters and marks without a letter. */
export function hasVisibleText(text: string): boolean {
  return compiled().visible.test(text);
}

/** The text from its first character that a reader, or a spreadsheet that drops the rest, sees. */
export function fromFirstVisible(text: string): string {
  const at = text.search(compiled().visible);
  return at < 0 ? '' : text.slice(at);
}
