/**
 * The machine of one process: its clocks, freezes and death. Every wait of the process passes through it, so that it
 * can stop the process between any two awaits. A dead process never wakes, and a frozen process wakes late.
 */
import type { Clock, VirtualClock } from '../../src/clock.ts';
import type { ProcessScript } from './scenario.ts';
import type { Watcher } from './watcher.ts';

/** A kind of contact of the process with the world outside. */
export type Moment =
  | 'wake'
  | 'register'
  | 'registered'
  | 'write'
  | 'durable'
  | 'mark'
  | 'marked'
  | 'send'
  | 'answer'
  | 'ask'
  | 'answered'
  | 'recorded';

/** The clocks of a host. */
export interface HostClock {
  /** Wall clock minus the true time, milliseconds. */
  readonly offset: number;
  /** How much faster than true time both clocks are, for example 0.0001. */
  readonly drift: number;
}

const TRUE_CLOCK: HostClock = { offset: 0, drift: 0 };

export interface Machine {
  readonly clock: Clock;
  readonly alive: boolean;
  /** Resolves when the process dies. */
  readonly death: Promise<void>;
  /** Counts a moment. The process can die or freeze at it. */
  moment(kind: Moment): void;
  /** Counts a moment, then waits until the freeze ends, or forever after the death. */
  gate(kind: Moment): Promise<void>;
  /** Somebody sets the wall clock to the time that the host usually has. */
  setClock(): void;
  /** Ends the process. None of its work continues. */
  stop(): void;
}

/** Creates the machine of one process. @param onDeath called in the tick of the death @param host its clocks */
export function createMachine(
  time: VirtualClock,
  script: ProcessScript,
  watcher: Watcher,
  onDeath: () => void,
  { offset, drift }: HostClock = TRUE_CLOCK,
): Machine {
  let alive = true;
  let moments = 0;
  const momentsOf = new Map<Moment, number>();
  let wallOffset = offset;
  /** Time that the monotonic clock has missed, and the present sleep of the machine. */
  let slept = 0;
  let sleep: { readonly from: number; until: number } | null = null;
  let frozenUntil = Number.NEGATIVE_INFINITY;
  let resolveDeath: () => void = () => {};
  const death = new Promise<void>((resolve) => {
    resolveDeath = resolve;
  });
  // The clock stops while the machine sleeps.
  const monotonic = () => {
    const now = time.monotonic();
    if (sleep !== null && now >= sleep.until) {
      slept += sleep.until - sleep.from;
      sleep = null;
    }
    return ((sleep?.from ?? now) - slept) * (1 + drift);
  };

  const moment = (kind: Moment): void => {
    if (!alive) return;
    moments += 1;
    momentsOf.set(kind, (momentsOf.get(kind) ?? 0) + 1);
    for (const freeze of script.freezes) {
      const reached = freeze.kind === undefined ? moments : freeze.kind === kind ? momentsOf.get(kind) : null;
      if (freeze.moment !== reached) continue;
      frozenUntil = time.monotonic() + freeze.ms;
      if (freeze.asleep) {
        monotonic();
        sleep ??= { from: time.monotonic(), until: frozenUntil };
        sleep.until = Math.max(sleep.until, frozenUntil);
      }
      watcher.recordEvent(
        freeze.asleep ? 'machine asleep' : 'process frozen',
        `for ${freeze.ms} ms at ${kind}`,
      );
    }
    if (script.dies?.moment !== moments) return;
    alive = false;
    watcher.recordEvent(`died at ${kind}`, `moment ${moments}`);
    onDeath();
    resolveDeath();
  };
  const gate = async (kind: Moment): Promise<void> => {
    moment(kind);
    for (;;) {
      if (!alive) await new Promise<never>(() => {});
      const left = frozenUntil - time.monotonic();
      if (left <= 0) return;
      // At least a microsecond: a shorter rounding rest would not advance the time.
      await time.sleep(Math.max(1e-3, left));
    }
  };
  for (const { at, by } of script.jumps)
    void time.sleep(at).then(() => {
      if (!alive) return;
      wallOffset += by;
      watcher.recordEvent('clock jumped', `by ${by} ms`);
    });

  return {
    clock: {
      now: () => time.now() + wallOffset + time.monotonic() * drift,
      monotonic,
      async sleep(ms, signal) {
        const due = monotonic() + ms;
        // At least a microsecond: a shorter rounding rest would not advance the time.
        for (let left = Math.max(0, ms); ; left = Math.max(1e-3, due - monotonic())) {
          await time.sleep(left / (1 + drift), signal);
          await gate('wake');
          if (signal?.aborted || monotonic() >= due) return;
        }
      },
    },
    get alive() {
      return alive;
    },
    death,
    moment,
    gate,
    setClock() {
      wallOffset = offset - time.monotonic() * drift;
    },
    stop() {
      alive = false;
    },
  };
}
