/**
 * The canonical form of a JSON value, and its SHA-256. Values with the same meaning have the same text: the order of keys
 * and white space do not matter. The chain of the journal and the seal of a saved plan use it.
 */
import { createHash, createHmac, hash } from 'node:crypto';

/**
 * The canonical text of a value: keys sorted by code unit, no white space, numbers and strings as JSON writes them. It
 * omits undefined members. @throws TypeError for a value that JSON cannot hold (NaN, Infinity, functions).
 */
export function canonical(value: unknown): string {
  if (value === undefined) throw new TypeError('not a JSON value: undefined');
  const copy = inOrder(value);
  return copy === CANNOT_BE_SORTED ? written(value) : JSON.stringify(copy);
}

/**
 * The canonical text of an object in two parts: before and after a member that it does not have. With that member in between,
 * it is the text of both.
 *
 *     canonicalAround({ seq: 1, at: 't' }, 'hash')  →  ['{"at":"t"', ',"seq":1}']
 *
 * @param value has at least one member before that one.
 */
export function canonicalAround(value: object, key: string): readonly [before: string, after: string] {
  const order = orderOf(Object.keys(value));
  if (order === CANNOT_BE_SORTED) throw new TypeError('an integer or __proto__ is no name of a member here');
  let before = '';
  let after = '';
  for (let at = 0; at < order.keys.length; at++) {
    const name = order.keys[at]!;
    const member = (value as Members)[name];
    if (member === undefined) continue;
    const text = order.names[at]! + memberText(member);
    if (name > key) after += `,${text}`;
    else before += before === '' ? `{${text}` : `,${text}`;
  }
  return [before, `${after}}`];
}

/** Keys that objects do not keep in order: integers always come first, and `__proto__` is not stored as a key. */
const MOVES = /^(?:\d+|__proto__)$/;
/** First characters of such keys: at most `9`, or `_`. */
const NINE = 0x39;
const LOW_LINE = 0x5f;
const CANNOT_BE_SORTED = Symbol();

/**
 * The value with its keys in order, for `JSON.stringify`, which is many times faster than our own writer. Parts that are
 * in order already are not copied. @returns CANNOT_BE_SORTED if an object cannot keep the order.
 */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return leaf(value);
  return Array.isArray(value) ? itemsInOrder(value) : membersInOrder(value as Members);
}

type Members = Record<string, unknown>;

function itemsInOrder(items: readonly unknown[]): unknown {
  let copy: unknown[] | null = null;
  for (let at = 0; at < items.length; at++) {
    const kept = inOrder(items[at]);
    if (kept === CANNOT_BE_SORTED) return CANNOT_BE_SORTED;
    if (copy === null && kept !== items[at]) copy = items.slice(0, at);
    copy?.push(kept);
  }
  return copy ?? items;
}

function membersInOrder(value: Members): unknown {
  const known = orderOf(Object.keys(value));
  if (known === CANNOT_BE_SORTED) return CANNOT_BE_SORTED;
  const { keys, isSorted } = known;
  let copy: Members | null = isSorted && !('toJSON' in value) ? null : {};
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    const kept = inOrder(value[key]);
    if (kept === CANNOT_BE_SORTED) return CANNOT_BE_SORTED;
    if (copy === null && kept !== value[key]) {
      copy = {};
      for (const before of keys.slice(0, at)) copy[before] = value[before];
    }
    if (copy !== null) copy[key] = kept;
  }
  return copy ?? value;
}

/** The keys of an object in order, and whether the object has them in this order already. */
interface Order {
  readonly keys: readonly string[];
  /** The keys as JSON writes them, with the colon. */
  readonly names: readonly string[];
  readonly isSorted: boolean;
}

/** A first part of the keys of an object, and the orders of objects with exactly these keys. */
interface KnownKeys {
  readonly next: Map<string, KnownKeys>;
  order: Order | typeof CANNOT_BE_SORTED | null;
}

/**
 * The orders of keys seen before, by key after key. Large values have many objects with the same keys, and this lookup is
 * several times faster than a sort. Objects may have any keys, so the number of entries is limited.
 */
