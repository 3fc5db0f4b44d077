/** A bar chart of amounts: memory before, planned and now; money quoted and verified. */
import { scaleLinear } from 'd3-scale';
import { cells } from '../document/columns.ts';
import { markup, type Raw } from '../document/escape.ts';
import { chart, round } from './chart-frame.ts';

/** One bar: its label, its length, and the exact amount as text. */
export interface Amount {
  /** The name of the figure in the page's data, the same in every language. */
  readonly name: string;
  readonly label: string;
  readonly value: number;
  readonly text: string;
  /** The style class that sets the colour. */
  readonly tone: 'm0' | 'm1' | 'm2' | 'm3';
}

const WIDTH = 520;
const ROW = 30;
const LABELS = 84;
/** Width of one character of an amount, in chart units. */
const CHARACTER = 7.6;

/** Bars on one scale from zero. Negative amounts extend to the left. */
export function amountsChart(id: string, title: string, amounts: readonly Amount[]): Raw {
  const values = amounts.map(({ value }) => value);
  const texts = 16 + CHARACTER * Math.max(...amounts.map(({ text }) => cells(text)));
  const scale = scaleLinear()
    .domain([Math.min(0, ...values), Math.max(0, ...values) || (Math.min(0, ...values) < 0 ? 0 : 1)])
    .range([LABELS, WIDTH - texts]);
  const zero = scale(0);
  const rows = amounts.map(({ label, value, text, tone }, row) => {
    const end = scale(value);
    const top = row * ROW + 4;
    return markup`<text class="soft" x="0" y="${top + 15}">${label}</text>
<rect class="${tone}" x="${round(Math.min(zero, end))}" y="${top}" width="${round(Math.abs(end - zero))}" height="${ROW - 8}" rx="2"/>
<text x="${round(Math.max(zero, end) + 8)}" y="${top + 15}">${text}</text>
`;
  });
  const axis = markup`<line class="base" x1="${round(zero)}" x2="${round(zero)}" y1="0" y2="${amounts.length * ROW}"/>`;
  const description = amounts.map(({ label, text }) => `${label} ${text}`).join(', ');
  const figures = Object.fromEntries(amounts.map(({ name, value }) => [name, value]));
  return chart(
    { id, width: WIDTH, height: amounts.length * ROW, title, desc: description },
    [...rows, axis],
    figures,
  );
}
