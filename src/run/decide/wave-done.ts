/** When a wave was done, by the clock of this machine. Another host with another clock may have recorded it. Pure. */
import type { RunState } from '../../model.ts';
import { SECOND } from '../../units.ts';

/** Two clocks count as the same within this time, ms: Refit knows the provider's clock to within 1.5 seconds. */
const SAME_CLOCK = 3 * SECOND;

/** One moment by the wall clock of this machine and by the provider's, ms since 1970 UTC. */
export interface TwoClocks {
  readonly wall: number;
  readonly provider: number;
}

/**
 * When the wave was done, ms since 1970 UTC by the wall clock of `now`. That is its last entry, or the later end of a step
 * that was unknown. A step that is read again and stays unknown counts from its first end. Otherwise it would hold the wave
 * forever if the windows are shorter than the soak.
 *
 * A clock that is four minutes ahead would end a soak four minutes early. So a time of another clock is moved by the
 * provider's clock, which both hosts know.
 * @returns null if nothing of the wave is done.
 */
export function waveDoneAt(
  state: Pick<RunState, 'steps' | 'waveEndedAt' | 'waveEndedProviderAt'>,
  wave: number,
  steps: readonly string[],
  now: TwoClocks,
): number | null {
  const moments = steps.flatMap((id) => {
    const step = state.steps.get(id);
    if (!step?.endedAt) return [];
    const shift = shiftOf(step.endedAt, step.endedProviderAt, now);
    return [Date.parse(step.unknownSince ?? step.endedAt) + shift];
  });
  const ended = state.waveEndedAt.get(wave);
  if (ended !== undefined)
    moments.push(Date.parse(ended) + shiftOf(ended, state.waveEndedProviderAt.get(wave) ?? null, now));
  return moments.length === 0 ? null : moments.reduce((a, b) => Math.max(a, b));
}

/** How much the clock of this machine is ahead of the one that recorded a moment, ms; 0 if it is the same. */
function shiftOf(at: string, providerAt: string | null, { wall, provider }: TwoClocks): number {
  // Without the provider's time, the fold takes the recorded one.
  if (providerAt === null || providerAt === at) return 0;
  const shift = wall - provider - (Date.parse(at) - Date.parse(providerAt));
  return Math.abs(shift) <= SAME_CLOCK ? 0 : shift;
}
