/** What is written down of a placed order, and what is done after a refusal. */
import { iso } from '../../clock.ts';
import { unreachable } from '../../errors.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { LIMITS } from '../waits.ts';
import { afterRefusal, formatHalt } from './after-refusal.ts';
import { memoryOf, refusedEnd } from './before-order.ts';
import type { At, OrderMove, OrderResult, Seen, Wait } from './move.ts';

type Refused = Extract<OrderResult, { kind: 'refused' }>;

/** The next move begins a new round, from nothing seen. */
const AGAIN = { kind: 'wait', name: null, ms: 0, until: 'stopped' } as const satisfies Wait<never>;

export function afterPlacing(at: At, seen: Extract<Seen, { kind: 'placed' }>): OrderMove {
  const { placed } = seen;
  const step = at.step.id;
  const attempt = at.state.attempts;
  switch (placed.kind) {
    case 'stopped':
      return AGAIN;
    case 'look-again': {
      const why = `for ${LIMITS.unsent / MINUTE} minutes no look at an instance was young enough to order by`;
      return unsent(0, formatHalt(why, 'check the network: answers take too long'));
    }
    case 'not-sent': {
      if (seen.isHeldBack) return AGAIN;
      const why = `no order could be sent for ${LIMITS.unsent / MINUTE} minutes: ${placed.why}`;
      // A moment's breath: without a connection this would spin.
      return unsent('growing', formatHalt(why, 'check the network and the keys: refit doctor tells of both'));
    }
    case 'accepted': {
      const { order, requestId } = placed;
      const sentAt = iso(placed.sentAt);
      const event = { kind: 'accepted', step, attempt, order, requestId, sentAt } as const;
      if (seen.orderOf === null) return { kind: 'append', event };
      // An answer to something else, as a proxy may mix up: this order may have been taken or not.
      const why = `the answer names order ${order}, which is that of ${seen.orderOf}`;
      return { kind: 'append', event: { kind: 'no-answer', step, attempt, reason: why, sentAt } };
    }
    case 'no-answer': {
      const sentAt = iso(placed.sentAt);
      const event = { kind: 'no-answer', step, attempt, why: placed.why, sentAt } as const;
      return { kind: 'append', event };
    }
    case 'refused':
      return afterRefused(at, placed, seen.refusedBefore);
    default:
      return unreachable(placed);
  }
}

function unsent(ms: 0 | 'growing', message: string): OrderMove {
  const orElse = { kind: 'stop-run', because: 'halted', message, next: { kind: 'leave' } } as const;
  return { kind: 'wait', name: 'unsent', ms, until: 'stopped', orElse };
}

function afterRefused(at: At, placed: Refused, refusedBefore: string | null): OrderMove {
  const step = at.step.id;
  const attempt = at.state.attempts;
  const { code, message, requestId } = placed;
  const { next, reason: why, fix, readAgain: lookAgain } = afterRefusal(code, refusedBefore);
  const sentAt = iso(placed.sentAt);
  const event = { kind: 'refused', step, attempt, code, message, requestId, sentAt, next } as const;
  switch (next) {
    case 'try-again':
    case 'read-first':
      return { kind: 'append', event };
    case 'wait': {
      const locked = `${message} (${why}, for ${LIMITS.locked / MINUTE} minutes)`;
      const inFull = [locked, { lookUp: 'in-progress' }] as const;
      const orElse = { kind: 'end', outcome: 'skipped', message: inFull, code } as const;
      const next = { kind: 'wait', name: 'locked', ms: 10 * SECOND, until: 'stopped', orElse } as const;
      return { kind: 'append', event, next };
    }
    case 'skip': {
      if (lookAgain !== true) return { kind: 'append', event, next: refusedEnd({ code, message }) };
      // It may say no more than that the instance is not what it was when it was read.
      const { instance: _, ...memory } = memoryOf(at);
      const next = { kind: 'look', memory: { ...memory, refused: { code, message } } } as const;
      return { kind: 'append', event, next };
    }
    case 'halt': {
      const end = { kind: 'end', outcome: 'refused', message: `${message} (${why})`, code } as const;
      const halt = formatHalt(`${code}: ${why}`, fix ?? 'refit doctor');
      const next = { kind: 'stop-run', because: 'halted', message: halt, code, next: end } as const;
      return { kind: 'append', event, next };
    }
    default:
      return unreachable(next);
  }
}
