/**
 * The canonical form of a JSON value, and its SHA-256: one meaning, one text, whatever the order of the keys
 * or the white space it was read with. Used by the journal's chain and the saved plan's seal.
 */
import { createHmac, hash } from 'node:crypto';

/**
 * Keys sorted by code unit, no white space, numbers and strings as JSON writes them; undefined members are
 * left out. @throws TypeError on a value that JSON cannot hold (NaN, Infinity, functions).
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`not a JSON number: ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`not a JSON value: ${typeof value}`);
  let members = '';
  for (const [, text] of canonicalMembers(value)) members += members === '' ? text : `,${text}`;
  return `{${members}}`;
}

/** The members of an object in the order and the form that `canonical` gives them: `"key":value`. @throws TypeError */
export function canonicalMembers(value: object): [key: string, text: string][] {
  const members: [string, string][] = [];
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) members.push([key, `${JSON.stringify(key)}:${canonical(member)}`]);
  }
  return members;
}

/** Lower-case hex SHA-256 of bytes, or of a text's UTF-8 bytes. */
export function sha256(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex');
}

/** HMAC-SHA256 of a text's UTF-8 bytes. */
export function hmacSha256(key: string, text: string, as: 'hex' | 'base64'): string {
  return createHmac('sha256', key).update(text, 'utf8').digest(as);
}
