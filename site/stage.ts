/**
 * Copies the Markdown of the project to a folder that VitePress reads. Links between files become links between pages
 * there. A file that is no page, such as a plan, becomes a page that shows it.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';
import { type Landing, landingOf } from './landing.ts';
import { CHINESE_BREAK, type Link, replaceLinks } from './markdown.ts';
import { CONTENTS, kindOf, type Page, pagesOf, pathOf, targetOf } from './pages.ts';

/** Longer files, and data for programs, are linked as they are. */
const LONGEST_SHOWN = 20_000;
/** The pages that are made of a README, with their language. */
const LANDINGS: Readonly<Record<string, 'en' | 'zh'>> = { 'index.md': 'en', 'zh/index.md': 'zh' };

/** What staging wrote. */
export interface Staged {
  readonly pages: readonly Page[];
  /** Links that lead nowhere, as `page: target`. */
  readonly broken: readonly string[];
}

/** What staging works on. */
interface Staging {
  readonly root: string;
  readonly out: string;
  /** Files and folders that a page links to, and that are no pages. */
  readonly linked: Set<string>;
  readonly broken: string[];
}

/**
 * Writes all pages into a folder, which it empties first.
 *
 * @param root of the project.
 * @param out the folder.
 */
export function stage(root: string, out: string): Staged {
  rmSync(out, { recursive: true, force: true });
  const staging: Staging = { root, out, linked: new Set(), broken: [] };
  const pages = pagesOf(root);
  cpSync(join(import.meta.dirname, 'icon.svg'), join(out, 'public/icon.svg'), { recursive: true });
  for (const { source, path } of pages) {
    const text = readFileSync(join(root, source), 'utf8').replace(CHINESE_BREAK, '');
    const body = relinked(staging, text, source, path);
    const { fields, body: shown } = LANDINGS[path] ? landing(staging, body, path) : { fields: {}, body };
    write(staging, path, frontmatter({ source, ...fields }) + shown);
  }
  // A folder can show files, and each becomes a page, too.
  for (const path of staging.linked) showLinked(staging, path);
  return { pages, broken: staging.broken };
}

function landing(staging: Staging, body: string, path: string): Landing {
  const contents = readFileSync(join(staging.root, CONTENTS), 'utf8');
  return landingOf(body, relinked(staging, contents, CONTENTS, path), LANDINGS[path]!);
}

/** Rewrites the links of a text from `source`, for the place `path` in the site. */
function relinked(staging: Staging, text: string, source: string, path: string): string {
  return replaceLinks(text, (link) => siteTarget(staging, link, source, path));
}

function siteTarget(staging: Staging, { target, image }: Link, source: string, path: string): string {
  if (/^([a-z]+:|#|\/)/.test(target)) return target;
  const [, fragment = ''] = /(#.*)$/.exec(target) ?? [];
  const file = targetOf(source, target);
  const kind = kindOf(staging.root, file);
  if (kind === null) {
    staging.broken.push(`${source}: ${target}`);
    return target;
  }
  if (image) {
    const copy = `images/${file.replace(/^docs\/(images\/)?/, '')}`;
    copyTo(staging, file, copy);
    if (LANDINGS[path]) copyTo(staging, file, `public/${copy}`);
    return relativeTo(path, copy);
  }
  if (file === CONTENTS) return `${relativeTo(path, 'index.md')}#documentation`;
  if (isPage(file)) return relativeTo(path, pathOf(file)) + fragment;
  const index = `${file}/README.md`;
  if (kind === 'folder' && isPage(index) && kindOf(staging.root, index) === 'file')
    return relativeTo(path, pathOf(index));
  staging.linked.add(file);
  return shownAt(staging, file) + fragment;
}

function isPage(file: string): boolean {
  return file.endsWith('.md') && (file.startsWith('docs/') || !file.includes('/'));
}

/** The address of a file or a folder that is no page. */
function shownAt(staging: Staging, file: string): string {
  if (kindOf(staging.root, file) === 'folder') return `/files/${file}/index.md`;
  return isShown(staging, file) ? `/files/${file}.md` : `/files/${file}`;
}

function isShown(staging: Staging, file: string): boolean {
  if (['.json', '.png', '.svg'].includes(extname(file))) return false;
  return readFileSync(join(staging.root, file)).length <= LONGEST_SHOWN;
}

function showLinked(staging: Staging, file: string): void {
  const title = frontmatter({ title: file, search: false, aside: false, editLink: false });
  if (kindOf(staging.root, file) === 'folder') {
    const names = readdirSync(join(staging.root, file)).sort();
    const items = names.map((name) => {
      const below = posix.join(file, name);
      staging.linked.add(below);
      return `- [${name}](${shownAt(staging, below)})`;
    });
    write(staging, `files/${file}/index.md`, `${title}# ${file}\n\n${items.join('\n')}\n`);
    return;
  }
  copyTo(staging, file, `public/files/${file}`);
  if (!isShown(staging, file)) return;
  const text = readFileSync(join(staging.root, file), 'utf8');
  const language = extname(file).slice(1) || 'text';
  const code = `\`\`\`\`${language}\n${text}\n\`\`\`\``;
  write(staging, `files/${file}.md`, `${title}# ${file}\n\n${code}\n`);
}

function frontmatter(fields: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(fields).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---\n${lines.join('\n')}\n---\n\n`;
}

function relativeTo(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

function copyTo(staging: Staging, file: string, to: string): void {
  mkdirSync(dirname(join(staging.out, to)), { recursive: true });
  cpSync(join(staging.root, file), join(staging.out, to));
}

function write(staging: Staging, path: string, text: string): void {
  const file = join(staging.out, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