const KNOWN_KEYS: KnownKeys = { next: new Map(), order: null };
const MOST_KNOWN = 10_000;
let knownCount = 0;

function orderOf(keys: readonly string[]): Order | typeof CANNOT_BE_SORTED {
  let known = KNOWN_KEYS;
  for (let at = 0; at < keys.length; at++) {
    let next = known.next.get(keys[at]!);
    if (next === undefined) {
      if (knownCount >= MOST_KNOWN) return newOrder(keys);
      knownCount += 1;
      next = { next: new Map(), order: null };
      known.next.set(keys[at]!, next);
    }
    known = next;
  }
  known.order ??= newOrder(keys);
  return known.order;
}

function newOrder(keys: readonly string[]): Order | typeof CANNOT_BE_SORTED {
  for (const key of keys) {
    const first = key.charCodeAt(0);
    if ((first <= NINE || first === LOW_LINE) && MOVES.test(key)) return CANNOT_BE_SORTED;
  }
  const isSorted = keys.every((key, at) => at === 0 || keys[at - 1]! <= key);
  const sorted = isSorted ? keys : keys.toSorted();
  return { keys: sorted, names: sorted.map((key) => `${JSON.stringify(key)}:`), isSorted };
}

function leaf(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError(`not a JSON number: ${value}`);
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
    throw new TypeError(`not a JSON value: ${typeof value}`);
  return value;
}

/** Writes the canonical form member by member. */
function written(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(leaf(value) ?? null);
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  const members = value as Members;
  return `{${Object.keys(members)
    .sort()
    .flatMap((key) => (members[key] === undefined ? [] : [`${JSON.stringify(key)}:${written(members[key])}`]))
    .join(',')}}`;
}

/** The SHA-256 of an object's canonical form, hex. Lists are hashed item by item, so a large object is never one text. */
export function canonicalDigest(value: object): string {
  const sum = createHash('sha256');
  const known = new Map<object, string>();
  let text = '';
  const put = (more: string): void => {
    text += more;
    if (text.length < PIECE) return;
    sum.update(text, 'utf8');
    text = '';
  };
  let before = '{';
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    put(`${before}${JSON.stringify(key)}:`);
    before = ',';
    if (!Array.isArray(member)) put(canonical(member));
    else {
      put('[');
      for (let at = 0; at < member.length; at++) {
        if (at > 0) put(',');
        put(itemText(member[at], known));
      }
      put(']');
    }
  }
  put(before === '{' ? '{}' : '}');
  return sum.update(text, 'utf8').digest('hex');
}

/** The canonical text of an item of a list. @param known texts of objects that many items share. */
function itemText(item: unknown, known: Map<object, string>): string {
  if (typeof item !== 'object' || item === null || Array.isArray(item) || 'toJSON' in item)
    return canonical(item);
  const order = orderOf(Object.keys(item));
  if (order === CANNOT_BE_SORTED) return canonical(item);
  let text = '';
  for (let at = 0; at < order.keys.length; at++) {
    const value = (item as Members)[order.keys[at]!];
    if (value === undefined) continue;
    text += `${text === '' ? '{' : ','}${order.names[at]!}${memberText(value, known)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** Texts that JSON writes as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;

function memberText(value: unknown, known?: Map<object, string>): string {
  if (typeof value === 'string') return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(leaf(value));
  const before = known?.get(value);
  if (before !== undefined) return before;
  const text = canonical(value);
  known?.set(value, text);
  return text;
}

/** The size of a piece that is hashed, in UTF-16 units. */
const PIECE = 65_536;

/** The SHA-256 of a text that comes in pieces, as UTF-8. `end`: in hexadecimal; call it once. */
export function createSha256(): { add(piece: string): void; end(): string } {
  const sum = createHash('sha256');
  return { add: (piece) => void sum.update(piece), end: () => sum.digest('hex') };
}

/** Lower-case hex SHA-256 of bytes, or of a text's UTF-8 bytes. */
export function sha256(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex');
}

/** HMAC-SHA256 of a text's UTF-8 bytes. */
export function hmacSha256(key: string, text: string, as: 'hex' | 'base64'): string {
  return createHmac('sha256', key).update(text, 'utf8').digest(as);
}
