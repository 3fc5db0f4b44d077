/**
 * Splits the JSON of an inventory into its instances and the rest, without building all of it:
 *
 *     {"format":…,"instances":[ {…},{…} , {…},{…} ],"catalogue":…}
 *                              └ pieces ┘└ pieces ┘
 *     └─────────── the rest, with an empty array ────────────────┘
 *
 * It finds only where things end. `JSON.parse` reads each piece and the rest, so it also refuses what is not JSON.
 */
import type { Inventory } from '../../model.ts';

/** The text is not JSON, or no form of an inventory. */
export class ScanError extends Error {}

/** Bytes of instances that are parsed together. */
const TOGETHER = 64 * 1_024;
/** Most bytes between two commas of the array. */
const LARGEST = 8 * 1_024 * 1_024;
/** Most bytes of the rest: the catalogue has some hundred offers. */
const LARGEST_REST = 64 * 1_024 * 1_024;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d];
const KEY = 'instances';

/**
 * @param pieces of UTF-8, which are read before the next one is asked for.
 * @param each receives decoded instances, which nobody has checked, in their order.
 * @returns the rest, which nobody has checked. @throws ScanError
 */
export async function scanInventory(
  pieces: AsyncIterable<Buffer>,
  each: (instances: readonly unknown[]) => void,
): Promise<unknown> {
  const scanner = createScanner(each);
  for await (const piece of pieces) scanner.add(piece);
  const rest = parse(scanner.rest().replace(/^\uFEFF/, '')) as Partial<Inventory> | null;
  // Another spelling of the key, such as with \u escapes.
  if (!Array.isArray(rest?.instances) || rest.instances.length === 0) return rest;
  each(rest.instances);
  return { ...rest, instances: [] };
}

function createScanner(each: (instances: readonly unknown[]) => void) {
  const state = { depth: 0, inText: false, escaped: false, inArray: false, arrays: 0, items: 0 };
  /** The last text directly in the outer object: the key of what follows. */
  let key = '';
  const rest = collect(LARGEST_REST);
  const open = collect(LARGEST);

  const flush = (isLast: boolean): void => {
    const text = open.take();
    if (text.trim() === '') {
      if (isLast && state.items === 0) return;
      throw new ScanError('an instance is missing');
    }
    state.items++;
    each(parse(`[${text}]`) as readonly unknown[]);
  };
  /** Handles a byte outside of texts. @returns true if what was read so far belongs to the other side. */
  const onByte = (byte: number, pending: number): 'begin' | 'split' | 'end' | null => {
    if (byte === BRACE || byte === BRACKET) {
      state.depth++;
      if (byte !== BRACKET || state.depth !== 2 || key !== KEY || state.inArray) return null;
      if (++state.arrays > 1) throw new ScanError('it has its instances twice');
      state.inArray = true;
      return 'begin';
    }
    if (byte === BRACE_END || byte === BRACKET_END) {
      state.depth--;
      if (!state.inArray || state.depth !== 1) return null;
      state.inArray = false;
      return 'end';
    }
    return byte === COMMA && state.inArray && state.depth === 2 && open.bytes() + pending >= TOGETHER
      ? 'split'
      : null;
  };
  return {
    add(piece: Buffer): void {
      let from = 0;
      for (let at = 0; at < piece.length; at++) {
        const byte = piece[at]!;
        if (state.inText) {
          if (state.escaped) state.escaped = false;
          else if (byte === BACKSLASH) state.escaped = true;
          else if (byte === QUOTE) state.inText = false;
          else if (state.depth === 1 && key.length <= KEY.length) key += String.fromCharCode(byte);
          continue;
        }
        if (byte === QUOTE) {
          state.inText = true;
          if (state.depth === 1) key = '';
          continue;
        }
        const turn = onByte(byte, at - from);
        if (turn === null) continue;
        if (turn === 'begin') rest.add(piece.subarray(from, at + 1));
        else {
          open.add(piece.subarray(from, at));
          flush(turn === 'end');
        }
        from = turn === 'end' ? at : at + 1;
      }
      (state.inArray ? open : rest).add(piece.subarray(from));
    },
    rest(): string {
      if (state.inArray) throw new ScanError('it ends too early');
      return rest.take();
    },
  };
}

/** Collects bytes, always in the same memory. @param most of them. */
function collect(most: number) {
  let buffer = Buffer.alloc(2 * TOGETHER);
  let bytes = 0;
  return {
    bytes: () => bytes,
    add(part: Buffer): void {
      if (bytes + part.length > most) throw new ScanError('a part of it is too long');
      if (bytes + part.length > buffer.length) {
        const larger = Buffer.alloc(2 * (bytes + part.length));
        buffer.copy(larger, 0, 0, bytes);
        buffer = larger;
      }
      part.copy(buffer, bytes);
      bytes += part.length;
    },
    take(): string {
      const text = buffer.toString('utf8', 0, bytes);
      bytes = 0;
      return text;
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ScanError('it is not JSON', { cause });
  }
}
