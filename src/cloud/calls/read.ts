/**
 * A read, tried quietly until it is answered. Never for anything that changes the provider's state: a second
 * order is a second bill.
 */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { isLimitCode, type Scope } from '../../model.ts';
import { MINUTE, SECOND } from '../../units.ts';
import type { CallRecord, Refusal } from '../cloud.ts';
import type { Lane, Permits } from '../limit/permits.ts';
import { TransportError } from '../network/transport.ts';
import type { Action } from '../wire/actions.ts';
import type { Fields } from '../wire/fields.ts';
import type { Call, ReadApiClient } from './call.ts';
import { isExpiredToken, isTransient, sanitizeLine } from './refusals.ts';

/** Tries of one read that end in a fault, and those that end in a refusal by limit, which says only "later". */
const MAX_TRIES = 6;
const MAX_LIMIT_REFUSALS = 30;
/** Slots that pass while a connection is being made; the connection stays, so the next one is met. */
const MAX_LOST_SLOTS = 20;

/** No answer takes so long; a machine that sleeps does. As long as a signature is good for: docs/provider.md P153. */
const SLEPT_MS = 5 * MINUTE;

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 8 * SECOND;

export interface ReadOptions {
  readonly clock: Clock;
  readonly permits: Permits;
  /** Told of every call that left. */
  readonly onCall?: ((record: CallRecord) => void) | undefined;
  /** From 0 to below 1: spreads the pauses of callers that failed together. */
  readonly jitter: () => number;
}

/** A successful read's fields, or the refusal that ended it. */
export type ReadAnswer = { readonly kind: 'ok'; readonly fields: Fields } | Refusal;

/** Sends a read until there is an answer. */
export type Read = (action: Action, scope: Scope, fields: Fields) => Promise<ReadAnswer>;

/**
 * Reads through the caller, each try with a permit of its own. Tried again: network faults, answers that are no
 * answer, refusals by limit and the provider's internal errors, the last two also given back in the end.
 * Source of the classes: docs/provider.md P160.
 * @throws RefitError `provider-unreachable` where no try was answered.
 */
export function createRead(caller: ReadApiClient, options: ReadOptions): Read {
  const { clock, jitter } = options;
  return async (action, scope, fields) => {
    const lane = await caller.lane(action, scope);
    let faults = 0;
    let limited = 0;
    let renewed = false;
    for (;;) {
      const { answer, sentAt } = await sendAtSlot(caller, options, lane, { action, scope, fields });
      const byLimit = answer.kind === 'refused' && isLimitCode(answer.code);
      if (sentAt !== null) options.onCall?.({ action: action.name, at: sentAt, refusedByLimit: byLimit });
      if (answer.kind === 'ok') return answer;
      if (byLimit) {
        if (++limited >= MAX_LIMIT_REFUSALS) return answer;
        continue; // The permit is the pause.
      }
      if (answer.kind === 'refused' && isExpiredToken(answer.code) && !renewed) {
        renewed = true;
        continue; // The caller looks for other keys first.
      }
      // Signed before the machine slept, and come too late: that says nothing of the clock.
      const slept = sentAt !== null && clock.now() - sentAt > SLEPT_MS;
      const isStale = answer.kind === 'refused' && answer.code === 'AuthFailure.SignatureExpire' && slept;
      if (answer.kind === 'refused' && !isTransient(answer.code) && !isStale) return answer;
      if (++faults >= MAX_TRIES) {
        if (answer.kind === 'refused') return answer;
        throw new RefitError(
          'provider-unreachable',
          `${lane.host} did not answer ${action.name}: ${sanitizeLine(answer.reason)} (${faults} tries)`,
          // The provider answers with 200 whatever it refuses: another status is of something on the way.
          /^HTTP 4/.test(answer.reason)
            ? 'check --endpoint and what is on the way; a gateway for forms alone wants --signature HmacSHA256'
            : 'check the network and --endpoint, then type the same command again',
        );
      }
      const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (faults - 1));
      await clock.sleep(pause * (0.5 + 0.5 * jitter()));
    }
  };
}

/** Sends in a slot that is still good in the tick that writes the request. `sentAt` is null where nothing left. */
async function sendAtSlot(caller: ReadApiClient, { permits, clock }: ReadOptions, lane: Lane, call: Call) {
  for (let lost = 0; ; lost++) {
    const slot = await permits.take(lane);
    let late = false;
    let sentAt: number | null = null;
    const goAhead = () => {
      late = permits.isLost(slot);
      if (!late) sentAt = clock.now();
      return !late;
    };
    try {
      const answer = await caller.send(call, goAhead);
      const left = sentAt ?? slot.at;
      if (answer.kind !== 'unusable')
        permits.onResponse(slot, left, answer.kind === 'refused' && isLimitCode(answer.code));
      return { answer, sentAt: left };
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      if (late && !error.sent && lost < MAX_LOST_SLOTS) continue;
      const answer = { kind: 'unusable', reason: error.message } as const;
      return { answer, sentAt: error.sent ? (sentAt ?? slot.at) : null };
    }
  }
}
