/** Text in columns of a terminal: how wide text is, cutting and wrapping it, aligning rows. Expects visible text. */
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The number of terminal cells a text takes: CJK and emoji two, combining marks none, colours none. */
export function cells(text: string): number {
  return stringWidth(text);
}

/** The text cut to at most `width` cells, the last of them `…` where something was cut. */
export function clip(text: string, width: number): string {
  // A cell can hold any number of combining marks: the length is bounded too.
  const longest = 16 * width;
  if (text.length <= longest && cells(text) <= width) return text;
  let kept = '';
  let sum = 0;
  for (const { segment } of graphemes.segment(text)) {
    sum += cells(segment);
    if (sum > width - 1 || kept.length + segment.length > longest) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The text filled with spaces to `width` cells. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const room = ' '.repeat(Math.max(0, width - cells(text)));
  return align === 'left' ? text + room : room + text;
}

/** Words put into lines of at most `width` cells, each line after `indent`. A longer word keeps a line of its own. */
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

/** A text after a label, wrapped under itself. @param shown the label as it is painted. */
export function labelled(label: string, text: string, width: number, shown = label): string[] {
  const [first, ...rest] = wrap(text, width, ' '.repeat(label.length));
  return [`${shown}${first!.trimStart()}`, ...rest];
}

/** One column of a table. */
export interface Column {
  readonly align?: 'left' | 'right';
  /** May be cut down to this many cells when the row is too wide. */
  readonly minWidth?: number;
  /** May be left out when the row is still too wide. */
  readonly optional?: boolean;
}

/** A cell: its text and how it is painted, after it has been measured. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/**
 * Rows as aligned lines of at most `width` cells, two spaces between columns. Too wide: columns with a `least` are
 * cut, the rightmost first, then optional ones left out; identifiers are never cut, the line is then longer.
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

/** The width of each column: cut where that is enough, else without the rightmost optional one, and so on. */
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
