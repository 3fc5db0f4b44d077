/** Slow start: a wave begins with one resize at once, and twice as many may be under way when as many were verified. */
import type { Outcome, SavedPlan, Step } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import type { Control } from '../control/control.ts';

/** How many resizes may be under way when so many steps of the wave are verified: 1, 2 from 1 on, 4 from 3 on, 8 from 7 on. */
export function slowStartBound(verified: number): number {
  return 2 ** Math.floor(Math.log2(verified + 1));
}

export type SlowStart = ReturnType<typeof createSlowStart>;

/** Takes the plan and gives what bounds the places of a run while a wave starts slowly. */
export function createSlowStart(saved: SavedPlan, journal: JournalWriter, control: Control) {
  let current: number | null = null;
  let verified = 0;
  return {
    /** A wave begins, or goes on: from what the journal tells, so that a restart does not begin it anew. */
    begin(wave: number): void {
      const { slowStart = saved.execution.slowStart ?? false, steps } = saved.waves[wave]!;
      current = slowStart ? wave : null;
      verified = steps.filter((id) => journal.replay.step(id).outcome === 'verified').length;
      control.slowStart(slowStart ? slowStartBound(verified) : null);
    },
    /** Counts the end of a step. */
    ended(step: Step, outcome: Outcome): void {
      if (step.wave !== current || outcome !== 'verified') return;
      verified += 1;
      control.slowStart(slowStartBound(verified));
    },
  };
}
