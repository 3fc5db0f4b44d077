/** Reads Markdown as text: its links, its headings, and what is code and therefore stays as it is. */

/** A link or an image of a page. */
export interface Link {
  /** The target as it is written, such as `../plans.md#waves`. */
  readonly target: string;
  readonly image: boolean;
}

/** Code blocks and code spans, which hold no links. */
const CODE = /^( *)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1\2[^\n]*$|(`+)[^`](?:[^`\n]|\n(?!\n))*?\3(?!`)/gm;
/** `[text](target)`, `![text](target)`, `[name]: target`, `src="target"` and `href="target"`. */
const LINK =
  /(?:(?<image>!)\[[^\]]*)?\]\((?<inline>[^()\s]+)\)|^\[[^\]]+\]: (?<named>\S+)|\b(?<attribute>src|href)="(?<html>[^"]+)"/gm;

/** A line break between two characters of Chinese, which is no space. */
export const CHINESE_BREAK =
  /(?<=[\p{Script=Han}，。；：、！？）」”])[ \t]*\n[ \t]*(?=[\p{Script=Han}（「“])/gu;

/**
 * Replaces the target of each link outside code.
 *
 * @param text Markdown.
 * @param replace gets a link, and returns its new target.
 */
export function replaceLinks(text: string, replace: (link: Link) => string): string {
  // The text of a link can hold code, so code is covered and not cut out.
  const covered = text.replace(CODE, (code) => code.replace(/[^\n]/g, 'x'));
  return [...covered.matchAll(LINK)].reverse().reduce((result, match) => {
    const { image, attribute, inline, named, html } = match.groups!;
    const target = (inline ?? named ?? html)!;
    const start = match.index + match[0].lastIndexOf(target);
    const changed = replace({ target, image: image === '!' || attribute === 'src' });
    return result.slice(0, start) + changed + result.slice(start + target.length);
  }, text);
}

/** The links and images of a page, outside code. */
export function linksOf(text: string): Link[] {
  const links: Link[] = [];
  replaceLinks(text, (link) => {
    links.unshift(link);
    return link.target;
  });
  return links;
}

/**
 * The anchor of a heading, as code hosts make it: lower case, without punctuation, with `-` for each space.
 *
 * @param heading its text, without marks such as backticks.
 */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** Each anchor of a page: its headings, a number after repeated ones, and every `id="…"`. */
export function anchorsOf(text: string): Set<string> {
  const found = new Set<string>();
  const blocks = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\n]*$/gm;
  const prose = text.replace(blocks, '');
  for (const [, heading] of prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = slugOf(plainText(heading!));
    let unique = slug;
    for (let again = 1; found.has(unique); again++) unique = `${slug}-${again}`;
    found.add(unique);
  }
  for (const [, id] of prose.matchAll(/\bid="([^"]+)"/g)) found.add(id!);
  return found;
}

/** The text of a line of Markdown, without the marks for links, code and emphasis. */
export function plainText(line: string): string {
  return line
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/[`*]/g, '')
    .trim();
}
