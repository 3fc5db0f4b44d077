/**
 * Finds files that are installed with the code, such as schemas and example plans. They are in the package folder, or inside
 * the single executable.
 */
import { access, readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import sea from 'node:sea';
import { readRegularFile, readTextIfPresent } from '../files/open-file.ts';

/** Whether this process is the single executable, which has its files inside. */
export const isExecutable: boolean = sea.isSea();

/** What the bundle of the single executable is called inside it. */
const BUNDLE = 'bundle/';

/**
 * An installed file.
 * @param path relative to the package, such as `schemas/plan.schema.json`.
 * @throws FileRefused if it cannot be read.
 */
export async function readInstalled(path: string): Promise<Buffer> {
  if (isExecutable) return Buffer.from(sea.getAsset(path));
  return await readRegularFile(join(await packageFolder(), path), { subject: 'page', links: 'follow' });
}

/** As `readInstalled`, as a text. @returns null if there is no such file. */
export async function readInstalledIfPresent(path: string): Promise<string | null> {
  if (isExecutable) return sea.getAssetKeys().includes(path) ? sea.getAsset(path, 'utf8') : null;
  return await readTextIfPresent(join(await packageFolder(), path), { subject: 'page' });
}

/**
 * Every file of an installed folder, by its path in it with `/`.
 * @throws FileRefused if one of them cannot be read, `ENOENT` if there is no such folder.
 */
export async function readInstalledFolder(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  if (isExecutable) {
    for (const key of sea.getAssetKeys())
      if (key.startsWith(`${path}/`)) files.set(key.slice(path.length + 1), Buffer.from(sea.getAsset(key)));
    return files;
  }
  const folder = join(await packageFolder(), path);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name);
    files.set(relative(folder, file).replaceAll(sep, '/'), await readRegularFile(file, { subject: 'page' }));
  }
  return files;
}

/**
 * The path of an installed file on disk, for programs that read it by its path. The single executable has only those that
 * its package installed beside it, in `../share/refit`.
 * @returns null if there is none.
 */
export async function installedPath(path: string): Promise<string | null> {
  const folder = isExecutable ? join(dirname(process.execPath), '../share/refit') : await packageFolder();
  const file = join(folder, path);
  return (await exists(file)) ? file : null;
}

/** What a thread runs: a compiled file of the library, or the text of a program if this is the single executable. */
export async function threadProgram(
  path: string,
): Promise<{ readonly program: string; readonly isText: boolean }> {
  if (isExecutable) {
    const load = `load(${JSON.stringify(`operations/${path}.js`)});`;
    return { program: `${sea.getAsset(`${BUNDLE}loader.cjs`, 'utf8')}\n${load}`, isText: true };
  }
  return { program: join(await packageFolder(), `dist/operations/${path}.js`), isText: false };
}

/** Searches the package folder, which has the schemas, upwards from this file: in src/, in dist/, or in a bundled file. */
async function packageFolder(): Promise<string> {
  for (let folder = import.meta.dirname; ; folder = dirname(folder))
    if (folder === dirname(folder) || (await exists(join(folder, 'schemas')))) return folder;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
