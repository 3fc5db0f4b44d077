/**
 * Knows every file that a command has read and every file that it will write, so that no output overwrites an input.
 * Files are compared by what they are on disk, not by their names: links and other spellings of a path change nothing.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { RefitError } from '../errors.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

/** A file that the command line names. */
export interface NamedFile {
  readonly path: string;
  readonly access: 'reads' | 'writes';
  /** As the user typed it, such as `--out`. */
  readonly typed: string;
}

/** What a file is on disk, with the words for it in messages. */
interface Known {
  readonly identity: string;
  readonly name: string;
}

const running = new AsyncLocalStorage<FileLedger>();

/** The files of one command. */
export class FileLedger {
  /** By path, so that a command that reads a file again and again does not grow. */
  readonly #inputs = new Map<string, Known>();
  readonly #outputs = new Map<string, string>();
  readonly #declared: NamedFile[] = [];

  /**
   * Records the files that the command line names, before the command does anything.
   * @param mayReplace refuses a file that no output may replace. @throws RefitError `usage` if two of them are one file.
   */
  async declare(files: readonly NamedFile[], mayReplace: (path: string) => Promise<void>): Promise<void> {
    for (const { path, typed } of files.filter(({ access }) => access === 'reads')) {
      const identity = await identityOf(path);
      if (identity !== null)
        this.#inputs.set(path, {
          identity,
          name: typed === path ? 'an input of this command' : `the file of ${typed}`,
        });
    }
    const outputs = files.filter(({ access }) => access === 'writes');
    this.#declared.push(...outputs);
    for (const { path, typed } of outputs) {
      await this.mayWrite(path);
      const identity = await identityOf(path);
      if (identity === null) continue;
      await mayReplace(path);
      const other = this.#outputs.get(identity);
      if (other !== undefined)
        throw new RefitError(
          'usage',
          `${typed} ${path}: ${other} writes the same file`,
          'use another file name for one of them',
        );
      this.#outputs.set(identity, typed);
    }
  }

  /** Refuses to write over a file that the command has read. @throws RefitError `usage` */
  async mayWrite(path: string): Promise<void> {
    const identity = await identityOf(path);
    const input = [...this.#inputs.values()].find((one) => one.identity === identity);
    if (identity !== null && input) throw wouldDestroy(path, input.name);
  }

  /** Records a file that was opened. @throws RefitError `usage` if the command will write that file. */
  read(path: string, there: OnDisk, subject: Subject): void {
    const identity = identityOn(there);
    const name = `${SUBJECTS[subject].name} that this command reads`;
    if (this.#outputs.has(identity)) throw wouldDestroy(path, name);
    this.#inputs.set(path, { identity, name });
  }

  /**
   * Reserves a folder that the command makes, and the names in it that the command itself writes, before it makes them.
   * @throws RefitError `usage` if the command line names one of them as an output.
   */
  async reserve(folder: string, names: readonly string[]): Promise<void> {
    const own = await placeOf(folder);
    const reserved = names.map((name) => caseless(join(own, name)));
    for (const { path, typed } of this.#declared) {
      const place = caseless(await placeOf(path));
      const isAbove = `${caseless(own)}${sep}`.startsWith(`${place}${sep}`);
      if (!isAbove && !reserved.some((one) => place === one || place.startsWith(`${one}${sep}`))) continue;
      throw new RefitError(
        'usage',
        `${typed} ${path}: the run makes this file or folder itself`,
        'use a file outside the run directory',
      );
    }
  }

  /** Carries out a command with this ledger. */
  during<T>(command: () => Promise<T>): Promise<T> {
    return running.run(this, command);
  }
}

/** The ledger of the command that runs now; null in a library call. */
export function currentLedger(): FileLedger | null {
  return running.getStore() ?? null;
}

function wouldDestroy(path: string, name: string): RefitError {
  return new RefitError('usage', `${path} is ${name}; writing would destroy it`, 'use another file name');
}

interface OnDisk {
  readonly dev: number;
  readonly ino: number;
}

function identityOn({ dev, ino }: OnDisk): string {
  return `${dev} ${ino}`;
}

/**
 * The identity of a regular file, or of one that does not exist yet; null for pipes, devices and folders. Two new names
 * that differ only in case are one file on some systems, so they count as one.
 */
async function identityOf(path: string): Promise<string | null> {
  const there = await stat(path).catch(() => null);
  if (there !== null) return there.isFile() ? identityOn(there) : null;
  return caseless(await placeOf(path));
}

function caseless(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** Links that lead to the next before Refit takes them for a circle. */
const MOST_LINKS = 40;

/**
 * Where a path leads, even if its last parts do not exist yet. `..` counts after the links before it, as the system does
 * it, and a link to a missing file leads to that file.
 */
async function placeOf(path: string, links: number = MOST_LINKS): Promise<string> {
  const full = isAbsolute(path) ? path : `${resolve()}${sep}${path}`;
  const real = await realpath(full).catch(() => null);
  if (real !== null) return real;
  const parent = dirname(full);
  if (parent === full) return full;
  const folder = await placeOf(parent, links);
  const target = links > 0 ? await readlink(full).catch(() => null) : null;
  if (target === null) return join(folder, basename(full));
  return placeOf(isAbsolute(target) ? target : `${folder}${sep}${target}`, links - 1);
}
