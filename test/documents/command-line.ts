/** Command lines of documents, as a shell reads them. */
import { globSync } from 'node:fs';
import { join } from 'node:path';

/** Lines that need a database are only parsed. test/postgres/ types their commands. */
export const IN_DATABASE = / --store postgres:/;

/** Pages that test/documents/followed-pages.test.ts follows from top to bottom, in one folder. */
export const FOLLOWED: readonly string[] = ['docs/tutorial.md', 'docs/guides/*.md'];

/**
 * The words of a line as a shell makes them. A redirection and a comment are left out.
 * @param folder where patterns such as `*.json` look, and whose `home` is `~`
 */
export function wordsOf(line: string, folder: string): string[] {
  const words = line.replace(/ > .*$/, '').match(/'[^']*'|"[^"]*"|\S+/g)!;
  return words.slice(1).flatMap((word) => {
    if (/^['"]/.test(word)) return [word.slice(1, -1)];
    const plain = word.replace(/^~(?=\/)/, join(folder, 'home'));
    return plain.includes('*') ? globSync(plain, { cwd: folder }).sort() : [plain];
  });
}
