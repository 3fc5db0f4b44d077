/** The folder of plans that the console works in: plans, saved plans and inventories, each a file directly in it. */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { iso } from '../../clock.ts';
import { messageOf, RefitError } from '../../errors.ts';
import { mustBeOwnFolder } from '../../files/check-folder.ts';
import { FileRefused, isMissing } from '../../files/file-refused.ts';
import { openRegularFile } from '../../files/open-file.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import { INVENTORY_FORMAT, SAVED_PLAN_FORMAT } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';

export type FolderFileKind = 'plan' | 'saved-plan' | 'inventory';

/** One file of the folder. */
export interface FolderFile {
  /** Without a folder: `grow.yaml`. */
  readonly name: string;
  readonly kind: FolderFileKind;
  readonly bytes: number;
  /** ISO 8601 UTC. */
  readonly changedAt: string;
}

export interface PlanFolder {
  /** Absolute. */
  readonly path: string;
  /** Its files, the latest first. Other files are left out. @throws RefitError `usage` if the folder cannot be read. */
  files(): Promise<readonly FolderFile[]>;
  /** The path of a file, which need not exist. @throws RefitError `usage` for a name that is no file of this folder. */
  pathOf(name: string): string;
}

/**
 * Names that cannot lead to another folder, a hidden file or a device, on every system: letters, digits, `.`, `_` and `-`.
 * The extension says which kind of file it may be.
 */
const NAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N}._-]{0,119})\.(?:ya?ml|json)$/u;

/** Opens a folder. @throws RefitError `usage` if it cannot be read, or others can write to it. */
export async function openPlanFolder(path: string): Promise<PlanFolder> {
  const folder = resolve(path);
  const opened: PlanFolder = {
    path: folder,
    async files() {
      const files = await Promise.all((await namesIn(folder)).map((name) => fileOf(folder, name)));
      return files
        .filter((one) => one !== null)
        .sort((a, b) => Number(a.changedAt < b.changedAt) - Number(a.changedAt > b.changedAt));
    },
    pathOf(name) {
      if (NAME.test(name)) return join(folder, name);
      throw refitError('usage', message('error.plan-name', { name: name.slice(0, 200) }));
    },
  };
  await opened.files();
  return opened;
}

/** @throws RefitError */
async function namesIn(folder: string): Promise<string[]> {
  await mustBeOwnFolder(folder, 'the folder of plans');
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() && NAME.test(entry.name) ? [entry.name] : []));
  } catch (cause) {
    const reason = isMissing(cause) ? 'the folder does not exist' : messageOf(cause);
    throw new RefitError('usage', `${folder} cannot be read: ${reason}`, `mkdir ${shellQuote(folder)}`, {
      cause,
    });
  }
}

/** Null: the file is none of the kinds, is refused, or was removed meanwhile. */
async function fileOf(folder: string, name: string): Promise<FolderFile | null> {
  const path = join(folder, name);
  try {
    const { size, mtimeMs } = await stat(path);
    const kind = name.endsWith('.json') ? await kindOfJson(path) : 'plan';
    return kind === null ? null : { name, kind, bytes: size, changedAt: iso(mtimeMs) };
  } catch (error) {
    if (isMissing(error) || error instanceof FileRefused) return null;
    throw error;
  }
}

/** Bytes at the start of a file that tell its kind. */
const TELLING = 4_096;

async function kindOfJson(path: string): Promise<FolderFileKind | null> {
  const { file } = await openRegularFile(path, { subject: 'inventory' });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TELLING), 0, TELLING, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    const format = /"format"\s*:\s*"([^"]{1,60})"/.exec(start)?.[1];
    if (format === INVENTORY_FORMAT) return 'inventory';
    return format === SAVED_PLAN_FORMAT ? 'saved-plan' : null;
  } finally {
    await file.close();
  }
}
