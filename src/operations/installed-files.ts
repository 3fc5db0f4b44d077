/** The files that are installed beside the code, such as schemas and example plans. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The path of an installed file or folder. The package is found upwards from this file, so that it does not matter how
 * deep it lies: in src/, in dist/, or in a file of the bundled command.
 * @param path as in the package, such as `schemas/plan.schema.json`.
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
