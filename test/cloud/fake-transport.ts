/** A transport that answers from a script, one line for each call. It records the requests. */
import {
  type HttpRequest,
  type HttpResponse,
  STOPPED_BY_GUARD,
  type Transport,
  TransportError,
} from '../../src/cloud/network/transport.ts';

export type Line =
  /** The fields of a success. */
  | { readonly ok: Record<string, unknown> }
  /** A refusal by code. */
  | { readonly code: string; readonly message?: string }
  /** Exactly this answer. */
  | { readonly status: number; readonly body: string }
  /** No answer: the message, and whether the request left. */
  | { readonly fault: string; readonly sent: boolean };

export interface Sent {
  readonly action: string;
  readonly origin: string;
  readonly region: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded fields. For signature version 1, every parameter of the form. */
  readonly body: string;
  readonly fields: Record<string, unknown>;
}

/** Lines in order, or a function of the request. */
export type Script = readonly Line[] | ((sent: Sent, count: number) => Line);

export interface FakeTransport extends Transport {
  /** The requests that left, in order. */
  readonly sent: readonly Sent[];
  readonly actions: readonly string[];
}

export function fakeTransport(script: Script): FakeTransport {
  const sent: Sent[] = [];
  return {
    sent,
    get actions() {
      return sent.map(({ action }) => action);
    },
    async send(request: HttpRequest): Promise<HttpResponse> {
      const form = request.headers['X-TC-Action'] === undefined;
      const fields = form ? Object.fromEntries(new URLSearchParams(request.body)) : JSON.parse(request.body);
      const one: Sent = {
        action: form ? fields.Action : request.headers['X-TC-Action']!,
        origin: request.origin,
        region: form ? fields.Region : request.headers['X-TC-Region'],
        headers: request.headers,
        body: request.body,
        fields,
      };
      const line = typeof script === 'function' ? script(one, sent.length) : script[sent.length];
      if (line === undefined)
        throw new Error(`the script has no line for call ${sent.length + 1}: ${one.action}`);
      if ('fault' in line && !line.sent) throw new TransportError(line.fault, false);
      if (request.goAhead && !request.goAhead()) throw new TransportError(STOPPED_BY_GUARD, false);
      sent.push(one);
      if ('fault' in line) throw new TransportError(line.fault, true);
      if ('body' in line) return { status: line.status, contentType: 'application/json', body: line.body };
      const answer =
        'ok' in line
          ? { ...line.ok, RequestId: `request-${sent.length}` }
          : {
              Error: { Code: line.code, Message: line.message ?? 'no' },
              RequestId: `request-${sent.length}`,
            };
      return { status: 200, contentType: 'application/json', body: JSON.stringify({ Response: answer }) };
    },
    async close() {},
  };
}
