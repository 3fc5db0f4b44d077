/**
 * The network: the only file that imports undici. It never sends a request twice, and no two requests share a
 * connection at the same time. So Refit always knows whether a request left.
 *
 * undici calls a handler's `onRequestStart` on a connected socket, in the tick that writes the head of the request
 * (read in undici 8.12, lib/dispatcher/client-h1.js, writeH1). If the handler throws there, the request fails before
 * its first byte and the connection stays open. `controller.abort` would destroy the connection. A call that missed its
 * request slot while connecting would then have to connect again, and would miss the next slot, too.
 */
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { type AddressRules, DEFAULT_ADDRESS_RULES } from '../../addresses.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { given } from '../../given.ts';
import { SECOND } from '../../units.ts';
import { sanitizeLine } from '../sanitize-line.ts';
import { type AnswerBudget, createAnswerBody, declaredProblem } from './answer-body.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import {
  type AddressGuard,
  allowedAddresses,
  ForbiddenAddressError,
  guardedLookup,
  LOOPBACK_GUARD,
  planGuard,
  type Resolve,
  systemResolve,
} from './guarded-lookup.ts';
import { type ProxySettings, usesProxy } from './proxy.ts';
import {
  type HttpRequest,
  type HttpResponse,
  STOPPED_BY_GUARD,
  type Transport,
  TransportError,
} from './transport.ts';

/** The provider accepts at most 10 MB of JSON. Source: docs/provider.md P137. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

export interface HttpOptions {
  /** The clock of the time-outs. Default: real time. */
  readonly clock?: Clock;
  /** The time-out of connecting, TLS handshake included, ms. */
  readonly connectTimeout?: number;
  /** The certificates to trust instead of the machine's, PEM. For a private endpoint. */
  readonly ca?: string;
  /** The proxy for https to other machines. Null or absent: none. This file does not read the environment. */
  readonly proxy?: ProxySettings | null;
  /** What the addresses in a plan may be. Default: also those of private networks. */
  readonly planAddresses?: AddressRules;
  /** The lookup of names. Default: the system's. */
  readonly resolve?: Resolve;
}

/** Who answers: a server without or with checked addresses, directly or through the proxy. */
interface Route {
  readonly guard: AddressGuard | null;
  readonly direct: Agent;
  readonly proxied: ProxyAgent | null;
  /** Hosts that the guard has allowed by their name. A run calls the same few hosts again and again. */
  readonly allowedHosts: Set<string>;
}

/**
 * Creates a transport that keeps connections alive. It verifies TLS of the server, also through a proxy and whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says. It follows no redirects. Plain http, for loopback, the machine's metadata service and
 * receivers of traces, never uses a proxy.
 */
export function createHttp(options: HttpOptions = {}): Transport {
  const deadlines = createDeadlines(options.clock ?? systemClock);
  const budget: AnswerBudget = { used: 0 };
  const proxy = options.proxy ?? null;
  const resolve = options.resolve ?? systemResolve;
  const routes = new Map<string, Route>();
  const originOf = createOriginCache();
  const guards = {
    plan: planGuard(options.planAddresses ?? DEFAULT_ADDRESS_RULES),
    loopback: LOOPBACK_GUARD,
    any: null,
  };
  const routeOf = ({ reach, origin }: HttpRequest): Route => {
    const isPlain = origin.startsWith('http:');
    const mayBePlain = reach === 'metadata' || reach === 'collector';
    const name = isPlain && !mayBePlain ? 'loopback' : reach === 'plan' ? 'plan' : 'any';
    const route = routes.get(name) ?? createRoute(options, guards[name], resolve);
    routes.set(name, route);
    return route;
  };
  return {
    async send(request) {
      const { guard, direct, proxied, allowedHosts } = routeOf(request);
      const origin = originOf(request.origin);
      const { hostname } = origin;
      if (guard !== null && !allowedHosts.has(hostname)) {
        const problem = guard.hostProblem(hostname);
        if (problem !== null) throw new TransportError(problem, false);
        allowedHosts.add(hostname);
      }
      if (proxied === null || !usesProxy(proxy!, origin)) return send(direct, deadlines, budget, request);
      if (guard !== null) await checkLookup(resolve, guard, hostname);
      try {
        return await send(proxied, deadlines, budget, request);
      } catch (error) {
        if (!(error instanceof TransportError) || error.sent) throw error;
        const { cause } = error;
        throw new TransportError(`${error.message} (${proxy!.from} is ${proxy!.urlWithoutPassword})`, false, {
          cause,
        });
      }
    },
    async close() {
      await Promise.all(
        [...routes.values()].flatMap(({ direct, proxied }) => [direct.close(), proxied?.close()]),
      );
    },
  };
}

