/** What was asked for each step, attempt by attempt, and what came of it. */
import { unreachable } from '../../errors.ts';
import type { JournalEntry, ReportAttempt } from '../../model.ts';

/** The attempts of every step that was asked for, in order. */
export function attemptsIn(entries: readonly JournalEntry[]): ReadonlyMap<string, readonly ReportAttempt[]> {
  const all = new Map<string, ReportAttempt[]>();
  const amend = (step: string, attempt: number, told: Partial<ReportAttempt>): void => {
    const own = all.get(step) ?? [];
    // An intent of which nothing was sent gives its number to the next one.
    const at = own.findLastIndex((one) => one.attempt === attempt);
    if (at >= 0) own[at] = { ...own[at]!, ...told };
  };
  for (const entry of entries) {
    if (!('step' in entry)) continue;
    switch (entry.kind) {
      case 'intent': {
        const own = all.get(entry.step) ?? [];
        own.push({ ...NOTHING_YET, attempt: entry.attempt, at: entry.at });
        all.set(entry.step, own);
        break;
      }
      case 'not-sent':
        amend(entry.step, entry.attempt, { answer: 'not-sent', what: entry.why });
        break;
      case 'accepted': {
        const { order, requestId, sentAt } = entry;
        amend(entry.step, entry.attempt, { answer: 'accepted', order, requestId, sentAt });
        break;
      }
      case 'refused': {
        const { requestId, sentAt, code, message } = entry;
        amend(entry.step, entry.attempt, { answer: 'refused', requestId, sentAt, code, what: message });
        break;
      }
      case 'no-answer':
        amend(entry.step, entry.attempt, { answer: 'no-answer', sentAt: entry.sentAt, what: entry.why });
        break;
      case 'settled': {
        const { at, landed, evidence, order } = entry;
        const found = order === null ? {} : { order };
        amend(entry.step, entry.attempt, { ...found, settled: { at, landed, evidence } });
        break;
      }
      case 'looked':
      case 'deferred':
      case 'began':
      case 'step-ended':
      case 'billed':
        break;
      default:
        unreachable(entry);
    }
  }
  return all;
}

const NOTHING_YET = {
  sentAt: null,
  answer: 'none-yet',
  order: null,
  requestId: null,
  code: null,
  what: null,
} as const;
