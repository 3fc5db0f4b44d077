/** Makes the landing page of a README: its first paragraph, its promises, its text, and every page in groups. */
import { CHINESE_BREAK, plainText } from './markdown.ts';

/** A landing page: frontmatter for VitePress, and Markdown. */
export interface Landing {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The words of the buttons, by language. */
const ACTIONS = {
  en: { start: 'Your first resize', tutorial: '/tutorial', all: 'All pages', heading: 'Documentation' },
  zh: { start: '第一次变更', tutorial: '/zh/tutorial', all: '文档', heading: '文档' },
} as const;

/**
 * @param readme the README, with links of the site. It starts with a title, a paragraph whose first sentence is bold, a
 *   picture, and a list of promises.
 * @param contents docs/README.md, with links of the site. Its groups replace the list of pages in the English README.
 * @param language of the README.
 * @throws if the README does not start so.
 */
export function landingOf(readme: string, contents: string, language: 'en' | 'zh'): Landing {
  const start =
    /^# (?<name>.+)\n+(?:\[.*\n+)?\*\*(?<lead>[^*]+)\*\*(?<tagline>[\s\S]*?)\n\n(?<picture>!\[[\s\S]*?)\n\n(?<promises>- \*\*[\s\S]*?)\n\n/.exec(
      readme,
    );
  if (start === null)
    throw new Error(
      `README (${language}): it must start with a title, a bold sentence, a picture and the promises`,
    );
  const { name, lead, tagline, picture, promises } = start.groups as Record<string, string>;
  const words = ACTIONS[language];
  const hasTutorial = /\]\(\S*tutorial\.md\)/.test(language === 'en' ? contents : readme);
  const rest = readme.slice(start[0].length);
  const [, alt, src] = /^!\[([^\]]*)\]\(\.*([^)]+)\)/.exec(picture!.replace('(../', '(/'))!;
  const fields = {
    layout: 'home',
    hero: {
      name,
      text: plainText(lead!),
      tagline: oneLine(tagline!),
      image: { src, alt },
      actions: [
        { theme: 'brand', text: words.start, link: hasTutorial ? words.tutorial : '#quick-start' },
        { theme: 'alt', text: words.all, link: `#${words.heading.toLowerCase()}` },
      ],
    },
    features: promises!
      .split(/^- /m)
      .slice(1)
      .map((promise) => /^\*\*(?<title>[^*]+?)[.。]?\*\*(?<details>[\s\S]*)$/.exec(promise)!.groups!)
      .map(({ title, details }) => ({ title, details: withCode(oneLine(details!)) })),
  };
  const body = language === 'en' ? withGroups(rest, contents) : rest;
  return { fields, body };
}

/** A paragraph on one line. Chinese has no space where a line ended. */
function oneLine(text: string): string {
  return text.replace(CHINESE_BREAK, '').replace(/\s+/g, ' ').trim();
}

function withCode(text: string): string {
  return text
    .replaceAll('<', '&lt;')
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
}

/** The section "Documentation" becomes the groups of docs/README.md. */
function withGroups(text: string, contents: string): string {
  const groups = contents.slice(contents.indexOf('\n## ')).replace(/^## /gm, '### ');
  const section = /^## Documentation\n[\s\S]*?(?=^## |^License: |$(?![\s\S]))/m;
  if (!section.test(text)) throw new Error('README.md: the section "## Documentation" is missing');
  return text.replace(section, () => `## Documentation\n${groups}\n\n`);
}
