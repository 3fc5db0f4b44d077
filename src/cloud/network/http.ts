/**
 * The network: the only file that imports undici. Nothing is ever sent twice here, and no two requests share a
 * connection at one time, so "was it sent?" has a plain answer.
 *
 * undici calls a handler's `onRequestStart` on a connected socket, in the tick that writes the head of the request
 * (read in undici 8.12, lib/dispatcher/client-h1.js, writeH1). Throwing there fails the request before its first
 * byte and leaves the connection open, whereas `controller.abort` destroys it: a caller whose moment passed
 * while the connection was being made would then have to connect again, and miss the next moment for that reason.
 */
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { type Clock, systemClock } from '../../clock.ts';
import { given } from '../../given.ts';
import { SECOND } from '../../units.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import { isLoopback } from './hosts.ts';
import type { ProxySettings } from './proxy.ts';
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from './transport.ts';

const MIB = 1024 * 1024;
/** A page of 1,000 instances with all their fields is about 4 MB. */
const MAX_ANSWER_BYTES = 64 * MIB;

/** The provider takes a JSON body of at most 10 MB. Source: docs/provider.md P137. */
const MAX_BODY_BYTES = 10 * MIB;

export interface HttpOptions {
  /** Times the requests. Real time, because the network lives in it. */
  readonly clock?: Clock;
  /** Milliseconds for a connection with its TLS handshake. */
  readonly connectTimeout?: number;
  /** Certificates to trust instead of the machine's own, PEM: for a private endpoint. */
  readonly ca?: string;
  /** A proxy for https to other machines; null or absent = none. The environment is not looked at here. */
  readonly proxy?: ProxySettings | null;
}

/**
 * A transport over kept-alive connections. TLS is verified, to the far end also through a proxy. Redirects are not
 * followed. Plain http goes to loopback and to the metadata service of the machine, both its own: never by a proxy.
 */
export function createHttp(options: HttpOptions = {}): Transport {
  const deadlines = createDeadlines(options.clock ?? systemClock);
  const proxy = options.proxy ?? null;
  const tls = { timeout: options.connectTimeout ?? 10 * SECOND, ...given({ ca: options.ca }) };
  const settings = {
    connect: tls,
    pipelining: 1,
    allowH2: false,
    // Servers close idle connections after 5 s or more; to be gone first means never to write into a closing one.
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
      // An empty text is an answer; nothing at all would make it read this process's environment.
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
        // Whether NO_PROXY excepts the host is undici's to say, so the proxy is named as what is set.
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

/** One request on its way, and what its promise is settled by. */
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
  const giveUp = () => abort(exchange, 'given up');
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) fail(exchange, "the request is above the provider's 10 MB");
  else if (signal?.aborted) giveUp();
  if (exchange.failed) return promise;
  signal?.addEventListener('abort', giveUp, { once: true });
  const callOff = deadlines.after(timeout, () =>
    abort(exchange, `no answer within ${timeout} ms${exchange.sent ? '' : ', not even a connection'}`),
  );
  const asked =
    get === undefined ? { path, method: 'POST' as const, body } : { path: get, method: 'GET' as const };
  try {
    agent.dispatch({ origin, headers: { ...request.headers }, ...asked }, createHandler(exchange));
  } catch (error) {
    fail(exchange, plainReason(error), error);
  }
  return promise.finally(() => {
    callOff();
    signal?.removeEventListener('abort', giveUp);
  });
}

function createHandler(exchange: Exchange): Dispatcher.DispatchHandler {
  const { request, resolve } = exchange;
  const chunks: Buffer[] = [];
  let head = { status: 0, contentType: '' };
  return {
    onRequestStart(controller) {
      // Connected, and the head is written next, in this tick, if nothing is thrown.
      if (exchange.failed) throw new Error('the request was given up while it waited for a connection');
      if (request.goAhead && !request.goAhead()) {
        fail(exchange, 'the guard said no just before sending');
        throw new Error('held back');
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
      fail(exchange, plainReason(error), error);
    },
  };
}

function fail(exchange: Exchange, why: string, cause?: unknown): void {
  exchange.failed = true;
  exchange.reject(new TransportError(why, exchange.sent, cause === undefined ? {} : { cause }));
}

function abort(exchange: Exchange, why: string): void {
  fail(exchange, why);
  exchange.controller?.abort(new Error(why));
}

function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

/** A connection failure has one reason for each address that was tried; the codes say what matters. */
function plainReason(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(plainReason))].join(', ');
  if (!(error instanceof Error)) return 'unknown failure';
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
