/** One line that grows while something is read: drawn over on a terminal, told at the end of each kind elsewhere. */
import type { Terminal } from './terminal.ts';

const CELLS = 24;

export function progressBar(terminal: Terminal) {
  let told = '';
  return {
    show(what: string, done: number, of: number) {
      if (terminal.quiet) return;
      if (terminal.live) {
        const filled = of === 0 ? CELLS : Math.floor((CELLS * done) / of);
        terminal.err(`\r\x1b[K${'━'.repeat(filled)}${'─'.repeat(CELLS - filled)} ${done} of ${of} ${what}`);
      } else if (done === of && told !== what) {
        told = what;
        terminal.err(`${done} ${what}\n`);
      }
    },
    clear() {
      if (terminal.live) terminal.err('\r\x1b[K');
    },
  };
}
