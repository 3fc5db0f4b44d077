/** A run drawn over in place on this terminal: by its journal, and by what the process that carries it out answers. */
import type { RunOnDisk, Standing } from '../../operations/read-run.ts';
import { ink } from '../../report/document/ink.ts';
import { gatherFacts, type RunFacts } from '../run-picture/run-facts.ts';
import type { RunPicture } from '../run-picture/run-picture.ts';
import type { Terminal } from '../terminal.ts';
import { drawRun, wrapKeptLine } from './draw-run.ts';
import { createScreen } from './screen.ts';

/** @param picture null while there is nothing to draw. @param everyEvent also those that are told by themselves elsewhere. */
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
    /** Draws it again and again until it is closed, so that the times go on. @param every milliseconds */
    async keepDrawing(every: number) {
      while (!closed.signal.aborted) {
        await terminal.clock.sleep(every, closed.signal);
        draw();
      }
    },
    /** Puts a line above what is drawn. */
    keep: (text: string, paint = (whole: string) => whole) => screen.keep(wrapKeptLine(text, columns(), paint)),
    close() {
      if (closed.signal.aborted) return;
      closed.abort();
      screen.close();
    },
  };
}

/** A run that another process carries out, drawn as it was read the last time. */
export function createWatchedRun(terminal: Terminal) {
  let facts: RunFacts | null = null;
  let taken = 0;
  let standing: Standing | null = null;
  const drawing = createDrawing(terminal, () => facts?.picture(standing) ?? null, true);
  return {
    /** @param told null where no process answers. */
    show(run: RunOnDisk, told: Standing | null) {
      const isFirst = facts === null;
      facts ??= gatherFacts(run.saved, terminal.clock.now);
      for (const entry of run.journal.entries.slice(taken)) facts.add(entry);
      taken = run.journal.entries.length;
      standing = told;
      if (!isFirst) return;
      drawing.draw();
      void drawing.keepDrawing(500);
    },
    close: drawing.close,
  };
}
