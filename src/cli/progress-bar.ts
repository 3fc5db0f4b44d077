/** One line that grows while something is read: drawn over on a terminal, told at the end of each kind elsewhere. */
import type { Terminal } from './terminal.ts';

export interface ProgressBar {
  show(what: string, done: number, of: number): void;
  clear(): void;
}

const CELLS = 24;

export function progressBar(terminal: Terminal): ProgressBar {
  let told = '';
  return {
    show(what, done, of) {
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
