/** The chain of a journal: encodes, hashes and decodes its entries. */
import { canonical, canonicalAround, sha256 } from '../digest.ts';
import type { JournalEntry, JournalEvent } from '../model.ts';

/** `prev` of the first entry. */
export const GENESIS = '0'.repeat(64);

/** The end of a chain, which the next entry must follow. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** The end of the empty chain. */
export const EMPTY_CHAIN: ChainEnd = { seq: 0, hash: GENESIS };

/** Makes the entry that follows `end`. @param at ISO 8601 UTC. */
export function seal(end: ChainEnd, at: string, event: JournalEvent): JournalEntry {
  return sealLine(end, at, event).entry;
}

/** The same, with its journal line: the canonical form of the entry, without a line feed. */
export function sealLine(end: ChainEnd, at: string, event: JournalEvent) {
  const rest = { ...event, seq: end.seq + 1, at, prev: end.hash };
  // One encoding serves hash and line: the line is the hashed text with `hash` inserted.
  const [before, after] = canonicalAround(rest, 'hash');
  const hash = sha256(before + after);
  return { entry: { ...rest, hash } as JournalEntry, line: `${before},"hash":"${hash}"${after}` };
}

/** A fault in a journal, with its line. */
export interface ChainFault {
  /** Line number from 1. */
  readonly line: number;
  readonly message: string;
}

/** The whole entries of a journal, and its fault if it has one. */
export interface Decoded {
  readonly entries: readonly JournalEntry[];
  readonly end: ChainEnd;
  /** Where the chain is broken: bytes were changed, removed, reordered or added. */
  readonly fault: ChainFault | null;
  /** The text after the last whole line: the process died while it wrote this entry. */
  readonly torn: string | null;
}

/**
 * Creates a decoder that reads a journal piece by piece and checks every byte. Each line must be the canonical encoding of
 * its entry, with the next number and an unbroken chain. It stops at the first fault and keeps only the end of the chain.
 * @param each gets every entry before the fault, in order.
 * @param after the end of the chain before the text.
 */
export function createDecoder(each: (entry: JournalEntry) => void, after: ChainEnd = EMPTY_CHAIN) {
  const decoding = {
    end: after,
    fault: null as ChainFault | null,
    /** Reads whole lines, each with its line feed. After a fault it reads nothing. */
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

/** The entry that follows `end`, or the fault of the line. */
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
  if (prev !== end.hash) return 'prev is not the hash of the previous entry';
  // The canonical form of the rest: `prev` and `seq` come after `hash`, so a comma does.
  const rest = line.replace(`"hash":"${hash}",`, '');
  return sha256(rest) === hash ? entry : 'hash does not match the entry: it was changed';
}

/** Decodes a whole journal, as `createDecoder`. A last line without a line feed is torn, not a fault. */
export function decode(text: string, after: ChainEnd = EMPTY_CHAIN): Decoded {
  const entries: JournalEntry[] = [];
  const decoding = createDecoder((entry) => entries.push(entry), after);
  const whole = text.lastIndexOf('\n') + 1;
  decoding.read(text.slice(0, whole));
  const { end, fault } = decoding;
  return { entries, end, fault, torn: fault === null && whole < text.length ? text.slice(whole) : null };
}
