/** Finds files that are installed with the code, such as schemas and example plans. */
import { access, readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { readRegularFile } from '../files/open-file.ts';

/**
 * The path of an installed file or folder. It searches the package folder upwards from this file, because the code may
 * be in src/, in dist/, or in a bundled file.
 * @param path relative to the package, such as `schemas/plan.schema.json`.
 */
export async function installed(path: string): Promise<string> {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const isHere = await access(join(folder, 'package.json')).then(
      () => true,
      () => false,
    );
    if (isHere || folder === dirname(folder)) return join(folder, path);
  }
}

/**
 * Every file of an installed folder, by its path in it with `/`.
 * @throws FileRefused if one of them cannot be read, `ENOENT` if there is no such folder.
 */
export async function readInstalledFolder(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const folder = await installed(path);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Buffer>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name);
    files.set(relative(folder, file).replaceAll(sep, '/'), await readRegularFile(file, { subject: 'page' }));
  }
  return files;
}
