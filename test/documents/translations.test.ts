/** The pages in Chinese show the same commands and lead to the same pages as the English ones, so they cannot become stale unnoticed. */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linksOf } from '../../site/markdown.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Each English page, and its translation. */
const PAGES: readonly (readonly [english: string, chinese: string])[] = [
  ['README.md', 'README.zh-CN.md'],
  ['docs/tutorial.md', 'docs/zh/tutorial.md'],
];

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** Code blocks, and the comments before them that say how they end. */
function blocksOf(page: string): string[] {
  return textOf(page).match(/^```.*?^```$|^<!-- .*? -->$/gms) ?? [];
}

/** Where a page leads: pages of the project without their sections, and other addresses. A translation counts as its English page. */
function targetsOf(page: string): string[] {
  const english = new Map(PAGES.map(([source, translated]) => [translated, source]));
  const targets = linksOf(textOf(page)).map(({ target }) => {
    if (/^[a-z]+:/.test(target)) return target;
    const path = posix.join(posix.dirname(page), target.replace(/#.*$/, ''));
    return english.get(path) ?? path;
  });
  return [...new Set(targets)].sort();
}

/** The levels of the headings, in their sequence. */
function outlineOf(page: string): number[] {
  const prose = textOf(page).replace(/^```.*?^```$/gms, '');
  return [...prose.matchAll(/^(#+) /gm)].map(([, marks]) => marks!.length);
}

describe.each(PAGES)('%s and %s', (english, chinese) => {
  it('show the same code', () => expect(blocksOf(chinese)).toEqual(blocksOf(english)));

  it('lead to the same pages', () => expect(targetsOf(chinese)).toEqual(targetsOf(english)));

  it('have the same sections and tables', () => {
    const rows = (page: string): number => textOf(page).match(/^\|/gm)?.length ?? 0;
    expect(outlineOf(chinese)).toEqual(outlineOf(english));
    expect(rows(chinese)).toBe(rows(english));
  });

  it('lead to each other in their first lines', () => {
    const start = (page: string, other: string): boolean =>
      textOf(page)
        .slice(0, 200)
        .includes(`](${posix.relative(posix.dirname(page), other)})`);
    expect([start(english, chinese), start(chinese, english)]).toEqual([true, true]);
  });
});
