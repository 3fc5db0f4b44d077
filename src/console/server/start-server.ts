/**
 * The server of the web console. It holds no state besides who is signed in: what it shows comes from a store, and what it
 * does goes through `operations/`, as with the command line. Everything that pages read and do is under `/api/`.
 */
import cookies from '@fastify/cookie';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { messageOf, RefitError } from '../../errors.ts';
import { HOUR, SECOND } from '../../units.ts';
import type { Person, Refusal, SessionInfo } from '../api/session.ts';
import { type Asset, createAssets } from './assets.ts';
import type { ConsoleContext, ConsoleRequest, Route, RunningConsole } from './context.ts';
import { judgeHost, judgePerson, judgeSender, type Refused, SECURITY_HEADERS } from './guard.ts';
import { ROUTES } from './routes/routes.ts';
import { createSessions, SESSION_LASTS, type Session, type Sessions } from './sessions.ts';

/** Limits of one client. */
const LARGEST_BODY = 1_024 * 1_024;
const REQUEST_TIME = 10 * SECOND;
const MOST_CONNECTIONS = 2_000;

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
  const sessions = createSessions(options.clock, options.random);
  const server = fastify({
    bodyLimit: LARGEST_BODY,
    requestTimeout: REQUEST_TIME,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
    return503OnClosing: false,
  });
  server.server.maxConnections = MOST_CONNECTIONS;
  let origin = options.url ?? '';
  const guard: Guard = { origin: () => origin, sessions, cookie: () => cookieName(origin) };
  await server.register(cookies);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    const refused = judgeHost(request.headers, origin);
    if (refused !== null) return refuse(reply, refused);
  });
  server.setErrorHandler((error, _, reply) => refuse(reply, refusalOf(error, options.onFault)));
  addSessionRoutes(server, guard, options);
  const address = () => ({ relyingParty: new URL(origin).hostname, origin });
  const running: RunningConsole = { ...options, sessions, address };
  for (const route of ROUTES) addRoute(server, guard, running, route);
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

interface Guard {
  readonly origin: () => string;
  readonly sessions: Sessions;
  /** The name of the cookie. */
  readonly cookie: () => string;
}

/** With HTTPS, the name makes browsers keep it for this host only. All ports of a host share cookies. */
function cookieName(origin: string): string {
  const { protocol, port } = new URL(origin);
  return protocol === 'https:' ? '__Host-refit' : `refit-${port}`;
}

function addRoute(server: FastifyInstance, guard: Guard, context: RunningConsole, route: Route): void {
  server.route({
    method: route.method,
    url: `/api${route.path}`,
    async handler(request, reply) {
      reply.header('cache-control', 'no-store');
      const session = guard.sessions.of(request.cookies[guard.cookie()]);
      const refused =
        judgeSender(request.method, request.headers, guard.origin(), session) ??
        judgePerson(session, route.action);
      if (refused !== null) return refuse(reply, refused);
      return await route.answer(consoleRequest(request, reply, session!), context);
    },
  });
}

function consoleRequest(request: FastifyRequest, reply: FastifyReply, session: Session): ConsoleRequest {
  return {
    person: session.person,
    session,
    params: request.params as Readonly<Record<string, string>>,
    query: request.query as Readonly<Record<string, unknown>>,
    body: request.body,
    lastEventId: [request.headers['last-event-id']].flat()[0] ?? null,
    stream() {
      reply.hijack();
      const { raw } = reply;
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value) raw.setHeader(name, value);
      // The second header keeps a proxy from collecting events.
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      return raw;
    },
  };
}

/** Who is signed in; signs in and out. */
function addSessionRoutes(server: FastifyInstance, guard: Guard, options: ConsoleOptions): void {
  const { sessions } = guard;
  const info = (cookie: string): SessionInfo => {
    const { person, csrf } = sessions.of(cookie)!;
    return { person, csrf, store: options.store, version: options.version };
  };
  const setCookie = (reply: FastifyReply, cookie: string, maxAge: number) =>
    reply.setCookie(guard.cookie(), cookie, {
      ...{ httpOnly: true, sameSite: 'strict', path: '/', maxAge },
      secure: guard.origin().startsWith('https:'),
    });
  const own = (request: FastifyRequest): string | undefined => request.cookies[guard.cookie()];

  server.post('/api/login', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const refused = judgeSender(request.method, request.headers, guard.origin(), null);
    if (refused !== null) return refuse(reply, refused);
    const { token } = (request.body ?? {}) as { readonly token?: unknown };
    const cookie = typeof token === 'string' && token.length < 200 ? sessions.login(token) : null;
    if (cookie === null)
      return refuse(reply, {
        ...{ status: 401, code: 'login-refused', message: 'this link has been used, or is too old' },
        fix: 'start refit serve again, and open the link that it prints',
      });
    setCookie(reply, cookie, SESSION_LASTS / SECOND);
    return info(cookie);
  });
  server.get('/api/session', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const cookie = own(request);
    const refused = judgePerson(sessions.of(cookie), 'see');
    return refused === null ? info(cookie!) : refuse(reply, refused);
  });
  server.post('/api/logout', async (request, reply) => {
    const cookie = own(request);
    const refused = judgeSender(request.method, request.headers, guard.origin(), sessions.of(cookie));
    if (refused !== null) return refuse(reply, refused);
    if (cookie !== undefined) sessions.end(cookie);
    setCookie(reply, '', 0);
    return {};
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

function refuse(reply: FastifyReply, { status, ...refusal }: Refused): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send(refusal satisfies Refusal);
}

/** What a browser sees of a thrown error. A fault of ours shows no detail. */
function refusalOf(error: unknown, onFault: (error: unknown) => void): Refused {
  if (error instanceof RefitError) {
    const { code, message, fix } = error;
    return { status: code === 'locked' || code === 'fenced' ? 409 : 422, code, message, fix };
  }
  const status = (error as { readonly statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, code: 'bad-request', message: messageOf(error), fix: 'reload the page' };
  onFault(error);
  return {
    ...{ status: 500, code: 'internal', message: 'this is a fault of the console' },
    fix: 'see what refit serve printed, and report it',
  };
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
