/**
 * Handles signals: the first drains, a second one stops immediately. A signal within one second of the first does not
 * count, because npm and the terminal may each deliver one. SIGUSR1 prints the state.
 */
import { SECOND } from '../units.ts';
import type { Terminal } from './terminal.ts';

const MIN_INTERVAL = SECOND;

const DRAINING =
  'stopping: Refit orders nothing new and follows orders in flight to their end (signal again to stop immediately)';

export interface Signals {
  /** Aborted by the first signal; the reason is the exit code. */
  readonly drain: AbortSignal;
  readonly leave: AbortSignal;
  close(): void;
}

/**
 * @param reportStatus prints the state in one line.
 * @param stopMessage the text for the first signal.
 */
export function onSignals(
  terminal: Terminal,
  tellStatus: () => void = () => undefined,
  stopMessage: string = DRAINING,
): Signals {
  const drain = new AbortController();
  const leave = new AbortController();
  let first: number | null = null;
  const onSignal = (code: number) => () => {
    const now = terminal.clock.monotonic();
    if (first === null) {
      first = now;
      terminal.err(`\n${stopMessage}\n`);
      drain.abort(code);
    } else if (now - first >= MIN_INTERVAL) {
      terminal.err('\nstopping immediately: the same command resumes later\n');
      leave.abort(code);
    }
  };
  const listeners = [
    ['SIGINT', onSignal(130)],
    ['SIGTERM', onSignal(143)],
    // The terminal is gone, for example because a connection dropped: drain as for SIGTERM.
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
