/** Slow start: a wave starts with one resize, and the bound doubles as resizes are verified. */
import type { Outcome, SavedPlan, Step } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import type { Control } from '../control/control.ts';

/** How many resizes may be in flight after some verified steps. 0 verified: 1; 1: 2; 3: 4; 7: 8. */
export function slowStartBound(verified: number): number {
  return 2 ** Math.floor(Math.log2(verified + 1));
}

export type SlowStart = ReturnType<typeof createSlowStart>;

/** Creates the bound on in-flight slots while a wave starts slowly. */
export function createSlowStart(saved: SavedPlan, journal: JournalWriter, control: Control) {
  let current: number | null = null;
  let verified = 0;
  return {
    /** Starts or continues a wave. The count comes from the journal, so that a restart keeps it. */
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
