/** What the pictures share: their width, the time that they cover, short numbers, times on an axis. */
import type { Report } from '../../model.ts';
import { markup, type Piece, type Raw } from '../document/escape.ts';

/** Width of a full picture in its own units; the page scales it. */
export const WIDTH = 1116;

/** Where time begins on every picture of a run, so that they can be read one above the other. */
export const TIME_LEFT = 168;
export const TIME_RIGHT = WIDTH - 8;

/** A coordinate with one decimal: enough for the eye, and a third of the bytes. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What a picture is called, and its size. `title` and `desc` are read aloud in its stead. */
interface Canvas {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly desc: string;
}

/** An SVG. @param figures what it shows, as `data-` attributes for programs that read the page. */
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

/** Moments to mark on an axis with their labels, no label twice. */
export function axisMarks(
  scale: { ticks(count: number): Date[] },
  span: number,
): { tick: Date; label: string }[] {
  const marks = scale.ticks(8).map((tick) => ({ tick, label: axisTime(tick, span) }));
  return marks.filter(({ tick }) => span > 3 * 86_400_000 || tick.getTime() % 1000 === 0);
}

/** The label of a moment on an axis that spans `span` milliseconds, UTC. */
function axisTime(moment: Date, span: number): string {
  const text = moment.toISOString();
  if (span > 3 * 86_400_000) return text.slice(5, 10);
  if (span > 86_400_000) return `${text.slice(5, 10)} ${text.slice(11, 16)}`;
  return span > 10 * 60_000 ? text.slice(11, 16) : text.slice(11, 19);
}

/** The moments a run spans: from its first entry that has a time in the report to its last. Null where nothing began. */
export function spanOf(report: Report): [number, number] | null {
  const times = [
    report.run.startedAt,
    report.run.endedAt,
    ...report.waves.flatMap((wave) => [wave.startedAt, wave.endedAt]),
    ...report.steps.flatMap((step) => [step.startedAt, step.acceptedAt, step.endedAt]),
  ]
    .flatMap((time) => (time === null ? [] : [Date.parse(time)]))
    .concat(report.callsBySecond.flatMap(([second]) => [second * 1000, second * 1000 + 1000]));
  if (times.length === 0) return null;
  const first = times.reduce((least, time) => Math.min(least, time));
  const last = times.reduce((most, time) => Math.max(most, time));
  return [first, Math.max(last, first + 1000)];
}
