/** A sentence for each entry of a journal that says something of how a run goes. */

import { saySteerer } from '../../journal/fold-control.ts';
import type { Replay } from '../../journal/replay.ts';
import { isLimitCode, type JournalEntry, type SavedPlan } from '../../model.ts';
import { soakOf } from '../../plan/waves/waves.ts';
import { visible } from '../../report/document/escape.ts';
import { OUTCOME_SIGNS } from '../../report/document/ink.ts';
import { change, counted, duration, hours, takenOver } from '../../report/quantities.ts';
import { isTailLockCode } from '../../run/decide/after-refusal.ts';

export interface EntryTeller {
  /** One visible line for what an entry says, or null for what only counts. */
  line(entry: JournalEntry): string | null;
  /** What goes as it should: counted, and told line by line only where asked for. */
  isPassing(entry: JournalEntry): boolean;
}

/** @param replay has taken in what came before, and the entry itself. */
export function tellEntries(saved: SavedPlan, replay: Replay): EntryTeller {
  const steps = new Map(saved.steps.map((step) => [step.id, step]));
  const describe = (id: string) => {
    const step = steps.get(id);
    return step ? `${step.instance}  ${visible(change(step.change, step.after, step.nodes))}` : id;
  };
  const soakIn = (index: number) => soakOf(saved.waves, index);
  /** The tail lock between two steps of one instance, which is waited out by trying: nothing that anybody need know of. */
  const isTailLock = (entry: JournalEntry): boolean => {
    const code =
      entry.kind === 'refused'
        ? entry.code
        : entry.kind === 'settled' && !entry.landed
          ? replay.step(entry.step).code
          : null;
    return code !== null && isTailLockCode(code) && 'step' in entry && steps.get(entry.step)?.needs !== null;
  };
  const line = (entry: JournalEntry): string | null => {
    switch (entry.kind) {
      case 'run-started':
        return `${entry.purpose === 'reconcile' ? 'reconciling' : entry.resumed ? 'going on with' : 'carrying out'} ${visible(entry.plan)} (${entry.digest.slice(0, 8)}), ${saved.steps.length} steps${entry.cutOff > 0 ? `; a torn entry of ${entry.cutOff} bytes was cut off` : ''}`;
      case 'approved':
        return entry.how === 'signatures'
          ? `${entry.wave === null ? 'the plan' : `wave ${visible(saved.waves[entry.wave]?.name ?? '')}`} is approved by ${visible(entry.by)}`
          : null;
      case 'approval-awaited':
        return `waits for approval until ${entry.until}: ${visible(entry.what)}`;
      case 'lock-taken-over':
        return visible(takenOver([entry.from]));
      case 'wave-started':
        return `wave ${entry.wave + 1} of ${saved.waves.length} (${visible(entry.name)}) begins: ${counted(saved.waves[entry.wave]?.steps.length ?? 0, 'step')}`;
      case 'wave-ended':
        return `wave ${entry.wave + 1} of ${saved.waves.length} (${visible(entry.name)}) is settled${soakIn(entry.wave) > 0 ? `; it soaks for ${duration(soakIn(entry.wave))}` : ''}`;
      case 'gate':
        return `gate after wave ${visible(entry.name)}: ${entry.judge} ${entry.outcome}${entry.shadow ? ' (shadow)' : ''}, ${visible(entry.what)}${entry.next === 'pause' ? '; paused until somebody tells it to continue' : ''}`;
      case 'steered':
        return `${visible(saySteerer(entry.by))}: ${entry.command}${entry.value === null ? '' : ` ${entry.value}`} ${entry.accepted ? 'accepted' : 'refused'}, ${visible(entry.what)}`;
      case 'told':
        return entry.ok ? null : `${visible(entry.to)} was not told (${entry.event}): ${visible(entry.what)}`;
      case 'stopping':
        return `stopping (${entry.because}): ${visible(entry.what)}`;
      case 'refused':
        return isLimitCode(entry.code)
          ? null
          : `${entry.step}: refused, ${visible(entry.code)} (${entry.next})`;
      case 'no-answer':
        return `${entry.step}: no answer (${visible(entry.why)}); it is settled by reading`;
      case 'settled':
        return `${entry.step}: ${entry.landed ? 'had landed' : 'had not landed'}, ${visible(entry.evidence)}`;
      case 'deferred':
        return `${describe(entry.step)}: accepted, waits for its window ${hours(entry.window)}`;
      case 'began':
        return entry.warning === null ? null : `${describe(entry.step)}: ${visible(entry.warning)}`;
      case 'step-ended':
        return `${OUTCOME_SIGNS[entry.outcome][0]} ${describe(entry.step)}${entry.outcome === 'verified' ? '' : `: ${entry.outcome}, ${visible(entry.what)}`}`;
      default:
        return null;
    }
  };
  return {
    line,
    isPassing: (entry) =>
      entry.kind === 'deferred' ||
      (entry.kind === 'step-ended' && entry.outcome === 'verified') ||
      isTailLock(entry),
  };
}
