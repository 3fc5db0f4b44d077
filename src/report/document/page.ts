/**
 * The shell of an HTML page: one file, no network, no framework. Style and script are allowed by their hashes alone,
 * so nothing that slips into the page could run or load; the page reads the same without the script.
 */
import { sha256 } from '../../digest.ts';
import type { Verdict } from '../verdict.ts';
import { markup, type Piece, type Raw, raw } from './escape.ts';
import { SIFT_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';

/** A whole page. */
export function page(title: string, body: Piece): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(PAGE_STYLE)}'`,
    `script-src '${hashOf(SIFT_SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(PAGE_STYLE)}</style>
</head>
<body>
${body}
<script>${raw(SIFT_SCRIPT)}</script>
</body>
</html>
`.raw;
}

function hashOf(text: string): string {
  return `sha256-${Buffer.from(sha256(text), 'hex').toString('base64')}`;
}

/** The head of a page: what it is, of which plan, the verdict, then the facts. Facts without a value are left out. */
export function pageHeader(
  kind: string,
  name: string,
  about: readonly (string | null)[],
  verdict: Verdict,
  facts: readonly (readonly [string, Piece])[],
): Raw {
  const told = facts.filter(([, value]) => value !== '' && value !== null);
  return markup`<header>
<p class="kind">${kind}</p>
<h1><bdi>${name}</bdi></h1>
<p class="about">${about.filter((part) => part !== null).map((part) => markup`<span><bdi>${part}</bdi></span> `)}</p>
<p class="verdict ${verdict.tone}" role="status"><strong>${verdict.word}</strong> <span>${verdict.sentence}</span></p>
<dl class="facts">${told.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>\n`)}</dl>
</header>
`;
}

/** A section with its heading. */
export function section(id: string, title: string, ...body: Piece[]): Raw {
  return markup`<section aria-labelledby="${id}-h">
<h2 id="${id}-h">${title}</h2>
${body}
</section>
`;
}

/** One column of a page's table. */
export interface PageColumn {
  readonly title: string;
  /** Numbers are set to the right. */
  readonly number?: boolean;
}

/** Rows are made of cells; a cell that sorts otherwise than it reads carries its sort value. */
export type PageCell = Piece | { readonly show: Piece; readonly sort: number | string };

/** A table in a frame that scrolls sideways and can be reached by keyboard. */
export function pageTable(
  id: string,
  caption: string,
  columns: readonly PageColumn[],
  rows: readonly (readonly PageCell[])[],
): Raw {
  return markup`<div class="scroll" role="region" aria-labelledby="${id}-c" tabindex="0">
<table id="${id}">
<caption id="${id}-c">${caption}</caption>
<thead><tr>${columns.map(({ title, number }) => markup`<th scope="col"${number && raw(' class="n"')}>${title}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => markup`<tr>${row.map((cell, at) => tableCell(cell, columns[at]?.number ?? false))}</tr>\n`)}</tbody>
</table>
</div>
`;
}

function tableCell(cell: PageCell, number: boolean): Raw {
  const sortable = typeof cell === 'object' && cell !== null && 'show' in cell;
  const shown = sortable ? cell.show : (cell as Piece);
  return markup`<td${number && raw(' class="n"')}${sortable && markup` data-v="${cell.sort}"`}>${shown}</td>`;
}

/** The filter of a table: shown by the script, which it needs. `choices` are values of the column `by`. */
export function sieve(id: string, by: number, label: string, choices: readonly string[]): Raw {
  return markup`<form class="tools" data-for="${id}" data-by="${by}" hidden>
<label>Find <input type="search" autocomplete="off" spellcheck="false"></label>
<label>${label} <select><option value="">all</option>${choices.map((choice) => markup`<option>${choice}</option>`)}</select></label>
<output aria-live="polite"></output>
</form>
`;
}
