/** The lines that show a person the events of a run. */
import { given } from '../../given.ts';
import { describeRunEvent, describeStepEvent, waveOf } from '../../journal/describe-event.ts';
import type { Replay } from '../../journal/replay.ts';
import { change as formatChange } from '../../messages/en/quantities.ts';
import { message, textOf } from '../../messages/messages.ts';
import { isLimitCode, type JournalEntry, type Message, type SavedPlan, type Step } from '../../model.ts';
import { soakOf } from '../../plan/waves/waves.ts';
import { escapeControls } from '../../report/document/escape.ts';
import { OUTCOME_SIGNS } from '../../report/document/ink.ts';
import { isTailLockCode } from '../runs/read-run.ts';
import type { PictureEvent } from './run-picture.ts';

/** By their ids. */
type Steps = ReadonlyMap<string, Step>;

/** One line for an entry, with control characters escaped; null: Refit only counts it. */
export function lineOf(entry: JournalEntry, saved: SavedPlan, steps: Steps): string | null {
  const text = messageOf(entry, saved, steps);
  if (text === null) return null;
  if (entry.kind !== 'step-ended') return escapeControls(textOf(text));
  const { outcome } = entry;
  return `${OUTCOME_SIGNS[outcome][0]} ${escapeControls(outcome === 'verified' ? nameOf(entry, steps) : textOf(text))}`;
}

/** The event as a message; null: Refit only counts it, or its line has no sentence. */
export function messageOf(entry: JournalEntry, saved: SavedPlan, steps: Steps): Message | null {
  switch (entry.kind) {
    case 'run-started': {
      const text = describeRunEvent(entry, saved);
      return text && { ...text, params: { ...text.params, by: null } };
    }
    case 'wave-ended': {
      const soak = soakOf(saved.waves, entry.wave);
      if (soak === 0) return describeRunEvent(entry, saved);
      return message('event.wave-soaks', { ...waveOf(entry, saved), soak });
    }
    case 'lock-taken-over': {
      const { pid, host, purpose } = entry.from;
      return message('event.lock-taken-over', { pid, host, purpose });
    }
    case 'refused':
      return isLimitCode(entry.code) ? null : describeStepEvent(entry, entry.step);
    case 'no-answer':
    case 'resolved':
      return describeStepEvent(entry, entry.step);
    case 'deferred':
    case 'began':
    case 'step-ended':
      return describeStepEvent(entry, nameOf(entry, steps));
    case 'instance-read':
    case 'intent':
    case 'not-sent':
    case 'accepted':
    case 'billed':
    case 'run-ended':
      return null;
    default:
      return describeRunEvent(entry, saved);
  }
}

/** True for an expected event: `-v` prints its line. @param replay has taken the entry. */
export function isRoutine(entry: JournalEntry, steps: Steps, replay: Replay): boolean {
  if (entry.kind === 'deferred' || (entry.kind === 'step-ended' && entry.outcome === 'verified')) return true;
  // Refit waits out the tail lock between two steps of one instance by ordering again. People need not act on it.
  if (entry.kind !== 'refused' && (entry.kind !== 'resolved' || entry.executed)) return false;
  const code = entry.kind === 'refused' ? entry.code : replay.step(entry.step).code;
  return code !== null && isTailLockCode(code) && steps.get(entry.step)?.needs !== null;
}

/** The step whose change the message of an entry names; null: it names none. */
export function namedStep(entry: JournalEntry, steps: Steps): PictureEvent['step'] {
  if (entry.kind !== 'deferred' && entry.kind !== 'began' && entry.kind !== 'step-ended') return null;
  const step = steps.get(entry.step);
  if (step === undefined) return null;
  const { instance, change, after, nodes } = step;
  return { instance, change, after, ...given({ nodes }) };
}

/** The instance with its change: `crs-1  memoryPerShard 4GB -> 8GB`. */
function nameOf({ step: id }: { readonly step: string }, steps: Steps): string {
  const step = steps.get(id);
  return step ? `${step.instance}  ${formatChange(step.change, step.after, step.nodes)}` : id;
}
