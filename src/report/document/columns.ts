/** Measures, cuts, wraps and aligns text for a terminal. The text must have no control characters. */
import stringWidth from 'string-width';

/** Made at its first use, because most texts need none. */
let segmenter: Intl.Segmenter | undefined;
const graphemesOf = (text: string) => {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
};

/**
 * A character that is not surely one cell. Latin letters, dashes, quotes, `…`, arrows and lines are. The patterns of the
 * other characters take 20 ms to load, a tenth of the time of a short command.
 */
const PERHAPS_NOT_ONE_CELL =
  /[^\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2190-\u2193\u2500-\u257f\u2713\u2717]/;

/** The width of a text in terminal cells: CJK and emoji 2, combining marks 0, colour codes 0. */
export function cells(text: string): number {
  return PERHAPS_NOT_ONE_CELL.test(text) ? stringWidth(text) : text.length;
}

/** Cuts the text to at most `width` cells; a cut text ends with `…`. */
export function clip(text: string, width: number): string {
  // One cell can hold any number of combining marks. The length has a limit too.
  const longest = 16 * width;
  if (text.length <= longest && cells(text) <= width) return text;
  let kept = '';
  let sum = 0;
  for (const { segment } of graphemesOf(text)) {
    sum += cells(segment);
    if (sum > width - 1 || kept.length + segment.length > longest) break;
    kept += segment;
  }
  return `${kept}…`;
}

/**
 * Cuts a text of more than `most` characters in its middle, and says so: neither of its ends can hide.
 * @param elsewhere where the whole text is.
 */
export function clipMiddle(text: string, most: number, elsewhere: string): string {
  if (text.length <= most) return text;
  const all = [...graphemesOf(text)].map(({ segment }) => segment);
  // One character can have any number of combining marks. The length has a limit too.
  const longest = 4 * most;
  if (all.length <= most && text.length <= longest) return text;
  const half = Math.floor(most / 2);
  const start = all
    .slice(0, half)
    .join('')
    .slice(0, longest / 2);
  const end = all
    .slice(-half)
    .join('')
    .slice(-longest / 2);
  const hidden = text.length - start.length - end.length;
  return `${start} [${hidden} characters are left out here; ${elsewhere}] ${end}`;
}

/** Fills the text with spaces to `width` cells. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const room = ' '.repeat(Math.max(0, width - cells(text)));
  return align === 'left' ? text + room : room + text;
}

/** Wraps words into lines of at most `width` cells, indent included. A longer word gets its own line. */
export function wrap(text: string, width: number, indent: string): string[] {
  const room = Math.max(20, width - indent.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && cells(line) + 1 + cells(word) > room) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, indent + line];
}

/** Puts a text after a label and wraps it under itself. @param shown the label with its colours. */
export function labelled(label: string, text: string, width: number, shown = label): string[] {
  const [first, ...rest] = wrap(text, width, ' '.repeat(label.length));
  return [`${shown}${first!.trimStart()}`, ...rest];
}

/** One column of a table. */
export interface Column {
  readonly align?: 'left' | 'right';
  /** If the row is too wide, the column may shrink to this many cells. */
  readonly minWidth?: number;
  /** If the row is still too wide, the column may be left out. */
  readonly optional?: boolean;
}

/** A cell: its text, and the function that paints it after measuring. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/**
 * Aligns rows into lines of at most `width` cells, with two spaces between columns. In rows that are too wide, columns
 * with a `minWidth` shrink, the rightmost first; then optional columns are left out. All other columns keep their
 * width, so such a line can be longer than `width`.
 */
export function table(
  rows: readonly (readonly Cell[])[],
  columns: readonly Column[],
  width: number,
  indent: string,
): string[] {
  const text = (cell: Cell | undefined) => (typeof cell === 'object' ? cell.text : (cell ?? ''));
  const natural = columns.map((_, at) => rows.reduce((most, row) => Math.max(most, cells(text(row[at]))), 0));
  const widths = fitted(natural, columns, width - indent.length);
  return rows.map((row) => {
    const line = columns.flatMap(({ align }, at) => {
      if (widths[at] === 0) return [];
      const cell = row[at] ?? '';
      const shown = pad(clip(text(cell), widths[at]!), widths[at]!, align);
      return [typeof cell === 'object' ? cell.paint(shown) : shown];
    });
    return (indent + line.join('  ')).replace(/ +$/, '');
  });
}

/** The width of each column. Columns shrink first; then optional ones are dropped from the right until all fit. */
function fitted(natural: readonly number[], columns: readonly Column[], room: number): number[] {
  const kept = [...natural];
  for (let next = columns.length - 1; ; next--) {
    const widths = [...kept];
    const excess = () => widths.reduce((sum, wide) => (wide > 0 ? sum + wide + 2 : sum), -2) - room;
    for (let at = columns.length - 1; at >= 0 && excess() > 0; at--) {
      const least = columns[at]!.minWidth;
      if (least !== undefined) widths[at] = Math.max(Math.min(least, widths[at]!), widths[at]! - excess());
    }
    if (excess() <= 0) return widths;
    while (next >= 0 && !columns[next]!.optional) next--;
    if (next < 0) return widths;
    kept[next] = 0;
  }
}
