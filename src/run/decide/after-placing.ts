/** Records the answer to an order, and decides what follows a refusal. */
import { iso } from '../../clock.ts';
import { unreachable } from '../../errors.ts';
import { given } from '../../given.ts';
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { afterRefusal } from './after-refusal.ts';
import { memoryOf, refusedEnd } from './before-order.ts';
import type { At, OrderMove, OrderResult, Seen, Wait } from './move.ts';

type Refused = Extract<OrderResult, { kind: 'refused' }>;

/** The next move starts a new round without any observation. */
const AGAIN = { kind: 'wait', name: null, ms: 0, until: 'stopped' } as const satisfies Wait<never>;

const UNSENT_MINUTES = LIMITS.unsent / MINUTE;

export function afterPlacing(at: At, seen: Extract<Seen, { kind: 'placed' }>): OrderMove {
  const { placed } = seen;
  const step = at.step.id;
  const attempt = at.state.attempts;
  switch (placed.kind) {
    case 'stopped':
      return AGAIN;
    case 'read-again':
      return unsent(0, message('halt.reads-too-old', { minutes: UNSENT_MINUTES }));
    case 'not-sent': {
      if (seen.isHeldBack) return AGAIN;
      const { reason } = placed;
      // Without a pause, a lost connection would make this a busy loop.
      return unsent('growing', message('halt.unsent', { minutes: UNSENT_MINUTES, reason }));
    }
    case 'accepted': {
      const { order, requestId } = placed;
      const sentAt = iso(placed.sentAt);
      const numbers = { order, ...given({ dealId: placed.dealId }) };
      const event = { kind: 'accepted', step, attempt, ...numbers, requestId, sentAt } as const;
      if (seen.orderOf === null) return { kind: 'append', event };
      // The answer belongs to another call, as a faulty proxy may return it. This order may have been executed or not.
      const reason = message('run.answer-of-other-order', { order, step: seen.orderOf });
      return { kind: 'append', event: { kind: 'no-answer', step, attempt, reason, sentAt } };
    }
    case 'no-answer': {
      const reason = message('run.call-failed', { error: placed.reason });
      const sentAt = iso(placed.sentAt);
      return { kind: 'append', event: { kind: 'no-answer', step, attempt, reason, sentAt } };
    }
    case 'refused':
      return afterRefused(at, placed, seen.refusedBefore);
    default:
      return unreachable(placed);
  }
}

function unsent(ms: 0 | 'growing', halt: Message): OrderMove {
  const orElse = { kind: 'stop-run', because: 'halted', message: halt, next: { kind: 'leave' } } as const;
  return { kind: 'wait', name: 'unsent', ms, until: 'stopped', orElse };
}

function afterRefused(at: At, placed: Refused, refusedBefore: string | null): OrderMove {
  const step = at.step.id;
  const attempt = at.state.attempts;
  const { code, message: answer, requestId } = placed;
  const { next, reason: id, readAgain } = afterRefusal(code, refusedBefore);
  const reason = message(id);
  const sentAt = iso(placed.sentAt);
  const event = { kind: 'refused', step, attempt, code, message: answer, requestId, sentAt, next } as const;
  switch (next) {
    case 'try-again':
    case 'read-first':
      return { kind: 'append', event };
    case 'wait': {
      const minutes = LIMITS.locked / MINUTE;
      const locked = message('run.refused-while-locked', { answer, reason, minutes, tasks: [] });
      const end = { kind: 'end', outcome: 'skipped', message: locked, code } as const;
      const orElse = { ...end, fillIn: ['tasks'] } as const;
      const next = { kind: 'wait', name: 'locked', ms: 10 * SECOND, until: 'stopped', orElse } as const;
      return { kind: 'append', event, next };
    }
    case 'skip': {
      if (readAgain !== true) return { kind: 'append', event, next: refusedEnd({ code, message: answer }) };
      // The code may only mean that the instance has changed since Refit read it.
      const { instance: _, ...memory } = memoryOf(at);
      const refused = { code, message: answer };
      const next = { kind: 'read-instance', memory: { ...memory, refused } } as const;
      return { kind: 'append', event, next };
    }
    case 'halt': {
      const refused = message('run.refused', { answer, reason });
      const end = { kind: 'end', outcome: 'refused', message: refused, code } as const;
      const halt = message('halt.refused', { code, reason });
      const next = { kind: 'stop-run', because: 'halted', message: halt, code, next: end } as const;
      return { kind: 'append', event, next };
    }
    default:
      return unreachable(next);
  }
}
