/** Commands on run directories start fast: they load the code for databases only if a store is named. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** The files that a file loads before it runs: not its types, and not what it imports when it needs it. */
function loadedWith(file: string): readonly string[] {
  const text = readFileSync(join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  return [...text.matchAll(/^(?:import|export) (?!type )(?:[^;']*? from )?'(\.[^']+)';/gm)].map(([, path]) =>
    relative(SRC, join(SRC, dirname(file), path!)),
  );
}

/** The way from a file to one of the database; null if it loads none. */
function wayToDatabase(start: string): string | null {
  const before = new Map<string, string | null>([[start, null]]);
  for (const [file] of before) {
    if (/^(store\/postgres|worker)\//.test(file)) {
      const way = [];
      for (let at: string | null = file; at !== null; at = before.get(at) ?? null) way.unshift(at);
      return way.join(' > ');
    }
    if (!file.startsWith('generated/'))
      for (const next of loadedWith(file)) if (!before.has(next)) before.set(next, file);
  }
  return null;
}

/** Code of commands on a database only. Other commands load it with import(). */
const OF_DATABASES =
  /^cli\/commands\/(store\/.+|run\/(apply-store|worker)|schedule\/(list-|run-)?stored)\.ts$/;

const starts = [
  'cli/main.ts',
  ...readdirSync(join(SRC, 'cli/commands'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `cli/commands/${name}`)
    .filter((name) => !OF_DATABASES.test(name)),
];

it.each(starts)('%s loads no database', (start) => {
  expect(wayToDatabase(start), 'load it with import(), as operations/runs/open-runs.ts does').toBe(null);
});

it('notices a command that does', () => {
  expect(wayToDatabase('cli/commands/store/demand-store.ts')).toBe(
    'cli/commands/store/demand-store.ts > operations/runs/store-from.ts > store/postgres/store-target.ts',
  );
});
