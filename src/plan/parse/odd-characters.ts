/**
 * Characters that people take for others: invisible ones, blanks that are no space, and full-width forms of ASCII. YAML
 * reads all of them as text.
 */
import { isUnseen } from '../../text.ts';

export interface OddCharacter {
  /** Its offset in the text. */
  readonly at: number;
  /** `U+00A0` */
  readonly code: string;
  /** `a no-break space` */
  readonly name: string;
}

/** Names of characters, and what people mean by them. An empty text means nothing. */
const NAMED: Readonly<Record<string, readonly [name: string, meant: string]>> = {
  '\u00a0': ['a no-break space', ' '],
  '\u00ad': ['an invisible soft hyphen', ''],
  '\u200b': ['an invisible zero-width space', ''],
  '\u200c': ['an invisible joiner', ''],
  '\u200d': ['an invisible joiner', ''],
  '\u200e': ['an invisible mark of direction', ''],
  '\u200f': ['an invisible mark of direction', ''],
  '\u2028': ['a line separator', ' '],
  '\u2029': ['a paragraph separator', ' '],
  '\u2060': ['an invisible word joiner', ''],
  '\u3000': ['a full-width space', ' '],
  '\ufeff': ['an invisible byte-order mark', ''],
  '\u2010': ['a typographic hyphen', '-'],
  '\u2011': ['a no-break hyphen', '-'],
  '\u2012': ['a figure dash', '-'],
  '\u2013': ['an en dash', '-'],
  '\u2014': ['an em dash', '-'],
  '\u2212': ['a minus sign', '-'],
  '\u2018': ['a curly quote', "'"],
  '\u2019': ['a curly quote', "'"],
  '\u201c': ['a curly quote', '"'],
  '\u201d': ['a curly quote', '"'],
  '\u2264': ['a sign for "at most"', '<='],
  '\u2265': ['a sign for "at least"', '>='],
  '\u00d7': ['a multiplication sign', 'x'],
  '\u3001': ['an ideographic comma', ','],
};

/** Punctuation that a sentence shows better as a word. */
const WORDS: Readonly<Record<string, string>> = {
  ',': 'comma',
  ':': 'colon',
  ';': 'semicolon',
  '.': 'full stop',
  '{': 'opening brace',
  '}': 'closing brace',
  '[': 'opening bracket',
  ']': 'closing bracket',
  '"': 'double quote',
  "'": 'single quote',
};

/** Most plans have ASCII only. */
const ASCII = /^[\t\n\r -~]*$/;

function nameOf(character: string): string | null {
  const named = NAMED[character]?.[0];
  if (named !== undefined) return named;
  if (/[\uff01-\uff5e]/.test(character))
    return `a full-width ${WORDS[meantBy(character)] ?? meantBy(character)}`;
  return isUnseen(character) ? 'an invisible character' : null;
}

function meantBy(character: string): string {
  const meant = NAMED[character]?.[1];
  if (meant !== undefined) return meant;
  if (/[\uff01-\uff5e]/.test(character)) return String.fromCharCode(character.charCodeAt(0) - 0xfee0);
  return isUnseen(character) ? (/\p{Z}/u.test(character) ? ' ' : '') : character;
}

/** The first character of a text that looks like another one, or like nothing. */
export function oddCharacterIn(text: string): OddCharacter | null {
  return ASCII.test(text) ? null : find(text, () => true);
}

/**
 * The first character that nobody expects in a value without quotes: an invisible one, a blank that is no space, or a
 * curly quote at the start. Joiners inside other scripts and emoji, and full-width spaces between words, are expected.
 */
export function hiddenCharacterIn(text: string): OddCharacter | null {
  if (ASCII.test(text)) return null;
  return find(text, (character, at) => {
    if (/[“”‘’]/.test(character)) return at === 0;
    if (!isUnseen(character)) return false;
    const isInside = at > 0 && at + character.length < text.length && text.charCodeAt(at - 1) > 0x7f;
    return !(isInside && /\u200c|\u200d|\u3000|[\ufe00-\ufe0f]|[\u{e0020}-\u{e007f}]/u.test(character));
  });
}

function find(text: string, counts: (character: string, at: number) => boolean): OddCharacter | null {
  let at = 0;
  for (const character of text) {
    const name = nameOf(character);
    if (name !== null && !/[\t\r\n]/.test(character) && counts(character, at)) {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      return { at, code: `U+${code}`, name };
    }
    at += character.length;
  }
  return null;
}

/** The text in ASCII as far as its author meant ASCII: `４８ｈ` is `48h`. */
export function asMeant(text: string): string {
  return ASCII.test(text) ? text : Array.from(text, meantBy).join('');
}
