/** Shared parts of all charts: width, time range, rounding, axis labels. */
import type { Report } from '../../model.ts';
import { markup, type Piece, type Raw } from '../document/escape.ts';

/** Width of a full chart in SVG units; the page scales it. */
export const WIDTH = 1116;

/** The start of the time axis. It is the same in every chart, so that readers can compare them. */
export const TIME_LEFT = 168;
export const TIME_RIGHT = WIDTH - 8;

/** Rounds a coordinate to one decimal, which needs a third of the bytes. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The name and size of a chart. Screen readers read `title` and `desc`. */
interface Canvas {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly desc: string;
}

/** A chart as SVG. @param figures its numbers, as `data-` attributes for programs that read the page. */
export function chart(
  { id, width, height, title, desc }: Canvas,
  body: Piece,
  figures: Readonly<Record<string, number | string>> = {},
): Raw {
  const data = Object.entries(figures).map(([name, value]) => markup` data-${name}="${value}"`);
  return markup`<svg id="${id}-p" viewBox="0 0 ${width} ${round(height)}" role="img" aria-labelledby="${id}-t ${id}-d"${data}>
<title id="${id}-t">${title}</title><desc id="${id}-d">${desc}</desc>
${body}
</svg>
`;
}

/** The marks of a time axis with their labels; no label appears twice. */
export function axisMarks(
  scale: { ticks(count: number): Date[] },
  span: number,
): { tick: Date; label: string }[] {
  const marks = scale.ticks(8).map((tick) => ({ tick, label: axisTime(tick, span) }));
  return marks.filter(({ tick }) => span > 3 * 86_400_000 || tick.getTime() % 1000 === 0);
}

/** The label of a time on an axis of `span` milliseconds, in UTC. */
function axisTime(moment: Date, span: number): string {
  const text = moment.toISOString();
  if (span > 3 * 86_400_000) return text.slice(5, 10);
  if (span > 86_400_000) return `${text.slice(5, 10)} ${text.slice(11, 16)}`;
  return span > 10 * 60_000 ? text.slice(11, 16) : text.slice(11, 19);
}

/** The first and last time in a report, milliseconds since the epoch. Null where nothing started. */
export function spanOf(report: Report): [number, number] | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const add = (time: number) => {
    first = Math.min(first, time);
    last = Math.max(last, time);
  };
  const { run, waves, steps, callsBySecond } = report;
  for (const part of [run, ...waves, ...steps]) {
    if (part.startedAt !== null) add(Date.parse(part.startedAt));
    if (part.endedAt !== null) add(Date.parse(part.endedAt));
  }
  for (const { acceptedAt } of steps) if (acceptedAt !== null) add(Date.parse(acceptedAt));
  for (const [second] of callsBySecond) {
    add(second * 1000);
    add(second * 1000 + 1000);
  }
  return first > last ? null : [first, Math.max(last, first + 1000)];
}
