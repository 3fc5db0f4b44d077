/** Judges `haltWhen` as a run goes on: counts of ended steps by wave and run, held against the plan's thresholds. */
import type { Outcome, SavedPlan, Step, Threshold } from '../../model.ts';
import { reached } from '../../plan/parse/quantity.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import { formatHalt } from '../decide/after-refusal.ts';

export type Tally = ReturnType<typeof createTally>;

/** Starts from what the journal tells: a restart after a crash does not begin the count anew. */
export function createTally(saved: SavedPlan, journal: JournalWriter) {
  const { failed, unknown } = saved.execution.haltWhen;
  const ofWaves = saved.waves.map(({ haltWhen }) => haltWhen);
  const sizes = saved.waves.map(({ steps }) => steps.length);
  const perWave = saved.waves.map(() => ({ failed: 0, unknown: 0 }));
  const perRun = { failed: 0, unknown: 0 };
  let halted: string | null = null;
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
    const base = threshold.base === 'count' ? '' : `% of ${threshold.base}`;
    halted = formatHalt(
      `haltWhen ${name}${own === null ? '' : ` of wave ${saved.waves[wave]!.name}`}: "${threshold.operator} ${threshold.value}${base}" is reached with ${count}`,
      name === 'unknown'
        ? 'refit reconcile RUN tells by reading what came of them; then apply again: it goes on with the rest'
        : 'see in the report what came of them, then apply again: it goes on with the rest',
    );
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
    /** Why the run must halt, in one sentence; null while it may go on. */
    verdict: () => halted,
  };
}
