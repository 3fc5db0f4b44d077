/**
 * The server of the web console. It holds no state besides who is signed in: what it shows comes from a store, and what it
 * does goes through `operations/`, as with the command line. Everything that pages read and do is under `/api/`.
 */
import cookies from '@fastify/cookie';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { messageOf, RefitError } from '../../errors.ts';
import { asOneRequest } from '../../operations/one-request.ts';
import type { ActionLog } from '../../operations/people/action-log.ts';
import type { SignIn } from '../../operations/people/open-sign-in.ts';
import type { SignInRefused } from '../../operations/people/sign-in.ts';
import { HOUR, SECOND } from '../../units.ts';
import type { Person } from '../api/session.ts';
import { type Attempt, createActionRecord } from './action-record.ts';
import { refusalOf, refuse } from './answers.ts';
import { type Asset, createAssets } from './assets.ts';
import type { ConsoleContext, ConsoleRequest, Route, RunningConsole } from './context.ts';
import type { EventStream } from './event-stream.ts';
import { judgeHost, judgePerson, judgeSender, SECURITY_HEADERS } from './guard.ts';
import { addressKey, createRateLimit, LimitReached, MOST_STREAMS, RATES, tooMany } from './limits.ts';
import { ROUTES } from './routes/routes.ts';
import { sendFile } from './send-file.ts';
import { addSessionRoutes, cookieName, type Gate, ownCookie } from './session-routes.ts';
import { createSessions, type OpenSession } from './sessions.ts';
import { addSignInRoutes } from './sign-in-routes.ts';

/** Limits of one client. */
const LARGEST_BODY = 1_024 * 1_024;
const REQUEST_TIME = 10 * SECOND;
/** How often Node looks for slow requests within that time. */
const CHECKS = 5;
const MOST_CONNECTIONS = 2_000;
/** Seconds after which a browser may open a further stream. */
const STREAM_RETRY = 10;

export interface ConsoleOptions extends ConsoleContext {
  readonly listen: { readonly option: string; readonly host: string; readonly port: number };
  /** The address under which browsers reach the console, without a path; null: `http://localhost` and the port. */
  readonly url: string | null;
  /** Where the runs are, for people. */
  readonly store: string;
  readonly version: string;
  /** The pages, by their paths. */
  readonly pages: ReadonlyMap<string, Buffer>;
  /** Makes a text of 256 bits that nobody can guess. */
  readonly random: () => string;
  /** Milliseconds for the head and the body of a request. Default: 10 s. */
  readonly requestTime?: number;
  /** Keeps what people do. Absent: nothing is recorded. */
  readonly actions?: ActionLog | null;
  /** Addresses and networks of proxies whose `X-Forwarded-For` names the client. Absent: none. */
  readonly proxies?: readonly string[];
  /** Signs people in; absent: they sign in by a link only. */
  readonly signIn?: SignIn | null;
  /** Hears why the provider did not sign somebody in. */
  readonly onSignInRefused?: (refused: SignInRefused) => void;
  /** Receives a fault of the console itself. */
  readonly onFault: (error: unknown) => void;
}

export interface Console {
  /** The address of the console, without a path. */
  readonly origin: string;
  /** An address that signs a person in, once. The token is in the fragment, so no server and no log sees it. */
  loginLink(person: Person): string;
  close(): Promise<void>;
}

/** Starts the console. @throws RefitError `usage` if the port is not available. */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const { requestTime = REQUEST_TIME, proxies = [], actions = null } = options;
  const sessions = createSessions(options.clock, options.random);
  const server = fastify({
    bodyLimit: LARGEST_BODY,
    requestTimeout: requestTime,
    http: { headersTimeout: requestTime, connectionsCheckingInterval: requestTime / CHECKS },
    ...(proxies.length === 0 ? {} : { trustProxy: [...proxies] }),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
    return503OnClosing: false,
  });
  server.server.maxConnections = MOST_CONNECTIONS;
  let origin = options.url ?? '';
  const gate: Gate = {
    ...{ origin: () => origin, sessions, cookie: () => cookieName(origin) },
    signIns: createRateLimit(options.clock, RATES.signIn),
    record: createActionRecord(options.clock, actions, options.onFault),
  };
  const judgeRate = rateJudge(options);
  await server.register(cookies);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    const refused = judgeHost(request.headers, origin);
    if (refused !== null) return refuse(reply, refused);
  });
  server.setErrorHandler((error, _, reply) => refuse(reply, refusalOf(error, options.onFault)));
  addSessionRoutes(server, gate, options);
  const { clock, random, signIn = null, onSignInRefused = () => undefined } = options;
  addSignInRoutes(server, gate, { clock, random, signIn, onSignInRefused });
  const address = () => ({ relyingParty: new URL(origin).hostname, origin });
  const running: RunningConsole = { ...options, sessions, actions, address };
  for (const route of ROUTES) addRoute(server, gate, running, route, judgeRate);
  addPages(server, options);
  try {
    await server.listen({ host: options.listen.host, port: options.listen.port });
  } catch (error) {
    await server.close();
    throw portError(options.listen, error);
  }
  const { port } = server.server.address() as { readonly port: number };
  origin ||= `http://localhost:${port}`;
  return {
    origin,
    loginLink: (person) => `${origin}/#login=${sessions.offerLogin(person)}`,
    close: () => server.close(),
  };
}

