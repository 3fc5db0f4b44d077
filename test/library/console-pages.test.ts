/** What browsers load for a page of the console, from the built files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, inject, it } from 'vitest';

/** Bytes of scripts that the page of a run may load, compressed as the console sends them. */
const BUDGET = 150_000;
/** The scripts, by their names. */
function builtScripts(): ReadonlyMap<string, string> {
  const folder = join(inject('built'), 'dist/console-pages/assets');
  const names = readdirSync(folder).filter((name) => name.endsWith('.js'));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** A script with everything that it imports before it runs. */
function withImports(scripts: ReadonlyMap<string, string>, first: readonly string[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const [, path] of scripts.get(name)!.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g))
      load(path!);
  };
  first.forEach(load);
  return loaded;
}

const bytesOf = (scripts: ReadonlyMap<string, string>, names: ReadonlySet<string>): number =>
  [...names].reduce((sum, name) => sum + gzipSync(scripts.get(name)!, { level: 9 }).length, 0);

it.each([
  ['English', /^en-/, false],
  ['Chinese', /^zh-/, true],
])('the page of a run loads at most 150 kB of scripts in %s, with its chart', (_, words, isChinese) => {
  const scripts = builtScripts();
  const named = (part: RegExp, has: (text: string) => boolean = () => true): string => {
    const found = [...scripts].filter(([name, text]) => part.test(name) && has(text)).map(([name]) => name);
    expect(found, String(part)).toHaveLength(1);
    return found[0]!;
  };
  const chart = named(/^draw-rate-/);
  const page = named(/./, (text) => text.includes(`/${chart}`));
  const shared = named(/^spoken-/, (text) => /\p{Script=Han}/u.test(text) === isChinese);
  const loaded = withImports(scripts, [named(/^index-/), page, chart, named(words), shared]);
  // It finds what the page needs: the table of steps is not in the page itself.
  expect([...loaded].some((name) => name.startsWith('long-table-'))).toBe(true);
  expect(bytesOf(scripts, loaded)).toBeLessThanOrEqual(BUDGET);
});
