/** How a run stands after a process has started or ended it, and after its waves. */
import type { EntryOf } from '../model.ts';
import { AS_PLANNED, type Folding } from './folding.ts';

export function foldStart(run: Folding, { at, purpose }: EntryOf<'run-started'>): void {
  reopenUnknown(run);
  // A reconcile starts nothing: why nothing was started any more stands as it did.
  if (purpose === undefined) {
    acknowledgeHalt(run);
    run.stopping = null;
  }
  run.startedAt ??= at;
  run.endedAt = null;
  run.endedBecause = null;
  run.exitCode = null;
  run.steered = AS_PLANNED;
  run.toldToStop = false;
  run.starts += 1;
}

export function foldEnd(run: Folding, { at, because, exitCode }: EntryOf<'run-ended'>): void {
  run.endedAt = at;
  run.endedBecause = because;
  run.standsHalted ||= because === 'halted';
  run.exitCode = exitCode;
}

export function foldWave(run: Folding, { kind, wave, at }: EntryOf<'wave-started' | 'wave-ended'>): void {
  const waves = kind === 'wave-started' ? run.wavesStarted : run.wavesEnded;
  if (!waves.includes(wave)) waves.push(wave);
  if (kind === 'wave-ended') run.waveEndedAt.set(wave, at);
}

/** Each process resolves the unknown steps again. */
function reopenUnknown(run: Folding): void {
  for (const [id, step] of run.steps) {
    if (step.phase !== 'ended' || step.outcome !== 'unknown') continue;
    if (run.standsHalted) run.acknowledged.add(id);
    const phase = step.acceptedAt === null ? 'unanswered' : 'settling';
    run.steps.set(id, { ...step, phase, endedAt: null });
  }
}

/** Whoever resumes a run to continue it has seen why it halted: that does not halt it twice. */
function acknowledgeHalt(run: Folding): void {
  for (const [id, step] of run.steps) {
    if (step.phase !== 'ended') continue;
    if (run.haltingRefusals.has(id)) {
      run.steps.set(id, { ...step, phase: 'waiting', outcome: 'not-run', endedAt: null });
    } else if (run.standsHalted && (step.outcome === 'failed' || step.outcome === 'refused')) {
      run.acknowledged.add(id);
    }
  }
  run.haltingRefusals.clear();
  for (const [key, { next }] of run.gates)
    if (run.endedBecause === 'halted' && next === 'halt') run.gatesAcknowledged.add(key);
  run.standsHalted = false;
}
