/**
 * The HTTP layer of the simulator as a pure function: request and time in, response or cut connection out. The server
 * (server.ts) calls it for each request; tests call it in virtual time.
 */
import { advance, type World } from '../world/world.ts';
import { metadata } from './metadata.ts';
import { JSON_TYPE, parseRequest, splitUrl, type WireRequest } from './parse-request.ts';
import { newRequestId, refused, type ServedRequest, serve } from './serve.ts';

/** The result of a request. */
export type WireAnswer = {
  /** Delay in milliseconds. */
  readonly delay: number;
} & (
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The connection is cut before or after the request was executed. */
  | { readonly kind: 'reset-before' | 'reset-after' }
);

/**
 * Answers a request that arrived at `now` (milliseconds since 1970 UTC). First the world advances to `now`. Never throws
 * for a bad request: the answer holds the refusal.
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
    const found = metadata(world, splitUrl(request.url)[0], now);
    if (found) return answer(found.status, 'text/plain', found.body);
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

/** Returns the request with header names in lower case and with a host. */
function normalizeHeaders(request: WireRequest): WireRequest {
  const { headers, url } = request;
  // A server already does this, so the common case needs no copy.
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
