/**
 * The frame of an HTML page: one file, no network, no framework. The security policy allows style and script only
 * by hash: no other text in the page can run or load. The page is complete without the script.
 */
import { sha256 } from '../../digest.ts';
import { english, type Words } from '../../messages/words.ts';
import type { Verdict } from '../verdict.ts';
import { markup, type Piece, type Raw, raw } from './escape.ts';
import { pageStyle, tableScript } from './page-assets.ts';

/** A whole page. @param more style of this kind of page. */
export function page(title: string, body: Piece, words: Words = english, more = ''): string {
  const style = pageStyle(words) + more;
  const script = tableScript(words);
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return markup`<!doctype html>
<html lang="${words.tag}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
<script>${raw(script)}</script>
</body>
</html>
`.raw;
}

function hashOf(text: string): string {
  return `sha256-${Buffer.from(sha256(text), 'hex').toString('base64')}`;
}

/**
 * The head of a page: kind, plan name, verdict, facts. Facts without a value are left out.
 * @param urgent what readers must see before the facts.
 */
export function pageHeader(
  { kind, name, about }: { kind: string; name: string; about: readonly (string | null)[] },
  verdict: Verdict,
  facts: readonly (readonly [keyof Words['facts'], Piece])[],
  urgent: Piece = null,
  words: Words = english,
): Raw {
  const shown = facts.filter(([, value]) => value !== '' && value !== null);
  return markup`<header>
<p class="kind">${kind}</p>
<h1><bdi>${name}</bdi></h1>
<p class="about">${about.filter((part) => part !== null).map((part) => markup`<span><bdi>${part}</bdi></span> `)}</p>
<p class="verdict ${verdict.tone}" role="status"><strong>${verdict.word}</strong> <span>${verdict.sentence}</span></p>
${urgent}<dl class="facts">${shown.map(([term, value]) => markup`<div><dt>${words.facts[term]}</dt><dd>${value}</dd></div>\n`)}</dl>
</header>
`;
}

/** A section with its heading; null for an empty body. */
export function section(id: string, title: string, body: Piece): Raw | null {
  if (isEmpty(body)) return null;
  return markup`<section aria-labelledby="${id}-h">
<h2 id="${id}-h">${title}</h2>
${body}
</section>
`;
}

function isEmpty(piece: Piece): boolean {
  if (Array.isArray(piece)) return piece.every(isEmpty);
  return piece === null || piece === undefined || piece === false || piece === '';
}