/** Counts requests: of a session by the session, so that people behind one address do not stop each other. */
function rateJudge({ clock }: ConsoleContext) {
  const ofSession = createRateLimit(clock, RATES.session);
  const ofStranger = createRateLimit(clock, RATES.stranger);
  return (session: OpenSession | null, address: string) => {
    const seconds = session === null ? ofStranger.take(addressKey(address)) : ofSession.take(session.id);
    return seconds === null ? null : tooMany('request', seconds);
  };
}

function addRoute(
  server: FastifyInstance,
  gate: Gate,
  context: RunningConsole,
  route: Route,
  judgeRate: ReturnType<typeof rateJudge>,
): void {
  server.route({
    method: route.method,
    url: `/api${route.path}`,
    async handler(request, reply) {
      reply.header('cache-control', 'no-store');
      const session = gate.sessions.of(ownCookie(request, gate));
      const refused =
        judgeRate(session, request.ip) ??
        judgeSender(request.method, request.headers, gate.origin(), session) ??
        judgePerson(session, route.action);
      const attempt = attemptOf(request, route, session);
      if (refused !== null) {
        await gate.record.refused(attempt, refused);
        return refuse(reply, refused);
      }
      try {
        const asked = consoleRequest(request, reply, session!, gate);
        const answer = await asOneRequest(() => route.answer(asked, context));
        await gate.record.ended(attempt, null);
        return answer;
      } catch (error) {
        await gate.record.ended(attempt, error instanceof RefitError ? error.code : 'internal');
        throw error;
      }
    },
  });
}

function attemptOf(request: FastifyRequest, route: Route, session: OpenSession | null): Attempt {
  return {
    ...{ route, from: request.ip, body: request.body, person: session?.person.name ?? null },
    params: request.params as Attempt['params'],
  };
}

function consoleRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  session: OpenSession,
  gate: Gate,
): ConsoleRequest {
  return {
    person: session.person,
    session,
    params: request.params as Readonly<Record<string, string>>,
    query: request.query as Readonly<Record<string, unknown>>,
    body: request.body,
    lastEventId: [request.headers['last-event-id']].flat()[0] ?? null,
    stream: () => openStream(reply, session, gate),
    async file(file) {
      reply.hijack();
      const { raw } = reply;
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value) raw.setHeader(name, value);
      await sendFile(raw, file);
    },
  };
}

/** Begins a stream of events. It ends with its session. @throws LimitReached */
function openStream(reply: FastifyReply, session: OpenSession, { sessions }: Gate): EventStream {
  if (session.streams.size >= MOST_STREAMS) throw new LimitReached(tooMany('stream of events', STREAM_RETRY));
  reply.hijack();
  const { raw } = reply;
  session.streams.add(raw);
  raw.on('close', () => session.streams.delete(raw));
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value) raw.setHeader(name, value);
  // The second header keeps a proxy from collecting events.
  raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  const write = raw.write.bind(raw) as (text: string) => boolean;
  return Object.assign(raw, {
    write(text: string) {
      if (sessions.isOpen(session)) return write(text);
      raw.destroy();
      return false;
    },
  });
}

function addPages(server: FastifyInstance, { pages }: ConsoleOptions): void {
  const assetAt = createAssets(pages);
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.replace(/[?#].*$/s, '');
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && !path.startsWith('/api/');
    const asset = isPage ? assetAt(path) : null;
    if (asset === null)
      return refuse(reply, {
        ...{ status: 404, code: 'not-found', message: `there is nothing at ${path.slice(0, 200)}` },
        fix: 'open the start page of the console',
      });
    return sendAsset(request, reply, asset);
  });
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  const { type, body, gzip, etag, isForever } = asset;
  reply.code(200).headers({
    ...{ 'content-type': type, etag, vary: 'accept-encoding' },
    'cache-control': isForever ? `public, max-age=${(365 * 24 * HOUR) / SECOND}, immutable` : 'no-cache',
  });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (gzip === null || !takesGzip) return reply.send(body);
  return reply.header('content-encoding', 'gzip').send(gzip);
}

function portError(listen: ConsoleOptions['listen'], error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return error;
  const reason = code === 'EADDRINUSE' ? 'another process uses this port' : messageOf(error);
  return new RefitError(
    'usage',
    `${listen.option} ${listen.host}:${listen.port}: ${reason}`,
    `${listen.option} 127.0.0.1:0   takes a free port; the first output line shows it`,
  );
}
