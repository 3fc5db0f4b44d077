/** Scans a JSON text before it is parsed: its depth, its number of values, and keys that occur twice in one object. */

/** The bounds of a saved plan. A plan of 10,000 steps has 6 MB and 700,000 values. */
const MOST_CHARACTERS = 64 * 1024 * 1024;
const MOST_VALUES = 4_000_000;
const MOST_NESTED = 64;

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** What one scan finds. */
export interface JsonScan {
  /** Key and value pairs. With a key twice in one object, parsing gives fewer. */
  readonly pairs: number;
  /** Why the text is not read at all; null if it may be parsed. */
  readonly tooMuch: string | null;
}

/** Scans the text once, without recursion. */
export function scanJson(text: string): JsonScan {
  if (text.length > MOST_CHARACTERS)
    return { pairs: 0, tooMuch: `it has ${text.length} characters, and at most ${MOST_CHARACTERS} are read` };
  let [pairs, values, depth] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) pairs += 1;
    else if (code === COMMA) values += 1;
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      values += 1;
      if (depth > MOST_NESTED) return { pairs, tooMuch: `its values nest deeper than ${MOST_NESTED}` };
    }
    if (values > MOST_VALUES) return { pairs, tooMuch: `it has more than ${MOST_VALUES} values` };
  }
  return { pairs, tooMuch: null };
}

/** The index of the closing quote; the length of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

/** The number of key and value pairs in a parsed value of bounded depth. */
export function countPairs(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let pairs = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') pairs += countPairs(item);
    return pairs;
  }
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    pairs += typeof member === 'object' ? 1 + countPairs(member) : 1;
  }
  return pairs;
}

/** The path of the first key that occurs twice in its object, as a JSON pointer. @param text valid JSON */
export function duplicateKey(text: string): string | null {
  const open: { readonly keys: Set<string> | null; key: string | number }[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const inside = open.at(-1);
    if (code === OPEN_LIST) open.push({ keys: null, key: 0 });
    else if (code === OPEN_OBJECT) open.push({ keys: new Set(), key: '' });
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) open.pop();
    else if (code === COMMA && typeof inside?.key === 'number') inside.key += 1;
    else if (code === QUOTE) {
      const end = endOfString(text, at);
      const isKey = inside?.keys && /^\s*:/.test(text.slice(end + 1, end + 40));
      if (isKey) {
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        inside.key = key;
        if (inside.keys!.has(key)) return `/${open.map((one) => one.key).join('/')}`;
        inside.keys!.add(key);
      }
      at = end;
    }
  }
  return null;
}
