/** The chain of a journal: encodes, hashes and decodes its entries. */
import { canonical, sha256 } from '../digest.ts';
import type { JournalEntry, JournalEvent } from '../model.ts';

/** `prev` of the first entry. */
export const GENESIS = '0'.repeat(64);

/** The end of a chain: what the next entry must follow. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** The end of the empty chain. */
export const EMPTY_CHAIN: ChainEnd = { seq: 0, hash: GENESIS };

/** Makes the entry that follows `end`. @param at ISO 8601 UTC. */
export function seal(end: ChainEnd, at: string, deed: JournalEvent): JournalEntry {
  return sealLine(end, at, deed).entry;
}

/** The same, with its journal line: the canonical form of the entry, without a line feed. */
export function sealLine(end: ChainEnd, at: string, deed: JournalEvent) {
  const rest = { ...deed, seq: end.seq + 1, at, prev: end.hash };
  // One walk serves hash and line: the members are sorted, so the line is the hashed text with `hash` put in its place.
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(rest)) (key < 'hash' ? before : after)[key] = member;
  // Neither is empty: each entry has `at`, and `seq`.
  const head = canonical(before).slice(0, -1);
  const tail = canonical(after).slice(1);
  const hash = sha256(`${head},${tail}`);
  return { entry: { ...rest, hash } as JournalEntry, line: `${head},"hash":"${hash}",${tail}` };
}

/** What is wrong with a journal, and where. */
export interface ChainFault {
  /** Line number from 1. */
  readonly line: number;
  readonly message: string;
}

/** What was read of a journal: its whole entries, and what spoils it. */
export interface Decoded {
  readonly entries: readonly JournalEntry[];
  readonly end: ChainEnd;
  /** The chain is broken here: bytes were changed, removed, reordered or added. */
  readonly fault: ChainFault | null;
  /** Bytes after the last whole line: an entry that was being written when the process died. */
  readonly torn: string | null;
}

/**
 * Begins to read a journal piece by piece and to check every byte of it: each line must be exactly the canonical encoding
 * of its entry, number and chain unbroken. Stops at the first fault. Keeps nothing but where the chain ends.
 * @param each is given every entry before that, in order.
 * @param after the end of what was read before, where the text goes on from there.
 */
export function createDecoder(each: (entry: JournalEntry) => void, after: ChainEnd = EMPTY_CHAIN) {
  const decoding = {
    end: after,
    fault: null as ChainFault | null,
    /** Reads whole lines, each with its line feed; after a fault nothing any more. */
    read(lines: string): void {
      for (let from = 0; from < lines.length && decoding.fault === null; ) {
        const feed = lines.indexOf('\n', from);
        const read = decodeLine(lines.slice(from, feed), decoding.end);
        from = feed + 1;
        if (typeof read === 'string') decoding.fault = { line: decoding.end.seq + 1, message: read };
        else {
          decoding.end = { seq: read.seq, hash: read.hash };
          each(read);
        }
      }
    },
  };
  return decoding;
}

/** The entry that follows `end`; where the line is not it, what is wrong with it. */
function decodeLine(line: string, end: ChainEnd): JournalEntry | string {
  let entry: JournalEntry;
  try {
    entry = JSON.parse(line) as JournalEntry;
  } catch {
    return 'the line is not JSON';
  }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'the line is not an entry';
  try {
    if (canonical(entry) !== line) return 'the line is not the canonical form of its entry';
  } catch {
    return 'the line is not an entry';
  }
  const { seq, prev, hash } = entry;
  if (seq !== end.seq + 1)
    return `seq is ${seq}, expected ${end.seq + 1}: entries are missing, added or reordered`;
  if (prev !== end.hash) return 'prev is not the hash of the entry before';
  // The canonical form of the rest: `prev` and `seq` come after `hash`, so a comma does.
  const rest = line.replace(`"hash":"${hash}",`, '');
  return sha256(rest) === hash ? entry : 'hash does not fit the entry: it was changed';
}

/** Reads a journal whole. A last line without a line feed is torn, not a fault. As `beginDecoding`. */
export function decode(text: string, after: ChainEnd = EMPTY_CHAIN): Decoded {
  const entries: JournalEntry[] = [];
  const decoding = createDecoder((entry) => entries.push(entry), after);
  const whole = text.lastIndexOf('\n') + 1;
  decoding.read(text.slice(0, whole));
  const { end, fault } = decoding;
  return { entries, end, fault, torn: fault === null && whole < text.length ? text.slice(whole) : null };
}
