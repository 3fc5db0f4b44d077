/** Drawing in place, checked with a model of a terminal that obeys the output and wraps lines. */
import { describe, expect, it } from 'vitest';
import { createScreen } from '../../src/cli/run-view/screen.ts';

/** A model of a terminal: rows of characters, a cursor, wrapping, and reflow when it becomes narrower. */
function fakeTerminal(columns: number, rows: number) {
  let size = { columns, rows };
  let lines: string[] = [''];
  let row = 0;
  let column = 0;
  let listener: () => void = () => undefined;
  /** The first visible line. */
  let top = 0;
  const feed = () => {
    row += 1;
    top = Math.max(top, row - size.rows + 1);
    while (lines.length <= row) lines.push('');
    column = 0;
  };
  const put = (character: string) => {
    if (column === size.columns) feed();
    const line = lines[row]!.padEnd(column);
    lines[row] = line.slice(0, column) + character + line.slice(column + 1);
    column += 1;
  };
  const obey = (parameter: number, command: string) => {
    if (command === 'A') row = Math.max(top, row - parameter);
    if (command === 'K') lines[row] = lines[row]!.slice(0, column);
    if (command === 'H') [row, column] = [top, 0];
    if (command === 'J') {
      lines = lines.slice(0, row + 1);
      lines[row] = lines[row]!.slice(0, column);
    }
  };
  return {
    err(text: string) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
      for (const [whole, parameter, command] of text.matchAll(/\x1b\[(\d*)([A-Za-z])|[\s\S]/gu)) {
        if (command) obey(Number(parameter || 1), command);
        else if (whole === '\n') feed();
        else if (whole === '\r') column = 0;
        else put(whole);
      }
    },
    errWidth: () => size.columns,
    errHeight: () => size.rows,
    onResize(onChange: () => void) {
      listener = onChange;
      return () => {
        listener = () => undefined;
      };
    },
    /** Wraps lines that are now too long. The cursor moves with its line. */
    resize(columns: number, rows: number) {
      size = { columns, rows };
      const before = lines.slice(0, row).flatMap((line) => split(line, columns));
      lines = [...before, ...lines.slice(row).flatMap((line) => split(line, columns))];
      row = before.length;
      top = Math.max(0, lines.length - rows);
      listener();
    },
    seen: () => lines.slice(top).map((line) => line.trimEnd()),
  };
}

function split(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  return [line.slice(0, width), ...split(line.slice(width), width)];
}

/** A picture as wide as the screen, so that a narrower screen wraps it. */
const wide = (terminal: ReturnType<typeof fakeTerminal>, mark: string) =>
  ['head', 'bar', 'steps', 'rate'].map((name) => `${name} ${mark} `.padEnd(terminal.errWidth() - 1, '━'));

describe('a screen', () => {
  it('replaces its drawing, and keeps the lines above it', () => {
    const terminal = fakeTerminal(40, 12);
    const screen = createScreen(terminal, () => undefined);
    screen.keep(['run directory runs/x']);
    screen.draw(['a', 'b', 'c']);
    screen.draw(['d', 'e']);
    screen.keep(['✗ something']);
    expect(terminal.seen()).toEqual(['run directory runs/x', '✗ something', 'd', 'e', '']);
    screen.close();
    expect(terminal.seen()).toEqual(['run directory runs/x', '✗ something', '']);
  });

  it.each([
    { sizes: [[60, 20]] },
    { sizes: [[40, 8]] },
    {
      sizes: [
        [70, 20],
        [55, 20],
        [41, 9],
        [100, 30],
      ],
    },
    {
      sizes: [
        [120, 40],
        [50, 10],
        [80, 24],
      ],
    },
  ])('shows the picture once, whole and at the end, after $sizes', ({ sizes }) => {
    const terminal = fakeTerminal(80, 24);
    let moment = 0;
    const screen = createScreen(terminal, () => screen.draw(wide(terminal, String(moment))));
    for (const text of ['one', 'two', `three ${'x'.repeat(60)}`]) screen.keep([text]);
    screen.draw(wide(terminal, 'first'));
    for (const [columns, rows] of sizes as [number, number][]) {
      moment += 1;
      terminal.resize(columns, rows);
      expect(terminal.seen().slice(-5)).toEqual([...wide(terminal, String(moment)), '']);
      screen.draw(wide(terminal, 'again'));
      const seen = terminal.seen();
      expect(seen.filter((line) => /^(head|bar|steps|rate)/.test(line))).toEqual(wide(terminal, 'again'));
      expect(seen.filter((line) => /^━/.test(line))).toEqual([]);
    }
  });
});
