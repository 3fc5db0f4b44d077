/** Computes what a run and its steps waited for, and how long, from the times of the journal's entries. */
import { unreachable } from '../../errors.ts';
import { formatOperator } from '../../journal/fold-run.ts';
import { textOf } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
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
 * Gathers the waits of each step, entry by entry. An open wait counts up to the last entry. While no process carries out the
 * run, only the provider's own work continues.
 */
export function createStepWaits() {
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
  return {
    add(entry: JournalEntry): void {
      const at = Date.parse(entry.at);
      if (entry.kind === 'run-started') {
        for (const [step, { reason }] of [...open])
          if (reason !== 'change' && reason !== 'window') close(step, last);
        for (const step of unanswered) open.set(step, { reason: 'resolving', since: at });
      }
      last = at;
      if (!('step' in entry)) return;
      if (entry.kind === 'intent') unanswered.add(entry.step);
      else if (entry.kind !== 'no-answer' && !(entry.kind === 'refused' && entry.next === 'read-first'))
        unanswered.delete(entry.step);
      const now = open.get(entry.step)?.reason ?? null;
      const reason = reasonFrom(entry, now);
      if (reason === undefined || (reason === now && reason !== null)) return;
      close(entry.step, at);
      if (reason !== null) open.set(entry.step, { reason, since: at });
    },
    /** Ends the open waits. Call it once. */
    end(): ReadonlyMap<string, readonly StepWait[]> {
      for (const step of [...open.keys()]) close(step, last);
      return new Map(
        [...sums].map(([step, own]) => [
          step,
          STEP_WAITS.flatMap((reason) => (own.has(reason) ? [{ for: reason, ...own.get(reason)! }] : [])),
        ]),
      );
    },
  };
}

/** Gathers the waits of the whole run, entry by entry: paused, in a soak, or without a process. */
export function createRunWaits(saved: Pick<SavedPlan, 'waves'>, words: Words = english) {
  const { report: say } = words;
  const { waits, open, end, pause } = createOpenWaits();
  let rested: EntryOf<'rested'> | null = null;
  let last: JournalEntry | null = null;
  const follow = (entry: JournalEntry, before: JournalEntry | null): void => {
    if ('step' in entry) return;
    const { at } = entry;
    switch (entry.kind) {
      case 'run-started': {
        if (before === null) break;
        if (!keepsPause(entry, before, rested)) end('paused', before.at);
        if (rested === null) end('soak', before.at);
        const reason = reasonForNoProcess(before, rested, words);
        waits.push({ for: 'no-process', from: before.at, to: at, reason });
        if (entry.purpose === undefined) rested = null;
        break;
      }
      case 'rested':
        rested = entry;
        break;
      case 'control-command':
        if (!entry.accepted || entry.command.startsWith('set')) break;
        if (entry.command === 'pause') pause(at, say.pausedBy(formatOperator(entry.by)));
        else end('paused', at);
        break;
      case 'gate':
        if (entry.next === 'pause') pause(at, say.pausedBy(say.gateAfter(entry.name)));
        end('soak', at);
        break;
      case 'wave-started':
        end('soak', at);
        break;
      case 'wave-ended':
        if (soaks(saved.waves, entry.wave))
          open.soak = { for: 'soak', from: at, reason: say.soakAfter(entry.name) };
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
  };
  return {
    add(entry: JournalEntry): void {
      follow(entry, last);
      last = entry;
    },
    /** Ends the open waits. Call it once. */
    end(): RunWait[] {
      end('paused', null);
      end('soak', null);
      return waits;
    },
  };
}

/** The waits of a run, of which one of each kind may be open. */
function createOpenWaits() {
  const waits: RunWait[] = [];
  const open: { paused?: OpenWait | undefined; soak?: OpenWait | undefined } = {};
  return {
    waits,
    open,
    end(which: 'paused' | 'soak', to: string | null): void {
      if (open[which]) waits.push({ ...open[which], to });
      open[which] = undefined;
    },
    pause(from: string, reason: string): void {
      open.paused ??= { for: 'paused', from, reason };
    },
  };
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

/** Why no process carried out the run. It died if it ended without an entry that says so. */
function reasonForNoProcess(
  before: JournalEntry,
  rested: EntryOf<'rested'> | null,
  { report: say, sentences }: Words,
): string {
  if (rested !== null) return say.rested(textOf(rested.reason, sentences));
  if (before.kind === 'handed-over') return say.handedOver(before.place);
  return before.kind === 'run-ended' ? say.endedBecause(before.because) : say.processDied;
}

/** True if the wave soaks. The last wave soaks only if it has a gate. */
function soaks(waves: SavedPlan['waves'], index: number): boolean {
  const { soak = 0, gate } = waves[index] ?? {};
  return soak > 0 && (index < waves.length - 1 || gate !== undefined);
}
