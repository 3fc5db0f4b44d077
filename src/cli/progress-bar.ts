/** A progress bar in one line. Without a terminal it prints one line when a kind of reading is complete. */
import type { Terminal } from './terminal.ts';

const CELLS = 24;

export function progressBar(terminal: Terminal) {
  let printed = '';
  return {
    show(subject: string, done: number, of: number) {
      if (terminal.quiet) return;
      if (terminal.live) {
        const filled = of === 0 ? CELLS : Math.floor((CELLS * done) / of);
        terminal.err(
          `\r\x1b[K${'━'.repeat(filled)}${'─'.repeat(CELLS - filled)} ${done} of ${of} ${subject}`,
        );
      } else if (done === of && printed !== subject) {
        printed = subject;
        terminal.err(`${done} of ${of} ${subject}\n`);
      }
    },
    clear() {
      if (terminal.live) terminal.err('\r\x1b[K');
    },
  };
}
