/**
 * The file of the journal: reads it in pieces and checks it, appends with fsync, and cuts off a torn last line. While a run
 * writes it, nobody may move or change it. An open file still accepts entries after its name is gone, and they would be lost.
 */
import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RefitError } from '../../errors.ts';
import { isMissing } from '../../files/file-refused.ts';
import { type OpenedFile, openRegularFile } from '../../files/open-file.ts';
import { mustBeAppendable, syncDirectory } from '../../files/write-file.ts';
import { type ChainFault, createDecoder, EMPTY_CHAIN } from '../../journal/chain.ts';
import type { JournalEntry } from '../../model.ts';
import type { JournalWalk, WholeJournal } from '../ports.ts';
import { textOf } from './run-files.ts';

const LINE_FEED = 0x0a;

/** Bytes of one read. */
const PIECE = 1 << 18;

/** Bytes of the longest line. Refit writes none of a tenth of that. */
const LONGEST_LINE = 1 << 26;

/**
 * Reads through a journal file and checks it. Holds one piece in memory at a time. A missing file is an empty journal. Writes
 * nothing.
 * @param each receives every sound entry, in order.
 * @param from where an earlier walk ended. The result has a fault if the file does not continue there.
 */
export async function walkJournalFile(
  path: string,
  each: (entry: JournalEntry) => void,
  from: Pick<JournalWalk, 'end' | 'wholeBytes'> = { end: EMPTY_CHAIN, wholeBytes: 0 },
): Promise<JournalWalk> {
  const walk = createWalk(each, from);
  let opened: OpenedFile;
  try {
    opened = await openRegularFile(path, { subject: 'journal' });
  } catch (error) {
    if (!isMissing(error)) throw error;
    return from.wholeBytes > 0 ? walk.cut() : walk.end();
  }
  const { file } = opened;
  try {
    if (opened.size < from.wholeBytes) return walk.cut();
    const buffer = Buffer.allocUnsafe(PIECE);
    for (let position = from.wholeBytes; ; ) {
      const { bytesRead } = await file.read(buffer, 0, PIECE, position);
      if (bytesRead === 0 || walk.isTooLong()) return walk.end();
      position += bytesRead;
      walk.read(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/**
 * The whole lines of a journal file, in pieces of about a megabyte. Nobody has checked them. A missing file has none.
 * @throws RefitError `journal-broken` if a line is longer than Refit reads.
 */
export async function* journalFilePieces(path: string): AsyncGenerator<string> {
  const opened = await openRegularFile(path, { subject: 'journal' }).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (opened === null) return;
  const { file } = opened;
  try {
    let partial: Buffer[] = [];
    let partialBytes = 0;
    for (let position = 0; ; ) {
      const piece = Buffer.allocUnsafe(4 * PIECE);
      const { bytesRead } = await file.read(piece, 0, piece.length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const feed = piece.lastIndexOf(LINE_FEED, bytesRead - 1) + 1;
      if (feed > 0) {
        yield Buffer.concat([...partial, piece.subarray(0, feed)]).toString('utf8');
        partial = [];
        partialBytes = 0;
      }
      partial.push(piece.subarray(feed, bytesRead));
      partialBytes += bytesRead - feed;
      if (partialBytes > LONGEST_LINE)
        throw new RefitError(
          'journal-broken',
          `${path}: a line is longer than 64 MB`,
          'restore the journal from a copy',
        );
    }
  } finally {
    await file.close();
  }
}

/** Reads a journal file whole, as `walkJournalFile` does. */
export async function readJournalFile(path: string): Promise<WholeJournal> {
  const entries: JournalEntry[] = [];
  const walk = await walkJournalFile(path, (entry) => entries.push(entry));
  return { ...walk, entries };
}

/** Checks the bytes of a journal file. */
export function decodeJournal(bytes: Buffer): WholeJournal {
  const entries: JournalEntry[] = [];
  const walk = createWalk((entry) => entries.push(entry));
  walk.read(bytes);
  return { ...walk.end(), entries };
}

/** Creates a walk that accepts the file in pieces of any size. */
function createWalk(
  each: (entry: JournalEntry) => void,
  from: Pick<JournalWalk, 'end' | 'wholeBytes'> = { end: EMPTY_CHAIN, wholeBytes: 0 },
) {
  const decoding = createDecoder(each, from.end);
  let badLine: ChainFault | null = null;
  let { wholeBytes } = from;
  /** The start of a line whose end has not arrived. */
  let partial: Buffer[] = [];
  let partialBytes = 0;
  const lines = (bytes: Buffer): void => {
    wholeBytes += bytes.length;
    if (decoding.fault !== null || badLine !== null) return;
    const text = textOf(bytes);
    if (text !== null) return decoding.read(text);
    // One line is not text. Check the lines before it first.
    const bad = badLineAt(bytes);
    decoding.read(bytes.toString('utf8', 0, bad));
    if (decoding.fault === null) badLine = { line: decoding.end.seq + 1, message: 'the line is not UTF-8' };
  };
  return {
    read(piece: Buffer): void {
      const feed = piece.lastIndexOf(LINE_FEED) + 1;
      if (feed > 0) {
        const whole = piece.subarray(0, feed);
        lines(partial.length === 0 ? whole : Buffer.concat([...partial, whole]));
        partial = [];
        partialBytes = 0;
      }
      // Copy it, because the next piece overwrites this memory.
      if (feed < piece.length) partial.push(Buffer.from(piece.subarray(feed)));
      partialBytes += piece.length - feed;
    },
    /** True if no line may be so long, so that reading on is of no use. */
    isTooLong(): boolean {
      if (partialBytes <= LONGEST_LINE) return false;
      badLine ??= { line: decoding.end.seq + 1, message: 'the line is longer than 64 MB' };
      return true;
    },
    /** The file is shorter than it was. */
    cut(): JournalWalk {
      badLine = { line: decoding.end.seq, message: 'the file was shortened' };
      return this.end();
    },
    end(): JournalWalk {
      const torn = Buffer.concat(partial);
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
 * Opens a journal file for appending. Cuts off a torn last line, and refuses any other change since the reading, because
 * another process may have ordered. Each append checks before and after that the path leads to this file, and that its
 * length is as this process left it.
 * @param read the result of `readJournalFile`.
 * @throws RefitError `disk-failed` if the file changed since it was read.
 */
export async function openJournalFile(
  path: string,
  { wholeBytes, tornBytes }: Pick<WholeJournal, 'wholeBytes' | 'tornBytes'>,
): Promise<{ append(text: string): Promise<void>; close(): Promise<void> }> {
  const bytesRead = wholeBytes + tornBytes;
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  // Appending leaves no hole if somebody cuts the file between the check and the write: the next check sees the length.
  const flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | (bytesRead === 0 ? O_CREAT : 0);
  const file = await open(path, flags, 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? changedError(path, 'it was removed or renamed') : error;
  });
  const opened = await file.stat({ bigint: true });
  try {
    await mustBeAppendable(file, path, 'journal');
    if (opened.size !== BigInt(bytesRead))
      throw changedError(path, `it has ${opened.size} bytes, but this run read ${bytesRead}`);
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
      throw changedError(path, there ? 'another file replaced it' : 'it was removed or renamed');
    if (there.size !== BigInt(bytes))
      throw changedError(path, `it has ${there.size} bytes, but this run left it at ${bytes}`);
  };
  return {
    async append(text) {
      const bytes = Buffer.from(text, 'utf8');
      await mustBeAsLeft(position);
      try {
        await writeWhole(file, bytes, position);
        // Never retry a failed fsync: the system may have dropped the pages, and the second try would succeed.
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

function changedError(path: string, change: string): RefitError {
  return new RefitError(
    'disk-failed',
    `another process changed ${path} while this run wrote it: ${change}`,
    'restore the run directory, then run the same refit apply command again: it resumes at the end of the journal',
  );
}

/** Writes all bytes at a position, in as many writes as the system needs. @throws if a write takes none. */
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
