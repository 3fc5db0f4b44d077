/**
 * The wire half of the simulator as a pure function: a request and the time in, an answer or a cut connection out.
 * The server (server.ts) puts a socket around it; tests call it in virtual time.
 */
import { advance, type World } from '../world/world.ts';
import { metadata } from './metadata.ts';
import { JSON_TYPE, parseRequest, splitUrl, type WireRequest } from './parse-request.ts';
import { newRequestId, refused, type ServedRequest, serve } from './serve.ts';

/** What comes of a request. */
export type WireAnswer = {
  /** Milliseconds that it comes late. */
  readonly delay: number;
} & (
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The connection is cut; nothing was executed, or the request was. */
  | { readonly kind: 'reset-before' | 'reset-after' }
);

/**
 * Answers one request that arrived at `now` (milliseconds since 1970 UTC), after letting everything happen that was
 * due. Never throws: what is wrong with the request is in the answer.
 */
export function http(world: World, sent: WireRequest, now: number): WireAnswer {
  advance(world, now);
  const request = normalizeHeaders(sent);
  const answer = (status: number, type: string, body: string, delay = 0): WireAnswer => {
    const traceId = request.headers['x-tc-traceid'];
    const traced = traceId !== undefined && /^[\w-]{1,64}$/.test(traceId);
    const headers = traced ? { 'Content-Type': type, 'X-TC-TraceId': traceId } : { 'Content-Type': type };
    return { kind: 'answered', status, headers, body, delay };
  };
  const requestId = newRequestId(world);
  if (request.method === 'GET') {
    const said = metadata(world, splitUrl(request.url)[0], now);
    if (said) return answer(said.status, 'text/plain', said.body);
  }
  let served: ServedRequest;
  try {
    served = serve(world, parseRequest(world, request, now), requestId, now);
  } catch (error) {
    served = refused(error, 0);
  }
  const { delay } = served;
  switch (served.kind) {
    case 'response':
      return answer(200, JSON_TYPE, JSON.stringify({ Response: served.fields }), delay);
    case 'refused': {
      const Response = { Error: { Code: served.code, Message: served.message }, RequestId: requestId };
      return answer(200, JSON_TYPE, JSON.stringify({ Response }), delay);
    }
    case 'http-500':
      return answer(500, JSON_TYPE, '{"message":"internal server error"}', delay);
    case 'html':
      return answer(502, 'text/html', '<html><body><h1>502 Bad Gateway</h1></body></html>', delay);
    case 'half-json': {
      const body = JSON.stringify({ Response: served.fields });
      return answer(200, JSON_TYPE, body.slice(0, body.length >> 1), delay);
    }
    default:
      return { kind: served.kind, delay };
  }
}

/** The request with the names of its headers in lower case, and with a host. */
function normalizeHeaders(request: WireRequest): WireRequest {
  const { headers, url } = request;
  // What a server hands in is like that already: the common case costs nothing.
  if (
    headers.host !== undefined &&
    headers.authorization !== undefined &&
    headers['x-tc-timestamp'] !== undefined
  )
    return request;
  const lower: Record<string, string | undefined> = {};
  for (const name in headers) lower[name.toLowerCase()] = headers[name];
  lower.host ??= /^[a-z]+:\/\/([^/?]*)/i.exec(url)?.[1];
  return { ...request, headers: lower };
}
