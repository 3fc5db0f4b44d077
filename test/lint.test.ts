/** The linter is part of the tests: import circles, long functions and many parameters fail here too. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

it('the whole checkout passes biome, in the version that is pinned', () => {
  const { status, stdout, stderr, error } = spawnSync(
    `${ROOT}node_modules/.bin/biome`,
    ['check', '--colors=off', '--max-diagnostics=50'],
    { cwd: ROOT, encoding: 'utf8' },
  );
  expect(
    status,
    `${error?.message ?? `${stdout}${stderr}`}
What to do: \`npm run format\` corrects the layout and the order of imports. For a function that is too long,
find the concept in it that has no name yet, and make that a function. For too many parameters, pass what
belongs together as one object. For a circle, move what both files need into a file below them. An exception
that is justified is one line: // biome-ignore lint/GROUP/RULE: the reason`,
  ).toBe(0);
});
