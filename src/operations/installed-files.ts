/** Finds files that are installed with the code, such as schemas and example plans. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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
