/** Marks on a time axis: a dashed line for each moment, with its name at the top as far as there is room. */
import { timeOfDay } from '../../messages/en/quantities.ts';
import { english, type Words } from '../../messages/words.ts';
import { cells } from '../document/columns.ts';
import { markup, type Piece } from '../document/escape.ts';
import { round, TIME_LEFT, TIME_RIGHT } from './chart-frame.ts';

/** One moment of a run. `died`: its process ended without saying so. */
export interface Mark {
  /** ISO 8601 UTC. */
  readonly at: string;
  /** The end of the time without a process; null: it has not ended. */
  readonly until?: string | null;
  readonly kind: 'command' | 'died' | 'stopped' | 'resumed';
  readonly label: string;
  readonly title: string;
}

const ROW = 15;
const MOST_ROWS = 3;
/** Width of one character of a label, in chart units. */
const CHARACTER = 6.8;
const LONGEST = 28;
/** The most marks that screen readers read; more are counted. */
const SPOKEN = 20;

/** The height that the labels need, what screen readers read, and the marks down to `bottom`. */
export function placeMarks(
  marks: readonly Mark[],
  scale: (value: number) => number,
  top: number,
  { report: { charts } }: Words = english,
) {
  /** The end of the last label in each row. */
  const ends: number[] = [];
  const x = (at: string) => Math.min(TIME_RIGHT, Math.max(TIME_LEFT, scale(Date.parse(at))));
  const placed = marks.map((mark) => {
    const label = mark.label.length > LONGEST ? `${mark.label.slice(0, LONGEST - 1)}…` : mark.label;
    const width = CHARACTER * cells(label) + 8;
    const at = x(mark.at);
    const left = at + width > TIME_RIGHT ? at - width : at;
    const free = ends.findIndex((end) => end <= left);
    const row = free >= 0 ? free : ends.length < MOST_ROWS ? ends.length : null;
    if (row !== null) ends[row] = left + width;
    return { mark, label, at, isLeft: left < at, row };
  });
  const baseOf = (row: number | null) => round(top + ((row ?? 0) + 1) * ROW - 4);
  // The labels come last: no line crosses them.
  const draw = (bottom: number): Piece => [
    placed.map(
      ({ mark, at, row }) =>
        markup`<g class="mark ${mark.kind}"><title>${timeOfDay(mark.at)} ${mark.title}</title><line x1="${round(at)}" x2="${round(at)}" y1="${baseOf(row) - 9}" y2="${bottom}"/></g>
`,
    ),
    placed.map(
      ({ mark, label, at, isLeft, row }) =>
        row !== null &&
        markup`<g class="mark ${mark.kind}"><text class="${isLeft && 'end'}" x="${round(isLeft ? at - 4 : at + 4)}" y="${baseOf(row)}">${label}</text></g>
`,
    ),
  ];
  const gaps = (bottom: number): Piece =>
    marks.map(({ at, until }) => {
      if (until === undefined) return null;
      const [from, to] = [x(at), until === null ? TIME_RIGHT : x(until)];
      return markup`<rect class="gap" x="${round(from)}" y="${top}" width="${round(to - from)}" height="${round(bottom - top)}"/>\n`;
    });
  const spoken = marks.slice(0, SPOKEN).map(({ at, title }) => `${timeOfDay(at)} ${title}`);
  if (marks.length > SPOKEN) spoken.push(charts.moreMarks(marks.length - SPOKEN));
  return { height: ends.length * ROW, spoken: spoken.join('; '), draw, gaps };
}
