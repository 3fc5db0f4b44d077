/** Renders the head, facts, charts and tables of a report of advice as text, Markdown or one HTML page. */
import { english, type Words } from '../../messages/words.ts';
import { wrap } from '../document/columns.ts';
import { markup, sanitize } from '../document/escape.ts';
import { htmlTable } from '../document/html-table.ts';
import { ink } from '../document/ink.ts';
import { markdownDocument, markdownHead, text as markdownText } from '../document/markdown-document.ts';
import { page } from '../document/page.ts';
import { factLines, textTable, verdictLines } from '../document/text-document.ts';
import type { ShownReport } from './shown.ts';

/** Where a text is shown. `width` in terminal cells. */
export interface Where {
  readonly color: boolean;
  readonly width: number;
  /** Every instance has a row. */
  readonly all?: boolean;
  /** The language of the page; English by default. Only HTML uses it. */
  readonly words?: Words;
}

/** The number of rows of a table in a terminal without `all`. */
const SHOWN_ROWS = 20;
const ELSEWHERE = 'use -v, or --format csv';

/** For a terminal. @param most the number of rows of a table; null: all. */
export function shownText(
  hostile: ShownReport,
  { color, width, all = false }: Where,
  most: number | null = SHOWN_ROWS,
): string {
  const { verdict, about, facts, tables, note } = withoutCharts(hostile);
  const inks = ink(color);
  const view = { width, inks };
  const lines = [
    ...verdictLines(verdict, width, inks),
    ...wrap(about.join(' · '), width, '  ').map(inks.dim),
    '',
    ...factLines(facts, width, inks),
    ...tables.flatMap((table) =>
      textTable(table, view, all || most === null ? {} : { most, elsewhere: ELSEWHERE }),
    ),
    ...(note === '' ? [] : ['', ...wrap(note, width, '').map(inks.dim)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** For a comment of a code host. */
export function shownMarkdown(hostile: ShownReport): string {
  const { title, about, verdict, facts, tables, note } = withoutCharts(hostile);
  return markdownDocument(
    markdownHead(title, about, verdict, facts),
    tables.map((table, at) => ({ table, folded: at > 0 })),
    [markdownText(note)],
    'CSV and JSON have all rows.',
  );
}

/** One page that loads nothing. */
export function shownHtml(report: ShownReport, { words = english }: Pick<Where, 'words'> = {}): string {
  const { kind, title, about, verdict, facts, charts, tables, note } = report;
  const shown = facts.filter(([, value]) => value !== '');
  return page(
    title,
    [
      markup`<header>
<p class="kind">${kind}</p>
<h1><bdi>${title}</bdi></h1>
<p class="about">${about.map((one) => markup`<span><bdi>${one}</bdi></span> `)}</p>
<p class="verdict ${verdict.tone}" role="status"><strong>${verdict.word}</strong> <span>${verdict.sentence}</span></p>
<dl class="facts">${shown.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>\n`)}</dl>
</header>
<main>
${charts}`,
      ...tables.map((table) => {
        const body = htmlTable({ ...table, heading: '' });
        return (
          body &&
          markup`<section aria-labelledby="${table.id}-h">
<h2 id="${table.id}-h">${table.heading}</h2>
${body}
</section>
`
        );
      }),
      markup`</main>
<footer><p>${note}</p></footer>
`,
    ],
    words,
  );
}

/** Rows are escaped by their renderers, cell by cell. */
function withoutCharts({ charts: _, tables, ...head }: ShownReport): Omit<ShownReport, 'charts'> {
  return { ...sanitize(head), tables };
}
