/**
 * The soak time after a wave: the next one begins when it is over. Counted from when the wave was settled, as the
 * journal tells it, so that a restart does not begin it anew.
 */
import type { RunState } from '../../model.ts';
import { soakOf } from '../../plan/waves/waves.ts';
import { waitUntil } from './may-start.ts';
import type { Run } from './run.ts';

/**
 * When the wave was settled: its entry, or a step that was settled later because it had been unknown. A step that is
 * read again and still unknown was settled when that was first told: it would else hold the wave for ever where the
 * windows are shorter than the soak.
 */
export function settledAt(state: RunState, wave: number, steps: readonly string[]): number | null {
  const ends = steps.map((id) => {
    const step = state.steps.get(id);
    return step?.unknownSince ?? step?.endedAt;
  });
  const moments = [state.waveEndedAt.get(wave), ...ends].flatMap((at) => (at ? [Date.parse(at)] : []));
  return moments.length === 0 ? null : moments.reduce((a, b) => Math.max(a, b));
}

/**
 * Waits until the soak time after this wave is over, or nothing new may start. A pause does not lengthen it.
 * @returns at once where the wave has none.
 */
export async function soakAfter(run: Run, wave: number): Promise<void> {
  const { saved, journal, waits } = run;
  const soak = soakOf(saved.waves, wave);
  const since = soak === 0 ? null : settledAt(journal.replay.state(), wave, saved.waves[wave]!.steps);
  if (since === null) return;
  waits.ofRun({ name: 'soak', since, limit: soak });
  await waitUntil(run, since + soak, soak);
  waits.ofRun(null);
}
