import type { Refusal } from '../cloud.ts';
import type { HttpResponse } from '../network/transport.ts';
import { sanitizeLine } from '../sanitize-line.ts';
import { type Fields, object, parseObject, text } from './fields.ts';
import { jsonProblem } from './json-limits.ts';
import { decodeOrder } from './order.ts';

/** A decoded answer: the fields of a success, a refusal, or an unusable answer. */
export type Answer =
  | {
      readonly kind: 'ok';
      readonly fields: Fields;
      readonly requestId: string | null;
      /** Characters of the answer. */
      readonly size: number;
    }
  | Refusal
  | { readonly kind: 'unusable'; readonly reason: string };

/** Characters that are kept of a code or a request id, and of a message. */
const MOST = { code: 100, message: 1000 } as const;

/**
 * Decodes the envelope. A refusal has HTTP 200 and an error code. Another status proves nothing. Code, request id and
 * message become one line of visible characters, because Refit shows and stores them.
 * @param hide removes secrets from the parsed JSON.
 */
export function decodeAnswer(
  { status, body }: HttpResponse,
  hide: (json: Fields) => Fields = (json) => json,
): Answer {
  if (status !== 200) return { kind: 'unusable', reason: `HTTP ${status}` };
  const problem = jsonProblem(body);
  if (problem !== null) return { kind: 'unusable', reason: `the answer has ${problem}` };
  const envelope = parseObject(body);
  if (envelope === null) return { kind: 'unusable', reason: 'the answer is not JSON' };
  const fields = object(hide(envelope).Response);
  if (Object.keys(fields).length === 0) return { kind: 'unusable', reason: 'the answer has no Response' };
  const requestId = line(fields.RequestId, MOST.code);
  const size = body.length;
  if (fields.Error === undefined || fields.Error === null) return { kind: 'ok', fields, requestId, size };
  const code = line(object(fields.Error).Code, MOST.code);
  if (code === null) return { kind: 'unusable', reason: 'the answer has an error without a code' };
  // An order number contradicts the error: the provider may have executed the order.
  if (decodeOrder(fields) !== null)
    return { kind: 'unusable', reason: `the answer has an order number and the error ${code}` };
  return {
    kind: 'refused',
    code,
    message: line(object(fields.Error).Message, MOST.message) ?? '',
    requestId,
  };
}

function line(value: unknown, most: number): string | null {
  const found = text(value);
  return found === null ? null : sanitizeLine(found, most);
}
