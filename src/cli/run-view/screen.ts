/**
 * Lines drawn over in place at the bottom of a terminal, and lines above them that stay. Each write is whole, so that
 * nothing flickers. A terminal that becomes narrower may wrap what stands on it anew, each in its own way: where that
 * can have happened the whole screen is made again from what is known.
 */
import { cells, clip } from '../../report/document/columns.ts';
import type { Terminal } from '../terminal.ts';

export interface Screen {
  /** Puts these lines in the place of those drawn before. None may be wider than the terminal, nor all higher. */
  draw(lines: readonly string[]): void;
  /** Puts lines above the drawn ones, which stay. */
  keep(lines: readonly string[]): void;
  /** Takes the drawn lines away, and leaves what is kept. */
  close(): void;
}

const HOME = '\x1b[H';
const CLEAR_BELOW = '\x1b[J';
/** So many kept lines are known again: more than a screen shows. */
const KEPT = 200;

/** @param redraw draws the present picture: asked for when the terminal has changed its size. */
export function createScreen(
  { err, errWidth, errHeight, onResize }: Pick<Terminal, 'err' | 'errWidth' | 'errHeight' | 'onResize'>,
  redraw: () => void,
): Screen {
  let drawn: readonly string[] = [];
  const kept: string[] = [];
  /** Something was wrapped. What that moved out of sight comes back when the terminal grows: made again each time. */
  let wasWrapped = false;
  let isMadeAgain = false;
  const toTop = () => (drawn.length > 0 ? `\x1b[${drawn.length}A\r` : '\r');
  const block = (lines: readonly string[]) => lines.map((line) => `${line}\x1b[K\n`).join('');
  const stop = onResize(() => {
    wasWrapped ||= [...drawn, ...kept.slice(-errHeight())].some((line) => cells(line) > errWidth());
    isMadeAgain = wasWrapped;
    redraw();
  });
  return {
    draw(lines) {
      if (isMadeAgain) {
        const room = Math.max(0, errHeight() - lines.length - 1);
        const known = kept.slice(Math.max(0, kept.length - room)).map((line) => clip(line, errWidth() - 1));
        // Line by line: clearing a screen as a whole moves what stands on it out of reach.
        err(`${HOME}${block(known)}${block(lines)}${CLEAR_BELOW}`);
        isMadeAgain = false;
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
