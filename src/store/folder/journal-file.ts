/**
 * The journal's file: read piece by piece and checked, appended with fsync, a torn last line cut off. While a run writes it, it
 * must stay where it is and as it is: an open file still takes entries when its name is gone, and nobody would find them.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RefitError } from '../../errors.ts';
import { type ChainFault, createDecoder, type Decoded } from '../../journal/chain.ts';
import type { JournalEntry } from '../../model.ts';
import type { JournalStore } from '../journal-writer.ts';
import { syncDirectory, textOf } from './run-files.ts';

const LINE_FEED = 0x0a;

/** What was found of a journal file by going through it. */
export interface JournalWalk extends Omit<Decoded, 'entries'> {
  /** Bytes up to and including the last whole line. */
  readonly wholeBytes: number;
  /** Bytes after it: an entry that was being written. */
  readonly tornBytes: number;
}

/** A journal as it lies on disk. */
export interface JournalOnDisk extends JournalWalk {
  readonly entries: readonly JournalEntry[];
}

/** Bytes that are read at once. */
const PIECE = 1 << 18;

/**
 * Goes through a journal file and checks it, however long it is: no more of it is held than a piece at a time. A file
 * that does not exist is an empty journal. Writes nothing.
 * @param each is given every sound entry, in order.
 */
export async function walkJournalFile(
  path: string,
  each: (entry: JournalEntry) => void,
): Promise<JournalWalk> {
  const walk = beginWalk(each);
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return walk.end();
  }
  try {
    const buffer = Buffer.allocUnsafe(PIECE);
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, PIECE, position);
      if (bytesRead === 0) return walk.end();
      position += bytesRead;
      walk.read(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** Reads a journal file whole, as `walkJournalFile` does. */
export async function readJournalFile(path: string): Promise<JournalOnDisk> {
  const entries: JournalEntry[] = [];
  const walk = await walkJournalFile(path, (entry) => entries.push(entry));
  return { ...walk, entries };
}

/** Checks the bytes of a journal file. */
export function decodeJournal(bytes: Buffer): JournalOnDisk {
  const entries: JournalEntry[] = [];
  const walk = beginWalk((entry) => entries.push(entry));
  walk.read(bytes);
  return { ...walk.end(), entries };
}

/** A walk that is fed piece by piece, wherever the pieces are cut. */
function beginWalk(each: (entry: JournalEntry) => void) {
  const decoding = createDecoder(each);
  let badLine: ChainFault | null = null;
  let wholeBytes = 0;
  /** What has come of a line whose end has not. */
  let begun: Buffer[] = [];
  const lines = (bytes: Buffer): void => {
    wholeBytes += bytes.length;
    if (decoding.fault !== null || badLine !== null) return;
    const text = textOf(bytes);
    if (text !== null) return decoding.read(text);
    // One line of them is no text: those before it are looked at first.
    const bad = badLineAt(bytes);
    decoding.read(bytes.toString('utf8', 0, bad));
    if (decoding.fault === null) badLine = { line: decoding.end.seq + 1, message: 'the line is not UTF-8' };
  };
  return {
    read(piece: Buffer): void {
      const feed = piece.lastIndexOf(LINE_FEED) + 1;
      if (feed > 0) {
        const whole = piece.subarray(0, feed);
        lines(begun.length === 0 ? whole : Buffer.concat([...begun, whole]));
        begun = [];
      }
      // A copy: the next piece comes into the same memory.
      if (feed < piece.length) begun.push(Buffer.from(piece.subarray(feed)));
    },
    end(): JournalWalk {
      const torn = Buffer.concat(begun);
      return {
        end: decoding.end,
        fault: decoding.fault ?? badLine,
        torn: torn.length > 0 ? torn.toString('utf8') : null,
        wholeBytes,
        tornBytes: torn.length,
      };
    },
  };
}

function badLineAt(bytes: Buffer): number {
  for (let from = 0; ; ) {
    const feed = bytes.indexOf(LINE_FEED, from);
    if (feed < 0 || textOf(bytes.subarray(from, feed)) === null) return from;
    from = feed + 1;
  }
}

/**
 * Opens a journal file for appending, cutting off a torn last line first, and nothing else: who wrote in it since it was
 * read may have ordered. Each append looks before and after whether
 * the path still leads to this file and whether it is as long as this process left it.
 * @param read as read by `readJournalFile`.
 * @throws RefitError `disk-failed` where the file is not as it was read.
 */
export async function openJournalFile(
  path: string,
  { wholeBytes, tornBytes }: Pick<JournalOnDisk, 'wholeBytes' | 'tornBytes'>,
): Promise<JournalStore & { close(): Promise<void> }> {
  const bytesRead = wholeBytes + tornBytes;
  const file = await open(path, constants.O_RDWR | (bytesRead === 0 ? constants.O_CREAT : 0), 0o600).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? meddled(path, 'it was removed or renamed') : error;
    },
  );
  const opened = await file.stat({ bigint: true });
  try {
    if (opened.size !== BigInt(bytesRead))
      throw meddled(path, `it has ${opened.size} bytes, and this run read ${bytesRead}`);
    if (tornBytes > 0) await file.truncate(wholeBytes);
    await file.sync();
    await syncDirectory(dirname(path));
  } catch (error) {
    await file.close();
    throw error;
  }
  let position = wholeBytes;

  const mustBeAsLeft = async (bytes: number): Promise<void> => {
    const there = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw error;
    });
    if (there?.ino !== opened.ino || there.dev !== opened.dev)
      throw meddled(path, there ? 'another file has taken its place' : 'it was removed or renamed');
    if (there.size !== BigInt(bytes))
      throw meddled(path, `it has ${there.size} bytes, and this run left it at ${bytes}`);
  };
  return {
    async append(text) {
      const bytes = Buffer.from(text, 'utf8');
      await mustBeAsLeft(position);
      try {
        await writeWhole(file, bytes, position);
        // Never tried again where it fails: the pages that could not be written may be gone, and a second try succeed.
        await file.datasync();
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : String(error)}: ${path}`, {
          cause: error,
        });
      }
      position += bytes.length;
      await mustBeAsLeft(position);
    },
    close: () => file.close(),
  };
}

function meddled(path: string, what: string): RefitError {
  return new RefitError(
    'disk-failed',
    `${path} was changed by somebody else while this run wrote it: ${what}`,
    'put the run directory back as it was, then run the same refit apply command again: it goes on where the journal ends',
  );
}

/** Writes all of the bytes at a position, however few of them the system takes at once. @throws where it takes none. */
export async function writeWhole(
  file: Pick<FileHandle, 'write'>,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error('the system takes no more bytes');
    done += bytesWritten;
  }
}
