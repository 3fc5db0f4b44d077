/**
 * A chart of peaks over time: an area from zero, gaps as bands, and moments as dashed lines. Its words are beside it, so people can
 * read them where a narrow screen shows a part of the chart: the newest one.
 */
import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import { markup, type Raw } from '../document/escape.ts';
import { axisMarks, chart, round } from './chart-frame.ts';

const TOP = 16;
const HEIGHT = 72;
const WIDTH = 980;
const TIME_LEFT = 44;
const TIME_RIGHT = WIDTH - 20;

/** What is drawn. Times are milliseconds since 1970 UTC. */
export interface Peaks {
  readonly id: string;
  readonly title: string;
  /** For screen readers. */
  readonly desc: string;
  /** What is drawn, and figures of it, beside the chart. */
  readonly name: string;
  readonly labels: readonly string[];
  readonly span: { readonly from: number; readonly until: number };
  /** The start and the length of the periods of `values`. */
  readonly from: number;
  readonly length: number;
  /** Null is a gap. */
  readonly values: readonly (number | null)[];
  /** The least end of the scale, and its name at the end; null: no name. */
  readonly least: number;
  readonly end: string | null;
  readonly marks: readonly { readonly at: number; readonly title: string }[];
  readonly figures: Readonly<Record<string, number | string>>;
}

/** The chart with a text for screen readers. */
export function peaksChart(peaks: Peaks): Raw {
  const { id, title, desc, span, from, length, values, figures } = peaks;
  const x = scaleUtc()
    .domain([new Date(span.from), new Date(span.until)])
    .range([TIME_LEFT, TIME_RIGHT])
    .clamp(true);
  const most = values.reduce((a: number, value) => Math.max(a, value ?? 0), 0);
  const y = scaleLinear()
    .domain([0, Math.max(peaks.least, most > peaks.least ? most * 1.05 : 0) || 1])
    .range([HEIGHT, 0]);
  const shape = area<number>()
    .defined((n) => values[n] !== null)
    .x((n) => x(from + n * length))
    .y0(HEIGHT)
    .y1((n) => y(values[n] ?? 0))
    .curve(curveStepAfter)
    .digits(1);
  const lineAt = (at: number, tone: string, inside: Raw | null = null) => {
    const middle = round(x(at));
    return markup`<line class="${tone}" x1="${middle}" x2="${middle}" y1="${TOP}" y2="${TOP + HEIGHT}">${inside}</line>`;
  };
  const moments = axisMarks(x, span.until - span.from).map(
    ({ tick, label }) =>
      markup`${lineAt(tick.getTime(), 'grid')}<text class="soft mid" x="${round(x(tick))}" y="10">${label}</text>\n`,
  );
  const gaps = gapsOf(values).map(([first, end]) => {
    const left = x(from + first * length);
    return markup`<rect class="gap" x="${round(left)}" y="${TOP}" width="${round(Math.max(1, x(from + end * length) - left))}" height="${HEIGHT}"/>\n`;
  });
  const marks = peaks.marks.map(
    ({ at, title: name }) => markup`${lineAt(at, 'plan', markup`<title>${name}</title>`)}\n`,
  );
  const labels = peaks.labels.map((label) => markup`<span>${label}</span> `);
  const svg = chart(
    { id, width: WIDTH, height: TOP + HEIGHT + 4, title, desc },
    [
      moments,
      gaps,
      markup`<g transform="translate(0 ${TOP})"><path class="a0" d="${shape(values.map((_, n) => n))}"/><line class="base" x1="${TIME_LEFT}" x2="${TIME_RIGHT}" y1="${HEIGHT}" y2="${HEIGHT}"/></g>\n`,
      marks,
      peaks.end !== null &&
        markup`<text class="soft end" x="${TIME_LEFT - 8}" y="${TOP + 8}">${peaks.end}</text>\n`,
    ],
    figures,
  );
  return markup`<figure class="peaks">
<figcaption><b>${peaks.name}</b> ${labels}</figcaption>
<div class="scroll" role="region" aria-label="${title}" tabindex="0">${svg}</div>
</figure>
`;
}

/** The first period and the one after the last of each run of gaps after the first value. */
function gapsOf(values: readonly (number | null)[]): readonly (readonly [from: number, until: number])[] {
  const runs: [number, number][] = [];
  const first = values.findIndex((value) => value !== null);
  for (let at = Math.max(0, first); first >= 0 && at < values.length; at++) {
    if (values[at] !== null) continue;
    const last = runs.at(-1);
    if (last?.[1] === at) last[1] = at + 1;
    else runs.push([at, at + 1]);
  }
  return runs;
}
