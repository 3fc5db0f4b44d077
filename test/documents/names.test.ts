/** What the documents name is there: files of the project, and the constants and tables in them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FILES = globSync(['{src,test,bench,scripts,schemas,docs,plans,deploy}/**/*', 'site/*.ts', '*'], {
  cwd: ROOT,
});
const CODE = FILES.filter((file) => /^(src|test|bench)\/.*\.ts$/.test(file))
  .map((file) => readFileSync(join(ROOT, file), 'utf8'))
  .join('\n');
const DOCUMENTS = FILES.filter((file) =>
  /^(ARCHITECTURE|CONTRIBUTING)\.md$|^docs\/.*\.md$/.test(file),
).sort();

/** True if a file of the project has this path, from the root, from src/, or from a folder that the text names. */
function isThere(path: string): boolean {
  return FILES.some((file) => file === path || file.endsWith(`/${path}`));
}

describe.each(DOCUMENTS)('%s', (document) => {
  const spans = [...readFileSync(join(ROOT, document), 'utf8').matchAll(/`([^`\n]+)`/g)].map(
    ([, text]) => text!,
  );

  it('names only files that exist', () => {
    // `dist/` is built.
    const paths = spans.filter((text) => /^(?!dist\/)[\w./-]+\.(ts|mjs)$/.test(text));
    expect(paths.filter((path) => !isThere(path))).toEqual([]);
  });

  it('names only constants that exist', () => {
    const constants = spans.filter(
      (text) => /^[A-Z][A-Z]+(_[A-Z]+)*$/.test(text) && document === 'ARCHITECTURE.md',
    );
    expect(constants.filter((name) => !CODE.includes(name))).toEqual([]);
  });
});
