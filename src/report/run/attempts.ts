/** The attempts to order each step, with their answers. */
import { unreachable } from '../../errors.ts';
import { textOf } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
import type { JournalEntry, ReportAttempt } from '../../model.ts';

/** Gathers the attempts of every ordered step, entry by entry. */
export function createAttempts({ sentences }: Words = english) {
  const all = new Map<string, ReportAttempt[]>();
  return {
    add(entry: JournalEntry): void {
      if (!('attempt' in entry)) return;
      const { step, attempt, at } = entry;
      const own = all.get(step) ?? [];
      if (entry.kind === 'intent') {
        if (own.push({ ...NOTHING_YET, attempt, at }) === 1) all.set(step, own);
        return;
      }
      // An intent without a sent order gives its number to the next one.
      const last = own.findLastIndex((one) => one.attempt === attempt);
      if (last >= 0) own[last] = { ...own[last]!, ...answerIn(entry, sentences) };
    },
    /** In order, by step. */
    all: all as ReadonlyMap<string, readonly ReportAttempt[]>,
  };
}

type AttemptEntry = Extract<JournalEntry, { readonly attempt: number }>;

function answerIn(
  entry: Exclude<AttemptEntry, { kind: 'intent' }>,
  sentences: Words['sentences'],
): Partial<ReportAttempt> {
  switch (entry.kind) {
    case 'not-sent':
      return { answer: 'not-sent', message: textOf(entry.reason, sentences) };
    case 'accepted':
      return { answer: 'accepted', order: entry.order, requestId: entry.requestId, sentAt: entry.sentAt };
    case 'refused': {
      const { requestId, sentAt, code, message } = entry;
      return { answer: 'refused', requestId, sentAt, code, message: message };
    }
    case 'no-answer':
      return { answer: 'no-answer', sentAt: entry.sentAt, message: textOf(entry.reason, sentences) };
    case 'resolved': {
      const { at, executed, evidence, order } = entry;
      return {
        ...(order === null ? {} : { order }),
        resolved: { at, executed, evidence: textOf(evidence, sentences) },
      };
    }
    default:
      return unreachable(entry);
  }
}

const NOTHING_YET = {
  sentAt: null,
  answer: 'none-yet',
  order: null,
  requestId: null,
  code: null,
  message: null,
} as const;
