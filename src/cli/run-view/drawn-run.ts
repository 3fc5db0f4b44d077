/** Draws a run in place on this terminal, from its journal and the answers of its process. */
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { gatherFacts, type RunFacts } from '../../operations/picture/run-facts.ts';
import type { RunPicture } from '../../operations/picture/run-picture.ts';
import type { LiveRunStatus } from '../../operations/runs/read-run.ts';
import { ink } from '../../report/document/ink.ts';
import type { Terminal } from '../terminal.ts';
import { drawRun, wrapKeptLine } from './draw-run.ts';
import { createScreen } from './screen.ts';

/** @param picture null while there is nothing to draw. @param everyEvent see `DrawOptions`. */
export function createDrawing(terminal: Terminal, picture: () => RunPicture | null, everyEvent: boolean) {
  const inks = ink(terminal.color.err);
  const closed = new AbortController();
  const columns = () => terminal.errWidth() - 1;
  const draw = () => {
    const shown = closed.signal.aborted ? null : picture();
    const rows = terminal.errHeight() - 1;
    const now = terminal.clock.now();
    if (shown) screen.draw(drawRun(shown, { columns: columns(), rows, inks, everyEvent, now }));
  };
  const screen = createScreen(terminal, draw);
  return {
    draw,
    /** Draws again and again until it is closed, so that the times advance. @param every milliseconds */
    async keepDrawing(every: number) {
      while (!closed.signal.aborted) {
        await terminal.clock.sleep(every, closed.signal);
        draw();
      }
    },
    /** Puts a line above the picture. */
    keep: (text: string, paint = (whole: string) => whole) =>
      screen.keep(wrapKeptLine(text, columns(), paint)),
    close() {
      if (closed.signal.aborted) return;
      closed.abort();
      screen.close();
    },
  };
}

/** A run of another process, drawn as it was at the last reading. */
export function createWatchedRun(terminal: Terminal) {
  let facts: RunFacts | null = null;
  let isDrawing = false;
  let standing: LiveRunStatus | null = null;
  const drawing = createDrawing(terminal, () => facts?.picture(standing) ?? null, true);
  return {
    /** @param fresh the entries since the last call. @param answer null if no process answers. */
    show(saved: SavedPlan, fresh: readonly JournalEntry[], answer: LiveRunStatus | null) {
      facts ??= gatherFacts(saved, terminal.clock.now);
      for (const entry of fresh) facts.add(entry);
      standing = answer;
      if (isDrawing) return;
      isDrawing = true;
      drawing.draw();
      void drawing.keepDrawing(500);
    },
    /** Forgets all entries: the next call has the whole journal. */
    restart() {
      facts = null;
    },
    close: drawing.close,
  };
}
