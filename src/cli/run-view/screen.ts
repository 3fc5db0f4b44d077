/**
 * Draws lines in place at the bottom of a terminal, and keeps other lines above them. Each drawing is one write, so
 * that nothing flickers. A terminal that becomes narrower may wrap lines, each terminal in its own way. After that,
 * Refit draws the whole screen again from the lines that it knows.
 */
import { cells, clip } from '../../report/document/columns.ts';
import type { Terminal } from '../terminal.ts';

export interface Screen {
  /** Replaces the drawn lines. They must fit the terminal in width and height. */
  draw(lines: readonly string[]): void;
  /** Adds lines above the drawn ones. They stay. */
  keep(lines: readonly string[]): void;
  /** Removes the drawn lines. The kept lines stay. */
  close(): void;
}

const HOME = '\x1b[H';
const CLEAR_BELOW = '\x1b[J';
/** How many kept lines Refit remembers: more than a screen shows. */
const KEPT = 200;

/** @param redraw draws the current picture; called when the terminal changes its size. */
export function createScreen(
  { err, errWidth, errHeight, onResize }: Pick<Terminal, 'err' | 'errWidth' | 'errHeight' | 'onResize'>,
  redraw: () => void,
): Screen {
  let drawn: readonly string[] = [];
  const kept: string[] = [];
  /** The terminal has wrapped a line. Wrapped lines come back when it grows, so each resize needs a full redraw. */
  let wasWrapped = false;
  let needsFullDraw = false;
  const toTop = () => (drawn.length > 0 ? `\x1b[${drawn.length}A\r` : '\r');
  const block = (lines: readonly string[]) => lines.map((line) => `${line}\x1b[K\n`).join('');
  const stop = onResize(() => {
    wasWrapped ||= [...drawn, ...kept.slice(-errHeight())].some((line) => cells(line) > errWidth());
    needsFullDraw = wasWrapped;
    redraw();
  });
  return {
    draw(lines) {
      if (needsFullDraw) {
        const room = Math.max(0, errHeight() - lines.length - 1);
        const known = kept.slice(Math.max(0, kept.length - room)).map((line) => clip(line, errWidth() - 1));
        // Line by line: if a terminal clears the whole screen, it moves the lines into its history.
        err(`${HOME}${block(known)}${block(lines)}${CLEAR_BELOW}`);
        needsFullDraw = false;
      } else err(`${toTop()}${block(lines)}${CLEAR_BELOW}`);
      drawn = lines;
    },
    keep(lines) {
      kept.push(...lines);
      kept.splice(0, kept.length - KEPT);
      err(`${toTop()}${block(lines)}${block(drawn)}${CLEAR_BELOW}`);
    },
    close() {
      stop();
      if (drawn.length > 0) err(`${toTop()}${CLEAR_BELOW}`);
      drawn = [];
    },
  };
}
