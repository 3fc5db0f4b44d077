/** Computes what a run and its steps waited for, and how long, from the times of the journal's entries. */
import { unreachable } from '../../errors.ts';
import { formatGate, formatOperator } from '../../journal/fold-run.ts';
import { textOf } from '../../messages/messages.ts';
import {
  type EntryOf,
  isLimitCode,
  type JournalEntry,
  type RunWait,
  type SavedPlan,
  STEP_WAITS,
  type StepWait,
} from '../../model.ts';

type Reason = StepWait['for'];
type StepEntry = Extract<JournalEntry, { readonly step: string }>;

/** What a step waits for after an entry; null: nothing; undefined: the entry changes nothing. */
function reasonFrom(entry: StepEntry, now: Reason | null): Reason | null | undefined {
  switch (entry.kind) {
    case 'instance-read':
      if (entry.status !== 'running') return 'busy';
      return now === 'busy' ? null : undefined;
    case 'intent':
    case 'not-sent':
      return 'sending';
    case 'accepted':
    case 'began':
      return 'change';
    case 'refused':
      if (isLimitCode(entry.code)) return 'limit';
      return entry.next === 'read-first' ? 'resolving' : entry.next === 'wait' ? 'busy' : null;
    case 'no-answer':
      return 'resolving';
    case 'resolved':
      return entry.executed ? 'change' : null;
    case 'deferred':
      return 'window';
    case 'step-ended':
      return null;
    case 'billed':
      return undefined;
    default:
      return unreachable(entry);
  }
}

/**
 * The waits of each step. An open wait counts up to the last entry. While no process carries out the run, only the
 * provider's own work continues.
 */
export function stepWaits(entries: readonly JournalEntry[]): ReadonlyMap<string, readonly StepWait[]> {
  const sums = new Map<string, Map<Reason, { ms: number; times: number }>>();
  const open = new Map<string, { reason: Reason; since: number }>();
  const close = (step: string, at: number): void => {
    const wait = open.get(step);
    if (wait === undefined) return;
    open.delete(step);
    const own = sums.get(step) ?? new Map<Reason, { ms: number; times: number }>();
    const sum = own.get(wait.reason) ?? { ms: 0, times: 0 };
    own.set(wait.reason, { ms: sum.ms + Math.max(0, at - wait.since), times: sum.times + 1 });
    sums.set(step, own);
  };
  let last = 0;
  /** Ordered steps whose orders are not resolved yet. The next process resolves them first. */
  const unanswered = new Set<string>();
  for (const entry of entries) {
    const at = Date.parse(entry.at);
    if (entry.kind === 'run-started') {
      for (const [step, { reason }] of [...open])
        if (reason !== 'change' && reason !== 'window') close(step, last);
      for (const step of unanswered) open.set(step, { reason: 'resolving', since: at });
    }
    last = at;
    if (!('step' in entry)) continue;
    if (entry.kind === 'intent') unanswered.add(entry.step);
    else if (entry.kind !== 'no-answer' && !(entry.kind === 'refused' && entry.next === 'read-first'))
      unanswered.delete(entry.step);
    const now = open.get(entry.step)?.reason ?? null;
    const reason = reasonFrom(entry, now);
    if (reason === undefined || (reason === now && reason !== null)) continue;
    close(entry.step, at);
    if (reason !== null) open.set(entry.step, { reason, since: at });
  }
  for (const step of [...open.keys()]) close(step, last);
  return new Map(
    [...sums].map(([step, own]) => [
      step,
      STEP_WAITS.flatMap((reason) => (own.has(reason) ? [{ for: reason, ...own.get(reason)! }] : [])),
    ]),
  );
}

/** The waits of the whole run: paused, in a soak, or without a process. */
export function runWaits(saved: Pick<SavedPlan, 'waves'>, entries: readonly JournalEntry[]): RunWait[] {
  const waits: RunWait[] = [];
  const open: { paused?: OpenWait | undefined; soak?: OpenWait | undefined } = {};
  const end = (which: 'paused' | 'soak', to: string | null): void => {
    if (open[which]) waits.push({ ...open[which], to });
    open[which] = undefined;
  };
  const pause = (from: string, by: string): void => {
    open.paused ??= { for: 'paused', from, reason: `by ${by}` };
  };
  let rested: EntryOf<'rested'> | null = null;
  for (const [index, entry] of entries.entries()) {
    if ('step' in entry) continue;
    const { at } = entry;
    switch (entry.kind) {
      case 'run-started': {
        const before = entries[index - 1];
        if (before === undefined) break;
        if (!keepsPause(entry, before, rested)) end('paused', before.at);
        if (rested === null) end('soak', before.at);
        const reason = reasonForNoProcess(before, rested);
        waits.push({ for: 'no-process', from: before.at, to: at, reason });
        if (entry.purpose === undefined) rested = null;
        break;
      }
      case 'rested':
        rested = entry;
        break;
      case 'control-command':
        if (!entry.accepted || entry.command.startsWith('set')) break;
        if (entry.command === 'pause') pause(at, formatOperator(entry.by));
        else end('paused', at);
        break;
      case 'gate':
        if (entry.next === 'pause') pause(at, formatGate(entry.name));
        end('soak', at);
        break;
      case 'wave-started':
        end('soak', at);
        break;
      case 'wave-ended':
        if (soaks(saved.waves, entry.wave))
          open.soak = { for: 'soak', from: at, reason: `after wave ${entry.name}` };
        break;
      case 'stopping':
      case 'run-ended':
        end('paused', at);
        end('soak', at);
        break;
      case 'lock-taken-over':
      case 'identity':
      case 'adopted':
      case 'approved':
      case 'approval-awaited':
      case 'notified':
      case 'handed-over':
      case 'calls':
        break;
      default:
        unreachable(entry);
    }
  }
  end('paused', null);
  end('soak', null);
  return waits;
}

/** What operators set outlives a rest, and the death of a process that no person replaced. */
function keepsPause(
  { unattended }: EntryOf<'run-started'>,
  before: JournalEntry,
  rested: EntryOf<'rested'> | null,
): boolean {
  return rested !== null || (unattended === true && before.kind !== 'run-ended');
}

type OpenWait = Omit<RunWait, 'to'>;

/** Why no process carried out the run: the last one ended without an entry that says so. */
export const PROCESS_DIED = 'its process died, or was aborted';

function reasonForNoProcess(before: JournalEntry, rested: EntryOf<'rested'> | null): string {
  if (rested !== null) return `rested: ${textOf(rested.reason)}`;
  if (before.kind === 'handed-over') return `handed over to ${before.place}`;
  return before.kind === 'run-ended' ? `ended: ${before.because}` : PROCESS_DIED;
}

/** True if the wave soaks. The last wave soaks only if it has a gate. */
function soaks(waves: SavedPlan['waves'], index: number): boolean {
  const { soak = 0, gate } = waves[index] ?? {};
  return soak > 0 && (index < waves.length - 1 || gate !== undefined);
}
