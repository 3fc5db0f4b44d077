import type { Refusal } from '../cloud.ts';
import type { HttpResponse } from '../network/transport.ts';
import { type Fields, object, parseObject, text } from './fields.ts';
import { decodeOrder } from './order.ts';

/** A decoded answer: the fields of a success, a refusal, or an unusable answer. */
export type Answer =
  | { readonly kind: 'ok'; readonly fields: Fields; readonly requestId: string | null }
  | Refusal
  | { readonly kind: 'unusable'; readonly reason: string };

/** Decodes the envelope. A refusal has HTTP 200 and an error code. Another status proves nothing. */
export function decodeAnswer({ status, body }: HttpResponse): Answer {
  if (status !== 200) return { kind: 'unusable', reason: `HTTP ${status}` };
  const envelope = parseObject(body);
  if (envelope === null) return { kind: 'unusable', reason: 'the answer is not JSON' };
  const fields = object(envelope.Response);
  if (Object.keys(fields).length === 0) return { kind: 'unusable', reason: 'the answer has no Response' };
  const requestId = text(fields.RequestId);
  if (fields.Error === undefined || fields.Error === null) return { kind: 'ok', fields, requestId };
  const code = text(object(fields.Error).Code);
  if (code === null) return { kind: 'unusable', reason: 'the answer has an error without a code' };
  // An order number contradicts the error: the provider may have executed the order.
  if (decodeOrder(fields) !== null)
    return { kind: 'unusable', reason: `the answer has an order number and the error ${code}` };
  return { kind: 'refused', code, message: text(object(fields.Error).Message) ?? '', requestId };
}
