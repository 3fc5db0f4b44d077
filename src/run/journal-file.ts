/** The journal's file: read whole and checked, appended with fsync, a torn last line cut off. */
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Decoded } from '../journal.ts';
import { decode, EMPTY_CHAIN } from '../journal.ts';
import type { JournalStore } from './journal-writer.ts';

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

/**
 * Opens a journal file for appending, cutting off a torn last line first.
 * @param wholeBytes as read by `readJournalFile`.
 */
export async function openJournalFile(
  path: string,
  wholeBytes: number,
): Promise<JournalStore & { close(): Promise<void> }> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  await file.truncate(wholeBytes);
  await file.sync();
  await syncDirectory(dirname(path));
  let position = wholeBytes;
  return {
    async append(text) {
      const bytes = Buffer.from(text, 'utf8');
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
      await file.datasync();
      position += bytes.length;
    },
    close: () => file.close(),
  };
}

/** Makes the names in a folder durable. */
export async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
