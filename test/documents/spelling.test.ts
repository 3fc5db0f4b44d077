/** Spelling, and words that Refit does not use any more: cspell.json lists both. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

it('has no misspelt and no retired word, in documents, comments, texts and names', () => {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    ['node_modules/cspell/bin.mjs', 'lint', '--no-progress', '--no-color', '--no-summary'],
    { cwd: ROOT, encoding: 'utf8' },
  );
  expect(
    status,
    `${error?.message ?? `${stdout}${stderr}`}
What to do: correct the word. A retired word has its replacement in the suggestions. A right word that cspell does not
know, such as a name of the provider, goes into "words" of cspell.json; one that only tests need, into the list for test.`,
  ).toBe(0);
});
