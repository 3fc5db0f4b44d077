/** A sentence for each entry of a journal that says something of how a run goes. */
import { unreachable } from '../../errors.ts';
import { formatOperator } from '../../journal/fold-run.ts';
import type { Replay } from '../../journal/replay.ts';
import { isLimitCode, type JournalEntry, type SavedPlan, type Step } from '../../model.ts';
import { isTailLockCode } from '../../operations/read-run.ts';
import { soakOf } from '../../plan/waves/waves.ts';
import { escapeControls } from '../../report/document/escape.ts';
import { OUTCOME_SIGNS } from '../../report/document/ink.ts';
import { change, counted, duration, hours, takenOver } from '../../report/quantities.ts';

/** By their ids. */
type Steps = ReadonlyMap<string, Step>;
type Entry<Kind extends JournalEntry['kind']> = Extract<JournalEntry, { kind: Kind }>;

/** One visible line for what an entry says, or null for what only counts. */
export function lineOf(entry: JournalEntry, saved: SavedPlan, steps: Steps): string | null {
  switch (entry.kind) {
    case 'run-started':
      return startedLine(entry, saved);
    case 'approved':
      if (entry.how !== 'signatures') return null;
      return `${entry.wave === null ? 'the plan' : `wave ${escapeControls(saved.waves[entry.wave]?.name ?? '')}`} is approved by ${escapeControls(entry.by)}`;
    case 'approval-awaited':
      return `waits for approval until ${entry.until}: ${escapeControls(entry.message)}`;
    case 'lock-taken-over':
      return escapeControls(takenOver([entry.from]));
    case 'wave-started':
      return `${waveOf(entry, saved)} begins: ${counted(saved.waves[entry.wave]?.steps.length ?? 0, 'step')}`;
    case 'wave-ended': {
      const soak = soakOf(saved.waves, entry.wave);
      return `${waveOf(entry, saved)} is settled${soak > 0 ? `; it soaks for ${duration(soak)}` : ''}`;
    }
    case 'gate':
      return `gate after wave ${escapeControls(entry.name)}: ${entry.judge} ${entry.outcome}${entry.shadow ? ' (shadow)' : ''}, ${escapeControls(entry.message)}${entry.next === 'pause' ? '; paused until somebody tells it to continue' : ''}`;
    case 'steered':
      return `${escapeControls(formatOperator(entry.by))}: ${entry.command}${entry.value === null ? '' : ` ${entry.value}`} ${entry.accepted ? 'accepted' : 'refused'}, ${escapeControls(entry.message)}`;
    case 'told':
      return entry.ok
        ? null
        : `${escapeControls(entry.to)} was not told (${entry.event}): ${escapeControls(entry.message)}`;
    case 'stopping':
      return `stopping (${entry.because}): ${escapeControls(entry.message)}`;
    case 'refused':
      if (isLimitCode(entry.code)) return null;
      return `${entry.step}: refused, ${escapeControls(entry.code)} (${entry.next})`;
    case 'no-answer':
      return `${entry.step}: no answer (${escapeControls(entry.reason)}); it is settled by reading`;
    case 'settled':
      return `${entry.step}: ${entry.executed ? 'had landed' : 'had not landed'}, ${escapeControls(entry.evidence)}`;
    case 'deferred':
      return `${stepOf(entry, steps)}: accepted, waits for its window ${hours(entry.window)}`;
    case 'began':
      return entry.warning === null ? null : `${stepOf(entry, steps)}: ${escapeControls(entry.warning)}`;
    case 'step-ended':
      return `${OUTCOME_SIGNS[entry.outcome][0]} ${stepOf(entry, steps)}${entry.outcome === 'verified' ? '' : `: ${entry.outcome}, ${escapeControls(entry.message)}`}`;
    case 'caller':
    case 'looked':
    case 'intent':
    case 'not-sent':
    case 'accepted':
    case 'billed':
    case 'calls':
    case 'run-ended':
      return null;
    default:
      return unreachable(entry);
  }
}

/** What goes as it should: counted, and told line by line only where asked for. @param replay has taken in the entry. */
export function isRoutine(entry: JournalEntry, steps: Steps, replay: Replay): boolean {
  if (entry.kind === 'deferred' || (entry.kind === 'step-ended' && entry.outcome === 'verified')) return true;
  // The tail lock between two steps of one instance is waited out by trying: nothing that anybody need know of.
  if (entry.kind !== 'refused' && (entry.kind !== 'settled' || entry.executed)) return false;
  const code = entry.kind === 'refused' ? entry.code : replay.step(entry.step).code;
  return code !== null && isTailLockCode(code) && steps.get(entry.step)?.needs !== null;
}

function startedLine(
  { purpose, resumed, plan, digest, cutOff }: Entry<'run-started'>,
  { steps }: SavedPlan,
): string {
  const doing = purpose === 'reconcile' ? 'reconciling' : resumed ? 'going on with' : 'carrying out';
  const torn = cutOff > 0 ? `; a torn entry of ${cutOff} bytes was cut off` : '';
  return `${doing} ${escapeControls(plan)} (${digest.slice(0, 8)}), ${steps.length} steps${torn}`;
}

function waveOf({ wave, name }: Entry<'wave-started' | 'wave-ended'>, { waves }: SavedPlan): string {
  return `wave ${wave + 1} of ${waves.length} (${escapeControls(name)})`;
}

function stepOf({ step: id }: { readonly step: string }, steps: Steps): string {
  const step = steps.get(id);
  return step ? `${step.instance}  ${escapeControls(change(step.change, step.after, step.nodes))}` : id;
}
