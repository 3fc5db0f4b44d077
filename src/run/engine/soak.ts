/**
 * The soak time after a wave: the next one begins when it is over. Counted from when the wave was settled, as the
 * journal tells it, so that a restart does not begin it anew.
 */
import type { RunState } from '../../model.ts';
import { soakOf } from '../../plan/waves/waves.ts';
import { MINUTE } from '../waits.ts';
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
  const { saved, journal, clock, waits, leave } = run;
  const soak = soakOf(saved.waves, wave);
  const since = soak === 0 ? null : settledAt(journal.replay.state(), wave, saved.waves[wave]!.steps);
  if (since === null) return;
  // No longer than the soak in this process, however the wall clock is set meanwhile.
  const until = clock.monotonic() + Math.min(soak, since + soak - clock.now());
  const left = () => Math.min(until - clock.monotonic(), since + soak - clock.now());
  waits.ofRun({ name: 'soak', since, limit: soak });
  // Looked at again each minute: finishBy may be reached meanwhile.
  while (left() > 0 && run.goesOn())
    await clock.sleep(Math.min(left(), MINUTE), AbortSignal.any([run.stopped, leave]));
  waits.ofRun(null);
}
