/**
 * Signals as two wishes: the first drains, a second leaves at once. It counts as a second only a second or more after
 * the first, because npm and the terminal may each deliver one. SIGUSR1 asks how it goes on.
 */
import { SECOND } from '../units.ts';
import type { Terminal } from './terminal.ts';

const APART = SECOND;

const DRAINING =
  'stopping: nothing new is ordered, what is under way is followed to its end (again: leave at once)';

export interface Signals {
  /** Aborted by the first; the reason is the exit code. */
  readonly drain: AbortSignal;
  readonly leave: AbortSignal;
  close(): void;
}

/**
 * @param tellStatus says in one line how it goes on.
 * @param said what is told at the first signal.
 */
export function onSignals(
  terminal: Terminal,
  tellStatus: () => void = () => undefined,
  said: string = DRAINING,
): Signals {
  const drain = new AbortController();
  const leave = new AbortController();
  let first: number | null = null;
  const onSignal = (code: number) => () => {
    const now = terminal.clock.monotonic();
    if (first === null) {
      first = now;
      terminal.err(`\n${said}\n`);
      drain.abort(code);
    } else if (now - first >= APART) {
      terminal.err('\nleaving at once: the same command goes on later\n');
      leave.abort(code);
    }
  };
  const listeners = [
    ['SIGINT', onSignal(130)],
    ['SIGTERM', onSignal(143)],
    // The terminal is gone, as when a connection drops: as good as told to stop.
    ['SIGHUP', onSignal(143)],
    ['SIGUSR1', tellStatus],
  ] as const;
  for (const [name, listener] of listeners) process.on(name, listener);
  return {
    drain: drain.signal,
    leave: leave.signal,
    close() {
      for (const [name, listener] of listeners) process.off(name, listener);
    },
  };
}
