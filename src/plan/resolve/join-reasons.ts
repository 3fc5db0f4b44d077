/** Several reasons as one message. */
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';

/** One message for all reasons that are not null; null if there is none. */
export function joinReasons(...all: readonly (Message | null)[]): Message | null {
  const reasons = all.filter((reason) => reason !== null);
  return reasons.length > 1 ? message('reason.list', { reasons }) : (reasons[0] ?? null);
}
