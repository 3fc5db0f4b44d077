/** What HTML in Markdown the site keeps. Everything else is text, as `<file>` in a table. */
import type { MarkdownRenderer } from 'vitepress';

/** The elements that a code host shows, too. */
const KEPT = /^\s*(<!--|<\/?(a|br|div|details|summary|img|picture|source|p|sub|sup|kbd)\b)/;

/** Escapes HTML that is no element of pages, and the braces that VitePress would run as code. */
export function keepHtml(md: MarkdownRenderer): void {
  const { html_inline: inline, html_block: block, text } = md.renderer.rules;
  for (const [name, rule] of [
    ['html_inline', inline],
    ['html_block', block],
  ] as const)
    md.renderer.rules[name] = (tokens, index, ...rest) => {
      const { content } = tokens[index]!;
      if (content.trimStart().startsWith('<!--')) return '';
      return KEPT.test(content) ? rule!(tokens, index, ...rest) : md.utils.escapeHtml(content);
    };
  md.renderer.rules.text = (...args) => text!(...args).replaceAll('{{', '&#123;&#123;');
}
