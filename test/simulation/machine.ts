/**
 * The machine that one process runs on: its clocks, its freezes and its death. All that a process waits for comes
 * through here, so that it can be stopped between any two awaits: a dead one is never woken, a frozen one late.
 */
import type { Clock, VirtualClock } from '../../src/clock.ts';
import type { Life } from './scenario.ts';
import type { Watcher } from './watcher.ts';

/** A dealing of a process with the outside. */
export type Moment = 'wake' | 'write' | 'durable' | 'send' | 'answer';

export interface Machine {
  readonly clock: Clock;
  readonly alive: boolean;
  /** Resolves when the process dies. */
  readonly death: Promise<void>;
  /** Counts a dealing with the outside; the process may die or freeze of it. */
  moment(what: Moment): void;
  /** What came from outside is handed in: now, once the freeze is over, or never. */
  gate(what: Moment): Promise<void>;
  /** The process has ended by itself: nothing of it goes on. */
  stop(): void;
}

/** Starts a machine for one life. @param onDeath told in the tick of the death. */
export function startMachine(time: VirtualClock, life: Life, watcher: Watcher, onDeath: () => void): Machine {
  let alive = true;
  let moments = 0;
  let wallOffset = 0;
  /** What the monotonic clock has missed, and the sleep that goes on. */
  let slept = 0;
  let sleep: { readonly from: number; until: number } | null = null;
  let frozenUntil = Number.NEGATIVE_INFINITY;
  let resolveDeath: () => void = () => {};
  const death = new Promise<void>((resolve) => {
    resolveDeath = resolve;
  });
  // It stands still while the machine sleeps.
  const monotonic = () => {
    const now = time.monotonic();
    if (sleep !== null && now >= sleep.until) {
      slept += sleep.until - sleep.from;
      sleep = null;
    }
    return (sleep?.from ?? now) - slept;
  };

  const moment = (what: Moment): void => {
    if (!alive) return;
    moments += 1;
    for (const freeze of life.freezes) {
      if (freeze.moment !== moments) continue;
      frozenUntil = time.monotonic() + freeze.ms;
      if (freeze.asleep) {
        monotonic();
        sleep ??= { from: time.monotonic(), until: frozenUntil };
        sleep.until = Math.max(sleep.until, frozenUntil);
      }
      watcher.befell(freeze.asleep ? 'machine asleep' : 'process frozen', `for ${freeze.ms} ms at a ${what}`);
    }
    if (life.dies?.moment !== moments) return;
    alive = false;
    watcher.befell(`died at a ${what}`, `moment ${moments}`);
    onDeath();
    resolveDeath();
  };
  const gate = async (what: Moment): Promise<void> => {
    moment(what);
    for (;;) {
      if (!alive) await new Promise<never>(() => {});
      const left = frozenUntil - time.monotonic();
      if (left <= 0) return;
      // Never less than a microsecond: what is left by rounding would not move time at all.
      await time.sleep(Math.max(1e-3, left));
    }
  };
  for (const { at, by } of life.jumps)
    void time.sleep(at).then(() => {
      if (!alive) return;
      wallOffset += by;
      watcher.befell('clock jumped', `by ${by} ms`);
    });

  return {
    clock: {
      now: () => time.now() + wallOffset,
      monotonic,
      async sleep(ms, signal) {
        const due = monotonic() + ms;
        // Never less than a microsecond: what is left by rounding would not move time at all.
        for (let left = Math.max(0, ms); ; left = Math.max(1e-3, due - monotonic())) {
          await time.sleep(left, signal);
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
    stop() {
      alive = false;
    },
  };
}
