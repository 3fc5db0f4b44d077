/** The pages of the site, and the groups of docs/README.md that name them. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { linksOf, plainText } from './markdown.ts';

/** The root of the project. Commands of the site start there. */
export const ROOT = join(import.meta.dirname, '..');

/** The page that lists all other pages in groups. */
export const CONTENTS = 'docs/README.md';

/** One page: where it is in the project, and where in the site. */
export interface Page {
  /** From the root of the project, such as `docs/plans.md`. */
  readonly source: string;
  /** From the root of the site, such as `plans.md`. */
  readonly path: string;
  readonly title: string;
}

/** A page as a group lists it. */
export interface Entry {
  readonly title: string;
  /** A page of the project, or a folder, from the root of the project. */
  readonly source: string;
  /** What the page is about; Markdown. */
  readonly summary: string;
  /** Pages that the page itself lists, if it is the index of a folder. */
  readonly below: readonly Entry[];
}

/** A group of pages, such as the guides. */
export interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** Every page of the site: all Markdown of `docs/`, and that in the root of the project. */
export function pagesOf(root: string): Page[] {
  return globSync(['*.md', 'docs/**/*.md'], { cwd: root })
    .map((source) => source.replaceAll('\\', '/'))
    .filter((source) => source !== CONTENTS)
    .sort()
    .map((source) => ({ source, path: pathOf(source), title: titleOf(join(root, source)) }));
}

/** Where the site has a page. @param source from the root of the project. */
export function pathOf(source: string): string {
  const path = source.replace(/^docs\//, '');
  if (path === 'README.md') return 'index.md';
  if (path === 'README.zh-CN.md') return 'zh/index.md';
  if (basename(path) === 'README.md') return posix.join(dirname(path), 'index.md');
  return source === path ? path.toLowerCase() : path;
}

function titleOf(file: string): string {
  const [, heading] = /^# +(.+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
  if (heading === undefined) throw new Error(`${file} has no title: its first line must be "# Title"`);
  return plainText(heading);
}

/**
 * The groups of docs/README.md: each `##` is a group, and each item below it is `- [Title](target): summary`.
 *
 * @param root of the project.
 */
export function groupsOf(root: string): Group[] {
  const [, ...sections] = readFileSync(join(root, CONTENTS), 'utf8').split(/^## /m);
  return sections
    .map((section) => {
      const title = section.slice(0, section.indexOf('\n')).trim();
      return { title, entries: entriesOf(root, CONTENTS, section) };
    })
    .filter(({ entries }) => entries.length > 0);
}

function entriesOf(root: string, page: string, section: string): Entry[] {
  return [...section.matchAll(/^- \[([^\]]+)\]\(([^)#]+)\)(?:: (.*(?:\n {2}.*)*))?/gm)].map(
    ([, title, target, summary = '']) => {
      const source = targetOf(page, target!);
      return { title: title!, source, summary: summary.replace(/\s+/g, ' '), below: belowOf(root, source) };
    },
  );
}

/** The pages that the index of a folder links to, in its sequence. */
function belowOf(root: string, source: string): Entry[] {
  if (basename(source) !== 'README.md' || source === 'README.md') return [];
  const folder = `${dirname(source)}/`;
  const linked = linksOf(readFileSync(join(root, source), 'utf8')).map(({ target }) =>
    targetOf(source, target),
  );
  return [...new Set(linked)]
    .filter((other) => other.startsWith(folder) && other.endsWith('.md'))
    .map((other) => ({ title: titleOf(join(root, other)), source: other, summary: '', below: [] }));
}

/** What a link of a page leads to, from the root of the project, without its fragment. */
export function targetOf(source: string, target: string): string {
  const path = posix.normalize(posix.join(posix.dirname(source), decodeURI(target.replace(/[#?].*$/, ''))));
  return path.replace(/\/$/, '');
}

/** What a path of the project is: a file, a folder, or null if nothing is there. */
export function kindOf(root: string, path: string): 'file' | 'folder' | null {
  const file = join(root, path);
  if (!existsSync(file)) return null;
  return statSync(file).isDirectory() ? 'folder' : 'file';
}
