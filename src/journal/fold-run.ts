/** Folds the entries about a whole run: process starts and ends, waves, gates and control commands. */
import { unreachable } from '../errors.ts';
import { message } from '../messages/messages.ts';
import type { EntryOf, Operator } from '../model.ts';
import { AS_PLANNED, type Folding } from './folding.ts';

export function foldStart(run: Folding, { at, purpose, unattended }: EntryOf<'run-started'>): void {
  const isLeftOpen = run.startedAt !== null && run.endedAt === null;
  const keeps = run.resting !== null || (unattended === true && isLeftOpen);
  reopenUnknown(run);
  // A reconcile starts nothing, so the reason to stop stays as it was.
  if (purpose === undefined) {
    if (!keeps || !staysStopped(run)) {
      acknowledgeHalt(run);
      run.stopping = null;
    }
    run.resting = null;
  }
  run.startedAt ??= at;
  run.endedAt = null;
  run.endedBecause = null;
  run.exitCode = null;
  if (!keeps) {
    run.control = AS_PLANNED;
    run.gatesJudged.clear();
  }
  run.handedOver = null;
  run.stopCommanded = false;
  run.starts += 1;
}

/** True if only a person may continue the run after its reason to stop. The next process judges other reasons again. */
function staysStopped({ stopping }: Folding): boolean {
  return stopping?.because === 'halted' || stopping?.because === 'drained';
}

export function foldRest(run: Folding, { until, wakesOn, reason }: EntryOf<'rested'>): void {
  run.resting = { until, wakesOn, reason };
}

export function foldEnd(run: Folding, { at, because, exitCode }: EntryOf<'run-ended'>): void {
  run.endedAt = at;
  run.endedBecause = because;
  run.standsHalted ||= because === 'halted';
  run.exitCode = exitCode;
}

export function foldWave(run: Folding, entry: EntryOf<'wave-started' | 'wave-ended'>): void {
  const { wave, at } = entry;
  const waves = entry.kind === 'wave-started' ? run.wavesStarted : run.wavesEnded;
  if (!waves.includes(wave)) waves.push(wave);
  if (entry.kind === 'wave-started') return;
  run.waveEndedAt.set(wave, at);
  if (entry.providerAt !== undefined) run.waveEndedProviderAt.set(wave, entry.providerAt);
}

/** Each process resolves the unknown steps again. */
function reopenUnknown(run: Folding): void {
  for (const [id, step] of run.steps) {
    if (step.phase !== 'ended' || step.outcome !== 'unknown') continue;
    if (run.standsHalted) run.acknowledged.add(id);
    const phase = step.acceptedAt === null ? 'unanswered' : 'following';
    run.steps.set(id, { ...step, phase, endedAt: null });
  }
}

/** Any open step of an adopted run may have an order that the journal lacks. Reading resolves each. */
export function foldAdoption(run: Folding, { since, providerAt }: EntryOf<'adopted'>): void {
  for (const [id, step] of run.steps) {
    if (step.phase === 'ended' || step.phase === 'following') continue;
    run.steps.set(id, {
      ...step,
      phase: 'unanswered',
      outcome: 'unknown',
      unresolved: step.unresolved + 1,
      hiddenOrder: { since, providerAt },
      message: message('run.adopted'),
    });
  }
}

/** Records that an operator resumed the run after its halt: the same reason does not halt it again. */
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

/** A command to the live run. One that was rejected changes nothing. */
export function foldCommand(
  run: Folding,
  { command, value, by, at, accepted }: EntryOf<'control-command'>,
): void {
  if (!accepted) return;
  switch (command) {
    case 'pause':
      run.control = { ...run.control, paused: { since: at, by: formatOperator(by) } };
      return;
    case 'continue':
      run.control = { ...run.control, paused: null };
      for (const { wave, next } of run.gates.values()) if (next === 'pause') run.gatesReleased.add(wave);
      return;
    case 'set inFlight':
      run.control = { ...run.control, inFlight: value };
      return;
    case 'set requestsPerSecond':
      run.control = { ...run.control, requestsPerSecond: value };
      return;
    case 'drain':
    case 'abort':
      run.stopCommanded = true;
      return;
    default:
      return unreachable(command);
  }
}

/** Records a judgement of a gate. An inconclusive one pauses the run, unless it is already paused. */
export function foldGate(run: Folding, entry: EntryOf<'gate'>): void {
  const key = `${entry.wave} ${entry.judge}`;
  run.gates.set(key, entry);
  if (entry.next !== 'halt') run.gatesJudged.add(key);
  if (entry.next !== 'pause' || run.control.paused !== null) return;
  run.control = { ...run.control, paused: { since: entry.at, by: formatGate(entry.name) } };
}

/** The name of an operator: `dba@host`. */
export function formatOperator({ user, host }: Operator): string {
  return `${user}@${host}`;
}

/** Names the gate after a wave. */
export function formatGate(wave: string): string {
  return `the gate after wave ${wave}`;
}
