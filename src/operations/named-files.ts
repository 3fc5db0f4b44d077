/** Reads and writes files that users name: helpful errors, atomic writes. */
import { constants, open, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemClock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { currentLedger } from '../files/file-ledger.ts';
import { FileRefused, type Refusal } from '../files/file-refused.ts';
import { readRegularFile, tooLarge } from '../files/open-file.ts';
import { preciousKind, RECOGNIZED_WITHIN } from '../files/precious.ts';
import { SUBJECTS, type Subject } from '../files/subjects.ts';
import { describeSystemError, fixForWriting } from '../files/system-error.ts';
import { replaceFile } from '../files/write-file.ts';
import { escapeControls } from '../report/document/escape.ts';
import { RUN_FILES } from '../store/folder/run-files.ts';
import { MINUTE } from '../units.ts';

/**
 * Reads a file that the user named; `-` is stdin.
 * @throws FileRefused if there is none, or it is not a file that Refit reads.
 */
export function readInput(path: string, subject: Subject): Promise<Buffer> {
  return path === STDIO ? readStdin(subject) : readRegularFile(path, { subject, links: 'follow' });
}

/** Names stdin as an input and stdout as an output. */
export const STDIO = '-';

/** Milliseconds. The program before the pipe may read a whole fleet first. */
const LONGEST_STDIN = 10 * MINUTE;

/** Reads stdin to its end. It has the limits of a file. @throws FileRefused if it is larger, a terminal, or has no end. */
async function readStdin(subject: Subject): Promise<Buffer> {
  const { name, most } = SUBJECTS[subject];
  const { stdin } = process;
  const refused = (cause: Refusal | NodeJS.ErrnoException) => new FileRefused(`${name} on`, 'stdin', cause);
  const fix = 'send a file to the command: refit COMMAND - < FILE';
  if (stdin.isTTY) throw refused({ reason: 'it is a terminal', fix });
  const pieces: Buffer[] = [];
  let bytes = 0;
  const over = new AbortController();
  const late = systemClock.sleep(LONGEST_STDIN, over.signal).then(() => {
    if (!over.signal.aborted) stdin.destroy(refused({ reason: 'it has no end', fix }));
  });
  try {
    for await (const piece of stdin as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > most) throw refused(tooLarge(most));
      pieces.push(piece);
    }
  } catch (error) {
    throw error instanceof FileRefused ? error : refused(error as NodeJS.ErrnoException);
  } finally {
    over.abort();
    await late;
  }
  return Buffer.concat(pieces, bytes);
}

/**
 * Writes a result. It replaces a whole file, follows a link, and writes into a device or a pipe that somebody reads. `-` is
 * stdout.
 * @throws RefitError `disk-failed` if the file cannot be written, `usage` if it must not be replaced.
 */
export async function writeOutput(
  path: string,
  text: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  if (path === STDIO && isWhole(text))
    return new Promise((resolve) => process.stdout.write(text, () => resolve()));
  await currentLedger()?.mayWrite(path);
  await mayReplace(path);
  const target = await realpath(path).catch(() => path);
  try {
    const known = await stat(target).catch(() => null);
    if (known === null || known.isFile() || known.isDirectory()) return await replaceFile(target, text);
    if (known.isFIFO()) await mustHaveReader(path);
    await writeFile(path, text);
  } catch (cause) {
    const problem = `${escapeControls(path)} cannot be written: ${describeSystemError(cause)}`;
    throw new RefitError('disk-failed', problem, fixForWriting(cause, path), { cause });
  }
}

function isWhole(text: string | Uint8Array | AsyncIterable<Uint8Array>): text is string | Uint8Array {
  return typeof text === 'string' || text instanceof Uint8Array;
}

/** Refuses to replace a file of a run, a key, or another file that nothing can make again. @throws RefitError `usage` */
export async function mayReplace(path: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const ofRun = await isRunFile(target);
  const kind = ofRun ? 'a file of a run' : await preciousKindOf(target);
  if (kind === null) return;
  const fix = ofRun ? 'use a file outside the run directory' : 'use another file name';
  throw new RefitError('usage', `${escapeControls(path)} is ${kind}; writing would destroy it`, fix);
}

async function preciousKindOf(target: string): Promise<string | null> {
  const there = await stat(target).catch(() => null);
  if (!there?.isFile()) return null;
  const file = await open(target, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(RECOGNIZED_WITHIN), 0, RECOGNIZED_WITHIN, 0);
    return preciousKind(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Only the run itself writes the files of a run. */
async function isRunFile(target: string): Promise<boolean> {
  const folder = dirname(target);
  const isIn = async (directory: string) =>
    (await stat(join(directory, RUN_FILES.journal)).catch(() => null)) !== null;
  const names: readonly string[] = Object.values(RUN_FILES);
  if (names.includes(basename(target))) return isIn(folder);
  const { approvals, policyApprovals, planSignatures, signatures } = RUN_FILES;
  const kept: readonly string[] = [approvals, policyApprovals, planSignatures, signatures];
  return kept.includes(basename(folder)) && (await stat(target).catch(() => null)) !== null
    ? isIn(dirname(folder))
    : false;
}

/** A pipe without a reader would make Refit wait for ever. */
async function mustHaveReader(path: string): Promise<void> {
  await (await open(path, constants.O_WRONLY | constants.O_NONBLOCK)).close();
}
