/**
 * The network: the only file that imports undici. It never sends a request twice, and no two requests share a
 * connection at the same time. So Refit always knows whether a request left.
 *
 * undici calls a handler's `onRequestStart` on a connected socket, in the tick that writes the head of the request
 * (read in undici 8.12, lib/dispatcher/client-h1.js, writeH1). If the handler throws there, the request fails before
 * its first byte and the connection stays open. `controller.abort` would destroy the connection. A call that missed its
 * request slot while connecting would then have to connect again, and would miss the next slot, too.
 */
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { type Clock, systemClock } from '../../clock.ts';
import { given } from '../../given.ts';
import { SECOND } from '../../units.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import { isLoopback } from './hosts.ts';
import type { ProxySettings } from './proxy.ts';
import {
  type HttpRequest,
  type HttpResponse,
  STOPPED_BY_GUARD,
  type Transport,
  TransportError,
} from './transport.ts';

const MIB = 1024 * 1024;
/** A page of 1,000 instances with all their fields is about 4 MB. */
const MAX_ANSWER_BYTES = 64 * MIB;

/** The provider accepts at most 10 MB of JSON. Source: docs/provider.md P137. */
const MAX_BODY_BYTES = 10 * MIB;

export interface HttpOptions {
  /** The clock of the time-outs. Default: real time. */
  readonly clock?: Clock;
  /** The time-out of connecting, TLS handshake included, ms. */
  readonly connectTimeout?: number;
  /** The certificates to trust instead of the machine's, PEM. For a private endpoint. */
  readonly ca?: string;
  /** The proxy for https to other machines. Null or absent: none. This file does not read the environment. */
  readonly proxy?: ProxySettings | null;
}

/**
 * Creates a transport that keeps connections alive. It verifies TLS of the server, also through a proxy, and follows no
 * redirects. Plain http, for loopback and the machine's metadata service, never uses a proxy.
 */
export function createHttp(options: HttpOptions = {}): Transport {
  const deadlines = createDeadlines(options.clock ?? systemClock);
  const proxy = options.proxy ?? null;
  const tls = { timeout: options.connectTimeout ?? 10 * SECOND, ...given({ ca: options.ca }) };
  const settings = {
    connect: tls,
    pipelining: 1,
    allowH2: false,
    // Servers close idle connections after 5 s or more. Close first, to never write into a closing connection.
    keepAliveTimeout: 3000,
    keepAliveMaxTimeout: 3500,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: MAX_ANSWER_BYTES,
  } as const;
  const direct = new Agent(settings);
  const proxied =
    proxy &&
    new EnvHttpProxyAgent({
      ...settings,
      requestTls: tls,
      proxyTls: { timeout: tls.timeout },
      // Without an empty text, undici would read the environment of this process.
      httpProxy: '',
      httpsProxy: proxy.url,
      noProxy: proxy.except,
    });
  const mayProxy = (origin: string): boolean => {
    const { protocol, hostname } = new URL(origin);
    return protocol === 'https:' && !isLoopback(hostname);
  };
  return {
    async send(request) {
      if (proxied === null || !mayProxy(request.origin)) return send(direct, deadlines, request);
      try {
        return await send(proxied, deadlines, request);
      } catch (error) {
        if (!(error instanceof TransportError) || error.sent) throw error;
        // Only undici knows whether NO_PROXY excludes the host, so the message shows the variable.
        const { cause } = error;
        throw new TransportError(`${error.message} (${proxy!.from} is ${proxy!.urlWithoutPassword})`, false, {
          cause,
        });
      }
    },
    async close() {
      await Promise.all([direct.close(), proxied?.close()]);
    },
  };
}

/** One request in progress, with the functions that settle its promise. */
interface Exchange {
  readonly request: HttpRequest;
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (error: TransportError) => void;
  /** The head of the request was written. */
  sent: boolean;
  failed: boolean;
  controller: Dispatcher.DispatchController | null;
}

function send(agent: Dispatcher, deadlines: Deadlines, request: HttpRequest): Promise<HttpResponse> {
  const { origin, path = '/', get, body, signal, timeout } = request;
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const exchange: Exchange = { request, resolve, reject, sent: false, failed: false, controller: null };
  const cancel = () => abort(exchange, 'Refit cancelled the request');
  if (Buffer.byteLength(body) > MAX_BODY_BYTES)
    fail(exchange, 'the request is larger than the 10 MB that the provider accepts');
  else if (signal?.aborted) cancel();
  if (exchange.failed) return promise;
  signal?.addEventListener('abort', cancel, { once: true });
  const cancelDeadline = deadlines.after(timeout, () =>
    abort(exchange, `no answer within ${timeout} ms${exchange.sent ? '' : ', and no connection'}`),
  );
  const method =
    get === undefined ? { path, method: 'POST' as const, body } : { path: get, method: 'GET' as const };
  try {
    agent.dispatch({ origin, headers: { ...request.headers }, ...method }, createHandler(exchange));
  } catch (error) {
    fail(exchange, describeError(error), error);
  }
  return promise.finally(() => {
    cancelDeadline();
    signal?.removeEventListener('abort', cancel);
  });
}

function createHandler(exchange: Exchange): Dispatcher.DispatchHandler {
  const { request, resolve } = exchange;
  const chunks: Buffer[] = [];
  let head = { status: 0, contentType: '' };
  return {
    onRequestStart(controller) {
      // The socket is connected. undici writes the head in this tick, unless this throws.
      if (exchange.failed) throw new Error('the request was cancelled while it waited for a connection');
      if (request.goAhead && !request.goAhead()) {
        fail(exchange, STOPPED_BY_GUARD);
        throw new Error('stopped by the guard');
      }
      exchange.controller = controller;
      exchange.sent = true;
    },
    onResponseStart(_, status, headers) {
      const contentType = first(headers['content-type']) ?? '';
      head = { status, contentType, ...given({ date: first(headers.date) }) };
    },
    onResponseData(_, chunk) {
      chunks.push(chunk);
    },
    onResponseEnd() {
      resolve({ ...head, body: Buffer.concat(chunks).toString('utf8') });
    },
    onResponseError(_, error) {
      fail(exchange, describeError(error), error);
    },
  };
}

function fail(exchange: Exchange, reason: string, cause?: unknown): void {
  exchange.failed = true;
  exchange.reject(new TransportError(reason, exchange.sent, cause === undefined ? {} : { cause }));
}

function abort(exchange: Exchange, reason: string): void {
  fail(exchange, reason);
  exchange.controller?.abort(new Error(reason));
}

function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

/** The text of an error. A failed connection has one error for each address that undici tried. */
function describeError(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(describeError))].join(', ');
  if (!(error instanceof Error)) return 'unknown failure';
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
