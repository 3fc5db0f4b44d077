/** A run that another process carries out, drawn over in place on this terminal: by its journal, and by what it answers. */

import type { RunOnDisk, Standing } from '../../operations/read-run.ts';
import { ink } from '../../report/document/ink.ts';
import { gatherFacts, type RunFacts } from '../run-picture/run-facts.ts';
import type { Terminal } from '../terminal.ts';
import { drawRun } from './draw-run.ts';
import { openScreen } from './screen.ts';

export interface WatchedRun {
  /** Draws it as it was just read. @param standing null where no process answers. */
  show(run: RunOnDisk, standing: Standing | null): void;
  close(): void;
}

/** Drawn again this often between two looks, in milliseconds, so that the times go on. */
const DRAW_EVERY = 500;

export function openWatchedRun(terminal: Terminal): WatchedRun {
  const inks = ink(terminal.color.err);
  const closed = new AbortController();
  let facts: RunFacts | null = null;
  let taken = 0;
  let standing: Standing | null = null;
  const draw = () => {
    if (facts === null || closed.signal.aborted) return;
    const [columns, rows] = [terminal.errWidth() - 1, terminal.errHeight() - 1];
    const now = terminal.clock.now();
    screen.draw(drawRun(facts.picture(standing), { columns, rows, inks, everyEvent: true, now }));
  };
  const screen = openScreen(terminal, draw);
  const redraw = async () => {
    while (!closed.signal.aborted) {
      draw();
      await terminal.clock.sleep(DRAW_EVERY, closed.signal);
    }
  };
  return {
    show(run, told) {
      const isFirst = facts === null;
      facts ??= gatherFacts(run.saved, terminal.clock.now);
      for (const entry of run.journal.entries.slice(taken)) facts.add(entry);
      taken = run.journal.entries.length;
      standing = told;
      if (isFirst) void redraw();
    },
    close() {
      if (closed.signal.aborted) return;
      closed.abort();
      screen.close();
    },
  };
}
