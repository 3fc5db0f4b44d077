/**
 * Retries a read without a message until the provider answers. Never use it for an order: a second order is a second
 * bill.
 */
import type { Clock } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import { isLimitCode, type Scope } from '../../model.ts';
import { MINUTE, SECOND } from '../../units.ts';
import type { CallRecord, Refusal } from '../cloud.ts';
import type { Lane, Permits } from '../limit/permits.ts';
import { TransportError } from '../network/transport.ts';
import { sanitizeLine } from '../sanitize-line.ts';
import type { Action } from '../wire/actions.ts';
import type { Fields } from '../wire/fields.ts';
import type { Call, ReadApiClient } from './call.ts';
import { isExpiredToken, isTransient } from './refusals.ts';

/** Maximum of failed tries of one read, and of refusals by the limit. Such a refusal means only "later". */
const MAX_TRIES = 6;
const MAX_LIMIT_REFUSALS = 30;
/** How many request slots may pass while Refit connects. The connection stays open for the next slot. */
const MAX_VOID_SLOTS = 20;

/** An answer this late means that the machine slept. A signature is valid as long. Source: docs/provider.md P153. */
const SLEPT_MS = 5 * MINUTE;

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 8 * SECOND;

export interface ReadOptions {
  readonly clock: Clock;
  readonly permits: Permits;
  /** Called for every call that left. */
  readonly onCall?: ((record: CallRecord) => void) | undefined;
  /** A random number from 0 to below 1. It spreads the pauses of reads that failed at the same time. */
  readonly jitter: () => number;
}

/** The fields of the answer and its characters, or the refusal that ended the read. */
export type ReadAnswer = { readonly kind: 'ok'; readonly fields: Fields; readonly size: number } | Refusal;

/** Sends a read until the provider answers. */
export type Read = (action: Action, scope: Scope, fields: Fields) => Promise<ReadAnswer>;

/**
 * Creates a read function. Each try takes a permit of its own. It retries network faults, unusable answers, refusals by
 * the limit and the provider's internal errors. After the last try it returns the refusal.
 * Source of the classes: docs/provider.md P160.
 * @throws RefitError `provider-unreachable` if the last try had no answer.
 */
export function createRead(client: ReadApiClient, options: ReadOptions): Read {
  const { clock, jitter } = options;
  return async (action, scope, fields) => {
    const lane = await client.lane(action, scope);
    let faults = 0;
    let limited = 0;
    let renewed = false;
    for (;;) {
      const { answer, sentAt } = await sendAtSlot(client, options, lane, { action, scope, fields });
      const byLimit = answer.kind === 'refused' && isLimitCode(answer.code);
      if (sentAt !== null)
        options.onCall?.({
          action: action.name,
          at: sentAt,
          until: clock.now(),
          refusedByLimit: byLimit,
          result: byLimit ? 'limited' : answer.kind,
          code: answer.kind === 'refused' ? answer.code : null,
          requestId: answer.kind === 'unusable' ? null : answer.requestId,
        });
      if (answer.kind === 'ok') return answer;
      if (byLimit) {
        if (++limited >= MAX_LIMIT_REFUSALS) return answer;
        continue; // Waiting for the next permit is the pause.
      }
      if (answer.kind === 'refused' && isExpiredToken(answer.code) && !renewed) {
        renewed = true;
        continue; // The client renews the keys first.
      }
      // Signed before the machine slept: the refusal says nothing about the clock.
      const slept = sentAt !== null && clock.now() - sentAt > SLEPT_MS;
      const isStale = answer.kind === 'refused' && answer.code === 'AuthFailure.SignatureExpire' && slept;
      if (answer.kind === 'refused' && !isTransient(answer.code) && !isStale) return answer;
      if (++faults >= MAX_TRIES) {
        if (answer.kind === 'refused') return answer;
        throw refitError(
          'provider-unreachable',
          message('error.not-reached', {
            ...{ host: lane.host, call: action.name, reason: sanitizeLine(answer.reason), tries: faults },
            // The provider sends refusals with status 200. Another status comes from a proxy or a gateway.
            isOfGateway: /^HTTP 4/.test(answer.reason),
          }),
        );
      }
      const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (faults - 1));
      await clock.sleep(pause * (0.5 + 0.5 * jitter()));
    }
  };
}

/** Sends a call in a request slot that is valid at the write. `sentAt` null: nothing left. */
async function sendAtSlot(client: ReadApiClient, { permits, clock }: ReadOptions, lane: Lane, call: Call) {
  for (let lost = 0; ; lost++) {
    const slot = await permits.take(lane);
    let late = false;
    let sentAt: number | null = null;
    const goAhead = () => {
      late = permits.isVoid(slot);
      if (!late) sentAt = clock.now();
      return !late;
    };
    try {
      const answer = await client.send(call, goAhead);
      const left = sentAt ?? slot.at;
      if (answer.kind !== 'unusable')
        permits.onResponse(slot, left, answer.kind === 'refused' && isLimitCode(answer.code));
      return { answer, sentAt: left };
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      if (late && !error.sent && lost < MAX_VOID_SLOTS) continue;
      const answer = { kind: 'unusable', reason: error.message } as const;
      return { answer, sentAt: error.sent ? (sentAt ?? slot.at) : null };
    }
  }
}
