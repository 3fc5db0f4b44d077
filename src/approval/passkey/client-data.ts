/** Reads `clientDataJSON`, the text that a browser lets an authenticator sign. Source: WebAuthn Level 3 §5.8.1, read 2026-11. */

/** The members that Refit checks. Browsers add others at will, so those do not matter. */
export interface ClientData {
  readonly type: unknown;
  readonly challenge: unknown;
  readonly origin: unknown;
  /** Absent counts as false. */
  readonly crossOrigin: unknown;
  /** Browsers write it only for pages inside a page of another origin. */
  readonly hasTopOrigin: boolean;
}

/** @returns null if the bytes are not UTF-8, not a JSON object, or name a member twice. */
export function readClientData(bytes: Uint8Array): ClientData | null {
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || hasDuplicateKey(text))
    return null;
  const own = (name: string): unknown => (Object.hasOwn(value, name) ? (value as never)[name] : undefined);
  return {
    type: own('type'),
    challenge: own('challenge'),
    origin: own('origin'),
    crossOrigin: own('crossOrigin'),
    hasTopOrigin: Object.hasOwn(value, 'topOrigin'),
  };
}

/** Strings and signs. Everything else between them is a number or a word. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

/** Whether an object names a member twice. `JSON.parse` keeps the last one; another reader may keep the first. @param text JSON. */
function hasDuplicateKey(text: string): boolean {
  /** The keys of each open object; null for a list. */
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const keys = open.at(-1);
      // `\u0074ype` and `type` are one key.
      const key = JSON.parse(last) as string;
      if (keys?.has(key)) return true;
      keys?.add(key);
    }
    last = token;
  }
  return false;
}
