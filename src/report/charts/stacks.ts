/** Bars of several parts on one scale from zero, with a legend: the memory of a fleet before and after. */
import { cells } from '../document/columns.ts';
import { markup, type Raw } from '../document/escape.ts';
import { chart, round } from './chart-frame.ts';

/** A part of each bar. `tone` is a class of the page's style. */
export interface StackPart {
  readonly label: string;
  readonly tone: string;
}

export interface Stack {
  /** The name of the figure in the page's data, the same in every language. */
  readonly name: string;
  readonly label: string;
  /** The exact total. */
  readonly text: string;
  /** One value for each part. */
  readonly values: readonly number[];
}

const WIDTH = 980;
const ROW = 34;
/** Width of one character, in chart units. */
const CHARACTER = 7.6;

/** The chart. @param parts without a legend if there is only one. */
export function stacksChart(
  id: string,
  title: string,
  parts: readonly StackPart[],
  stacks: readonly Stack[],
): Raw {
  const room = (texts: readonly string[]): number => 16 + CHARACTER * Math.max(...texts.map(cells));
  const left = room(stacks.map(({ label }) => label));
  const right = WIDTH - room(stacks.map(({ text }) => text));
  const totals = stacks.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const most = Math.max(...totals) || 1;
  const rows = stacks.map(({ label, text, values }, row) => {
    const top = row * ROW + 4;
    let from = left;
    const rects = values.map((value, at) => {
      const width = ((right - left) * value) / most;
      const rect = markup`<rect class="${parts[at]!.tone}" x="${round(from)}" y="${top}" width="${round(width)}" height="${ROW - 10}"><title>${parts[at]!.label}</title></rect>`;
      from += width;
      return value > 0 && rect;
    });
    return markup`<text class="soft" x="0" y="${top + 16}">${label}</text>${rects}<text x="${round(from + 8)}" y="${top + 16}">${text}</text>\n`;
  });
  const svg = chart(
    {
      ...{ id, width: WIDTH, height: stacks.length * ROW, title },
      desc: stacks.map(({ label, text }) => `${label} ${text}`).join(', '),
    },
    rows,
    Object.fromEntries(stacks.map(({ name }, at) => [name, round(totals[at]!)])),
  );
  const used = parts.filter((_, at) => stacks.some(({ values }) => values[at]! > 0));
  const legend = markup`<ul class="legend">${used.map(({ label, tone }) => markup`<li><span class="${tone.startsWith('o ') ? tone : `key ${tone}`}">${label}</span></li>`)}</ul>\n`;
  return markup`<figure>
<figcaption>${title}</figcaption>
<div class="scroll" role="region" aria-label="${title}" tabindex="0">${svg}</div>
${parts.length > 1 && legend}</figure>
`;
}
