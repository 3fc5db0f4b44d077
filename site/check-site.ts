/** Checks a built site: each link and fragment leads somewhere in it, and nothing loads from elsewhere. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** What is wrong with a built site, each list as `page: address`. */
export interface Faults {
  /** Links to pages or files that are not there. */
  readonly links: readonly string[];
  /** Links to fragments that their page has not. */
  readonly fragments: readonly string[];
  /** Scripts, styles, fonts and images of another origin, and in the code of the site addresses that it could call. */
  readonly outside: readonly string[];
}

interface Html {
  readonly ids: ReadonlySet<string>;
  readonly hrefs: readonly string[];
  readonly loads: readonly string[];
}

/**
 * Reads every page of a site.
 *
 * @param out the folder of the site.
 * @param base the path of the site on its host, such as `/`.
 */
export function checkSite(out: string, base: string): Faults {
  const pages = new Map(
    globSync('**/*.html', { cwd: out }).map(
      (page) => [page, read(readFileSync(join(out, page), 'utf8'))] as const,
    ),
  );
  const links: string[] = [];
  const fragments: string[] = [];
  const outside: string[] = [];
  for (const [page, { hrefs, loads }] of pages) {
    for (const load of loads) {
      if (/^([a-z]+:|\/\/)/.test(load)) outside.push(`${page}: ${load}`);
      else if (!existsSync(join(out, pathOf(load, page, base)))) links.push(`${page}: ${load}`);
    }
    for (const href of hrefs.filter((one) => !/^([a-z]+:|\/\/)/.test(one))) {
      const [, fragment] = /#(.+)$/.exec(href) ?? [];
      const file = fileOf(out, pathOf(href, page, base));
      const target = pages.get(file ?? '');
      if (file === null) links.push(`${page}: ${href}`);
      else if (fragment !== undefined && target && !target.ids.has(decodeURIComponent(fragment)))
        fragments.push(`${page}: ${href}`);
    }
  }
  for (const style of globSync('**/*.css', { cwd: out }))
    for (const [, url] of readFileSync(join(out, style), 'utf8').matchAll(
      /(?:url\(|@import )["']?([^"')]+)/g,
    ))
      if (/^([a-z]+:(?!image\/svg)|\/\/)/.test(url!.replace(/^data:image\/svg/, 'image/svg')))
        outside.push(`${style}: ${url}`);
  return { links, fragments, outside };
}

/** Attributes of a page. Code in it is escaped, so a tag is a tag. */
function read(html: string): Html {
  const attributes = (pattern: RegExp): string[] =>
    [...html.matchAll(pattern)].map(([, value]) => value!.replaceAll('&amp;', '&').replaceAll('&quot;', '"'));
  const linked = [...html.matchAll(/<link\b[^>]*>/g)].map(([tag]) => tag);
  return {
    ids: new Set(attributes(/\sid="([^"]+)"/g)),
    hrefs: attributes(/<a\b[^>]*\shref="([^"]*)"/g),
    loads: [
      ...attributes(
        /<(?:script|img|source|iframe|video|audio|embed|object|input)\b[^>]*\s(?:src|data|poster)="([^"]*)"/g,
      ),
      ...linked.flatMap((tag) => (/rel="canonical"/.test(tag) ? [] : [/href="([^"]*)"/.exec(tag)![1]!])),
    ],
  };
}

/** The path of an address from the folder of the site. */
function pathOf(address: string, page: string, base: string): string {
  const path = decodeURI(address.replace(/[?#].*$/, ''));
  if (path === '') return page;
  return path.startsWith(base) && path.startsWith('/')
    ? path.slice(base.length)
    : posix.join(dirname(page), path);
}

function fileOf(out: string, path: string): string | null {
  const file = join(out, path);
  if (!existsSync(file)) return null;
  if (!statSync(file).isDirectory()) return posix.normalize(path);
  return existsSync(join(file, 'index.html')) ? posix.join(path, 'index.html') : null;
}
