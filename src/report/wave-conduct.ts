/** How a wave goes on, in one line of words: what a reviewer must know beside its steps. */
import type { SavedPlan, Wave } from '../model.ts';
import { duration } from './quantities.ts';

/** `starts with 1 at once, doubling; then soaks for 30m`; empty where the wave is an ordinary one. */
export function conductInWords(plan: Pick<SavedPlan, 'execution' | 'waves'>, wave: Wave): string {
  const parts = [
    (wave.slowStart ?? plan.execution.slowStart)
      ? 'starts with 1 at once and doubles as steps are verified'
      : '',
    wave.soak !== undefined && wave !== plan.waves.at(-1) ? `then soaks for ${duration(wave.soak)}` : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** Each wave that has something to say, with it: for reviews that list no steps under their waves. */
export function conductOfWaves(plan: Pick<SavedPlan, 'execution' | 'waves'>): string[] {
  return plan.waves.flatMap((wave) => {
    const words = conductInWords(plan, wave);
    return words === '' ? [] : [`${wave.name} ${words}`];
  });
}
