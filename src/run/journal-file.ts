/**
 * The journal's file: read whole and checked, appended with fsync, a torn last line cut off. While a run writes it, it
 * must stay where it is and as it is: an open file still takes entries when its name is gone, and nobody would find them.
 */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RefitError } from '../errors.ts';
import type { Decoded } from '../journal.ts';
import { decode, EMPTY_CHAIN } from '../journal.ts';
import type { JournalStore } from './journal-writer.ts';
import { syncDirectory } from './run-files.ts';

const LINE_FEED = 0x0a;

/** A journal as it lies on disk. */
export interface JournalOnDisk extends Decoded {
  /** Bytes up to and including the last whole line. */
  readonly wholeBytes: number;
  /** Bytes after it: an entry that was being written. */
  readonly tornBytes: number;
}

/** Reads and checks a journal file; a file that does not exist is an empty journal. Writes nothing. */
export async function readJournalFile(path: string): Promise<JournalOnDisk> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    bytes = Buffer.alloc(0);
  }
  return decodeJournal(bytes);
}

/** Checks the bytes of a journal file. */
export function decodeJournal(bytes: Buffer): JournalOnDisk {
  const wholeBytes = bytes.lastIndexOf(LINE_FEED) + 1;
  const tornBytes = bytes.length - wholeBytes;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, wholeBytes));
  } catch {
    const fault = { line: lineOfBadByte(bytes.subarray(0, wholeBytes)), what: 'the line is not UTF-8' };
    return { entries: [], end: EMPTY_CHAIN, fault, torn: null, wholeBytes, tornBytes };
  }
  const torn = tornBytes > 0 ? bytes.subarray(wholeBytes).toString('utf8') : null;
  return { ...decode(text), torn, wholeBytes, tornBytes };
}

function lineOfBadByte(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const feed = bytes.indexOf(LINE_FEED, from);
    try {
      decoder.decode(bytes.subarray(from, feed));
    } catch {
      return line;
    }
    from = feed + 1;
  }
  return line;
}

/** A journal's file, open for appending. */
export interface JournalFile extends JournalStore {
  close(): Promise<void>;
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
): Promise<JournalFile> {
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