/** Parses an origin once: a run calls the same few again and again. */
function createOriginCache(): (origin: string) => URL {
  const origins = new Map<string, URL>();
  return (origin) => {
    const url = origins.get(origin) ?? new URL(origin);
    origins.set(origin, url);
    return url;
  };
}

function createRoute(
  { connectTimeout, ca, proxy }: HttpOptions,
  guard: AddressGuard | null,
  resolve: Resolve,
): Route {
  const timeout = connectTimeout ?? 10 * SECOND;
  const tls = { timeout, rejectUnauthorized: true, ...given({ ca }) };
  const settings = {
    connect: { ...tls, ...given({ lookup: guard && guardedLookup(resolve, guard) }) },
    pipelining: 1,
    allowH2: false,
    // Servers close idle connections after 5 s or more. Close first, to never write into a closing connection.
    keepAliveTimeout: 3000,
    keepAliveMaxTimeout: 3500,
    headersTimeout: 0,
    bodyTimeout: 0,
  } as const;
  return {
    guard,
    allowedHosts: new Set(),
    direct: new Agent(settings),
    proxied: proxy
      ? new ProxyAgent({
          ...settings,
          uri: proxy.url,
          requestTls: tls,
          proxyTls: { timeout, rejectUnauthorized: true },
        })
      : null,
  };
}

/**
 * Checks where a name leads before a proxy looks it up. A name that only the proxy knows passes: TLS is verified, and no
 * metadata service has a certificate for it.
 */
async function checkLookup(resolve: Resolve, guard: AddressGuard, hostname: string): Promise<void> {
  try {
    await allowedAddresses(resolve, guard, hostname);
  } catch (error) {
    if (error instanceof ForbiddenAddressError) throw new TransportError(error.message, false);
  }
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

function send(
  agent: Dispatcher,
  deadlines: Deadlines,
  budget: AnswerBudget,
  request: HttpRequest,
): Promise<HttpResponse> {
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
    agent.dispatch({ origin, headers: { ...request.headers }, ...method }, createHandler(exchange, budget));
  } catch (error) {
    fail(exchange, describeError(error), error);
  }
  return promise.finally(() => {
    cancelDeadline();
    signal?.removeEventListener('abort', cancel);
  });
}

function createHandler(exchange: Exchange, budget: AnswerBudget): Dispatcher.DispatchHandler {
  const { request, resolve } = exchange;
  const { keep } = request;
  const body = createAnswerBody(budget);
  let head = { status: 0, contentType: '' };
  let isOver = false;
  const answer = (): void => {
    isOver = true;
    resolve({ ...head, body: body.text() });
    body.release();
  };
  /** Enough was read: the rest of the body stays unread, and the connection closes. */
  const cutOff = (): void => {
    answer();
    exchange.controller?.abort(new Error('Refit has read enough of the answer'));
  };
  const refuse = (problem: string): void => {
    isOver = true;
    body.release();
    abort(exchange, problem);
  };
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
      if (status < 200) return;
      const contentType = sanitizeLine(first(headers['content-type']) ?? '');
      head = { status, contentType, ...given({ date: first(headers.date) }) };
      if (keep === 0) return cutOff();
      const coding = first(headers['content-encoding']);
      if (coding !== null && coding !== '' && coding !== 'identity')
        return refuse(`the answer is compressed (${sanitizeLine(coding)}), and Refit did not ask for that`);
      const problem = keep === undefined ? declaredProblem(first(headers['content-length'])) : null;
      if (problem !== null) refuse(problem);
    },
    onResponseData(_, chunk) {
      if (isOver) return;
      const rest = keep === undefined ? chunk.length : keep - body.length;
      const problem = body.add(chunk.subarray(0, rest));
      if (problem !== null) refuse(problem);
      else if (chunk.length > rest) cutOff();
    },
    onResponseEnd() {
      if (!isOver) answer();
    },
    onResponseError(_, error) {
      isOver = true;
      body.release();
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
  if (error instanceof AggregateError)
    return sanitizeLine([...new Set(error.errors.map(describeError))].join(', '));
  if (!(error instanceof Error)) return 'unknown failure';
  const code = (error as NodeJS.ErrnoException).code;
  return sanitizeLine(
    code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`,
  );
}
