/**
 * Signs people in by a provider of OpenID Connect:
 *
 *     GET /api/oidc/start?to=/runs/1 ──► the provider ──► GET /api/oidc/callback?code=…&state=… ──► /runs/1
 *          cookie of the browser                               the same cookie, once                 session
 *
 * The browser comes back from another site, so the cookie of the sign-in is `SameSite=Lax`. It lives for minutes, works once and
 * opens nothing. The cookie of the session stays `SameSite=Strict`: the page asks for the session by itself.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../clock.ts';
import { sha256 } from '../../digest.ts';
import type { SignIn } from '../../operations/people/open-sign-in.ts';
import { type SignInProof, type SignInRefusal, SignInRefused } from '../../operations/people/sign-in.ts';
import { MINUTE, SECOND } from '../../units.ts';
import type { SignInInfo } from '../api/session.ts';
import { refuse } from './answers.ts';
import { judgeSender } from './guard.ts';
import { addressKey } from './limits.ts';
import { type Gate, setSessionCookie } from './session-routes.ts';
import { SESSION_LASTS } from './sessions.ts';

/** Milliseconds for a sign-in at the provider. */
const SIGN_IN_LASTS = 10 * MINUTE;
/** Sign-ins that have started. A further one makes the oldest void. */
const MOST_STARTED = 1_000;

/** Characters of groups, and of reasons, in the record. */
const LONGEST_LIST = 500;

const START = '/api/oidc/start';
const CALLBACK = '/api/oidc/callback';

interface StartedSignIn {
  readonly proof: SignInProof;
  /** The page that the person wants to see. */
  readonly to: string;
  readonly at: number;
}

export interface SignInOptions {
  readonly clock: Clock;
  readonly random: () => string;
  /** The provider; null: people sign in by a link only. */
  readonly signIn: SignIn | null;
  /** Hears why a sign-in failed. */
  readonly onSignInRefused: (refused: SignInRefused) => void;
}

/** Adds `/api/sign-in`, and with a provider `/api/oidc/start` and `/api/oidc/callback`. */
export function addSignInRoutes(server: FastifyInstance, gate: Gate, options: SignInOptions): void {
  const { signIn, clock, random } = options;
  server.get('/api/sign-in', async (_, reply): Promise<SignInInfo> => {
    reply.header('cache-control', 'no-store');
    return { provider: signIn?.host ?? null };
  });
  if (signIn === null) return;
  /** By the hash of the cookie, the oldest first. */
  const started = new Map<string, StartedSignIn>();

  const failed = async (request: FastifyRequest, reply: FastifyReply, to: string, error: unknown) => {
    if (!(error instanceof SignInRefused)) throw error;
    options.onSignInRefused(error);
    await gate.record.session(
      { kind: 'sign-in-refused', person: null, from: request.ip, action: signIn.host, code: error.reason },
      { reason: error.message.slice(0, LONGEST_LIST) },
    );
    return sendBack(reply, error.reason, to);
  };
  const isTooOften = (request: FastifyRequest) => gate.signIns.take(addressKey(request.ip)) !== null;

  server.get(START, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const refused = judgeSender(request.method, request.headers, gate.origin(), null);
    if (refused !== null) return refuse(reply, refused);
    const to = returnPath((request.query as { readonly to?: unknown }).to, gate.origin());
    if (isTooOften(request)) return sendBack(reply, 'too-many', to);
    try {
      const { url, proof } = await signIn.begin(`${gate.origin()}${CALLBACK}`);
      const cookie = random();
      started.set(sha256(cookie), { proof, to, at: clock.monotonic() });
      for (const oldest of started.keys()) if (started.size > MOST_STARTED) started.delete(oldest);
      setSignInCookie(reply, gate, cookie, SIGN_IN_LASTS / SECOND);
      return reply.redirect(url, 302);
    } catch (error) {
      return await failed(request, reply, to, error);
    }
  });

  // The provider's site sends the browser here, so `judgeSender` does not apply: cookie and state do.
  server.get(CALLBACK, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (isTooOften(request)) return sendBack(reply, 'too-many', '/');
    const sign = takeStarted(started, request.cookies[signInCookie(gate).name]);
    setSignInCookie(reply, gate, '', 0);
    if (sign === null || clock.monotonic() - sign.at > SIGN_IN_LASTS)
      return sendBack(reply, 'expired', sign?.to ?? '/');
    try {
      const person = await signIn.finish(new URL(request.url, gate.origin()), sign.proof);
      const { name, roles, subject, groups } = person;
      const cookie = gate.sessions.begin({ name, roles }, signIn.host);
      setSessionCookie(reply, gate, cookie, SESSION_LASTS / SECOND);
      await gate.record.session(
        { kind: 'sign-in', person: name, from: request.ip, action: signIn.host, code: null },
        { subject, roles: roles.join(', '), groups: groups.join(', ').slice(0, LONGEST_LIST) },
      );
      return reply.redirect(sign.to, 302);
    } catch (error) {
      return await failed(request, reply, sign.to, error);
    }
  });
}

/** A sign-in works once, whatever comes of it. */
function takeStarted(started: Map<string, StartedSignIn>, cookie: string | undefined): StartedSignIn | null {
  if (cookie === undefined) return null;
  const key = sha256(cookie);
  const sign = started.get(key) ?? null;
  started.delete(key);
  return sign;
}

/**
 * With HTTPS, the prefix keeps other hosts of the domain from setting the cookie, and demands the path `/`. At localhost the path
 * is narrow.
 */
function signInCookie(gate: Gate): { readonly name: string; readonly path: string } {
  const isSecure = gate.origin().startsWith('https:');
  return { name: `${gate.cookie()}-sign-in`, path: isSecure ? '/' : '/api/oidc' };
}

function setSignInCookie(reply: FastifyReply, gate: Gate, cookie: string, seconds: number): void {
  const { name, path } = signInCookie(gate);
  reply.setCookie(name, cookie, {
    ...{ httpOnly: true, sameSite: 'lax', path, maxAge: seconds },
    secure: gate.origin().startsWith('https:'),
  });
}

/** Shows the page of a signed-out person with a reason. */
function sendBack(reply: FastifyReply, reason: SignInRefusal, to: string): FastifyReply {
  return reply.redirect(`/sign-in?${new URLSearchParams({ refused: reason, to })}`, 302);
}

const LONGEST_PATH = 2_000;

/** A page of this console from the address of a request; `/` for anything else, because links may come from anybody. */
export function returnPath(asked: unknown, origin: string): string {
  if (typeof asked !== 'string' || asked.length > LONGEST_PATH || !/^\/(?![/\\])[\x21-\x7e]*$/.test(asked))
    return '/';
  const url = URL.parse(asked, origin);
  if (url === null || url.origin !== origin || url.pathname.startsWith('//')) return '/';
  if (/^\/(api|sign-in)(\/|$)/i.test(url.pathname)) return '/';
  return url.pathname + url.search;
}
