/** What happened to one step of a run, entry by entry. */
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { JournalEntry, Message } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import type { RunReader } from '../../store/ports.ts';

/** One entry of a step. Texts of the provider are in the parameters of `message` as they came. */
export interface StepEntry {
  readonly seq: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly kind: JournalEntry['kind'];
  readonly message: Message;
  readonly order: string | null;
  readonly requestId: string | null;
}

/** The last entries of a step that a timeline has. A step that waits for hours is refused again and again. */
const MOST_ENTRIES = 500;

/**
 * Reads the entries of one step. It decodes only those, and does not check the chain: the follower of the run does.
 * @param at the place of the step in the plan, from 0.
 * @throws RefitError `usage` if the plan has no such step, and as `RunReader.readPlan` does.
 */
export async function stepTimeline(
  run: RunReader,
  at: number,
): Promise<{ readonly step: string; readonly entries: readonly StepEntry[] }> {
  const saved = await run.readPlan();
  const step = saved.steps[at]?.id;
  if (step === undefined)
    throw refitError(
      'usage',
      message('error.no-such-step', {
        steps: saved.steps.length,
        at,
        command: `refit status ${shellQuote(run.name)}`,
      }),
    );
  const entries: StepEntry[] = [];
  const mark = `"step":${JSON.stringify(step)}`;
  for await (const piece of run.journalPieces())
    for (const line of piece.split('\n')) {
      if (!line.includes(mark)) continue;
      const entry = entryOf(line, step);
      if (entry === null) continue;
      entries.push(entry);
      if (entries.length > MOST_ENTRIES) entries.shift();
    }
  return { step, entries };
}

/** Null: a damaged line, or an entry that names the step only in a text. */
function entryOf(line: string, step: string): StepEntry | null {
  let entry: JournalEntry;
  try {
    entry = JSON.parse(line) as JournalEntry;
  } catch {
    return null;
  }
  if (!('step' in entry) || entry.step !== step) return null;
  const sentence = messageOf(entry);
  if (sentence === null) return null;
  const { seq, at, kind } = entry;
  const order = 'order' in entry ? entry.order : null;
  const requestId = 'requestId' in entry ? entry.requestId : null;
  return { seq, at, kind, message: sentence, order, requestId };
}

/** The sentence of an entry; null: it is not about a step. */
function messageOf(entry: JournalEntry): Message | null {
  switch (entry.kind) {
    case 'instance-read':
      return message('step.read', { status: entry.status, size: entry.size });
    case 'intent':
      return message('step.intent', { attempt: entry.attempt, size: entry.size });
    case 'not-sent':
      return message('step.not-sent', { reason: entry.reason });
    case 'accepted':
      return message('step.accepted', { order: entry.order });
    case 'refused':
      return message('step.refused', { code: entry.code, text: entry.message, next: entry.next });
    case 'no-answer':
      return message('step.no-answer', { reason: entry.reason });
    case 'resolved':
      return message('step.resolved', {
        executed: entry.executed,
        order: entry.order,
        evidence: entry.evidence,
      });
    case 'deferred':
      return message('step.deferred', { window: entry.window });
    case 'began':
      return message('step.began', { evidence: entry.evidence, warning: entry.warning });
    case 'step-ended':
      return message('step.ended', { outcome: entry.outcome, cause: entry.message });
    case 'billed':
      return message('step.billed', { billed: entry.billed });
    default:
      return null;
  }
}
