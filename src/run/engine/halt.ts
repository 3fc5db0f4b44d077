/** Judges `haltWhen` during a run: compares the counts of ended steps with the plan's thresholds. */
import { message } from '../../messages/messages.ts';
import type { Message, Outcome, SavedPlan, Step, Threshold } from '../../model.ts';
import { reached } from '../../plan/parse/quantity.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';

export type Tally = ReturnType<typeof createTally>;

/** Creates the counts from the journal: a restart after a crash keeps them. */
export function createTally(saved: SavedPlan, journal: JournalWriter) {
  const { failed, unknown } = saved.execution.haltWhen;
  const ofWaves = saved.waves.map(({ haltWhen }) => haltWhen);
  const sizes = saved.waves.map(({ steps }) => steps.length);
  const perWave = saved.waves.map(() => ({ failed: 0, unknown: 0 }));
  const perRun = { failed: 0, unknown: 0 };
  let halted: Message | null = null;
  const { acknowledged } = journal.replay.state();

  const judge = (
    threshold: Threshold | null,
    name: 'failed' | 'unknown',
    wave: number,
    own: 'of the wave' | null = null,
  ): void => {
    if (!threshold || halted !== null) return;
    const count = own !== null || threshold.base === 'wave' ? perWave[wave]![name] : perRun[name];
    const bases = { inventory: saved.inventory.instances, wave: sizes[wave]!, run: saved.steps.length };
    if (!reached(threshold, count, bases)) return;
    const ofWave = own === null ? null : saved.waves[wave]!.name;
    halted = message('halt.threshold', { counts: name, wave: ofWave, threshold, counted: count });
  };
  /** Counts the end of a step. */
  const add = (step: Step, outcome: Outcome): void => {
    const name =
      outcome === 'failed' || outcome === 'refused' ? 'failed' : outcome === 'unknown' ? 'unknown' : null;
    if (name === null || acknowledged.has(step.id)) return;
    perWave[step.wave]![name] += 1;
    perRun[name] += 1;
    judge(ofWaves[step.wave]?.[name] ?? null, name, step.wave, 'of the wave');
    judge(name === 'failed' ? failed : unknown, name, step.wave);
  };
  for (const step of saved.steps) {
    const { phase, outcome } = journal.replay.step(step.id);
    if (phase === 'ended') add(step, outcome);
  }
  return {
    add,
    /** Why the run must halt; null: it may continue. */
    verdict: () => halted,
  };
}
