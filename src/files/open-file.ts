/**
 * Opens and reads files that somebody else may have placed: regular files of bounded size only. It opens without waiting,
 * and judges the open file, so that nobody can replace it between the check and the reading.
 */
import { constants, type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { systemClock } from '../clock.ts';
import { SECOND } from '../units.ts';
import { currentLedger } from './file-ledger.ts';
import { FileRefused, isMissing, type Refusal } from './file-refused.ts';
import { isOnReadOnlyMount, whoElseWrites } from './judge-trust.ts';
import { SUBJECTS, type Subject } from './subjects.ts';
import { readMounts, thisUser } from './this-user.ts';

export interface ReadRule {
  readonly subject: Subject;
  /**
   * `follow` for files that the user names: a link, or a pipe that the shell of the user opened, is welcome there.
   * `refuse`, the default, for files in folders of Refit. `inside`: a link must stay inside this folder.
   */
  readonly links?: 'follow' | 'refuse' | { readonly inside: string };
  /** Only this user and root may be able to change the file. */
  readonly isTrusted?: boolean;
}

/** Milliseconds that Refit waits for a pipe of the user's shell, such as `<(command)`. */
const LONGEST_PIPE = 60 * SECOND;

/** Reads a whole file. @throws FileRefused if there is none, or it is not a file that Refit reads. */
export async function readRegularFile(path: string, rule: ReadRule): Promise<Buffer> {
  const opened = await openRegularFile(path, rule);
  try {
    const reading = readAll(opened, path, rule);
    if (!opened.isPipe) return await reading;
    const over = new AbortController();
    const late = systemClock.sleep(LONGEST_PIPE, over.signal).then(() => null);
    const bytes = await Promise.race([reading, late]).finally(() => over.abort());
    if (bytes !== null) return bytes;
    reading.catch(() => undefined);
    const fix = 'write to a file first, then use the file';
    throw refused(path, rule, { reason: 'the pipe has no end', fix });
  } finally {
    await opened.file.close().catch(() => undefined);
  }
}

/** Reads a whole file; null if it does not exist. @throws FileRefused as `readRegularFile` does. */
export async function readFileIfPresent(path: string, rule: ReadRule): Promise<Buffer | null> {
  try {
    return await readRegularFile(path, rule);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Reads a text of Refit's own files; null if it does not exist. @throws FileRefused as `readRegularFile` does. */
export async function readTextIfPresent(path: string, rule: ReadRule): Promise<string | null> {
  return (await readFileIfPresent(path, rule))?.toString('utf8') ?? null;
}

/** A file that passed the checks. The caller closes it. */
export interface OpenedFile {
  readonly file: FileHandle;
  /** Bytes when it was opened. */
  readonly size: number;
  /** True for a pipe that the user's shell opened. It has no size. */
  readonly isPipe: boolean;
}

/**
 * Opens a file for reading and checks it. Never waits for a pipe or a device.
 * @throws FileRefused if there is none, or it is not a file that Refit reads.
 */
export async function openRegularFile(path: string, rule: ReadRule): Promise<OpenedFile> {
  const { links = 'refuse' } = rule;
  let file: FileHandle;
  try {
    const real = typeof links === 'object' ? await insideOf(links.inside, path, rule) : path;
    const follows = links === 'follow' ? 0 : constants.O_NOFOLLOW;
    file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | follows);
  } catch (error) {
    if (error instanceof FileRefused) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ELOOP' && links !== 'follow')
      throw refused(path, rule, A_LINK);
    throw new FileRefused(SUBJECTS[rule.subject].name, path, error as NodeJS.ErrnoException);
  }
  try {
    return await judgeOpened(file, path, rule);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Files that only Refit itself writes. No output is there by the rule of run files. */
const OWN_FILES: ReadonlySet<Subject> = new Set([
  'state',
  'journal',
  'report',
  'schedule-log',
  'hooks',
  'signature',
]);

const A_LINK: Refusal = { reason: 'it is a symbolic link', fix: 'put the file itself there' };

async function judgeOpened(file: FileHandle, path: string, rule: ReadRule): Promise<OpenedFile> {
  const there = await file.stat();
  const { most } = SUBJECTS[rule.subject];
  const isPipe = there.isFIFO() && rule.links === 'follow' && (await isInherited(path));
  if (!there.isFile() && !isPipe) throw refused(path, rule, notRegular(there));
  if (there.size > most) throw refused(path, rule, tooLarge(most));
  const user = rule.isTrusted === true ? thisUser() : null;
  const others = user && whoElseWrites(path, there, user, 'itself');
  if (others && (others.isForeign || !isOnReadOnlyMount(await realpath(path), await readMounts())))
    throw refused(path, rule, others);
  if (there.isFile() && !OWN_FILES.has(rule.subject)) currentLedger()?.read(path, there, rule.subject);
  return { file, size: there.size, isPipe };
}

/** The real path of a file that must be inside a folder. @throws FileRefused if a link leaves the folder. */
async function insideOf(folder: string, path: string, rule: ReadRule): Promise<string> {
  const [root, real] = [await realpath(folder), await realpath(path)];
  if (real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
  throw refused(path, rule, {
    reason: 'it is a symbolic link that leaves the folder',
    fix: 'put the file itself into the folder',
  });
}

/** True for a pipe that this process got from its shell. Other pipes may never end. */
async function isInherited(path: string): Promise<boolean> {
  if (/^\/dev\/(stdin|fd\/\d+)$|^\/proc\/self\/fd\/\d+$/.test(path)) return true;
  return /^\/proc\/self\/fd\/\d+$/.test(await readlink(path).catch(() => ''));
}

/** Reads from the start to the end, but never more than the limit. */
async function readAll({ file, size, isPipe }: OpenedFile, path: string, rule: ReadRule): Promise<Buffer> {
  const { most } = SUBJECTS[rule.subject];
  const pieces: Buffer[] = [];
  let bytes = 0;
  for (let piece = Buffer.allocUnsafe(isPipe ? 1 << 16 : size + 1); ; piece = Buffer.allocUnsafe(1 << 16)) {
    const read = await readPiece(file, piece, isPipe);
    if (read === 0) break;
    bytes += read;
    if (bytes > most) throw refused(path, rule, tooLarge(most));
    pieces.push(piece.subarray(0, read));
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, bytes);
}

/** Reads the next bytes. A pipe that is open without waiting says so when it has none yet. */
async function readPiece(file: FileHandle, piece: Buffer, isPipe: boolean): Promise<number> {
  for (;;) {
    try {
      return (await file.read(piece, 0, piece.length, null)).bytesRead;
    } catch (error) {
      if (!isPipe || (error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await systemClock.sleep(10);
    }
  }
}

/** The kinds of a file that `stat` can tell. */
interface Kind {
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

function notRegular(there: Kind): Refusal {
  const kind = there.isDirectory()
    ? 'a folder'
    : there.isFIFO()
      ? 'a named pipe'
      : there.isSocket()
        ? 'a socket'
        : 'a device';
  const fix = there.isDirectory() ? 'use a file in that folder' : 'use a regular file';
  return { reason: `it is ${kind}`, fix };
}

/** Why a file beyond its limit is refused. @param most bytes. */
export function tooLarge(most: number): Refusal {
  const size = most >= 1 << 20 ? `${most / (1 << 20)} MB` : `${most / (1 << 10)} KB`;
  return { reason: `it is larger than ${size}`, fix: 'use a smaller file' };
}

function refused(path: string, { subject }: ReadRule, refusal: Refusal): FileRefused {
  return new FileRefused(SUBJECTS[subject].name, path, refusal);
}
