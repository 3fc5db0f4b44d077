/** Reads and writes files that users name: helpful errors, atomic writes. */
import { realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RefitError } from '../errors.ts';
import { describeSystemError } from '../files/file-refused.ts';
import { readRegularFile } from '../files/open-file.ts';
import type { Subject } from '../files/subjects.ts';
import { replaceFile } from '../files/write-file.ts';
import { escapeControls } from '../report/document/escape.ts';
import { RUN_FILES } from '../store/folder/run-files.ts';

/** Reads a file that the user named. @throws FileRefused if there is none, or it is not a file that Refit reads. */
export function readInput(path: string, subject: Subject): Promise<Buffer> {
  return readRegularFile(path, { subject, links: 'follow' });
}

/**
 * Writes a result. It replaces a whole file, follows a link, and writes into a device or a pipe.
 * @param not the source file, which must not be overwritten.
 * @throws RefitError `disk-failed` if the file cannot be written, `usage` if it must not be overwritten.
 */
export async function writeOutput(
  path: string,
  text: string | Uint8Array,
  not: string | null = null,
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  if (not !== null && target === (await realpath(not).catch(() => not))) {
    throw new RefitError(
      'usage',
      `${escapeControls(path)} is the source file; writing would destroy it`,
      'use another file name',
    );
  }
  await mustNotBeRunFile(target, path);
  try {
    const known = await stat(target).catch(() => null);
    if (known !== null && !known.isFile() && !known.isDirectory()) await writeFile(target, text);
    else await replaceFile(target, text);
  } catch (cause) {
    const problem = `${escapeControls(path)} cannot be written: ${describeSystemError(cause)}`;
    const fix = 'use a file in a folder that exists and that you can write to';
    throw new RefitError('disk-failed', problem, fix, { cause });
  }
}

/** Only the run itself writes the files of a run. */
async function mustNotBeRunFile(target: string, path: string): Promise<void> {
  const records: readonly string[] = [RUN_FILES.plan, RUN_FILES.journal, RUN_FILES.lock];
  if (!records.includes(basename(target))) return;
  const run = await stat(join(dirname(target), RUN_FILES.journal)).catch(() => null);
  if (run === null) return;
  throw new RefitError(
    'usage',
    `${escapeControls(path)} is a file of a run; writing would destroy it`,
    'use a file outside the run directory',
  );
}
